"""What a change of a booking means for its deposit: committed in the change's own transaction, under the booking's
lock. Nothing here asks Stripe: `execution.carry_out` does, after the commit, for what `owed` names.
"""

from datetime import datetime
from uuid import UUID

from bookings.deposits import HELD_AFTER_VISIT
from bookings.models import Booking, Status
from bookings.policy import cancellation
from businesses.errors import Conflict
from businesses.localtime import moment_of
from payments import instructions
from payments.instructions import instruct
from payments.ledger import HOLD_LASTS_ABSENT
from payments.models import Action, Deposit, DepositStatus, Instruction, Progress
from payments.money import spoken

HOLDING = (DepositStatus.HELD, DepositStatus.SAVED)

# With these states nobody shall pay any more: a booking that waited for its deposit, and one that stands without.
CLOSED_WITH = {
    False: (Status.CONFIRMED, Status.CANCELLED),
    True: (Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW),
}


def held(booking: Booking) -> bool:
    """Whether there is a hold to capture, or a saved card that stands for one."""
    return booking.deposit is not None and booking.deposit.status in HOLDING


def follow_status(booking: Booking, *, now: int, waive_fee: bool = False) -> None:
    """What the status that a booking has just got means for its deposit."""
    deposit = _locked_deposit(booking)
    if deposit is None:
        return
    moment = moment_of(now)
    if deposit.status == DepositStatus.PENDING and booking.status in CLOSED_WITH[deposit.standing]:
        instructions.withdraw_opening(deposit, now=moment)
        instruct(deposit, Action.CLOSE, booking.status, now=moment, ends_as=DepositStatus.CANCELED)
    elif deposit.status in HOLDING and booking.status in (Status.CANCELLED, Status.COMPLETED):
        instruct(deposit, Action.RELEASE, booking.status, now=moment, ends_as=DepositStatus.RELEASED)
    elif deposit.refundable_cents and booking.status == Status.CANCELLED:
        refund = cancellation(booking, now=now, waive_fee=waive_fee).refund_cents
        if refund:
            _instruct_refund(deposit, refund, booking.status, now=moment)


def follow_move(booking: Booking) -> None:
    """A visit at another time needs its hold for another time: jobs place it then, or place it again."""
    deposit = _locked_deposit(booking)
    if deposit is None or deposit.needed_until is None:
        return
    deposit.needed_until = booking.ends_at + HELD_AFTER_VISIT
    if deposit.hold_at is not None:  # the card is saved, or will be
        deposit.hold_at = deposit.needed_until - HOLD_LASTS_ABSENT
    deposit.save(update_fields=["needed_until", "hold_at", "updated_at"])


def begin_no_show(booking: Booking, *, now: int) -> None:
    """Raises Conflict unless a deposit is held (seed 001, "No-Show Handling"); a saved card stands for a hold."""
    deposit = _require_held(booking)
    _begin(deposit, Action.CAPTURE, Status.NO_SHOW, now=moment_of(now), amount=deposit.amount_cents)


def begin_release(booking: Booking, *, now: int) -> None:
    """Raises Conflict unless a deposit is held."""
    deposit = _require_held(booking)
    _begin(deposit, Action.RELEASE, "release", now=moment_of(now), ends_as=DepositStatus.RELEASED)


def begin_refund(booking: Booking, amount: int | None, *, now: int, of_cents: int | None = None) -> None:
    """Raises Conflict when there is not so much left to refund, or another amount than `of_cents`."""
    deposit = _locked_deposit(booking)
    left_open = instructions.taken_up(deposit, "refund", now=moment_of(now)) if deposit else None
    if left_open and amount in (None, left_open.amount_cents):
        return  # asked again: that one goes on
    left = deposit.refundable_cents if deposit else 0
    if deposit is None or not left:
        raise Conflict("There is nothing to refund.", {"deposit": deposit.status if deposit else None})
    if of_cents not in (None, left):
        raise Conflict("The deposit has changed meanwhile.", {"refundable_cents": left})
    if amount is not None and amount > left:
        raise Conflict(f"Only {spoken(left, deposit.currency)} can be refunded.", {"refundable_cents": left})
    _instruct_refund(deposit, amount or left, "refund", now=moment_of(now))


def _require_held(booking: Booking) -> Deposit:
    deposit = _locked_deposit(booking)
    if deposit is None or deposit.status not in HOLDING:
        raise Conflict("This booking has no held deposit.", {"deposit": deposit.status if deposit else None})
    return deposit


def _begin(
    deposit: Deposit, action: Action, purpose: str, *, now: datetime, amount: int = 0, ends_as: str = ""
) -> None:
    """Instruct, unless the same was asked before and left unanswered: that goes on then."""
    if instructions.taken_up(deposit, purpose, now=now) is None:
        instruct(deposit, action, purpose, now=now, amount=amount, ends_as=ends_as)


def _instruct_refund(deposit: Deposit, amount: int, purpose: str, *, now: datetime) -> None:
    instruct(deposit, Action.REFUND, purpose, now=now, amount=amount)
    deposit.status = DepositStatus.REFUND_PENDING
    deposit.refunding_cents += amount
    deposit.save(update_fields=["status", "refunding_cents", "updated_at"])


def _locked_deposit(booking: Booking) -> Deposit | None:
    """The deposit under a lock; the booking is locked already."""
    if booking.deposit_id is not None:
        booking.deposit = Deposit.objects.select_for_update(no_key=True).get(id=booking.deposit_id)
    return booking.deposit


def owed(booking: Booking) -> UUID | None:
    """The instruction that a booking's change has left to be carried out, if any."""
    if booking.deposit_id is None:
        return None
    pending = Instruction.objects.filter(deposit_id=booking.deposit_id, progress=Progress.PENDING)
    return pending.values_list("uuid", flat=True).first()
