"""A customer who chooses another time: whether they may, and which times there are. Changes nothing."""

from datetime import date, timedelta
from functools import partial

from django.db.models import Q

from bookings import availability as engine
from bookings.asking import wish_to_move
from bookings.models import Allocation, Booking, Status
from bookings.placing import Start, nearest_starts
from bookings.policy import notice_percent
from bookings.queries import Occupancy, held_allocations, next_open_dates, occupancy
from businesses.localtime import minute_of, moment_of
from businesses.models import Closure, ClosureKind

NEXT_DATES = 5
HORIZON = 31


def may_move(booking: Booking, *, now: int) -> bool:
    """Whether its customer may choose another time: before it begins, while cancelling would be free.

    A booking that the business cannot keep, as who has it is away, may be moved until it begins.
    """
    if booking.status not in (Status.PENDING, Status.CONFIRMED) or booking.starts_at <= moment_of(now):
        return False
    return notice_percent(booking, now=now) == 0 or is_disrupted(booking)


def is_disrupted(booking: Booking) -> bool:
    """Whether a closure of one of its resources, or of the business, lies over it.

    What somebody's own calendar blocks is not meant for customers, and may be this very visit, written down there.
    """
    held = Allocation.objects.filter(business_id=booking.business_id, booking=booking).values("resource_id")
    over = Closure.objects.filter(
        business_id=booking.business_id,
        kind=ClosureKind.CLOSED,
        feed=None,
        starts_at__lt=booking.ends_at,
        ends_at__gt=booking.starts_at,
    )
    return over.filter(Q(resource=None) | Q(resource__in=held)).exists()


def free_starts(booking: Booking, day: date, *, now: int) -> tuple[list[int], list[date]]:
    """The minutes of a date to choose from; when there are none, the next dates that have some."""
    held = held_allocations(booking)
    wish_of = partial(wish_to_move, booking, held, None, staff=False)

    def read(first: date, last: date) -> Occupancy:
        return occupancy(booking.business_id, live=booking.live, first=first, last=last, wish_of=wish_of)

    found = read(day, day)
    busy = found.busy(without=held)
    view = engine.DayView(found.snapshot.calendar, found.wish, day, busy)
    free = engine.positions(view.free_starts(now))
    starts = [start for at in free if (start := view.day.start + at) != minute_of(booking.starts_at)]
    if starts:
        return starts, []
    _, dates = next_open_dates(read, first=day + timedelta(days=1), count=NEXT_DATES, horizon=HORIZON, now=now)
    return [], [on for on, _ in dates]


def nearest_to(booking: Booking, *, now: int) -> list[dict[str, str]]:
    """The free starts for the same visit nearest to the time that it has, or had."""
    wish_of = partial(wish_to_move, booking, held_allocations(booking), None, staff=False)
    start = Start.at(booking.business.zone, minute_of(booking.starts_at))
    return nearest_starts(booking.business_id, wish_of, start, live=booking.live, now=now)
