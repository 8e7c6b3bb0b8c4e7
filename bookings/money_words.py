"""What messages and pages say of a booking's money, in the language that is active."""

from django.utils.translation import gettext as _

from bookings.models import Booking, Status
from bookings.policy import Settlement
from payments.models import Action, Channel, Deposit, DepositKind, DepositStatus, Instruction
from payments.money import spoken

NEVER_PAID = (DepositStatus.PENDING, DepositStatus.EXPIRED, DepositStatus.CANCELED)
HOLDS = (DepositStatus.HELD, DepositStatus.SAVED, DepositStatus.RELEASED)


def is_unknown_to_customer(booking: Booking) -> bool:
    """Nothing was ever sent: the deposit of a form or page was not paid, or a payment link never came to be."""
    deposit = booking.deposit
    if deposit is None or deposit.standing or deposit.status not in NEVER_PAID or deposit.captured_cents:
        return False
    return deposit.channel != Channel.LINK or not deposit.checkout_url


def after_cancellation(booking: Booking) -> list[str]:
    """What becomes of the deposit of a cancelled booking."""
    deposit = booking.deposit
    if deposit is None:
        return []
    if deposit.kind == DepositKind.AUTHORIZATION_HOLD and deposit.status in HOLDS:
        return [_("The hold of %(amount)s on your card is released. Nothing is charged.") % _amount(deposit)]
    if not deposit.captured_cents:
        return [_("Nothing was charged.")] if deposit.status in NEVER_PAID else []
    back = sum(
        Instruction.objects.filter(
            deposit=deposit, action=Action.REFUND, purpose__in=(Status.CANCELLED, "late")
        ).values_list("amount_cents", flat=True)
    )
    kept = deposit.captured_cents - deposit.refunded_cents - deposit.refunding_cents
    return refund_and_fee(back, max(0, kept), deposit.currency)


def refund_and_fee(refund: int, fee: int, currency: str) -> list[str]:
    told = []
    if refund:
        text = _("%(amount)s of your deposit go back to your card; banks may need some days to show it.")
        told.append(text % {"amount": spoken(refund, currency)})
    if fee:
        text = _("By the cancellation policy, %(amount)s of your deposit are kept.")
        told.append(text % {"amount": spoken(fee, currency)})
    return told


def before_cancellation(booking: Booking, settlement: Settlement) -> list[str]:
    """What cancelling now would mean."""
    deposit = booking.deposit
    if settlement.fee_cents or settlement.refund_cents:
        return refund_and_fee(settlement.refund_cents, settlement.fee_cents, settlement.currency)
    if deposit and deposit.status in (DepositStatus.HELD, DepositStatus.SAVED):
        return [_("The hold of %(amount)s on your card is released. Nothing is charged.") % _amount(deposit)]
    return [_("Cancelling costs nothing.")]


def after_no_show(booking: Booking) -> tuple[str, str]:
    """(what was charged for it, what is kept of a deposit paid before), each as an amount or empty."""
    deposit = booking.deposit
    if deposit is None or not deposit.captured_cents:
        return "", ""
    kept = deposit.captured_cents - deposit.refunded_cents - deposit.refunding_cents
    amount = spoken(kept, deposit.currency) if kept > 0 else ""
    return (amount, "") if deposit.kind == DepositKind.AUTHORIZATION_HOLD else ("", amount)


def state_of(deposit: Deposit) -> str:
    """How a deposit stands, in a few words."""
    words = {
        DepositStatus.PENDING: _("not paid yet"),
        DepositStatus.SAVED: _("card saved"),
        DepositStatus.HELD: _("held on your card"),
        DepositStatus.PAID: _("paid"),
        DepositStatus.CAPTURED: _("charged"),
        DepositStatus.RELEASED: _("released"),
        DepositStatus.REFUND_PENDING: _("refund on its way"),
        DepositStatus.REFUNDED: _("refunded"),
        DepositStatus.REFUND_FAILED: _("refund failed"),
        DepositStatus.FAILED: _("card not accepted"),
        DepositStatus.EXPIRED: _("not paid in time"),
        DepositStatus.CANCELED: _("given up"),
    }
    return f"{spoken(deposit.amount_cents, deposit.currency)}: {words[DepositStatus(deposit.status)]}"


def _amount(deposit: Deposit) -> dict[str, str]:
    return {"amount": spoken(deposit.amount_cents, deposit.currency)}
