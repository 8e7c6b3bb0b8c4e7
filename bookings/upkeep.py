"""Deposits whose time has come: unpaid ones expire, saved cards are held, holds are watched, all are compared with
Stripe now and then. The times are in the database; jobs ask here what is due.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings import execution, messages
from bookings.models import Status
from businesses.db import transactional
from businesses.errors import Conflict
from payments.instructions import instruct
from payments.ledger import HOLD_LASTS_ABSENT
from payments.models import Action, Deposit, DepositStatus, Instruction, Progress

UNDER_WAY_FOR = timedelta(minutes=5)
WARNED_AHEAD = timedelta(hours=24)
OVER = (Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW)


def unpaid(*, now: datetime, most: int) -> list[int]:
    """Deposits that were not paid in time and that nothing is being done about."""
    found = Deposit.objects.filter(status=DepositStatus.PENDING, expires_at__lte=now)
    return _ids(found.exclude(instructions__progress=Progress.PENDING).order_by("expires_at"), most)


def expire(deposit_id: int, *, now: datetime) -> None:
    """Close the payment at Stripe, then free the time; what turns out to be paid is confirmed (GUARANTEES M5)."""
    if instruction := _begin(deposit_id, Action.CLOSE, "expiry", DepositStatus.EXPIRED, now=now):
        try:
            execution.carry_out(instruction.uuid, now=now)
        except Conflict:  # the payment is under way: its outcome decides, or another try does
            Deposit.objects.filter(id=deposit_id).update(expires_at=now + UNDER_WAY_FOR)
            raise


def holds_to_place(*, now: datetime, most: int) -> list[int]:
    found = Deposit.objects.filter(status=DepositStatus.SAVED, hold_at__lte=now)
    return _ids(found.exclude(instructions__progress=Progress.PENDING).order_by("hold_at"), most)


def place_hold(deposit_id: int, *, now: datetime) -> None:
    """Hold the amount on the saved card, of a visit that is still to come. Raises Conflict when the card refuses."""
    if instruction := _begin(deposit_id, Action.HOLD, "hold", "", now=now):
        execution.carry_out(instruction.uuid, now=now)


def lapsing_holds(*, now: datetime, most: int) -> list[int]:
    found = Deposit.objects.filter(
        status=DepositStatus.HELD, capture_before__lte=now + WARNED_AHEAD, warned_at__isnull=True
    )
    return _ids(found.exclude(instructions__progress=Progress.PENDING).order_by("capture_before"), most)


def tend_hold(deposit_id: int, *, now: datetime) -> None:
    """A hold about to lapse: renewed when the visit was moved beyond it, else the business is told, once."""
    deposit = Deposit.objects.get(id=deposit_id)
    lapses, needed = deposit.capture_before, deposit.needed_until
    if deposit.method_ref and lapses and needed and needed > lapses + WARNED_AHEAD:
        # The old one first: a card may not bear two. `place_holds` does the rest.
        if instruction := _begin(deposit_id, Action.RELEASE, "renewal", DepositStatus.SAVED, now=now):
            execution.carry_out(instruction.uuid, now=now)
    else:
        _warn(deposit_id, now)


@transactional
def _warn(deposit_id: int, now: datetime) -> None:
    booking, deposit = execution.locked_pair(deposit_id)
    if deposit.status == DepositStatus.HELD and deposit.warned_at is None:
        deposit.warned_at = now
        deposit.save(update_fields=["warned_at", "updated_at"])
        messages.tell_of_lapsing_hold(booking, deposit)


EXPECTED = {Action.CLOSE: DepositStatus.PENDING, Action.HOLD: DepositStatus.SAVED, Action.RELEASE: DepositStatus.HELD}


@transactional
def _begin(deposit_id: int, action: Action, purpose: str, ends_as: str, *, now: datetime) -> Instruction | None:
    """Instruct, unless the deposit has moved on or is being worked on."""
    booking, deposit = execution.locked_pair(deposit_id)
    if deposit.status != EXPECTED[action] or (action == Action.HOLD and booking.status in OVER):
        return None
    if action == Action.RELEASE and deposit.needed_until:
        deposit.hold_at = max(now, deposit.needed_until - HOLD_LASTS_ABSENT)
        deposit.save(update_fields=["hold_at", "updated_at"])
    try:
        return instruct(deposit, action, purpose, now=now, amount=deposit.amount_cents, ends_as=ends_as)
    except Conflict:
        return None


def to_look_at(*, now: datetime, most: int) -> list[int]:
    return _ids(Deposit.objects.filter(look_at__lte=now).order_by("look_at"), most)


def reconcile(deposit_id: int, *, now: datetime) -> None:
    """Compare with Stripe, in case an event was lost. Raises Unreached, Refused, NotConfigured.

    One that was never opened at Stripe has nothing to compare: its pending instruction does the rest.
    """
    deposit = Deposit.objects.get(id=deposit_id)
    waiting = deposit.opened or deposit.status == DepositStatus.PENDING
    Deposit.objects.filter(id=deposit_id).update(look_at=now + timedelta(minutes=5) if waiting else None)
    if deposit.opened:
        execution.catch_up(deposit_id, now=now)


def _ids(found: QuerySet[Deposit], most: int) -> list[int]:
    return list(found.values_list("id", flat=True)[:most])
