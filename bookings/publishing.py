"""Our own calendars for others to subscribe to: the bookings of a business, or of one resource, as iCalendar.

The lines are written directly: a calendar of thousands of events is asked for every few minutes, and objects for each
of them would take seconds. Escaping and folding are icalendar's.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from icalendar import vText
from icalendar.parser import Contentline

from bookings.calendar_files import PRODUCT, STATES, our_domain
from bookings.models import Allocation, Status
from bookings.wording import people
from businesses.db import prepared
from businesses.localtime import date_of, day_bounds, minute_of, moment_of
from businesses.models import Business, CalendarAddress, ResourceKind

BACK = 30  # days
LEAST_AHEAD, MOST_AHEAD = 90, 400
MOST_EVENTS = 10_000
REFRESH = "PT15M"

# All that a calendar says of bookings, summed up without reading them: any change of any of them changes it.
SUMMED_UP = """
SELECT count(*), coalesce(sum(version), 0)::bigint,
    coalesce(sum((extract(epoch FROM updated_at) * 1000000)::bigint), 0)::text, max(updated_at),
    (SELECT config_version FROM businesses_business WHERE id = %(business)s)
FROM bookings_booking
WHERE business_id = %(business)s AND live AND starts_at >= %(first)s AND starts_at < %(end)s
"""
COLUMNS = (
    "sequence",
    "additional",
    "starts_at",
    "ends_at",
    "service__name",
    "resource__name",
    "resource__kind",
    *(
        f"booking__{name}"
        for name in (
            "id",
            "uuid",
            "code",
            "status",
            "version",
            "starts_at",
            "ends_at",
            "created_at",
            "updated_at",
            "party_size",
            "guest_first_name",
            "guest_last_name",
            "guest_phone",
        )
    ),
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edition:
    """A calendar as it is now. Two with the same `tag` read the same, to the byte."""

    address: CalendarAddress
    first: datetime
    end: datetime
    tag: str
    changed_at: datetime

    @property
    def business(self) -> Business:
        return self.address.business


def edition(address: CalendarAddress, *, now: datetime) -> Edition:
    """One query, whatever there is in the calendar."""
    zone = address.business.zone
    today = date_of(zone, minute_of(now))
    ahead = min(max(address.business.window_days, LEAST_AHEAD), MOST_AHEAD)
    first, end = (moment_of(day_bounds(zone, today + timedelta(days=days))[0]) for days in (-BACK, ahead + 1))
    (summed_up,) = prepared(SUMMED_UP, {"business": address.business_id, "first": first, "end": end})
    parts = (*summed_up, address.uuid, address.updated_at, first, end, our_domain(), PRODUCT)
    tag = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]
    moments = (summed_up[3], address.updated_at, address.business.updated_at, moment_of(day_bounds(zone, today)[0]))
    return Edition(address, first, end, tag, max(moment for moment in moments if moment))


def calendar_text(found: Edition, link_to: Callable[[UUID], str]) -> bytes:
    """The calendar, in the language that is active. One query. `link_to`: where staff look at a booking."""
    return b"".join(line + b"\r\n" for line in _calendar(found, link_to))


def _calendar(found: Edition, link_to: Callable[[UUID], str]) -> Iterator[bytes]:
    business, resource = found.business, found.address.resource
    name = f"{business.name} · {resource.name}" if resource else business.name
    yield b"BEGIN:VCALENDAR"
    yield b"VERSION:2.0"
    yield f"PRODID:{PRODUCT}".encode()
    yield b"CALSCALE:GREGORIAN"
    yield b"METHOD:PUBLISH"
    yield _text("X-WR-CALNAME", name)
    yield _text("NAME", name)
    yield f"X-WR-TIMEZONE:{business.timezone}".encode()
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}".encode()
    yield f"X-PUBLISHED-TTL:{REFRESH}".encode()
    for event in islice(_events(found), MOST_EVENTS):
        yield from event.lines(found.address, link_to)
    yield b"END:VCALENDAR"


@dataclass(frozen=True, slots=True)
class _Event:
    """A booking, or one allocation of it. `rows`: all that it holds."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    rows: Sequence[Row]

    def lines(self, address: CalendarAddress, link_to: Callable[[UUID], str]) -> Iterator[bytes]:
        row, link = self.rows[0], link_to(self.rows[0]["booking__uuid"])
        status = row["booking__status"]
        yield b"BEGIN:VEVENT"
        yield f"UID:{self.uid}".encode()
        yield f"SEQUENCE:{row['booking__version']}".encode()
        yield f"DTSTAMP:{_moment(row['booking__updated_at'])}".encode()
        yield f"CREATED:{_moment(row['booking__created_at'])}".encode()
        yield f"LAST-MODIFIED:{_moment(row['booking__updated_at'])}".encode()
        yield f"DTSTART:{_moment(self.starts_at)}".encode()
        yield f"DTEND:{_moment(self.ends_at)}".encode()
        yield _text("SUMMARY", self._summary(shows_customers=address.shows_customers))
        yield f"STATUS:{STATES.get(status, 'CONFIRMED')}".encode()
        yield f"TRANSP:{'TRANSPARENT' if status == Status.CANCELLED else 'OPAQUE'}".encode()
        if address.business.address:
            yield _text("LOCATION", address.business.address)
        yield _text("DESCRIPTION", "\n".join(self._described(link, shows_customers=address.shows_customers)))
        yield _text("URL", link, escaped=False)
        yield b"END:VEVENT"

    def _summary(self, *, shows_customers: bool) -> str:
        row = self.rows[0]
        first, last = row["booking__guest_first_name"], row["booking__guest_last_name"]
        guest = f"{first} {last}" if shows_customers else f"{first} {last[:1]}{'.' if last else ''}"
        parts = [", ".join(_once(self.rows, "service__name")), guest.strip()]
        if row["booking__party_size"] > 1:
            parts.append(people(row["booking__party_size"]))
        return " · ".join(filter(None, parts))

    def _described(self, link: str, *, shows_customers: bool) -> Iterator[str]:
        row = self.rows[0]
        yield _("Confirmation code: %(code)s") % {"code": row["booking__code"]}
        staff = [held for held in self.rows if held["resource__kind"] == ResourceKind.STAFF]
        places = [held for held in self.rows if held["resource__kind"] != ResourceKind.STAFF]
        if staff:
            yield _("With: %(names)s") % {"names": ", ".join(_once(staff, "resource__name"))}
        if places:
            yield _("At: %(names)s") % {"names": ", ".join(_once(places, "resource__name"))}
        if shows_customers and row["booking__guest_phone"]:
            yield _("Phone: %(phone)s") % {"phone": row["booking__guest_phone"]}
        yield link


