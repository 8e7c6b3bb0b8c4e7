"""The states of a booking and the one function that changes them (seed 001, "Status transitions")."""

from bookings.events import record_change
from bookings.models import Allocation, Booking, Status
from businesses.errors import Conflict

TRANSITIONS: dict[str, tuple[Status, ...]] = {
    Status.PENDING: (Status.CONFIRMED, Status.CANCELLED),
    Status.CONFIRMED: (Status.CHECKED_IN, Status.CANCELLED, Status.NO_SHOW),
    Status.CHECKED_IN: (Status.COMPLETED, Status.NO_SHOW),
    Status.COMPLETED: (),
    Status.CANCELLED: (),
    Status.NO_SHOW: (),
}

# A cancelled booking and a no-show hold nothing any more; a completed one did take place.
HOLDING = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)

EVENT_TYPES: dict[str, str] = {
    Status.CONFIRMED: "booking.confirmed",
    Status.CHECKED_IN: "booking.checked_in",
    Status.COMPLETED: "booking.completed",
    Status.CANCELLED: "booking.canceled",
    Status.NO_SHOW: "booking.no_show",
}


HELD = "This time is only held. Whoever holds it can confirm it or let it go."


def require_booked(booking: Booking) -> None:
    """Raises Conflict for a hold: it is nobody's visit yet."""
    if booking.is_held:
        raise Conflict(HELD, {"reason": "held"})


def require_not_over(booking: Booking) -> None:
    """Raises Conflict for what is completed, cancelled or a no-show, and for a hold."""
    require_booked(booking)
    if not TRANSITIONS[booking.status]:
        raise Conflict(f"A booking that is {booking.status} cannot be changed.", {"status": booking.status})


def require_transition(booking: Booking, status: str) -> None:
    """Raises Conflict unless the table allows it; the status that a booking already has is no transition.

    A hold can only be let go here: `holds.confirm_hold` makes it a booking.
    """
    if status != Status.CANCELLED:
        require_booked(booking)
    if status not in TRANSITIONS[booking.status]:
        raise Conflict(
            f"A booking that is {booking.status} cannot become {status}.",
            {"status": booking.status, "allowed": [str(allowed) for allowed in TRANSITIONS[booking.status]]},
        )


def change_status(booking: Booking, status: str) -> None:
    """Move a booking, locked by the caller, to another status. Raises Conflict when the table forbids it.

    Whoever was not told of a booking is not told that it was cancelled: of a hold the world hears that it has ended.
    """
    require_transition(booking, status)
    booking.status = status
    booking.version += 1
    booking.save(update_fields=["status", "version", "updated_at"])
    if status not in HOLDING:
        Allocation.objects.filter(business_id=booking.business_id, booking=booking).update(active=False)
    if booking.held_until is None:
        record_change(booking, EVENT_TYPES[status], "booking.updated")
    else:
        record_change(booking, "booking.hold_expired")


def reinstate(booking: Booking, status: str) -> None:
    """The one way out of cancelled: late money for a booking that had expired unpaid. Its time is held again already.

    The caller has the lock and knows that it was the deposit that cancelled the booking (DESIGN 8.6).
    """
    booking.status = status
    booking.version += 1
    booking.save(update_fields=["status", "version", "updated_at"])
    record_change(booking, "booking.reinstated", "booking.updated")
