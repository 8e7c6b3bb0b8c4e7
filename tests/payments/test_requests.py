"""Deposits asked for later (bookings/requests.py): the booking stands, whatever becomes of them; the money never
strands (GUARANTEES M1, M2, M4, M5).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from availengine.clock import current_minute, current_time
from availengine.sandbox import Sandbox
from bookings import execution, settlement, tasks
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, Message
from bookings.requests import request_deposit
from businesses.errors import Busy, Conflict, Invalid
from payments.models import Deposit
from tests.api.calls import Tenant, nothing_changes, ok, put_in_status
from tests.api.paying import DECISIVE, configure, deposit_of, forget_the_past, jobs, state, told
from tests.messages.post import collect
from tests.money import arrive, books_agree


@pytest.fixture(autouse=True)
def kept(db: None, stripe: Sandbox) -> Iterator[None]:
    """After every test here the data keep their promises, and the books agree with Stripe."""
    yield
    assert [findings for _, findings in broken_promises() if findings] == []
    books_agree(stripe)


@pytest.fixture
def booking(studio: Tenant) -> str:
    """The id of a confirmed booking without deposit."""
    made: str = studio.book()["id"]
    forget_the_past()
    return made


def request(studio: Tenant, key: str, amount: int = 1500) -> Booking:
    return request_deposit(
        business_id=studio.business.id, live=True, booking_id=UUID(key), amount_cents=amount, now=current_minute()
    )


def ask(studio: Tenant, key: str, amount: int = 1500) -> Deposit:
    """As the desk does: asked for, and the link made."""
    owed = settlement.owed(request(studio, key, amount))
    assert owed is not None
    execution.carry_out(owed, now=current_time())
    return deposit_of(key)


def pay(stripe: Sandbox, deposit: Deposit) -> None:
    stripe.pay_session(deposit.checkout_url.split("/")[-1], "pm_card_visa")


def test_the_customer_pays(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    deposit = ask(studio, booking)
    assert state(studio, booking) == ("confirmed", "pending")
    assert (deposit.kind, deposit.amount_cents, deposit.standing) == ("charge", 1500, True)
    (letter,) = Message.objects.all()
    assert (letter.kind, letter.recipient) == ("payment_link", "jane@example.com")
    assert deposit.checkout_url in letter.text
    assert "asks you for a deposit of EUR 15" in letter.text
    assert "ends by itself" not in letter.text
    pay(stripe, deposit)
    arrive(stripe, *DECISIVE)
    assert state(studio, booking) == ("confirmed", "paid")
    assert told() == ["booking.updated", "payment.succeeded"]


def test_unpaid_the_booking_stands(
    studio: Tenant, stripe: Sandbox, booking: str, clock: time_machine.Traveller
) -> None:
    ask(studio, booking)
    clock.shift(timedelta(hours=22))
    jobs()
    assert state(studio, booking) == ("confirmed", "pending")
    clock.shift(timedelta(hours=2))
    jobs()
    assert state(studio, booking) == ("confirmed", "expired")
    assert Allocation.objects.filter(booking__uuid=booking, active=True).count() == 1
    assert told("booking") == ["booking.updated"]
    collect()
    assert [message.kind for message in Message.objects.all()] == ["payment_link"]


@pytest.mark.parametrize("paid", [False, True])
def test_a_request_stays_one_until_staff_confirm_it(
    studio: Tenant, stripe: Sandbox, paid: bool, clock: time_machine.Traveller
) -> None:
    configure(studio, auto_confirm=False)
    key = studio.book()["id"]
    deposit = ask(studio, key)
    if paid:
        pay(stripe, deposit)
        arrive(stripe)
    clock.shift(timedelta(hours=24))
    jobs()
    assert state(studio, key) == ("pending", "paid" if paid else "expired")
    ok(studio.staff.patch(f"/v1/manage/bookings/{key}", {"status": "confirmed"}))
    assert state(studio, key) == ("confirmed", "paid" if paid else "expired")


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        (["cancelled"], "canceled"),
        (["no_show"], "canceled"),
        (["checked_in"], "pending"),
        (["checked_in", "completed"], "canceled"),
    ],
)
def test_what_the_state_of_the_booking_means(studio: Tenant, booking: str, steps: list[str], ends: str) -> None:
    ask(studio, booking)
    for status in steps:
        ok(studio.staff.patch(f"/v1/manage/bookings/{booking}", {"status": status}))
    assert state(studio, booking) == (steps[-1], ends)


def test_money_that_comes_late(studio: Tenant, stripe: Sandbox, booking: str, clock: time_machine.Traveller) -> None:
    """Paid in the second in which it expired: it is there, and the booking is as it was."""
    deposit = ask(studio, booking)
    pay(stripe, deposit)
    clock.shift(timedelta(hours=24))
    tasks.expire_unpaid()
    assert state(studio, booking) == ("confirmed", "paid")
    assert "booking.reinstated" not in told()


def test_money_for_a_cancelled_booking_goes_back(
    studio: Tenant, stripe: Sandbox, booking: str, clock: time_machine.Traveller
) -> None:
    """Also where the deposit had expired before: it was not the deposit that ended the booking."""
    deposit = ask(studio, booking)
    pay(stripe, deposit)
    Deposit.objects.update(status="expired")
    put_in_status(booking, "cancelled")
    arrive(stripe)
    clock.shift(timedelta(minutes=1))
    jobs()
    assert state(studio, booking) == ("cancelled", "refunded")
    assert "booking.reinstated" not in told()
    assert {"late_money"} <= {message.kind for message in Message.objects.all()}


def test_cancelling_refunds_by_policy_and_says_so(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    pay(stripe, ask(studio, booking))
    arrive(stripe)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    assert state(studio, booking) == ("cancelled", "refunded")


def test_a_booking_cancelled_after_its_deposit_expired_is_told_as_cancelled(
    studio: Tenant, stripe: Sandbox, booking: str, clock: time_machine.Traveller
) -> None:
    ask(studio, booking)
    clock.shift(timedelta(hours=24))
    jobs()
    forget_the_past()
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    collect()
    assert [message.kind for message in Message.objects.all()] == ["cancellation"]


def test_while_stripe_is_silent_a_job_goes_on(
    studio: Tenant, stripe: Sandbox, booking: str, clock: time_machine.Traveller
) -> None:
    stripe.fail("POST", ".*checkout/sessions", kind="reset")
    with pytest.raises(Busy):
        ask(studio, booking)
    assert state(studio, booking) == ("confirmed", "pending")
    clock.shift(timedelta(seconds=10))
    tasks.carry_out_instructions()
    assert [message.kind for message in Message.objects.all()] == ["payment_link"]
    assert len(stripe.objects("checkout.session")) == 1


def test_what_stripe_refuses_leaves_the_booking(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    with pytest.raises(Conflict):
        ask(studio, booking, amount=100_000_000)
    assert state(studio, booking) == ("confirmed", "canceled")
    assert Message.objects.count() == 0


def test_one_deposit_per_booking(studio: Tenant, booking: str) -> None:
    ask(studio, booking)
    for status in ("pending", "expired"):
        Deposit.objects.update(status=status)
        with nothing_changes(), pytest.raises(Conflict, match="There is a deposit already"):
            request(studio, booking)
    Deposit.objects.update(status="pending")


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_who_has_come_or_will_not_is_not_asked(studio: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes(), pytest.raises(Conflict):
        request(studio, booking)


@pytest.mark.parametrize("amount", [0, -1, 100_000_001])
def test_amounts_that_cannot_be(studio: Tenant, booking: str, amount: int) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        request(studio, booking, amount)


def test_without_address_or_payments(studio: Tenant, booking: str, settings: Any) -> None:
    Booking.objects.update(guest_email="")
    with nothing_changes(), pytest.raises(Invalid):
        request(studio, booking)
    Booking.objects.update(guest_email="jane@example.com")
    settings.STRIPE_SECRET_KEY = ""
    with nothing_changes(), pytest.raises(Conflict, match="not set up"):
        request(studio, booking)
