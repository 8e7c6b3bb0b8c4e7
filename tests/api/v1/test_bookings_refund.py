"""POST /v1/manage/bookings/{booking_id}/refund"""

from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from payments.gateway import Account, ask
from payments.models import Deposit
from tests.api.calls import (
    Tenant,
    hides_others,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    put_in_status,
    refused,
    refused_fields,
)
from tests.api.paying import NEAR, configure, deposit_of, forget_the_past, letters, paid, state, takes, told, unpaid
from tests.money import arrive, books_agree

PATH = "/v1/manage/bookings/{}/refund"


@pytest.fixture
def booking(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a confirmed booking with EUR 20 paid."""
    takes(studio)
    booking = paid(studio, stripe)
    forget_the_past()
    return booking


@pytest.mark.parametrize("body", [None, {}, {"amount_cents": 2000}])
@pytest.mark.parametrize("slash", ["", "/"])
def test_all_of_it(studio: Tenant, stripe: Sandbox, booking: str, body: Any, slash: str) -> None:
    assert ok(studio.staff.post(PATH.format(booking) + slash, body)) == {"detail": "EUR 20 refunded."}
    assert state(studio, booking) == ("confirmed", "refunded")
    (refund,) = stripe.objects("refund")
    assert (refund["amount"], refund["reason"]) == (2000, "requested_by_customer")
    assert told() == ["payment.refunded"]
    arrive(stripe)
    assert told() == ["payment.refunded"]
    books_agree(stripe)


def test_in_parts(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    assert ok(studio.staff.post(PATH.format(booking), {"amount_cents": 750})) == {"detail": "EUR 7.50 refunded."}
    assert state(studio, booking) == ("confirmed", "paid")
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking), {"amount_cents": 1251}), 409)
    assert error["details"] == {"refundable_cents": 1250}
    assert error["message"] == "Only EUR 12.50 can be refunded."
    assert ok(studio.staff.post(PATH.format(booking))) == {"detail": "EUR 12.50 refunded."}
    assert state(studio, booking) == ("confirmed", "refunded")
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "refunded"}
    assert told() == ["payment.refunded"] * 2
    books_agree(stripe)


@pytest.mark.parametrize(
    ("currency", "amount", "spoken", "sent"),
    [("JPY", 700, "JPY 700", 700), ("KWD", 700, "KWD 0.700", 700), ("ISK", 700, "ISK 700", 70_000)],
)
def test_other_currencies(studio: Tenant, stripe: Sandbox, currency: str, amount: int, spoken: str, sent: int) -> None:
    configure(studio, currency=currency)
    takes(studio)
    booking = paid(studio, stripe)
    told = ok(studio.staff.post(PATH.format(booking), {"amount_cents": amount}))
    assert told == {"detail": f"{spoken} refunded."}
    assert [refund["amount"] for refund in stripe.objects("refund")] == [sent]
    books_agree(stripe)


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "completed", "no_show", "cancelled"])
def test_whatever_the_booking_has_come_to(studio: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    ok(studio.staff.post(PATH.format(booking)))
    assert state(studio, booking) == (status, "refunded")


def test_a_captured_hold(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    assert ok(studio.staff.post(PATH.format(booking), {"amount_cents": 500})) == {"detail": "EUR 5 refunded."}
    assert state(studio, booking) == ("no_show", "captured")
    books_agree(stripe)


@pytest.mark.parametrize("rule", ["charge", "authorization_hold"])
def test_nothing_is_paid(studio: Tenant, stripe: Sandbox, rule: str) -> None:
    takes(studio, rule)
    booking = unpaid(studio)["booking"]["id"]
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "pending"}


def test_a_hold_is_nothing_to_refund(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "held"}


def test_without_a_deposit(studio: Tenant) -> None:
    booking = studio.book()["id"]
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": None}


@pytest.mark.parametrize("amount", [0, -1, 1.5, "5", True, None, [], 100_000_001])
def test_bad_amounts(studio: Tenant, booking: str, amount: Any) -> None:
    with nothing_changes():
        refused_fields(studio.staff.post(PATH.format(booking), {"amount_cents": amount}), "amount_cents")


# --- refunds that take a while, fail, or get no answer ------------------------------------------------------------


def test_a_slow_refund(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid(studio, stripe, "pm_card_pendingRefund")
    assert ok(studio.staff.post(PATH.format(booking))) == {"detail": "Refund of EUR 20 is under way."}
    assert state(studio, booking) == ("confirmed", "refund_pending")
    assert deposit_of(booking).refunded_cents == 0
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "refund_pending"}
    clock.shift(timedelta(seconds=6))
    stripe.advance(0)
    arrive(stripe)
    assert state(studio, booking) == ("confirmed", "refunded")
    books_agree(stripe)


def test_a_refund_that_fails_can_be_tried_again(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid(studio, stripe, "pm_card_refundFail")
    for attempt in (1, 2):
        forget_the_past()
        assert ok(studio.staff.post(PATH.format(booking))) == {"detail": "EUR 20 refunded."}
        clock.shift(timedelta(seconds=6))
        stripe.advance(0)
        arrive(stripe)
        assert state(studio, booking) == ("confirmed", "refund_failed")
        assert letters() == [("refund_failed", "desk@studio.example")]
        assert len(stripe.objects("refund")) == attempt
        books_agree(stripe)


def test_stripe_refuses(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    stripe.fail("POST", "/v1/refunds", kind="decline")
    error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"reason": "payment_refused"}
    assert error["message"] == "The refund failed: Your card was declined."
    assert state(studio, booking) == ("confirmed", "refund_failed")
    assert letters() == [("refund_failed", "desk@studio.example")]
    assert ok(studio.staff.post(PATH.format(booking))) == {"detail": "EUR 20 refunded."}
    books_agree(stripe)


def test_a_disputed_charge_cannot_be_refunded(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    stripe.dispute(deposit_of(booking).intent_ref)
    arrive(stripe)
    assert told() == ["payment.disputed"]
    assert ("disputed", "desk@studio.example") in letters()
    refused(studio.staff.post(PATH.format(booking)), 409)
    books_agree(stripe)


@pytest.mark.parametrize("by", ["job", "click"])
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "error_500_after"])
def test_stripe_is_silent(
    studio: Tenant, stripe: Sandbox, settings: Any, booking: str, clock: Any, kind: str, by: str
) -> None:
    """Pending: another amount is refused; a job goes on with it, or the same request again, and refunds once."""
    settings.STRIPE_TIMEOUT_SECONDS = 0.3
    stripe.fail("POST", "/v1/refunds", kind=kind, seconds=0.6)
    response = studio.staff.post(PATH.format(booking), {"amount_cents": 500})
    refused(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert state(studio, booking) == ("confirmed", "refund_pending")
    refused(studio.staff.post(PATH.format(booking), {"amount_cents": 400}), 409)
    if by == "click":
        assert ok(studio.staff.post(PATH.format(booking), {"amount_cents": 500})) == {"detail": "EUR 5 refunded."}
    else:
        clock.shift(timedelta(seconds=10))
        assert tasks.carry_out_instructions() == 1
    assert state(studio, booking) == ("confirmed", "paid")
    assert deposit_of(booking).refunded_cents == 500
    assert len(stripe.objects("refund")) == 1
    books_agree(stripe)


def test_under_a_key_the_same_request_goes_on(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    stripe.fail("POST", "/v1/refunds", kind="error_500_after")
    refused(studio.staff.post(PATH.format(booking), Idempotency_Key="k"), 503)
    assert ok(studio.staff.post(PATH.format(booking), Idempotency_Key="k")) == {"detail": "EUR 20 refunded."}
    assert len(stripe.objects("refund")) == 1


def test_a_refund_made_at_stripe_itself_is_noticed(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    """What was refunded elsewhere cannot be refunded again."""
    ask(
        Account(live=True), "refunds.create", {"payment_intent": deposit_of(booking).intent_ref, "amount": 500}, key="x"
    )
    arrive(stripe)
    assert deposit_of(booking).refunded_cents == 500
    with nothing_changes():
        refused(studio.staff.post(PATH.format(booking), {"amount_cents": 1501}), 409)
    books_agree(stripe)


# --- access, replays ----------------------------------------------------------------------------------------------


def test_replay(studio: Tenant, stripe: Sandbox, booking: str) -> None:
    first = studio.staff.post(PATH.format(booking), {"amount_cents": 500}, Idempotency_Key="k")
    with nothing_changes():
        again = studio.staff.post(PATH.format(booking), {"amount_cents": 500}, Idempotency_Key="k")
        refused(studio.staff.post(PATH.format(booking), {"amount_cents": 600}, Idempotency_Key="k"), 422)
    assert ok(again) == {"detail": "EUR 5 refunded."}
    assert again.content == first.content
    assert len(stripe.objects("refund")) == 1


def test_other_fields_have_no_effect(studio: Tenant, booking: str) -> None:
    body = {"amount_cents": 500, "status": "cancelled", "currency": "USD", "deposit_id": 1}
    assert ok(studio.staff.post(PATH.format(booking), body)) == {"detail": "EUR 5 refunded."}
    assert state(studio, booking) == ("confirmed", "paid")


def test_needs_a_key(studio: Tenant, booking: str) -> None:
    needs_key(studio, "POST", PATH.format(booking))


def test_needs_the_scope(studio: Tenant, booking: str) -> None:
    needs_scope(studio, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(studio: Tenant, rival: Tenant, booking: str) -> None:
    hides_others(rival.staff, "POST", PATH, booking)
    assert Deposit.objects.get().refunded_cents == 0


def test_the_other_mode_is_not_found(studio: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(studio.test.post(PATH.format(booking)), 404)
