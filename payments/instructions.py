"""Having Stripe do something: the intent is committed first, Stripe is asked outside of any transaction, and what
came of it is read back from Stripe and entered. A crash at any point leaves a pending instruction, which a job takes
up again: it looks whether Stripe has done it already before it asks a second time (GUARANTEES M2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from businesses.actors import acting
from businesses.errors import InProgress
from payments.actions import PERFORM, Result
from payments.gateway import Refused
from payments.ledger import UNDER_WAY, enter
from payments.models import Action, Deposit, DepositStatus, Instruction, Progress
from payments.reading import Reading, read

LEASE = timedelta(minutes=5)  # longer than all calls of one instruction with their time limits
GRACE = timedelta(seconds=30)  # whoever instructs asks Stripe at once; after that the job does
PAUSES = (5, 15, 60, 300, 900)  # seconds before an unanswered instruction is tried again
STATUS_OF_FAILURE = {
    Action.OPEN: DepositStatus.CANCELED,
    Action.HOLD: DepositStatus.FAILED,
    Action.REFUND: DepositStatus.REFUND_FAILED,
}
AT_WORK = "The deposit is being worked on. Try again in a moment."


def instruct(
    deposit: Deposit, action: Action, purpose: str, *, now: datetime, amount: int = 0, ends_as: str = ""
) -> Instruction:
    """Commit to an action, in the caller's transaction and under its lock of the deposit.

    `ends_as`: the status of the deposit once it is closed or released by this. Raises InProgress while
    another instruction is pending.
    """
    try:
        with transaction.atomic():
            return Instruction.objects.create(
                business_id=deposit.business_id,
                deposit=deposit,
                action=action,
                purpose=purpose,
                amount_cents=amount,
                ends_as=ends_as,
                actor=acting(),
                next_try_at=now + GRACE,
            )
    except IntegrityError as error:
        raise InProgress(AT_WORK, {"reason": "deposit_busy"}) from error


def taken_up(deposit: Deposit, purpose: str, *, now: datetime) -> Instruction | None:
    """A pending instruction of the same purpose that was left unanswered: asking again goes on with it."""
    left = Q(tries__gt=0, leased_until=None) | Q(leased_until__lt=now) | Q(tries=0, next_try_at__lt=now)
    return deposit.instructions.filter(left, progress=Progress.PENDING, purpose=purpose).first()


def withdraw_opening(deposit: Deposit, *, now: datetime) -> None:
    """Give up an opening that Stripe has left unanswered: nobody was told how to pay."""
    left = Q(leased_until=None, tries__gt=0) | Q(leased_until__lt=now) | Q(tries=0, next_try_at__lt=now)
    found = deposit.instructions.filter(left, progress=Progress.PENDING, action=Action.OPEN).first()
    if found:
        finish(found, reached=False)


def claim(reference: UUID, *, now: datetime) -> Instruction | None:
    """The instruction with its lease, or None when it is finished or somebody else holds the lease."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    mine = Instruction.objects.filter(free, uuid=reference, progress=Progress.PENDING)
    if not mine.update(leased_until=now + LEASE, tries=F("tries") + 1):
        return None
    return Instruction.objects.select_related("deposit").get(uuid=reference)


def postpone(instruction: Instruction, problem: str, *, now: datetime, answered: bool) -> None:
    """Give the lease back: Stripe did not say what became of it. A key that was answered is used up."""
    pause = PAUSES[min(instruction.tries, len(PAUSES)) - 1]
    Instruction.objects.filter(id=instruction.id, progress=Progress.PENDING).update(
        leased_until=None,
        next_try_at=now + timedelta(seconds=pause),
        attempt=F("attempt") + int(answered),
        problem=problem[:500],
    )


def due(*, now: datetime, most: int) -> list[UUID]:
    """Pending instructions that nobody works on and whose time has come, oldest first."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    found = Instruction.objects.filter(free, progress=Progress.PENDING, next_try_at__lte=now)
    return list(found.order_by("next_try_at").values_list("uuid", flat=True)[:most])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was asked, what Stripe answered, and how the deposit stands now; `seen` is its count of readings."""

    result: Result
    reading: Reading
    refusal: Refused | None
    seen: int


def perform(instruction: Instruction) -> Outcome:
    """Ask Stripe, then read back how things stand. Raises Unreached, NotConfigured."""
    deposit, seen = instruction.deposit, instruction.deposit.readings
    result, refusal = Result(), None
    try:
        result = PERFORM[Action(instruction.action)](deposit, instruction)
    except Refused as error:
        refusal = error
    result.give_to(deposit)
    return Outcome(result, read(deposit), refusal, seen)


def settle(deposit: Deposit, instruction: Instruction, outcome: Outcome, *, now: datetime) -> bool:
    """Enter an outcome: deposit and instruction are locked by the caller. False when a later reading was faster."""
    if deposit.readings != outcome.seen:
        return False
    outcome.result.give_to(deposit)
    enter(deposit, outcome.reading, now=now, ended_as=instruction.ends_as)
    if instruction.action == Action.RELEASE and deposit.status == DepositStatus.SAVED:
        deposit.status = instruction.ends_as
    reached = REACHED[Action(instruction.action)](deposit, instruction, outcome.reading)
    if not reached:
        problem = outcome.refusal.message if outcome.refusal else outcome.reading.declined or "Stripe has not done it."
        deposit.problem = instruction.problem = problem[:500]
        deposit.status = STATUS_OF_FAILURE.get(Action(instruction.action), deposit.status)
    deposit.save()
    finish(instruction, reached=reached)
    return True


def finish(instruction: Instruction, *, reached: bool) -> None:
    instruction.progress = Progress.DONE if reached else Progress.REFUSED
    instruction.leased_until = instruction.next_try_at = None
    instruction.save()


def finish_overtaken(deposit: Deposit, reading: Reading) -> None:
    """An event was faster than the answer: opening and closing are over once the customer has paid."""
    pending = deposit.instructions.filter(progress=Progress.PENDING, action__in=(Action.OPEN, Action.CLOSE)).first()
    if pending and REACHED[Action(pending.action)](deposit, pending, reading):
        finish(pending, reached=True)


def _opened(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    return bool(reading.client_secret or deposit.checkout_url)


def _closed(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    return not reading.payable and not reading.under_way


def _held(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    return deposit.status == DepositStatus.HELD


def _captured(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    return deposit.captured_cents > 0


def _released(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    return deposit.status == instruction.ends_as


def _refunded(deposit: Deposit, instruction: Instruction, reading: Reading) -> bool:
    made = [refund for refund in reading.refunds if refund.instruction == str(instruction.uuid)]
    return any(refund.status in (*UNDER_WAY, "succeeded") for refund in made)


REACHED: dict[Action, Callable[[Deposit, Instruction, Reading], bool]] = {
    Action.OPEN: _opened,
    Action.CLOSE: _closed,
    Action.HOLD: _held,
    Action.CAPTURE: _captured,
    Action.RELEASE: _released,
    Action.REFUND: _refunded,
}
