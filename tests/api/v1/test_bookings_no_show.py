"""POST /v1/manage/bookings/{booking_id}/no-show"""

import json
from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Allocation
from payments.models import Deposit
from tests.api.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, put_in_status, refused
from tests.api.paying import NEAR, asked, configure, deposit_of, forget_the_past, paid, state, takes, told, unpaid
from tests.api.v1.test_reference import example
from tests.money import arrive, books_agree

PATH = "/v1/manage/bookings/{}/no-show"


@pytest.fixture
def booking(salon: Tenant) -> str:
    booked: str = salon.book()["id"]
    return booked


@pytest.fixture
def held(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a confirmed booking with EUR 20 held."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    forget_the_past()
    return booking


# --- with a hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["confirmed", "checked_in"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_hold_is_captured(studio: Tenant, stripe: Sandbox, held: str, status: str, slash: str) -> None:
    put_in_status(held, status)
    assert ok(studio.staff.post(PATH.format(held) + slash)) == json.loads(example("no_show.response"))
    assert state(studio, held) == ("no_show", "captured")
    deposit = deposit_of(held)
    assert (deposit.captured_cents, deposit.capture_before) == (2000, None)
    assert asked(stripe, "/capture") == [{"amount_to_capture": "2000"}]
    assert not Allocation.objects.filter(booking__uuid=held, active=True).exists()
    assert sorted(told()) == ["booking.no_show", "booking.updated", "deposit.captured", "payment.succeeded"]
    arrive(stripe)
    assert len(told()) == 4
    books_agree(stripe)


@pytest.mark.parametrize(
    ("currency", "amount", "spoken", "captured"),
    [
        ("EUR", 2000, "EUR 20", "2000"),
        ("EUR", 1250, "EUR 12.50", "1250"),
        ("EUR", 1205, "EUR 12.05", "1205"),
        ("EUR", 50, "EUR 0.50", "50"),
        ("USD", 100_000, "USD 1000", "100000"),
        ("JPY", 2000, "JPY 2000", "2000"),
        ("KWD", 12_500, "KWD 12.500", "12500"),
        ("KWD", 12_000, "KWD 12", "12000"),
        ("ISK", 2000, "ISK 2000", "200000"),
    ],
)
def test_the_amount_as_it_is_told(
    studio: Tenant, stripe: Sandbox, currency: str, amount: int, spoken: str, captured: str
) -> None:
    takes(studio, "authorization_hold", amount)
    configure(studio, currency=currency)
    booking = paid(studio, stripe, booking_date=NEAR)
    assert ok(studio.staff.post(PATH.format(booking))) == {"detail": f"No-show recorded. {spoken} hold captured."}
    assert asked(stripe, "/capture") == [{"amount_to_capture": captured}]
    assert deposit_of(booking).captured_cents == amount


def test_a_saved_card_stands_for_a_hold(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold", 1250)
    booking = paid(studio, stripe)
    assert state(studio, booking) == ("confirmed", "saved")
    assert ok(studio.staff.post(PATH.format(booking))) == {"detail": "No-show recorded. EUR 12.50 hold captured."}
    assert state(studio, booking) == ("no_show", "captured")
    (intent,) = asked(stripe, "/payment_intents")
    assert (intent["amount"], intent["off_session"], intent["confirm"]) == ("1250", "true", "true")
    books_agree(stripe)


def test_a_hold_that_failed_is_none(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, "pm_card_chargeCustomerFail")
    Deposit.objects.update(hold_at="2026-05-01T07:00:00Z")
    tasks.place_holds()
    assert state(studio, booking) == ("confirmed", "failed")
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "failed"}


@pytest.mark.parametrize("status", ["paid", "captured", "released", "refunded", "expired", "canceled"])
def test_other_deposits_are_not_held(studio: Tenant, held: str, status: str) -> None:
    Deposit.objects.update(status=status)
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"] == {"deposit": status}


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled", "no_show"])
def test_with_a_hold_the_status_must_allow_it_too(studio: Tenant, held: str, status: str) -> None:
    put_in_status(held, status)
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"]["status"] == status


def test_a_second_click_is_refused(studio: Tenant, stripe: Sandbox, held: str) -> None:
    ok(studio.staff.post(PATH.format(held)))
    with nothing_changes():
        refused(studio.staff.post(PATH.format(held)), 409)
    assert len(asked(stripe, "/capture")) == 1


def test_an_unpaid_deposit_is_not_held(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = unpaid(studio, booking_date=NEAR)["booking"]["id"]
    put_in_status(booking, "confirmed")
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": "pending"}


# --- Stripe refuses, or does not answer ---------------------------------------------------------------------------


def test_stripe_refuses_to_capture(studio: Tenant, stripe: Sandbox, held: str) -> None:
    """GUARANTEES M7: a failure is never reported as done."""
    stripe.fail("POST", ".*/capture", kind="decline")
    error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"] == {"reason": "payment_refused"}
    assert error["message"] == ("The hold could not be captured, and nothing was charged: Your card was declined.")
    assert state(studio, held) == ("confirmed", "held")
    assert told("booking.") == []
    assert ok(studio.full.get(f"/v1/manage/bookings/{held}/deposit"))["problem"] == "Your card was declined."
    books_agree(stripe)
    ok(studio.staff.post(PATH.format(held)))
    assert state(studio, held) == ("no_show", "captured")


def test_a_hold_that_has_lapsed_at_stripe(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    clock.move_to("2026-05-08T07:00:01Z")
    stripe.advance(0)
    error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"] == {"reason": "payment_refused"}
    assert error["message"].startswith("The hold could not be captured, and nothing was charged: ")
    assert state(studio, held)[0] == "confirmed"
    assert deposit_of(held).captured_cents == 0
    books_agree(stripe)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "reset_after", "error_500", "error_500_after"])
def test_stripe_is_silent_and_the_same_click_again_works(
    studio: Tenant, stripe: Sandbox, settings: Any, held: str, kind: str
) -> None:
    settings.STRIPE_TIMEOUT_SECONDS = 0.3
    stripe.fail("POST", ".*/capture", kind=kind, seconds=0.6)
    response = studio.staff.post(PATH.format(held))
    assert refused(response, 503)["message"] == "The payment provider gave no answer yet. Try again shortly."
    assert response.headers["Retry-After"] == "5"
    assert state(studio, held) == ("confirmed", "held")
    assert ok(studio.staff.post(PATH.format(held))) == {"detail": "No-show recorded. EUR 20 hold captured."}
    assert state(studio, held) == ("no_show", "captured")
    assert stripe.balance(deposit_of(held).intent_ref) == 2000
    books_agree(stripe)


def test_the_same_click_under_a_key_goes_on(studio: Tenant, stripe: Sandbox, held: str) -> None:
    stripe.fail("POST", ".*/capture", kind="error_500_after")
    refused(studio.staff.post(PATH.format(held), Idempotency_Key="k"), 503)
    ok(studio.staff.post(PATH.format(held), Idempotency_Key="k"))
    with nothing_changes():
        again = studio.staff.post(PATH.format(held), Idempotency_Key="k")
    assert ok(again) == {"detail": "No-show recorded. EUR 20 hold captured."}
    assert again.headers["Idempotent-Replayed"] == "true"


def test_nobody_clicks_again_and_a_job_goes_on(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    stripe.fail("POST", ".*/capture", kind="error_500_after")
    refused(studio.staff.post(PATH.format(held)), 503)
    clock.shift(timedelta(seconds=10))
    assert tasks.carry_out_instructions() == 1
    assert state(studio, held) == ("no_show", "captured")
    books_agree(stripe)


def test_the_event_is_faster_than_the_job(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    """The card is saved besides, but what is captured already is not charged again."""
    stripe.fail("POST", ".*/capture", kind="error_500_after")
    refused(studio.staff.post(PATH.format(held)), 503)
    arrive(stripe)
    clock.shift(timedelta(seconds=10))
    tasks.carry_out_instructions()
    assert state(studio, held) == ("no_show", "captured")
    assert len(stripe.objects("payment_intent")) == 1
    books_agree(stripe)


# --- without one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["confirmed", "checked_in"])
def test_a_deposit_must_be_held(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": None}


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled", "no_show"])
def test_the_status_must_allow_it(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"]["status"] == status


def test_the_refusal_is_replayed(salon: Tenant, booking: str) -> None:
    first = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    again = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_success_is_replayed(studio: Tenant, stripe: Sandbox, held: str) -> None:
    first = studio.staff.post(PATH.format(held), Idempotency_Key="k")
    calls = len(stripe.requests)
    with nothing_changes():
        again = studio.staff.post(PATH.format(held), Idempotency_Key="k")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.requests) == calls


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "POST", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.post(PATH.format(booking)), 404)
