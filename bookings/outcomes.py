"""What the money does to a booking: confirmed when the deposit is there, cancelled when it is not, all sides told."""

from datetime import datetime

from django.db import IntegrityError, transaction

from bookings import messages
from bookings.events import record_deposit
from bookings.lifecycle import change_status, reinstate
from bookings.models import Allocation, Booking, Source, Status
from businesses.models import Business
from payments.instructions import instruct
from payments.ledger import SECURED, TAKEN, UNPAID
from payments.models import Action, Channel, Deposit, DepositKind, DepositStatus, Instruction, Progress

GIVEN_UP = (DepositStatus.EXPIRED, DepositStatus.CANCELED)
EVENT_TYPES: dict[str, str] = {
    DepositStatus.SAVED: "deposit.saved",
    DepositStatus.HELD: "deposit.held",
    DepositStatus.RELEASED: "deposit.released",
    DepositStatus.REFUND_FAILED: "payment.refund_failed",
    DepositStatus.FAILED: "payment.failed",
    DepositStatus.EXPIRED: "deposit.expired",
}


def follow_deposit(
    booking: Booking, deposit: Deposit, before: Deposit, *, now: datetime, instruction: Instruction | None = None
) -> None:
    """Everything that follows from what a deposit has just become; `before` is how it was. Both are locked.

    `instruction` is the one that made it so, finished.
    """
    if instruction and instruction.progress == Progress.DONE:
        _follow_instruction(booking, deposit, instruction)
    if instruction and instruction.progress == Progress.REFUSED and instruction.action == Action.CAPTURE:
        messages.tell_of_failed_capture(booking, deposit, instruction.problem)
    types = _what_happened(deposit, before)
    if types:
        record_deposit(booking, deposit, *types)
        messages.tell_of_deposit(booking, deposit, types)
    if deposit.status != before.status:
        _follow_status(booking, deposit, before.status, now)


def _what_happened(deposit: Deposit, before: Deposit) -> list[str]:
    """The events to tell. What happened between two looks at Stripe is told as well."""
    types = []
    if deposit.captured_cents > before.captured_cents:
        types += ["deposit.captured"] if deposit.kind == DepositKind.AUTHORIZATION_HOLD else []
        types += ["payment.succeeded"]
    if deposit.status != before.status and deposit.status in EVENT_TYPES:
        types.append(EVENT_TYPES[deposit.status])
    if deposit.status == DepositStatus.PENDING and deposit.problem and deposit.problem != before.problem:
        types.append("payment.failed")
    if deposit.refunded_cents > before.refunded_cents:
        types.append("payment.refunded")
    if deposit.disputed and not before.disputed:
        types.append("payment.disputed")
    return types


def _follow_instruction(booking: Booking, deposit: Deposit, instruction: Instruction) -> None:
    if instruction.action == Action.CAPTURE and instruction.purpose == Status.NO_SHOW:
        change_status(booking, Status.NO_SHOW)
    elif instruction.action == Action.OPEN and deposit.channel == Channel.LINK:
        messages.send_link(booking, deposit)


def _follow_status(booking: Booking, deposit: Deposit, before: str, now: datetime) -> None:
    secured = deposit.status in (*SECURED, *TAKEN) and before in UNPAID
    if booking.status == Status.PENDING:
        if secured and _confirms_itself(booking):
            change_status(booking, Status.CONFIRMED)
        elif deposit.status in GIVEN_UP and not deposit.standing:
            change_status(booking, Status.CANCELLED)
    elif booking.status == Status.CANCELLED and secured:
        revivable = before == DepositStatus.EXPIRED and booking.starts_at > now and not deposit.standing
        if not (revivable and _take_back(booking)):
            _give_back(booking, deposit, now)


def _confirms_itself(booking: Booking) -> bool:
    """A business that looks at each booking first does so with paid ones too; what staff have booked is settled."""
    if booking.source == Source.STAFF:
        return True
    auto_confirm: bool = Business.objects.values_list("auto_confirm", flat=True).get(id=booking.business_id)
    return auto_confirm


def _take_back(booking: Booking) -> bool:
    """Late money: the expired booking gets its time again where that is still free (DESIGN 8.6)."""
    try:
        with transaction.atomic():
            Allocation.objects.filter(business_id=booking.business_id, booking=booking).update(active=True)
    except IntegrityError:
        return False
    reinstate(booking, Status.CONFIRMED if _confirms_itself(booking) else Status.PENDING)
    return True


def _give_back(booking: Booking, deposit: Deposit, now: datetime) -> None:
    """Paid, but not bookable any more: all of it goes back, and both sides are told (GUARANTEES M4)."""
    if deposit.refundable_cents:
        instruct(deposit, Action.REFUND, "late", now=now, amount=deposit.refundable_cents)
        deposit.status, deposit.refunding_cents = DepositStatus.REFUND_PENDING, deposit.refundable_cents
        deposit.save(update_fields=["status", "refunding_cents", "updated_at"])
    elif deposit.status in (DepositStatus.HELD, DepositStatus.SAVED):
        instruct(deposit, Action.RELEASE, "late", now=now, ends_as=DepositStatus.RELEASED)
    messages.tell_of_late_money(booking, deposit)
