"""GET /v1/manage/bookings/{booking_id}/deposit"""

import re
from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from tests.api.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, refused
from tests.api.paying import NEAR, deposit_of, linked, paid, takes, unpaid
from tests.money import arrive

PATH = "/v1/manage/bookings/{}/deposit"
STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


def told(tenant: Tenant, booking: str) -> dict[str, Any]:
    with nothing_changes():
        answer: dict[str, Any] = ok(tenant.read.get(PATH.format(booking)))
    return answer


def movements(tenant: Tenant, booking: str) -> list[tuple[str, int, int]]:
    return [(row["type"], row["amount_cents"], row["effect_cents"]) for row in told(tenant, booking)["ledger"]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_unpaid_one(studio: Tenant, stripe: Sandbox, slash: str) -> None:
    takes(studio, amount_cents=1250)
    booking = unpaid(studio)["booking"]["id"]
    assert ok(studio.read.get(PATH.format(booking) + slash)) == {
        "type": "charge",
        "status": "pending",
        "amount_cents": 1250,
        "captured_cents": 0,
        "refunded_cents": 0,
        "currency": "EUR",
        "expires_at": "2026-05-01T07:30:00Z",
        "hold_at": None,
        "capture_before": None,
        "checkout_url": None,
        "disputed": False,
        "problem": None,
        "ledger": [],
    }


def test_a_link(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = linked(studio)
    answer = told(studio, made["booking"]["id"])
    assert (answer["checkout_url"], answer["expires_at"]) == (made["checkout_url"], made["expires_at"])


def test_a_charge_and_its_refunds(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    for amount in (500, 1500):
        ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund", {"amount_cents": amount}))
    answer = told(studio, booking)
    assert (answer["status"], answer["captured_cents"], answer["refunded_cents"]) == ("refunded", 2000, 2000)
    refunds = [refund["id"] for refund in stripe.objects("refund")]
    assert [row["stripe_id"] for row in answer["ledger"]] == [deposit_of(booking).intent_ref, *refunds]
    assert movements(studio, booking) == [("charged", 2000, 2000), ("refunded", 500, -500), ("refunded", 1500, -1500)]
    for row in answer["ledger"]:
        assert list(row) == ["type", "amount_cents", "effect_cents", "stripe_id", "created_at"]
        assert re.fullmatch(STAMP, row["created_at"])


def test_a_hold_that_is_captured(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    answer = told(studio, booking)
    assert (answer["type"], answer["status"]) == ("authorization_hold", "held")
    assert (answer["capture_before"], answer["hold_at"]) == ("2026-05-08T07:00:00Z", None)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    assert movements(studio, booking) == [("held", 2000, 0), ("captured", 2000, 2000)]
    assert told(studio, booking)["capture_before"] is None


def test_a_hold_that_is_released(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/release-hold"))
    assert movements(studio, booking) == [("held", 2000, 0), ("released", 2000, 0)]


def test_a_saved_card(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    answer = told(studio, booking)
    assert (answer["status"], answer["hold_at"], answer["ledger"]) == ("saved", "2026-05-11T22:00:00Z", [])


def test_a_refund_that_failed_and_a_dispute_that_was_won(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    booking = paid(studio, stripe, "pm_card_refundFail")
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund"))
    clock.shift(timedelta(seconds=6))
    stripe.advance(0)
    arrive(stripe)
    dispute = stripe.dispute(deposit_of(booking).intent_ref)
    arrive(stripe)
    assert told(studio, booking)["disputed"] is True
    stripe.close_dispute(dispute["id"], won=True)
    arrive(stripe)
    assert told(studio, booking)["disputed"] is False
    assert movements(studio, booking) == [
        ("charged", 2000, 2000),
        ("refunded", 2000, -2000),
        ("refund_failed", 2000, 2000),
        ("disputed", 2000, -2000),
        ("dispute_won", 2000, 2000),
    ]


def test_what_went_wrong_last(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"], "pm_card_chargeDeclinedInsufficientFunds")
    arrive(stripe)
    assert told(studio, made["booking"]["id"])["problem"] == "Your card has insufficient funds."


def test_nothing_that_is_for_the_payer_or_stripe_alone_is_told(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    deposit = deposit_of(booking)
    content = studio.read.get(PATH.format(booking)).content
    for hidden in (b"_secret_", deposit.method_ref.encode(), deposit.customer_ref.encode(), deposit.setup_ref.encode()):
        assert hidden
        assert hidden not in content


def test_a_booking_without_deposit(studio: Tenant) -> None:
    booking = studio.book()["id"]
    with nothing_changes():
        refused(studio.read.get(PATH.format(booking)), 404)


@pytest.fixture
def booking(studio: Tenant, stripe: Sandbox) -> str:
    takes(studio)
    return str(unpaid(studio)["booking"]["id"])


@pytest.mark.parametrize("preset", ["read", "staff", "full"])
def test_every_key_that_reads_bookings(studio: Tenant, booking: str, preset: str) -> None:
    assert ok(getattr(studio, preset).get(PATH.format(booking)))["status"] == "pending"


def test_needs_a_key(studio: Tenant, booking: str) -> None:
    needs_key(studio, "GET", PATH.format(booking))


def test_needs_the_scope(studio: Tenant, booking: str) -> None:
    needs_scope(studio, "widget", method="GET", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(studio: Tenant, rival: Tenant, booking: str) -> None:
    hides_others(rival.full, "GET", PATH, booking)


def test_the_other_mode_is_not_found(studio: Tenant, booking: str) -> None:
    refused(studio.test.get(PATH.format(booking)), 404)
