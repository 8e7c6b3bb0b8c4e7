"""With no events at all everything still comes to its end: the reconciler looks (GUARANTEES M3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from payments.models import Deposit, StripeEvent
from tests.api.calls import Tenant, nothing_changes, ok
from tests.api.conftest import NOW
from tests.api.paying import NEAR, deposit_of, jobs, letters, linked, state, takes, told, unpaid
from tests.money import books_agree

SOON = timedelta(minutes=15)  # the promise: at most so long


def paid_unnoticed(tenant: Tenant, stripe: Sandbox, card: str = "pm_card_visa", **changes: Any) -> str:
    """The id of a booking whose deposit is paid, which only Stripe knows."""
    made = unpaid(tenant, **changes)
    stripe.confirm(made["stripe_client_secret"], card)
    return str(made["booking"]["id"])


@pytest.fixture(autouse=True)
def _no_events(stripe: Sandbox) -> Any:
    yield
    assert not StripeEvent.objects.exists()
    books_agree(stripe)


@pytest.mark.parametrize(
    ("rule", "day", "status"),
    [("charge", NEAR, "paid"), ("authorization_hold", NEAR, "held"), ("authorization_hold", "2026-05-15", "saved")],
)
def test_payments_are_noticed(studio: Tenant, stripe: Sandbox, clock: Any, rule: str, day: str, status: str) -> None:
    takes(studio, rule)
    booking = paid_unnoticed(studio, stripe, booking_date=day)
    tasks.reconcile_deposits()
    assert state(studio, booking) == ("pending", "pending")
    clock.shift(timedelta(minutes=5))
    assert tasks.reconcile_deposits() == 1
    assert state(studio, booking) == ("confirmed", status)
    assert told("booking.") == ["booking.created", "booking.confirmed", "booking.updated"]


def test_payment_links_are_noticed(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    made = linked(studio)
    stripe.pay_session(made["checkout_url"].split("/")[-1])
    clock.shift(SOON)
    tasks.reconcile_deposits()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_expiry_at_stripe_is_noticed(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = linked(studio)["booking"]["id"]
    clock.shift(timedelta(hours=2, minutes=1))
    stripe.advance(0)
    tasks.reconcile_deposits()
    assert state(studio, booking) == ("cancelled", "expired")


def refunded(tenant: Tenant, booking: str) -> None:
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/refund"))


def disputed(stripe: Sandbox, booking: str) -> dict[str, Any]:
    dispute: dict[str, Any] = stripe.dispute(deposit_of(booking).intent_ref)
    return dispute


@pytest.mark.parametrize(
    ("card", "status", "events"),
    [
        ("pm_card_pendingRefund", "refunded", ["payment.refunded"]),
        ("pm_card_refundFail", "refund_failed", ["payment.refunded", "payment.refund_failed"]),
    ],
)
def test_what_becomes_of_refunds_is_noticed(
    studio: Tenant, stripe: Sandbox, clock: Any, card: str, status: str, events: list[str]
) -> None:
    takes(studio)
    booking = paid_unnoticed(studio, stripe, card)
    clock.shift(SOON)
    tasks.reconcile_deposits()
    refunded(studio, booking)
    clock.shift(SOON)
    stripe.advance(0)
    tasks.reconcile_deposits()
    assert state(studio, booking) == ("confirmed", status)
    assert told("payment.") == ["payment.succeeded", *events]
    assert len(letters()) == (status == "refund_failed")


def test_disputes_are_noticed_won_and_lost(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid_unnoticed(studio, stripe)
    clock.shift(SOON)
    tasks.reconcile_deposits()
    dispute = disputed(stripe, booking)
    clock.shift(timedelta(days=2))
    tasks.reconcile_deposits()
    assert deposit_of(booking).disputed is True
    assert told("payment.") == ["payment.succeeded", "payment.disputed"]
    stripe.close_dispute(dispute["id"], won=True)
    clock.shift(timedelta(days=2))
    tasks.reconcile_deposits()
    assert deposit_of(booking).disputed is False


def test_a_hold_that_has_lapsed_is_noticed(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio, "authorization_hold")
    booking = paid_unnoticed(studio, stripe, booking_date=NEAR)
    clock.shift(SOON)
    tasks.reconcile_deposits()
    clock.shift(timedelta(days=8))
    stripe.advance(0)
    tasks.reconcile_deposits()
    assert state(studio, booking) == ("confirmed", "released")


CRASHES: dict[str, Callable[[Sandbox], None]] = {
    "before": lambda stripe: stripe.fail("POST", ".*", kind="reset"),
    "after": lambda stripe: stripe.fail("POST", ".*", kind="reset_after"),
    "while reading": lambda stripe: stripe.fail("GET", ".*", kind="reset"),
}


@pytest.mark.parametrize("crash", CRASHES)
@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("no-show", ("confirmed", "held"), ("no_show", "captured")),
        ("release-hold", ("confirmed", "held"), ("confirmed", "released")),
    ],
)
def test_what_was_begun_is_finished(
    studio: Tenant, stripe: Sandbox, clock: Any, crash: str, action: str, before: Any, after: Any
) -> None:
    takes(studio, "authorization_hold")
    booking = paid_unnoticed(studio, stripe, booking_date=NEAR)
    clock.shift(SOON)
    tasks.reconcile_deposits()
    CRASHES[crash](stripe)
    assert studio.staff.post(f"/v1/manage/bookings/{booking}/{action}").status_code == 503
    assert state(studio, booking) == before
    clock.shift(SOON)
    jobs()
    assert state(studio, booking) == after


def test_the_looks_become_seldom_and_end(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid_unnoticed(studio, stripe)
    clock.shift(timedelta(minutes=5))
    tasks.reconcile_deposits()
    Deposit.objects.update(created_at=NOW)
    looks = []
    for days in (0, 2, 15, 121):
        clock.move_to(NOW + timedelta(days=days, minutes=30))
        tasks.reconcile_deposits()
        look_at = deposit_of(booking).look_at
        looks.append(look_at and look_at - (NOW + timedelta(days=days, minutes=30)))
    assert looks == [timedelta(minutes=10), timedelta(hours=6), timedelta(days=1), None]


def test_an_unpaid_one_is_looked_at_often(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = unpaid(studio)["booking"]["id"]
    for _ in range(3):
        clock.shift(timedelta(minutes=5))
        assert tasks.reconcile_deposits() == 1
        assert deposit_of(booking).look_at == NOW + timedelta(minutes=5 * (_ + 2))


def test_while_stripe_is_out_of_reach_it_comes_back_later(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid_unnoticed(studio, stripe)
    clock.shift(timedelta(minutes=5))
    stripe.fail("GET", ".*", kind="error_500")
    assert tasks.reconcile_deposits() == 0
    with nothing_changes():
        assert tasks.reconcile_deposits() == 0
    clock.shift(timedelta(minutes=5))
    assert tasks.reconcile_deposits() == 1
    assert state(studio, booking) == ("confirmed", "paid")


def test_one_deposit_that_fails_does_not_keep_the_others(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    first, second = (paid_unnoticed(studio, stripe, start_time=time) for time in ("10:00", "11:00"))
    stripe.fail("GET", f".*{deposit_of(first).intent_ref}", kind="malformed")
    clock.shift(timedelta(minutes=5))
    assert tasks.reconcile_deposits() == 1
    assert (state(studio, first)[0], state(studio, second)[0]) == ("pending", "confirmed")
