"""iCalendar objects of bookings (RFC 5545, RFC 5546): one UID for ever, a SEQUENCE that grows with every change."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from bookings.letters import Visit
from bookings.models import Booking, Status

PRODUCT = "-//AvailEngine//Bookings//EN"
STATES: dict[str, str] = {Status.PENDING: "TENTATIVE", Status.CANCELLED: "CANCELLED"}


def our_domain() -> str:
    """What every UID of ours ends in."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def uid_of(booking: Booking) -> str:
    return f"{booking.uuid}@{our_domain()}"


def calendar_file(visit: Visit, *, now: datetime, link: str = "") -> str:
    """The visit as a file: METHOD CANCEL for a cancelled one, else PUBLISH. Times are UTC."""
    booking, business = visit.booking, visit.business
    cancelled = visit.status == Status.CANCELLED
    event = Event()
    event.add("uid", uid_of(booking))
    event.add("sequence", visit.version)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", visit.starts_at.astimezone(UTC))
    event.add("dtend", visit.ends_at.astimezone(UTC))
    event.add("summary", _line(f"{business.name}: {', '.join(visit.services)}"))
    event.add("status", STATES.get(visit.status, "CONFIRMED"))
    if business.address:
        event.add("location", _line(business.address))
    described = [_("Confirmation code: %(code)s") % {"code": booking.code}, link]
    event.add("description", "\n".join(filter(None, described)))
    if link:
        event.add("url", link)
    organizer = vCalAddress(f"mailto:{business.email or settings.DEFAULT_FROM_EMAIL}")
    organizer.params["CN"] = vText(_line(business.name).replace('"', "'"))
    event["organizer"] = organizer
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _line(text: str) -> str:
    """Without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
