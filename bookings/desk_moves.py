"""Moving a visit on the desk's diary: to another time, to another resource, or both."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from bookings import availability as engine
from bookings.asking import wish_to_move
from bookings.models import Booking
from bookings.moving import MOVABLE, Move
from bookings.placing import Start, possible_starts
from bookings.queries import held_allocations, occupancy
from bookings.services import BookingChange, reschedule_booking, update_booking
from businesses.errors import Conflict, NotFound
from businesses.localtime import instants, minute_of
from businesses.models import Resource


def move_booking(business_id: int, booking_id: UUID, move: Move, *, live: bool, now: int) -> Booking:
    """Who stays at the same time changes the resource only, which guests who have arrived and hours do not prevent.

    Raises SlotTaken with free alternatives, Conflict, also when `move.version` is not the booking's any more, NotFound.
    """
    found = Booking.objects.filter(business_id=business_id, live=live, uuid=booking_id)
    booking = found.select_related("business").first()
    if booking is None:
        raise NotFound
    if move.resource and _keeps_time(booking, move):
        try:
            change = BookingChange(resource=move.resource, version=move.version)
            return update_booking(business_id, booking_id, change, live=live, now=now)
        except Conflict as refusal:
            busy = (refusal.details or {}).get("reason") == engine.Reason.BUSY
            if not busy or booking.status not in MOVABLE:
                raise
    return reschedule_booking(business_id, booking_id, move, live=live, now=now)


def free_at(business_id: int, booking_id: UUID, start: Start, *, live: bool, now: int) -> list[Resource]:
    """Who could take a whole visit at a start, its own time not counting: what to offer where a move was refused."""
    booking = Booking.objects.filter(business_id=business_id, live=live, uuid=booking_id).first()
    if booking is None:
        raise NotFound
    held = held_allocations(booking)
    found = occupancy(
        business_id, live=live, first=start.date, last=start.date, wish_of=partial(wish_to_move, booking, held, None)
    )
    busy = found.busy(without=held)
    view = engine.DayView(found.snapshot.calendar, replace(found.wish, same_resource=True), start.date, busy)
    at = possible_starts(found.snapshot, start, now)[0] - view.day.start
    free = {key for key, mask in view.starts(now).items() if mask >> at & 1}
    return [resource for resource in found.snapshot.resources.values() if resource.id in free]


def _keeps_time(booking: Booking, move: Move) -> bool:
    start, minute = move.start, minute_of(booking.starts_at)
    return minute in instants(booking.business.zone, start.date, start.minutes) and start.instant in (None, minute)
