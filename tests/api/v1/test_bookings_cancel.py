"""POST /v1/manage/bookings/{booking_id}/cancel"""

from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking
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
from tests.api.paying import (
    NEAR,
    asked,
    configure,
    deposit_of,
    forget_the_past,
    jobs,
    letters,
    paid,
    state,
    takes,
    told,
    unpaid,
)
from tests.money import arrive, books_agree
from webhooks.models import Event

PATH = "/v1/manage/bookings/{}/cancel"


@pytest.fixture
def booking(salon: Tenant) -> str:
    booked: str = salon.book(resource_id=salon.resource("maria"))["id"]
    return booked


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_cancels_and_frees_the_time(salon: Tenant, booking: str, status: str, slash: str) -> None:
    put_in_status(booking, status)
    before = salon.item(booking)
    Event.objects.all().delete()
    assert ok(salon.staff.post(PATH.format(booking) + slash)) == {**before, "status": "cancelled"}
    assert "10:00" in salon.free(resource_id=salon.resource("maria"))
    assert [e.type for e in Event.objects.order_by("id")] == ["booking.canceled", "booking.updated"]
    salon.book(resource_id=salon.resource("maria"))


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_what_is_past_cancelling(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"]["status"] == status


def test_replay(salon: Tenant, booking: str) -> None:
    first = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    with nothing_changes():
        again = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    assert ok(again)["status"] == "cancelled"
    assert again.content == first.content
    assert Booking.objects.get().version == 2


def test_a_key_used_for_another_booking_counts_anew(salon: Tenant, booking: str) -> None:
    other = salon.book()["id"]
    for key in (booking, other):
        assert ok(salon.staff.post(PATH.format(key), Idempotency_Key="k"))["id"] == key


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "POST", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.post(PATH.format(booking)), 404)


# --- with a deposit -----------------------------------------------------------------------------------------------

STEPS = [[48, 0], [24, 50]]  # free until 48 hours before, half until 24 hours before, then all


