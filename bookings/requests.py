"""A deposit asked for later, of a booking that was made without one. The booking stands whether it is paid or not."""

from uuid import UUID

from bookings.deposits import Asked, DepositWish, new_deposit, require_payments, require_reachable
from bookings.events import record_change
from bookings.lifecycle import require_booked
from bookings.models import Booking, Status
from bookings.services import locked_booking
from businesses.db import transactional
from businesses.errors import Conflict, Invalid
from businesses.localtime import moment_of
from businesses.models import Business
from payments.instructions import instruct
from payments.models import Action, Channel, DepositKind
from payments.money import payable

MOST_CENTS = 100_000_000
ASKED_OF = (Status.PENDING, Status.CONFIRMED)


@transactional
def request_deposit(*, business_id: int, live: bool, booking_id: UUID, amount_cents: int, now: int) -> Booking:
    """Begin to ask for a charge: `settlement.owed` carries it out, and then the customer gets the link by mail.

    Raises Conflict when there is a deposit already, whatever became of it, or the visit has begun; Invalid without an
    e-mail address or amount.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    require_booked(booking)
    if booking.deposit_id is not None:
        raise Conflict("There is a deposit already.", {"reason": "has_deposit"})
    if booking.status not in ASKED_OF:
        raise Conflict(f"A booking that is {booking.status} is not asked to pay.", {"status": booking.status})
    if not 0 < amount_cents <= MOST_CENTS:
        raise Invalid("How much?", {"amount_cents": [f"Must be from 1 to {MOST_CENTS}."]})
    require_payments(live=live)
    require_reachable(booking)
    business = Business.objects.get(id=business_id)
    asked = Asked(DepositKind.CHARGE, payable(amount_cents, business.currency))
    wish = DepositWish(channel=Channel.LINK, by_rule=False, standing=True)
    booking.deposit = new_deposit(booking, asked, wish, business, now=now)
    booking.version += 1
    booking.save(update_fields=["deposit", "version", "updated_at"])
    instruct(booking.deposit, Action.OPEN, "request", now=moment_of(now))
    record_change(booking, "booking.updated")
    return booking
