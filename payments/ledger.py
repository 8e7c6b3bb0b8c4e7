"""From a reading to the books: the one place where a deposit's status changes and money is entered.

Whatever made us look (an event, an instruction, the reconciler), the same reading has the same effect, and a second
time none. The sum of the entries' effects is what Stripe holds of the deposit.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from payments.models import Deposit, DepositKind, DepositStatus, EntryKind, LedgerEntry
from payments.reading import LOST, Reading

UNPAID = (DepositStatus.PENDING, DepositStatus.EXPIRED, DepositStatus.CANCELED)
SECURED = (DepositStatus.SAVED, DepositStatus.HELD, DepositStatus.PAID, DepositStatus.CAPTURED)
TAKEN = (
    DepositStatus.PAID,
    DepositStatus.CAPTURED,
    DepositStatus.REFUND_PENDING,
    DepositStatus.REFUNDED,
    DepositStatus.REFUND_FAILED,
)
UNDER_WAY = ("pending", "requires_action")  # refunds
HOLD_LASTS_ABSENT = timedelta(days=4, hours=18)  # Visa, when the customer is not present (GUARANTEES M6)
WAITING = (DepositStatus.PENDING, DepositStatus.REFUND_PENDING)


def enter(deposit: Deposit, reading: Reading, *, now: datetime, ended_as: str = "") -> None:
    """Bring a deposit, locked by the caller, to what Stripe says.

    `ended_as`: the status of one that nobody can pay any more, or whose hold is gone. Empty when that was not our
    doing: unpaid it has expired then, and a hold that is still needed is to be placed again.
    """
    before, refunded = deposit.status, deposit.refunded_cents
    deposit.intent_ref = reading.intent or deposit.intent_ref
    deposit.method_ref = reading.method or deposit.method_ref
    for kind, amount, ref in _movements(deposit, reading):
        _book(deposit, kind, amount, ref)
    _sum_up(deposit)
    deposit.refunding_cents = sum(refund.amount for refund in reading.refunds if refund.status in UNDER_WAY)
    deposit.status = _status(deposit, reading, ended_as, now)
    if before == DepositStatus.REFUND_FAILED and deposit.status in SECURED and deposit.refunded_cents == refunded:
        deposit.status = before  # a refused refund leaves no trace at Stripe: it stays failed until money moves
    deposit.capture_before = reading.capture_before if deposit.status == DepositStatus.HELD else None
    if before == DepositStatus.HELD and reading.intent_status == "canceled":
        _book(deposit, EntryKind.RELEASED, deposit.amount_cents, reading.intent)
    if deposit.status in SECURED and deposit.status != before:
        deposit.problem = ""
    elif reading.declined:
        deposit.problem = reading.declined[:500]
    deposit.readings += 1
    deposit.look_at = next_look(deposit, now, changed=deposit.status != before)
    deposit.save()


def _movements(deposit: Deposit, reading: Reading) -> Iterator[tuple[EntryKind, int, str]]:
    """Everything that has moved since the deposit was opened; what is in the books already is not entered again."""
    if reading.intent_status == "requires_capture":
        yield EntryKind.HELD, deposit.amount_cents, reading.intent
    if reading.received:
        charged = EntryKind.CHARGED if deposit.kind == DepositKind.CHARGE else EntryKind.CAPTURED
        yield charged, reading.received, reading.intent
    yield from _movements_back(deposit, reading)


def _movements_back(deposit: Deposit, reading: Reading) -> Iterator[tuple[EntryKind, int, str]]:
    """Refunds and disputes; one that failed or was won counts when the loss was entered before."""
    for refund in reading.refunds:
        if refund.status == "succeeded":
            yield EntryKind.REFUNDED, refund.amount, refund.ref
        elif refund.status in ("failed", "canceled") and _booked(deposit, EntryKind.REFUNDED, refund.ref):
            yield EntryKind.REFUND_FAILED, refund.amount, refund.ref
    for dispute in reading.disputes:
        if dispute.status in LOST:
            yield EntryKind.DISPUTED, dispute.amount, dispute.ref
        elif dispute.status == "won" and _booked(deposit, EntryKind.DISPUTED, dispute.ref):
            yield EntryKind.DISPUTE_WON, dispute.amount, dispute.ref


EFFECT = {
    EntryKind.HELD: 0,
    EntryKind.RELEASED: 0,
    EntryKind.CHARGED: 1,
    EntryKind.CAPTURED: 1,
    EntryKind.REFUNDED: -1,
    EntryKind.REFUND_FAILED: 1,
    EntryKind.DISPUTED: -1,
    EntryKind.DISPUTE_WON: 1,
}


def _booked(deposit: Deposit, kind: EntryKind, ref: str) -> bool:
    return LedgerEntry.objects.filter(deposit_id=deposit.id, kind=kind, stripe_ref=ref).exists()


def _book(deposit: Deposit, kind: EntryKind, amount: int, ref: str) -> None:
    LedgerEntry.objects.get_or_create(
        deposit_id=deposit.id,
        kind=kind,
        stripe_ref=ref,
        defaults={
            "business_id": deposit.business_id,
            "amount_cents": amount,
            "effect_cents": EFFECT[kind] * amount,
        },
    )


def _sum_up(deposit: Deposit) -> None:
    """What the entries say of captured and refunded money. The order of a lost and a won dispute is theirs."""
    sums = dict.fromkeys(EntryKind.values, 0)
    for kind, amount in LedgerEntry.objects.filter(deposit_id=deposit.id).values_list("kind", "amount_cents"):
        sums[kind] += amount
    deposit.captured_cents = sums[EntryKind.CHARGED] + sums[EntryKind.CAPTURED]
    deposit.refunded_cents = sums[EntryKind.REFUNDED] - sums[EntryKind.REFUND_FAILED]
    deposit.disputed = sums[EntryKind.DISPUTED] > sums[EntryKind.DISPUTE_WON]


def _status(deposit: Deposit, reading: Reading, ended_as: str, now: datetime) -> str:
    if deposit.captured_cents:
        return _status_of_money(deposit, reading)
    if reading.intent_status == "requires_capture":
        return DepositStatus.HELD
    if reading.payable or reading.under_way:
        return deposit.status
    if reading.intent_status == "canceled" and deposit.status == DepositStatus.HELD:
        return ended_as or _lapsed(deposit, now)
    if reading.setup_status == "succeeded" and deposit.status in UNPAID:
        return DepositStatus.SAVED
    if deposit.status == DepositStatus.PENDING:
        return ended_as or DepositStatus.EXPIRED
    return deposit.status


def _lapsed(deposit: Deposit, now: datetime) -> str:
    """A hold that ended by itself: with the card saved and the visit still to come it is placed again."""
    if not deposit.method_ref or deposit.needed_until is None or deposit.needed_until <= now:
        return DepositStatus.RELEASED
    deposit.hold_at = max(now, deposit.needed_until - HOLD_LASTS_ABSENT)
    return DepositStatus.SAVED


def _status_of_money(deposit: Deposit, reading: Reading) -> str:
    latest = reading.refunds[-1].status if reading.refunds else ""
    if deposit.refunding_cents:
        return DepositStatus.REFUND_PENDING
    if deposit.refunded_cents == deposit.captured_cents:
        return DepositStatus.REFUNDED
    if latest == "failed":
        return DepositStatus.REFUND_FAILED
    return DepositStatus.PAID if deposit.kind == DepositKind.CHARGE else DepositStatus.CAPTURED


def balance(deposit: Deposit) -> int:
    """What Stripe holds of a deposit, by the books."""
    return sum(LedgerEntry.objects.filter(deposit_id=deposit.id).values_list("effect_cents", flat=True))


LOOKS = ((timedelta(days=1), timedelta(minutes=10)), (timedelta(days=14), timedelta(hours=6)))
LONGEST_LOOK = timedelta(days=1)
LOOKED_AFTER_FOR = timedelta(days=120)  # as long as a card payment can be disputed


def next_look(deposit: Deposit, now: datetime, *, changed: bool) -> datetime | None:
    """When the reconciler shall compare again: often while something is expected, ever more seldom after that."""
    if deposit.status in WAITING:
        return now + timedelta(minutes=5)
    if changed:
        return now + LOOKS[0][1]
    age = now - deposit.created_at
    if age > LOOKED_AFTER_FOR and deposit.status not in (DepositStatus.HELD, DepositStatus.SAVED):
        return None
    return now + next((pause for limit, pause in LOOKS if age < limit), LONGEST_LOOK)
