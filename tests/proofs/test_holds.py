"""Holds under many hands: of confirming and expiring exactly one wins, and nobody holds more than allowed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from availengine.clock import current_minute
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.deposits import MOST_UNPAID
from bookings.holds import HoldEnded, Holder, confirm_hold, expire_hold, hold_slot
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking
from bookings.placing import Start
from bookings.services import NewBooking
from businesses.errors import Conflict
from businesses.localtime import moment_of
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs import race

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
ROUNDS = 20


@pytest.fixture
def salon() -> Outcome:
    return factories.business(**race.busy_business(1))


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What each gives, all of them beginning at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait(10)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result() for done in [pool.submit(run, call) for call in calls]]


def hold(salon: Outcome, minutes: int, now: int) -> Booking:
    new = NewBooking(
        business_id=salon.business.id,
        live=True,
        guest=Guest(first_name="Jane", last_name="Doe", phone="+13125550100"),
        start=Start(race.next_monday(date.today()), minutes),
        ask=Ask(),
    )
    return hold_slot(new, by=Holder(name="visitor"), minutes=10, now=now)[0]


def test_confirmed_or_expired_never_both(salon: Outcome) -> None:
    """Each believes that it is in time: confirming by a clock that is a minute behind."""
    now, outcomes = current_minute(), []

    def confirmed(booking: Booking) -> bool:
        try:
            confirm_hold(booking.business_id, booking.uuid, live=True, now=now + 9)
        except HoldEnded:
            return False
        return True

    for minutes in race.slots()[:ROUNDS]:
        booking = hold(salon, minutes, now)
        late = moment_of(now + 10)
        won, expired = at_once(lambda: confirmed(booking), lambda: expire_hold(booking.id, now=late))  # noqa: B023
        booking.refresh_from_db()
        assert won is not expired
        assert booking.status == ("confirmed" if won else "cancelled")
        assert Allocation.objects.filter(booking=booking, active=True).exists() is won
        outcomes.append(won)
    assert [findings for _, findings in broken_promises() if findings] == []
    assert Booking.objects.filter(status="confirmed").count() == sum(outcomes)


def test_of_many_at_once_three_hold(salon: Outcome) -> None:
    now = current_minute()

    def held(minutes: int) -> str:
        try:
            hold(salon, minutes, now)
        except Conflict as refusal:
            return str(refusal.details)
        return "held"

    results = at_once(*(lambda minutes=minutes: held(minutes) for minutes in race.slots()[:8]))  # type: ignore[misc]
    assert sorted(results) == ["held"] * MOST_UNPAID + ["{'reason': 'too_many_unpaid'}"] * 5
    assert Booking.objects.count() == MOST_UNPAID
