"""Holds on cards: placed in time, renewed, watched, and told of when they fail (GUARANTEES M6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from tests.api.calls import Tenant, ok, put_in_status
from tests.api.paying import (
    NEAR,
    asked,
    configure,
    deposit_of,
    forget_the_past,
    letters,
    paid,
    pay,
    state,
    takes,
    told,
    unpaid,
)
from tests.money import arrive, books_agree

DUE = "2026-05-11T22:00:00Z"  # 4 days and 18 hours before a day after the visit's end at 16:00Z on the 15th
LAPSES = "2026-05-08T07:00:00Z"  # of a hold placed today


@pytest.fixture
def saved(studio: Tenant, stripe: Sandbox) -> str:
    """A booking of the 15th, whose card is saved."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    forget_the_past()
    return booking


@pytest.fixture
def held(studio: Tenant, stripe: Sandbox) -> str:
    """A booking of the 6th at 15:00Z, with a hold that lapses at 07:00Z on the 8th."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    forget_the_past()
    return booking


def move(tenant: Tenant, booking: str, day: str) -> None:
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": day, "time": "10:00"}))


# --- placed in time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "lapses"),
    [
        ("pm_card_visa", datetime(2026, 5, 16, 16, tzinfo=UTC)),  # exactly as long as it is needed
        ("pm_card_mastercard", datetime(2026, 5, 18, 22, tzinfo=UTC)),
    ],
)
def test_a_saved_card_is_held_when_it_is_time(
    studio: Tenant, stripe: Sandbox, clock: Any, card: str, lapses: datetime
) -> None:
    takes(studio, "authorization_hold", 1250)
    booking = paid(studio, stripe, card)
    forget_the_past()
    clock.move_to(datetime.fromisoformat(DUE) - timedelta(seconds=1))
    assert tasks.place_holds() == 0
    clock.move_to(DUE)
    assert tasks.place_holds() == 1
    assert tasks.place_holds() == 0
    assert state(studio, booking) == ("confirmed", "held")
    deposit = deposit_of(booking)
    assert (deposit.capture_before, deposit.needed_until) == (lapses, datetime(2026, 5, 16, 16, tzinfo=UTC))
    (intent,) = asked(stripe, "/payment_intents")
    assert (intent["amount"], intent["currency"], intent["capture_method"]) == ("1250", "eur", "manual")
    assert (intent["off_session"], intent["customer"]) == ("true", deposit.customer_ref)
    assert intent["payment_method"] == deposit.method_ref
    assert told() == ["deposit.held"]
    arrive(stripe)
    assert told() == ["deposit.held"]
    books_agree(stripe)


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
def test_a_booking_that_is_over_is_not_held(
    studio: Tenant, stripe: Sandbox, saved: str, clock: Any, status: str
) -> None:
    put_in_status(saved, status)
    clock.move_to(DUE)
    tasks.place_holds()
    assert asked(stripe, "/payment_intents") == []


def test_a_card_that_cannot_be_held(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    """Customer and business are told; the booking stands."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, "pm_card_chargeCustomerFail")
    forget_the_past()
    clock.move_to(DUE)
    tasks.place_holds()
    assert state(studio, booking) == ("confirmed", "failed")
    assert told() == ["payment.failed"]
    assert letters() == [("hold_failed", "desk@studio.example"), ("hold_failed", "jane@example.com")]
    assert deposit_of(booking).problem == "Your card was declined."
    clock.shift(timedelta(days=1))
    tasks.place_holds()
    assert len([r for r in stripe.requests if r.path == "/v1/payment_intents"]) == 1
    arrive(stripe)
    assert state(studio, booking) == ("confirmed", "failed")
    assert len(letters()) == 2
    books_agree(stripe)


def test_a_card_whose_owner_would_have_to_confirm(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio, "authorization_hold")
    made = unpaid(studio)
    setup = stripe.confirm(made["stripe_client_secret"], "pm_card_threeDSecure2Required")
    stripe.complete_action(setup["id"])
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "saved")
    clock.move_to(DUE)
    tasks.place_holds()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "failed")
    assert [recipient for _, recipient in letters()] == ["desk@studio.example", "jane@example.com"]


@pytest.mark.parametrize("kind", ["error_500", "error_500_after", "reset", "reset_after"])
def test_while_stripe_is_silent_it_is_tried_again_and_held_once(
    studio: Tenant, stripe: Sandbox, saved: str, clock: Any, kind: str
) -> None:
    clock.move_to(DUE)
    stripe.fail("POST", "/v1/payment_intents", kind=kind)
    assert tasks.place_holds() == 0
    assert state(studio, saved) == ("confirmed", "saved")
    assert letters() == []
    clock.shift(timedelta(seconds=10))
    assert tasks.place_holds() == 0  # the instruction is carried out, not a second one given
    assert tasks.carry_out_instructions() == 1
    assert state(studio, saved) == ("confirmed", "held")
    assert [intent["status"] for intent in stripe.objects("payment_intent")] == ["requires_capture"]
    books_agree(stripe)


def test_after_stripe_has_forgotten_the_key_it_is_still_held_once(
    studio: Tenant, stripe: Sandbox, saved: str, clock: Any
) -> None:
    clock.move_to(DUE)
    stripe.fail("POST", "/v1/payment_intents", kind="reset_after")
    tasks.place_holds()
    clock.shift(timedelta(days=2))
    stripe.advance(0)
    assert tasks.carry_out_instructions() == 1
    assert state(studio, saved) == ("confirmed", "held")
    assert len(stripe.objects("payment_intent")) == 1


# --- moved --------------------------------------------------------------------------------------------------------