@pytest.fixture
def prepaid(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a confirmed booking at 15:00Z on the 15th, with EUR 20 paid; by the steps above."""
    configure(studio, cancellation_steps=STEPS)
    takes(studio)
    booking = paid(studio, stripe)
    forget_the_past()
    return booking


MOMENTS = [
    ("2026-05-01T07:00:00Z", 2000),
    ("2026-05-13T15:00:00Z", 2000),  # to the second 48 hours before
    ("2026-05-13T15:00:01Z", 1000),
    ("2026-05-14T15:00:00Z", 1000),
    ("2026-05-14T15:00:01Z", 0),
    ("2026-05-15T15:00:00Z", 0),
    ("2026-05-15T20:00:00Z", 0),
]


@pytest.mark.parametrize(("now", "refund"), MOMENTS)
def test_the_refund_is_what_the_policy_says(
    studio: Tenant, stripe: Sandbox, prepaid: str, clock: Any, now: str, refund: int
) -> None:
    clock.move_to(now)
    item = ok(studio.staff.post(PATH.format(prepaid)))
    assert item["status"] == "cancelled"
    status = "refunded" if refund == 2000 else "paid"
    assert item["deposit"] == {"status": status, "amount_cents": 2000}
    assert [r["amount"] for r in stripe.objects("refund")] == ([refund] if refund else [])
    deposit = deposit_of(prepaid)
    assert (deposit.captured_cents, deposit.refunded_cents) == (2000, refund)
    assert told("payment.") == (["payment.refunded"] if refund else [])
    arrive(stripe)
    assert told("payment.") == (["payment.refunded"] if refund else [])
    books_agree(stripe)


def test_the_policy_is_the_one_of_the_booking(studio: Tenant, prepaid: str, clock: Any) -> None:
    configure(studio, cancellation_steps=[[720, 100]], cancel_notice_hours=720)
    clock.move_to("2026-05-13T15:00:00Z")
    ok(studio.staff.post(PATH.format(prepaid)))
    assert deposit_of(prepaid).refunded_cents == 2000


@pytest.mark.parametrize(
    ("currency", "percent", "fee"),
    [("EUR", 33, 660), ("JPY", 33, 660), ("KWD", 33, 660), ("KWD", 1, 20), ("ISK", 1, 20)],
)
def test_fees_in_other_currencies(studio: Tenant, stripe: Sandbox, currency: str, percent: int, fee: int) -> None:
    configure(studio, currency=currency, cancellation_steps=[[1, percent]])
    takes(studio, amount_cents=1999 if currency == "EUR" else 2000)
    booking = paid(studio, stripe)
    ok(studio.staff.post(PATH.format(booking)))
    deposit = deposit_of(booking)
    assert deposit.captured_cents - deposit.refunded_cents == fee
    (refund,) = stripe.objects("refund")
    assert refund["amount"] == deposit.refunded_cents * (100 if currency == "ISK" else 1)
    books_agree(stripe)


def test_waive_fee_refunds_all(studio: Tenant, stripe: Sandbox, prepaid: str, clock: Any) -> None:
    clock.move_to("2026-05-15T14:00:00Z")
    assert ok(studio.staff.post(PATH.format(prepaid), {"waive_fee": True}))["deposit"]["status"] == "refunded"
    books_agree(stripe)


@pytest.mark.parametrize("value", ["true", 1, None, "yes", [], {}])
def test_waive_fee_is_a_boolean(studio: Tenant, prepaid: str, value: Any) -> None:
    with nothing_changes():
        refused_fields(studio.staff.post(PATH.format(prepaid), {"waive_fee": value}), "waive_fee")


def test_after_a_partial_refund_the_fee_comes_out_of_what_is_left(studio: Tenant, prepaid: str, clock: Any) -> None:
    ok(studio.staff.post(f"/v1/manage/bookings/{prepaid}/refund", {"amount_cents": 500}))
    clock.move_to("2026-05-14T15:00:00Z")
    ok(studio.staff.post(PATH.format(prepaid)))
    assert deposit_of(prepaid).refunded_cents == 1000


@pytest.mark.parametrize("now", ["2026-05-01T07:00:00Z", "2026-05-06T14:59:00Z"])
def test_a_hold_is_released_never_captured(studio: Tenant, stripe: Sandbox, clock: Any, now: str) -> None:
    configure(studio, cancellation_steps=STEPS)
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    clock.move_to(now)
    assert ok(studio.staff.post(PATH.format(booking)))["deposit"]["status"] == "released"
    assert asked(stripe, "/capture") == []
    assert stripe.objects("payment_intent")[0]["status"] == "canceled"
    arrive(stripe)
    jobs()
    assert state(studio, booking) == ("cancelled", "released")
    books_agree(stripe)


def test_a_saved_card_is_forgotten(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    assert ok(studio.staff.post(PATH.format(booking)))["deposit"]["status"] == "released"
    assert [m["customer"] for m in stripe.objects("payment_method")] == [None]
    clock.move_to("2026-05-14T07:00:00Z")
    jobs()
    assert asked(stripe, "/payment_intents") == []


def test_an_unpaid_deposit_is_closed(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    item = ok(studio.staff.post(PATH.format(made["booking"]["id"])))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "canceled")
    assert stripe.objects("payment_intent")[0]["status"] == "canceled"


def test_paid_in_the_same_moment_it_goes_back(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    """GUARANTEES M4: the desk cancels what the customer has just paid."""
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    booking = made["booking"]["id"]
    assert ok(studio.staff.post(PATH.format(booking)))["status"] == "cancelled"
    clock.shift(timedelta(minutes=1))
    jobs()
    arrive(stripe)
    assert state(studio, booking) == ("cancelled", "refunded")
    assert ("late_money", "jane@example.com") in letters()
    books_agree(stripe)


@pytest.mark.parametrize(
    ("card", "at_once", "later", "mails"),
    [
        ("pm_card_pendingRefund", "refund_pending", "refunded", []),
        ("pm_card_refundFail", "refunded", "refund_failed", [("refund_failed", "desk@studio.example")]),
    ],
)
def test_refunds_that_take_a_while(
    studio: Tenant,
    stripe: Sandbox,
    clock: Any,
    card: str,
    at_once: str,
    later: str,
    mails: list[tuple[str, str]],
) -> None:
    """GUARANTEES M7: a refund counts when Stripe says that it succeeded."""
    takes(studio)
    booking = paid(studio, stripe, card)
    assert ok(studio.staff.post(PATH.format(booking)))["deposit"]["status"] == at_once
    books_agree(stripe)
    clock.shift(timedelta(seconds=6))
    stripe.advance(0)
    arrive(stripe)
    assert state(studio, booking) == ("cancelled", later)
    assert letters() == mails
    assert deposit_of(booking).refunded_cents == (2000 if later == "refunded" else 0)
    books_agree(stripe)


def test_a_refund_that_stripe_refuses_is_shown(studio: Tenant, stripe: Sandbox, prepaid: str, clock: Any) -> None:
    stripe.fail("POST", "/v1/refunds", kind="decline")
    item = ok(studio.staff.post(PATH.format(prepaid)))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "refund_failed")
    assert letters() == [("refund_failed", "desk@studio.example")]
    assert told("payment.") == ["payment.refund_failed"]
    clock.shift(timedelta(minutes=30))
    jobs()
    arrive(stripe)
    assert state(studio, prepaid) == ("cancelled", "refund_failed")
    assert told("payment.") == ["payment.refund_failed"]
    books_agree(stripe)


@pytest.mark.parametrize("kind", ["error_500", "error_500_after", "reset_after"])
def test_while_stripe_is_silent_the_refund_is_pending(
    studio: Tenant, stripe: Sandbox, prepaid: str, clock: Any, kind: str
) -> None:
    stripe.fail("POST", "/v1/refunds", kind=kind)
    item = ok(studio.staff.post(PATH.format(prepaid)))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "refund_pending")
    clock.shift(timedelta(seconds=10))
    assert tasks.carry_out_instructions() == 1
    assert state(studio, prepaid) == ("cancelled", "refunded")
    assert [r["amount"] for r in stripe.objects("refund")] == [2000]
    books_agree(stripe)


def test_a_replay_refunds_once(studio: Tenant, stripe: Sandbox, prepaid: str) -> None:
    first = studio.staff.post(PATH.format(prepaid), Idempotency_Key="k")
    with nothing_changes():
        again = studio.staff.post(PATH.format(prepaid), Idempotency_Key="k")
    assert ok(again)["deposit"]["status"] == "refunded"
    assert again.content == first.content
    assert len(stripe.objects("refund")) == 1


def test_without_stripe_the_booking_can_still_be_cancelled(studio: Tenant, prepaid: str, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    item = ok(studio.staff.post(PATH.format(prepaid)))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "refund_pending")
    assert Deposit.objects.get().refunding_cents == 2000
