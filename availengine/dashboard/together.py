"""Bookings that belong together: the others of a class, the visits of a series."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from availengine.dashboard.access import Desk
from availengine.dashboard.booking_words import brief_moment
from availengine.dashboard.starts import worded
from availengine.dashboard.words import STATUSES
from bookings.availability import SENTENCES, Reason
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, ClassSession, Series, SeriesUnit
from bookings.moving import MOVABLE
from bookings.series import BEYOND_WINDOW, NO_SUCH_TIME, Occurrence
from bookings.wording import people
from businesses.localtime import instants, moment_of


def classmates(desk: Desk, booking: Booking, held: Sequence[Allocation]) -> dict[str, Any] | None:
    """How full the class of a booking is, and who else is in it; None where it is in none."""
    keys = {row.session_id for row in held if row.session_id and row.active}
    if not keys:
        return None
    sessions = ClassSession.objects.filter(business=desk.business, id__in=keys)
    found = Booking.objects.filter(
        business=desk.business, status__in=HOLDING, allocations__session__in=keys, allocations__places__gt=0
    )
    others = found.exclude(id=booking.id).order_by("guest_first_name", "guest_last_name", "id").distinct()
    return {
        "places": [places_text(session.taken, session.capacity) for session in sessions.order_by("starts_at")],
        "others": [
            {
                "booking": other,
                "guest": f"{other.guest_first_name} {other.guest_last_name}".strip(),
                "party": people(other.party_size) if other.party_size > 1 else "",
                "status": STATUSES[other.status],
            }
            for other in others
        ],
    }


def places_text(taken: int, capacity: int) -> str:
    return _("%(taken)d of %(capacity)d places") % {"taken": taken, "capacity": capacity}


def series_of(booking: Booking) -> str:
    """`3 of 10, every week`; empty for what does not repeat."""
    if booking.series is None:
        return ""
    place = _("%(number)d of %(count)d") % {"number": booking.occurrence, "count": booking.series.count}
    return f"{place}, {rhythm(booking.series.unit, booking.series.every)}"


def rhythm(unit: str, every: int) -> str:
    once, several = {
        SeriesUnit.DAY: (_("every day"), _("every %(count)d days")),
        SeriesUnit.WEEK: (_("every week"), _("every %(count)d weeks")),
        SeriesUnit.MONTH: (_("every month"), _("every %(count)d months")),
    }[SeriesUnit(unit)]
    return once if every == 1 else several % {"count": every}


def left_of(booking: Booking, now: Any) -> dict[str, int]:
    """How many visits cancelling would end: this one and those that follow, all that are yet to come."""
    if booking.series_id is None:
        return {}
    coming = Booking.objects.filter(
        business_id=booking.business_id, series=booking.series_id, status__in=MOVABLE, starts_at__gte=now
    )
    return {"following": coming.filter(occurrence__gte=booking.occurrence).count(), "all": coming.count()}


def visits_of(desk: Desk, series: Series) -> Iterator[dict[str, Any]]:
    """The bookings of a series as rows."""
    for booking in Booking.objects.filter(business=desk.business, series=series).order_by("occurrence"):
        yield {
            "number": booking.occurrence,
            "when": brief_moment(booking.starts_at, desk.business, desk.language),
            "booking": booking,
            "status": STATUSES[booking.status],
        }


def outcomes(desk: Desk, found: Sequence[Occurrence]) -> Iterator[dict[str, Any]]:
    """What became of each visit that was asked for."""
    for one in found:
        minutes = instants(desk.zone, one.start.date, one.start.minutes)
        yield {
            "number": one.number,
            "when": brief_moment(moment_of(minutes[0]), desk.business, desk.language)
            if minutes
            else one.start.date.isoformat(),
            "booking": one.booking,
            "status": STATUSES[one.booking.status] if one.booking else "",
            "problem": why(one.reason),
            "nearest": list(worded(desk, one.nearest)),
        }


def why(reason: str) -> str:
    """Why a visit cannot be booked."""
    if reason == NO_SUCH_TIME:
        return _("The clocks skip this time on this date.")
    if reason == BEYOND_WINDOW:
        return _(SENTENCES[Reason.BEYOND_WINDOW])
    return _(SENTENCES[Reason(reason)]) if reason else ""