def _events(found: Edition) -> Iterator[_Event]:
    """In order of time: of a business one for each booking, of a resource one for each time that a booking holds it."""
    address = found.address
    rows = Allocation.objects.filter(
        business_id=address.business_id,
        live=True,
        booking__live=True,
        booking__starts_at__gte=found.first,
        booking__starts_at__lt=found.end,
    )
    if address.resource_id:
        rows = rows.filter(resource_id=address.resource_id)
    ordered = rows.order_by("booking__starts_at", "booking_id", "sequence", "additional").values(*COLUMNS)
    domain = our_domain()
    for _booking, group in groupby(ordered[: 4 * MOST_EVENTS], key=lambda row: row["booking__id"]):
        held = list(group)
        key = held[0]["booking__uuid"]
        if not address.resource_id:
            yield _Event(f"{key}@{domain}", held[0]["booking__starts_at"], held[0]["booking__ends_at"], held)
            continue
        for row in held:
            place = f"{row['sequence']}{'b' if row['additional'] else 'a'}"
            yield _Event(f"{key}.{place}@{domain}", row["starts_at"], row["ends_at"], [row])


def _once(rows: Sequence[Row], name: str) -> list[str]:
    return list(dict.fromkeys(row[name] for row in rows))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(name: str, value: str, *, escaped: bool = True) -> bytes:
    """A line of somebody's text: nothing in it ends the line, or begins another property."""
    plain = "".join(character if character.isprintable() or character == "\n" else " " for character in value)
    told = vText(plain).to_ical().decode() if escaped else plain
    line: bytes = Contentline(f"{name}:{told}").to_ical()  # type: ignore[no-untyped-call]
    return line
