"""Asking Stripe, outside of any transaction, and entering what came of it in one of its own.

Locks are taken on the booking first, on its deposit second, everywhere.
"""

import copy
import time
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bookings.lifecycle import change_status
from bookings.models import Booking, Status
from bookings.outcomes import follow_deposit
from businesses.db import transactional
from businesses.errors import Busy, Conflict, InProgress, Undone
from payments import instructions
from payments.gateway import NotConfigured, Refused, Unreached
from payments.inbox import UnknownObject
from payments.instructions import Outcome, instruct
from payments.ledger import enter
from payments.models import Action, Deposit, DepositStatus, Instruction, Progress
from payments.reading import Reading, read

PATIENCE = 5.0  # seconds to wait for somebody else who is carrying out the same (GUARANTEES I3)
AGAIN = 5  # seconds after which asking again may help
NO_OUTCOME = (Unreached, NotConfigured, Refused)  # refused: to tell how things stand
NO_ANSWER = "The payment provider gave no answer yet. Try again shortly."
FAILED = {
    Action.OPEN: "The deposit could not be requested, and nothing is booked",
    Action.CLOSE: "The payment could not be closed",
    Action.HOLD: "The hold could not be placed",
    Action.CAPTURE: "The hold could not be captured, and nothing was charged",
    Action.RELEASE: "The hold could not be released",
    Action.REFUND: "The refund failed",
}


def carry_out(reference: UUID, *, now: datetime) -> Instruction:
    """Have Stripe do it and enter the outcome; an instruction that is finished already is given as it is.

    Raises Busy when Stripe gives no answer: a job tries again. Raises Conflict when Stripe refuses, InProgress when
    somebody else has been at it for too long.
    """
    return _carry_out(reference, now)[0]


def _carry_out(reference: UUID, now: datetime) -> tuple[Instruction, Reading | None]:
    """The finished instruction, and what was read after it when that was done here."""
    instruction = instructions.claim(reference, now=now)
    if instruction is None:
        return _accepted(_finished_by_another(reference)), None
    try:
        outcome = instructions.perform(instruction)
        while (found := _record(instruction.id, outcome, now)) is None:
            outcome = _look_again(instruction.deposit_id, outcome)
    except NO_OUTCOME as error:
        answered = isinstance(error, Unreached) and error.answered
        instructions.postpone(instruction, str(error), now=now, answered=answered)
        raise Busy(NO_ANSWER, retry_after=AGAIN) from error
    return _accepted(found), outcome.reading


def _finished_by_another(reference: UUID) -> Instruction:
    deadline = time.monotonic() + PATIENCE
    while True:
        found = Instruction.objects.select_related("deposit").get(uuid=reference)
        if found.progress != Progress.PENDING:
            return found
        if time.monotonic() > deadline:
            raise InProgress(instructions.AT_WORK)
        time.sleep(0.1)


def _accepted(instruction: Instruction) -> Instruction:
    if instruction.progress == Progress.REFUSED:
        reason = instruction.problem or "The payment provider refused."
        raise Conflict(f"{FAILED[Action(instruction.action)]}: {reason}", {"reason": "payment_refused"})
    return instruction


def _look_again(deposit_id: int, outcome: Outcome) -> Outcome:
    deposit = Deposit.objects.get(id=deposit_id)
    seen = deposit.readings
    outcome.result.give_to(deposit)
    return replace(outcome, reading=read(deposit), seen=seen)


@transactional
def _record(instruction_id: int, outcome: Outcome, now: datetime) -> Instruction | None:
    """Enter what came of an instruction; None when another reading was entered since this one was begun."""
    booking, deposit = locked_pair(Instruction.objects.get(id=instruction_id).deposit_id)
    instruction = Instruction.objects.select_for_update(no_key=True).get(id=instruction_id)
    instruction.deposit = deposit
    if instruction.progress != Progress.PENDING:
        return instruction
    before = copy.copy(deposit)
    if not instructions.settle(deposit, instruction, outcome, now=now):
        return None
    follow_deposit(booking, deposit, before, now=now, instruction=instruction)
    return instruction


def locked_pair(deposit_id: int) -> tuple[Booking, Deposit]:
    """A booking and its deposit under their locks, in the order that all take them in."""
    booking = Booking.objects.select_for_update(no_key=True).get(deposit_id=deposit_id)
    deposit = Deposit.objects.select_for_update(no_key=True).get(id=deposit_id)
    booking.deposit = deposit
    return booking, deposit


def catch_up(deposit_id: int, *, now: datetime) -> None:
    """Compare a deposit with Stripe and follow what has become of it: for events and the reconciler.

    Raises UnknownObject for one that is being opened just now; Unreached, NotConfigured, Refused.
    """
    while True:
        deposit = Deposit.objects.get(id=deposit_id)
        if not deposit.opened:
            if deposit.status == DepositStatus.PENDING:
                raise UnknownObject("The deposit is not open yet.")
            return  # given up before it was known what Stripe had made: nobody can pay that
        if _enter(deposit_id, read(deposit), deposit.readings, now):
            return


@transactional
def _enter(deposit_id: int, reading: Reading, seen: int, now: datetime) -> bool:
    booking, deposit = locked_pair(deposit_id)
    if deposit.readings != seen:
        return False
    before = copy.copy(deposit)
    enter(deposit, reading, now=now)
    instructions.finish_overtaken(deposit, reading)
    follow_deposit(booking, deposit, before, now=now)
    return True


@dataclass(frozen=True, slots=True)
class Opened:
    """A booking whose customer can pay now; `client_secret` is empty where a page of Stripe's is the way."""

    booking: Booking
    deposit: Deposit
    client_secret: str


def open_payment(reference: UUID, *, now: datetime) -> Opened:
    """The way to pay of a new booking. When Stripe does not give it the booking is taken back: nobody could pay.

    Raises Undone then, Busy when the way is there but cannot be read now, Conflict when Stripe refused or the
    booking is over.
    """
    try:
        instruction, reading = _carry_out(reference, now)
    except Busy as error:
        _abandon(reference, now)
        raise Undone(error.message, retry_after=AGAIN) from error
    deposit = Deposit.objects.get(id=instruction.deposit_id)
    booking = Booking.objects.get(deposit_id=deposit.id)
    if booking.status == Status.CANCELLED:
        raise Conflict("This booking is cancelled: its deposit was not paid in time.", {"status": booking.status})
    try:
        return Opened(booking, deposit, (reading or read(deposit)).client_secret)
    except NO_OUTCOME as error:
        raise Busy(NO_ANSWER, retry_after=AGAIN) from error


@transactional
def _abandon(reference: UUID, now: datetime) -> None:
    """Cancel a booking that nobody was given a way to pay for; what is known of it at Stripe is closed later."""
    booking, deposit = locked_pair(Instruction.objects.get(uuid=reference).deposit_id)
    instruction = Instruction.objects.select_for_update(no_key=True).get(uuid=reference)
    if instruction.progress != Progress.PENDING:
        return  # somebody else has it, and has perhaps told the customer
    instructions.finish(instruction, reached=False)
    if booking.status == Status.PENDING:
        change_status(booking, Status.CANCELLED)
    instruct(deposit, Action.CLOSE, "abandoned", now=now, ends_as=DepositStatus.CANCELED)
