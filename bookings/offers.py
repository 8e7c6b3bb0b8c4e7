"""What the desk is offered: the starts of a day, each with the resources that could take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from bookings import availability as engine
from bookings.asking import Ask, wish_to_move
from bookings.models import Allocation, Booking
from bookings.queries import Occupancy, held_allocations, occupancy
from businesses.localtime import date_of
from businesses.models import Business, Resource


@dataclass(frozen=True, slots=True)
class Offer:
    """A start, as a minute, and who could take it, the one that would first."""

    minute: int
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """The starts of a date; `never` says why there are none on any."""

    starts: list[Offer]
    never: engine.Reason | None


def offered_starts(business_id: int, ask: Ask, on: date, *, live: bool, now: int) -> Offers:
    """The starts of the grid that staff may book on a date, from now on. Raises NotFound, Invalid."""
    found = occupancy(business_id, live=live, first=on, last=on, wish_of=ask.wish)
    return _offers(found, on, now)


def starts_to_move(booking: Booking, on: date, *, resource: UUID | None, now: int) -> Offers:
    """Where a booking could go on a date, its own time being free. Raises NotFound."""
    held = held_allocations(booking)
    wish_of = partial(wish_to_move, booking, held, resource)
    found = occupancy(booking.business_id, live=booking.live, first=on, last=on, wish_of=wish_of)
    return _offers(found, on, now, without=held)


def _offers(found: Occupancy, on: date, now: int, without: Iterable[Allocation] = ()) -> Offers:
    """Staff may begin at any minute: the grid is what helps them to choose."""
    calendar = found.snapshot.calendar
    view = engine.DayView(calendar, found.wish, on, found.busy(without))
    anyway = _half_hours(view) if found.wish.any_hours else 0
    masks = {key: mask & (view.grid(key) | anyway) for key, mask in view.starts(now).items()}
    union = 0
    for mask in masks.values():
        union |= mask
    ahead = max(now - view.day.start, 0)
    starts = [_offer(found, view, masks, at) for at in engine.positions(union >> ahead << ahead)]
    return Offers(starts, engine.why_never(view))


def _half_hours(view: engine.DayView) -> int:
    """Where nothing is open there is no grid."""
    return sum(1 << at for at in range(0, view.day.end - view.day.start, 30))


def _offer(found: Occupancy, view: engine.DayView, masks: dict[int, int], at: int) -> Offer:
    uuids = (view.calendar.resources[key].uuid for key in view.takers(masks, at))
    return Offer(view.day.start + at, tuple(found.snapshot.resources[uuid] for uuid in uuids))


def next_free(business: Business, ask: Ask, *, live: bool, now: int) -> int | None:
    """The first minute from now on, still today, at which staff could begin this visit."""
    today = date_of(business.zone, now)
    found = occupancy(business.id, live=live, first=today, last=today, wish_of=ask.wish)
    view = engine.DayView(found.snapshot.calendar, found.wish, today, found.busy())
    ahead = max(now - view.day.start, 0)
    free = view.free_starts(now) >> ahead
    return view.day.start + ahead + (free & -free).bit_length() - 1 if free else None
