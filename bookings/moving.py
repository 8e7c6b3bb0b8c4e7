"""Another time for a booking, in one step: the old time is let go only when the new one is taken."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from bookings import availability as engine
from bookings import settlement
from bookings.asking import Ask, wish_to_move
from bookings.errors import SlotTaken
from bookings.events import record_change
from bookings.lifecycle import require_booked
from bookings.models import Allocation, Booking, Status
from bookings.placing import Placement, Start, decide, hold, lock_resources, nearest_starts
from bookings.queries import occupancy
from bookings.snapshot import Snapshot
from businesses.errors import Conflict

MOVABLE = (Status.PENDING, Status.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a booking shall go. Without a resource it stays with its own where that is free, else any that can.

    `service`: what the visit becomes, at today's length and price; else it stays as it was booked.
    `version`: the one that was looked at; None moves any. `offered`: to a start that customers are offered, not to any
    minute.
    """

    start: Start
    resource: UUID | None = None
    service: UUID | None = None
    version: int | None = None
    offered: bool = False


def relocate(booking: Booking, held: list[Allocation], move: Move, *, now: int) -> None:
    """Move a booking, locked by the caller. Raises SlotTaken, NotFound, Conflict when the booking is past moving."""
    require_booked(booking)
    if booking.status not in MOVABLE:
        raise Conflict(f"A booking that is {booking.status} cannot be rescheduled.", {"status": booking.status})
    placement = _new_place(booking, held, move, now)
    lock_resources(booking.business_id, {a.resource_id for a in held} | {pick.resource for pick in placement.picks})
    Allocation.objects.filter(business_id=booking.business_id, booking=booking).delete()
    hold(booking, placement)
    stays = move.service is not None and booking.starts_at == placement.starts_at
    booking.starts_at, booking.ends_at = placement.starts_at, placement.ends_at
    if move.service:
        booking.price_cents = placement.price_cents
    booking.version += 1
    booking.save(update_fields=["starts_at", "ends_at", "price_cents", "party_size", "version", "updated_at"])
    settlement.follow_move(booking)
    types = ("booking.updated",) if stays else ("booking.rescheduled", "booking.updated")
    record_change(booking, *types, items=placement.items())


def refused_move(refusal: SlotTaken, booking: Booking, held: list[Allocation], move: Move, *, now: int) -> SlotTaken:
    """The refusal with the free starts nearest to the one that was asked for; its own time counts as free."""
    wish_of = _wish(booking, held, move)
    nearest = nearest_starts(booking.business_id, wish_of, move.start, live=booking.live, now=now, without=held)
    return SlotTaken(refusal.reason, nearest)


def _new_place(booking: Booking, held: list[Allocation], move: Move, now: int) -> Placement:
    day = move.start.date
    wish_of = _wish(booking, held, move)
    found = occupancy(booking.business_id, live=booking.live, first=day, last=day, wish_of=wish_of)
    busy = found.busy(without=held)
    own = {a.resource_id for a in held if not a.additional}
    if move.resource is None and len(own) == 1:
        staying = replace(found, wish=replace(found.wish, resource=own.pop()))
        with suppress(SlotTaken):  # its own resource is not free then: any other will do
            return decide(staying, move.start, now=now, busy=busy)
    return decide(found, move.start, now=now, busy=busy)


def _wish(booking: Booking, held: list[Allocation], move: Move) -> Callable[[Snapshot], engine.Wish]:
    if move.service is None:
        return partial(wish_to_move, booking, held, move.resource, staff=not move.offered)
    return Ask(services=(move.service,), resource=move.resource, party=booking.party_size, staff=True).wish
