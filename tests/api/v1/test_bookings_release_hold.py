"""POST /v1/manage/bookings/{booking_id}/release-hold"""

import json
from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from payments.models import Deposit
from tests.api.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, put_in_status, refused
from tests.api.paying import NEAR, asked, configure, forget_the_past, paid, state, takes, told
from tests.api.v1.test_reference import example
from tests.money import arrive, books_agree

PATH = "/v1/manage/bookings/{}/release-hold"


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


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_hold_is_given_back(studio: Tenant, stripe: Sandbox, held: str, slash: str) -> None:
    assert ok(studio.staff.post(PATH.format(held) + slash)) == json.loads(example("release_hold.response"))
    assert state(studio, held) == ("confirmed", "released")
    assert stripe.objects("payment_intent")[0]["status"] == "canceled"
    assert asked(stripe, "/capture") == []
    assert told() == ["deposit.released"]
    arrive(stripe)
    assert told() == ["deposit.released"]
    books_agree(stripe)


@pytest.mark.parametrize(
    ("currency", "amount", "spoken"),
    [("EUR", 1250, "EUR 12.50"), ("JPY", 2000, "JPY 2000"), ("KWD", 12_500, "KWD 12.500"), ("ISK", 50, "ISK 50")],
)
def test_the_amount_as_it_is_told(studio: Tenant, stripe: Sandbox, currency: str, amount: int, spoken: str) -> None:
    takes(studio, "authorization_hold", amount)
    configure(studio, currency=currency)
    booking = paid(studio, stripe, booking_date=NEAR)
    assert ok(studio.staff.post(PATH.format(booking))) == {
        "detail": f"Hold released. Deduct {spoken} from the customer's bill manually."
    }


def test_a_saved_card_is_forgotten(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    ok(studio.staff.post(PATH.format(booking)))
    assert state(studio, booking) == ("confirmed", "released")
    assert [m["customer"] for m in stripe.objects("payment_method")] == [None]
    clock.move_to("2026-05-15T12:00:00Z")
    assert tasks.place_holds() == 0
    arrive(stripe)
    assert state(studio, booking) == ("confirmed", "released")


@pytest.mark.parametrize("status", ["paid", "captured", "released", "refunded", "failed", "expired", "canceled"])
def test_other_deposits_are_not_held(studio: Tenant, held: str, status: str) -> None:
    Deposit.objects.update(status=status)
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"] == {"deposit": status}


def test_a_second_click_is_refused(studio: Tenant, held: str) -> None:
    ok(studio.staff.post(PATH.format(held)))
    with nothing_changes():
        error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["details"] == {"deposit": "released"}


def test_stripe_refuses_to_release(studio: Tenant, stripe: Sandbox, held: str) -> None:
    stripe.fail("POST", ".*/cancel", kind="decline")
    error = refused(studio.staff.post(PATH.format(held)), 409)
    assert error["message"].startswith("The hold could not be released: ")
    assert state(studio, held) == ("confirmed", "held")


@pytest.mark.parametrize("kind", ["error_500", "error_500_after", "reset"])
def test_stripe_is_silent_and_the_same_click_again_works(studio: Tenant, stripe: Sandbox, held: str, kind: str) -> None:
    stripe.fail("POST", ".*/cancel", kind=kind)
    refused(studio.staff.post(PATH.format(held)), 503)
    assert state(studio, held) == ("confirmed", "held")
    ok(studio.staff.post(PATH.format(held)))
    assert state(studio, held) == ("confirmed", "released")
    books_agree(stripe)


def test_the_event_is_faster_than_the_job(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    """A hold that Stripe says is gone is not placed again when it was to go."""
    stripe.fail("POST", ".*/cancel", kind="error_500_after")
    refused(studio.staff.post(PATH.format(held)), 503)
    arrive(stripe)
    assert tasks.place_holds() == 0
    clock.shift(timedelta(seconds=10))
    tasks.carry_out_instructions()
    assert tasks.place_holds() == 0
    assert state(studio, held) == ("confirmed", "released")
    assert len(stripe.objects("payment_intent")) == 1
    books_agree(stripe)


def test_a_no_show_while_the_release_is_under_way(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    """One after the other, never both."""
    stripe.fail("POST", ".*/cancel", kind="error_500")
    refused(studio.staff.post(PATH.format(held)), 503)
    with nothing_changes():
        response = studio.staff.post(f"/v1/manage/bookings/{held}/no-show")
    assert refused(response, 409)["details"] == {"reason": "deposit_busy"}
    assert response.headers["Retry-After"] == "1"
    clock.shift(timedelta(seconds=10))
    assert tasks.carry_out_instructions() == 1
    assert state(studio, held) == ("confirmed", "released")


def test_the_success_is_replayed(studio: Tenant, held: str) -> None:
    first = studio.staff.post(PATH.format(held), Idempotency_Key="k")
    with nothing_changes():
        again = studio.staff.post(PATH.format(held), Idempotency_Key="k")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


# --- without one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"])
def test_a_deposit_must_be_held(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": None}


def test_the_refusal_is_replayed(salon: Tenant, booking: str) -> None:
    first = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    again = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "POST", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.post(PATH.format(booking)), 404)