def test_moved_near_the_hold_is_placed_at_once(studio: Tenant, stripe: Sandbox, saved: str) -> None:
    move(studio, saved, "2026-05-04")
    assert tasks.place_holds() == 1
    assert state(studio, saved) == ("confirmed", "held")


def test_moved_a_little_beyond_its_end_the_hold_is_renewed_before_it_lapses(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any
) -> None:
    move(studio, held, "2026-05-08")  # needed until 16:00Z on the 9th
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24, seconds=1))
    assert tasks.watch_holds() == 0
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24))
    assert tasks.watch_holds() == 1
    assert state(studio, held) == ("confirmed", "saved")
    assert tasks.place_holds() == 1
    assert state(studio, held) == ("confirmed", "held")
    assert deposit_of(held).capture_before == datetime(2026, 5, 12, 1, tzinfo=UTC)
    assert [intent["status"] for intent in stripe.objects("payment_intent")] == ["canceled", "requires_capture"]
    assert letters() == []
    books_agree(stripe)
    assert ok(studio.staff.post(f"/v1/manage/bookings/{held}/no-show")) == {
        "detail": "No-show recorded. EUR 20 hold captured."
    }
    books_agree(stripe)


def test_moved_far_beyond_its_end_the_next_hold_waits_until_it_is_needed(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any
) -> None:
    """DESIGN 8.7: in time, not weeks ahead, renewed every few days on the customer's card."""
    move(studio, held, "2026-05-20")  # needed until 16:00Z on the 21st
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24))
    tasks.watch_holds()
    assert state(studio, held) == ("confirmed", "saved")
    assert deposit_of(held).hold_at == datetime(2026, 5, 16, 22, tzinfo=UTC)
    assert tasks.place_holds() == 0
    clock.move_to("2026-05-16T22:00:00Z")
    assert tasks.place_holds() == 1
    assert deposit_of(held).capture_before == datetime(2026, 5, 21, 16, tzinfo=UTC)
    books_agree(stripe)


def test_a_renewal_that_fails_is_told(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    move(studio, held, "2026-05-08")
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24))
    tasks.watch_holds()
    stripe.fail("POST", "/v1/payment_intents", kind="decline")
    tasks.place_holds()
    assert state(studio, held) == ("confirmed", "failed")
    assert letters() == [("hold_failed", "desk@studio.example"), ("hold_failed", "jane@example.com")]


# --- lapsing ------------------------------------------------------------------------------------------------------


def test_the_business_is_warned_once(studio: Tenant, stripe: Sandbox, held: str, clock: Any) -> None:
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24, seconds=1))
    assert tasks.watch_holds() == 0
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=24))
    assert tasks.watch_holds() == 1
    for _ in range(2):
        clock.shift(timedelta(hours=1))
        assert tasks.watch_holds() == 0
    assert letters() == [("hold_lapsing", "desk@studio.example")]


def test_where_the_visit_is_over_there_is_nothing_to_warn_of(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any
) -> None:
    for status in ("checked_in", "completed"):
        ok(studio.staff.patch(f"/v1/manage/bookings/{held}", {"status": status}))
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=1))
    tasks.watch_holds()
    assert letters() == []


def test_a_business_without_an_address_is_not_written_to(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any
) -> None:
    configure(studio, email="")
    clock.move_to(datetime.fromisoformat(LAPSES) - timedelta(hours=1))
    assert tasks.watch_holds() == 1
    assert letters() == []


@pytest.mark.parametrize("by_event", [True, False])
def test_a_hold_that_has_lapsed_is_released(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any, by_event: bool
) -> None:
    clock.move_to(LAPSES)
    stripe.advance(0)
    if by_event:
        arrive(stripe)
    else:
        tasks.reconcile_deposits()
    assert state(studio, held) == ("confirmed", "released")
    assert told() == ["deposit.released"]
    assert tasks.place_holds() == 0
    books_agree(stripe)


def test_a_hold_that_has_lapsed_too_early_is_placed_again(
    studio: Tenant, stripe: Sandbox, held: str, clock: Any
) -> None:
    """No job ran for days, and the visit is still to come."""
    move(studio, held, "2026-05-08")
    clock.move_to(LAPSES)
    stripe.advance(0)
    arrive(stripe)
    assert state(studio, held) == ("confirmed", "saved")
    assert tasks.place_holds() == 1
    assert state(studio, held) == ("confirmed", "held")
    books_agree(stripe)


# --- late ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize(
    ("rule", "day"), [("authorization_hold", NEAR), ("authorization_hold", "2026-05-15"), ("charge", NEAR)]
)
def test_late_money_confirms_where_the_time_is_free_and_goes_back_where_not(
    studio: Tenant, stripe: Sandbox, clock: Any, rule: str, day: str, taken: bool
) -> None:
    """DESIGN 8.6. Stripe says first that nobody can pay any more, then that somebody has."""
    takes(studio, rule)
    maria = studio.resource("maria")
    made = unpaid(studio, booking_date=day, resource_id=maria)
    booking = made["booking"]["id"]
    deposit = deposit_of(booking)
    put_in_status(booking, "cancelled")
    type(deposit).objects.update(status="expired")
    if taken:
        takes(studio, "none")
        studio.book(booking_date=day, resource_id=maria, phone="+301234567899")
    forget_the_past()
    pay(stripe, made)
    clock.shift(timedelta(minutes=1))
    tasks.carry_out_instructions()
    after = {"charge": ("paid", "refunded")}.get(rule, ("held" if day == NEAR else "saved", "released"))
    assert state(studio, booking) == (("cancelled", after[1]) if taken else ("confirmed", after[0]))
    assert letters() == ([("late_money", "jane@example.com"), ("late_money", "desk@studio.example")] if taken else [])
    assert told("booking.") == ([] if taken else ["booking.reinstated", "booking.updated"])
    books_agree(stripe)
