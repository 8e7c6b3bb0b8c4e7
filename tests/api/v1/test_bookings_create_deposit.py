"""POST /v1/bookings/ where a deposit is due."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from availengine.models import IdempotencyRecord
from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking
from businesses.models import Service, ServiceResource
from payments.models import Deposit, Instruction
from tests.api.calls import DAY, Caller, Tenant, fingerprint, is_uuid, nothing_changes, ok, put_in_status, refused
from tests.api.paying import NEAR, asked, configure, deposit_of, paid, pay, state, takes, told, unpaid
from tests.api.shapes import same_shape
from tests.api.v1.test_reference import example
from tests.money import arrive, books_agree

PATH = "/v1/bookings/"
MADE = ["id", "status", "confirmation_code", "booking_date", "start_time", "end_time", "capacity"]


@pytest.fixture(autouse=True)
def _stripe(stripe: Sandbox) -> None:
    """Every test here has a Stripe, unless it takes it away."""


# --- the two documented answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "day", "secret"),
    [
        ("charge", DAY, r"pi_\w+_secret_\w+"),
        ("authorization_hold", NEAR, r"pi_\w+_secret_\w+"),
        ("authorization_hold", DAY, r"seti_\w+_secret_\w+"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/bookings/", "/v1/bookings"])
def test_the_documented_answers(studio: Tenant, path: str, rule: str, day: str, secret: str) -> None:
    takes(studio, rule)
    answer = ok(studio.widget.post(path, studio.public(booking_date=day, start_time="14:00")), 201)
    kind = "charge" if rule == "charge" else "hold"
    shown = example(f"public_booking_{kind}.response")
    assert re.fullmatch(secret, answer["stripe_client_secret"])
    same_shape(json.loads(shown), answer)
    booking = answer.pop("booking")
    assert list(booking) == MADE
    assert is_uuid(booking.pop("id"))
    assert booking.pop("confirmation_code").startswith("AV-")
    assert booking == {
        "status": "pending",
        "booking_date": day,
        "start_time": "14:00:00",
        "end_time": "15:00:00",
        "capacity": 1,
    }
    assert answer == {"stripe_client_secret": answer["stripe_client_secret"], "deposit_type": rule}


def test_it_holds_its_time_and_is_listed_with_its_deposit(studio: Tenant) -> None:
    takes(studio, amount_cents=1250)
    booking = unpaid(studio, resource_id=studio.resource("maria"))["booking"]["id"]
    assert "10:00" not in studio.free(resource_id=studio.resource("maria"))
    assert studio.item(booking)["deposit"] == {"status": "pending", "amount_cents": 1250}
    deposit = deposit_of(booking)
    assert (deposit.currency, deposit.live, deposit.channel) == ("EUR", True, "form")
    assert deposit.expires_at == datetime(2026, 5, 1, 7, 30, tzinfo=UTC)
    assert told("booking.", "deposit.", "payment.") == ["booking.created"]


def test_the_window_is_the_businesss(studio: Tenant) -> None:
    takes(studio)
    configure(studio, deposit_window_minutes=5)
    expires_at = deposit_of(unpaid(studio)["booking"]["id"]).expires_at
    assert expires_at == datetime(2026, 5, 1, 7, 5, tzinfo=UTC)


def test_without_a_rule_nothing_is_asked_for(studio: Tenant, stripe: Sandbox) -> None:
    assert studio.book()["status"] == "confirmed"
    assert stripe.requests == []
    assert not Deposit.objects.exists()


# --- paying -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "day", "status", "events"),
    [
        ("charge", DAY, "paid", ["payment.succeeded"]),
        ("authorization_hold", NEAR, "held", ["deposit.held"]),
        ("authorization_hold", DAY, "saved", ["deposit.saved"]),
    ],
)
def test_who_pays_is_confirmed(
    studio: Tenant, stripe: Sandbox, rule: str, day: str, status: str, events: list[str]
) -> None:
    takes(studio, rule)
    booking = paid(studio, stripe, booking_date=day)
    assert state(studio, booking) == ("confirmed", status)
    assert told("deposit.", "payment.") == events
    assert told("booking.") == ["booking.created", "booking.confirmed", "booking.updated"]
    arrive(stripe)
    assert told("booking.") == ["booking.created", "booking.confirmed", "booking.updated"]
    books_agree(stripe)


def test_without_auto_confirm_a_paid_booking_waits_for_the_business(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    configure(studio, auto_confirm=False)
    booking = paid(studio, stripe)
    assert state(studio, booking) == ("pending", "paid")
    assert ok(studio.staff.patch(f"/v1/manage/bookings/{booking}", {"status": "confirmed"}))["status"] == "confirmed"
    assert state(studio, booking) == ("confirmed", "paid")


@pytest.mark.parametrize("card", ["pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"])
def test_a_declined_card_can_be_replaced(studio: Tenant, stripe: Sandbox, card: str) -> None:
    takes(studio)
    made = unpaid(studio)
    assert stripe.confirm(made["stripe_client_secret"], card)["status"] == "requires_payment_method"
    arrive(stripe)
    booking = made["booking"]["id"]
    assert state(studio, booking) == ("pending", "pending")
    assert deposit_of(booking).problem
    pay(stripe, made)
    assert state(studio, booking) == ("confirmed", "paid")
    assert deposit_of(booking).problem == ""


def test_3d_secure_takes_its_time(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    intent = stripe.confirm(made["stripe_client_secret"], "pm_card_threeDSecure2Required")
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("pending", "pending")
    stripe.complete_action(intent["id"])
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_unpaid_it_ends_and_frees_its_time(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    made = unpaid(studio, resource_id=studio.resource("maria"))
    clock.move_to("2026-05-01T07:29:59Z")
    assert tasks.expire_unpaid() == 0
    clock.move_to("2026-05-01T07:30:00Z")
    assert tasks.expire_unpaid() == 1
    assert state(studio, made["booking"]["id"]) == ("cancelled", "expired")
    assert "10:00" in studio.free(resource_id=studio.resource("maria"))
    assert stripe.objects("payment_intent")[0]["status"] == "canceled"
    assert told("deposit.") == ["deposit.expired"]
    assert tasks.expire_unpaid() == 0


def test_paid_in_the_last_second_it_is_confirmed_not_cancelled(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    """GUARANTEES M4, M5: Stripe refuses to cancel what is paid."""
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    clock.move_to("2026-05-01T07:31:00Z")
    tasks.expire_unpaid()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")
    books_agree(stripe)


# --- what is charged ----------------------------------------------------------------------------------------------

HALF = {"basis": "percent", "percent": 50}

AMOUNTS: list[tuple[str, dict[str, Any], dict[str, Any], int]] = [
    # currency, rule, booking, amount in our minor units
    ("EUR", {"amount_cents": 2000}, {}, 2000),
    ("EUR", {"amount_cents": 2000}, {"capacity": 4}, 2000),
    ("EUR", {"amount_cents": 750, "basis": "per_person"}, {"capacity": 4}, 3000),
    ("EUR", HALF, {}, 1750),
    ("EUR", {"basis": "percent", "percent": 33}, {}, 1155),
    ("EUR", {"basis": "percent", "percent": 1}, {}, 35),
    ("EUR", {"basis": "percent", "percent": 100}, {"capacity": 4}, 3500),
    ("JPY", {"amount_cents": 2000}, {}, 2000),
    ("JPY", {"basis": "percent", "percent": 33}, {}, 1155),
    ("KWD", {"amount_cents": 12_345}, {}, 12_350),
    ("KWD", {"amount_cents": 12_345, "basis": "per_person"}, {"capacity": 2}, 24_690),
    ("KWD", {"basis": "percent", "percent": 33}, {}, 1160),
    ("ISK", {"amount_cents": 2000}, {}, 2000),
]


@pytest.mark.parametrize(("currency", "rule", "booking", "amount"), AMOUNTS)
def test_the_amount(
    studio: Tenant, stripe: Sandbox, currency: str, rule: dict[str, Any], booking: dict[str, Any], amount: int
) -> None:
    takes(studio, **rule)
    configure(studio, currency=currency)
    ok(studio.full.patch(f"/v1/manage/resources/{studio.resource('maria')}", {"capacity_max": 4}))
    made = unpaid(studio, **booking)
    sent = amount * 100 if currency == "ISK" else amount
    (params,) = asked(stripe, "/payment_intents")
    assert (params["amount"], params["currency"]) == (str(sent), currency.lower())
    deposit = deposit_of(made["booking"]["id"])
    assert (deposit.amount_cents, deposit.currency) == (amount, currency)
    pay(stripe, made)
    deposit.refresh_from_db()
    assert (deposit.status, deposit.captured_cents) == ("paid", amount)


@pytest.mark.parametrize(
    ("price", "percent", "amount"),
    [(3333, 50, 1667), (3333, 1, 33), (3350, 1, 34), (1, 50, 1), (1, 49, None), (0, 100, None), (None, 100, None)],
)
def test_a_share_is_rounded_half_up_and_nothing_is_no_deposit(
    studio: Tenant, price: int | None, percent: int, amount: int | None
) -> None:
    takes(studio, basis="percent", percent=percent)
    Service.objects.filter(uuid=studio.service("cut")).update(price_cents=price)
    ok(studio.full.post(PATH, studio.public()), 201)
    assert [d.amount_cents for d in Deposit.objects.all()] == ([amount] if amount else [])


def test_a_share_is_of_the_resources_own_price(studio: Tenant) -> None:
    takes(studio, **HALF)
    ServiceResource.objects.filter(resource__uuid=studio.resource("jim")).update(price_cents=6000)
    made = unpaid(studio, resource_id=studio.resource("jim"))
    assert deposit_of(made["booking"]["id"]).amount_cents == 3000


def second_service(tenant: Tenant) -> str:
    maria = {"resource_id": tenant.resource("maria")}
    body = {"name": "Color", "duration_minutes": 60, "price_cents": 8000, "resources": [maria]}
    made: str = ok(tenant.full.post("/v1/manage/services", body), 201)["id"]
    return made


OWN: list[tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None, str | None, int | None]] = [
    # the business's rule, the first service's, the second's (None: the business's), then kind and amount
    ({"amount_cents": 2000}, None, None, "charge", 2000),  # once, not per service
    (HALF, None, None, "charge", 5750),  # half of both prices
    ({"amount_cents": 2000}, {"type": "none"}, None, "charge", 2000),
    ({"amount_cents": 2000}, {"type": "none"}, {"type": "none"}, None, None),
    ({"amount_cents": 2000}, None, {"amount_cents": 700}, "charge", 2700),
    ({"type": "none"}, None, {"amount_cents": 700}, "charge", 700),
    ({"type": "none"}, HALF, {"basis": "percent", "percent": 10}, "charge", 2550),
    ({"type": "authorization_hold", "amount_cents": 2000}, None, {"amount_cents": 700}, "charge", 2700),
    ({"type": "authorization_hold"}, None, {"type": "authorization_hold"}, "authorization_hold", 4000),
    ({"type": "authorization_hold"}, None, {"type": "none"}, "authorization_hold", 2000),
]


@pytest.mark.parametrize(("business", "first", "second", "kind", "amount"), OWN)
def test_several_services_with_rules_of_their_own(
    studio: Tenant,
    business: dict[str, Any],
    first: dict[str, Any] | None,
    second: dict[str, Any] | None,
    kind: str | None,
    amount: int | None,
) -> None:
    other = second_service(studio)
    takes(studio, **business)
    if first is not None:
        takes(studio, service="cut", **first)
    if second is not None:
        studio.outcome.services["color"] = Service.objects.get(uuid=other)
        takes(studio, service="color", **second)
    body = studio.public(services=[studio.service("cut"), other], booking_date=NEAR)
    answer = ok(studio.full.post(PATH, body), 201)
    assert answer.get("deposit_type") == kind
    assert [d.amount_cents for d in Deposit.objects.all()] == ([amount] if amount else [])
    assert answer["booking"]["status"] == ("pending" if kind else "confirmed")


# --- near and far holds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "prefix"),
    [("2026-05-09T16:00:00Z", "pi_"), ("2026-05-09T15:59:00Z", "seti_"), ("2026-05-15T14:00:00Z", "pi_")],
)
def test_a_hold_that_would_lapse_before_a_day_after_the_visit_is_placed_later(
    studio: Tenant, clock: Any, now: str, prefix: str
) -> None:
    """The visit ends at 16:00Z on the 15th; a hold lasts seven days."""
    clock.move_to(now)
    takes(studio, "authorization_hold")
    made = unpaid(studio)
    assert made["stripe_client_secret"].startswith(prefix)
    deposit = deposit_of(made["booking"]["id"])
    assert deposit.needed_until == datetime(2026, 5, 16, 16, tzinfo=UTC)
    later = deposit.needed_until - timedelta(days=4, hours=18)
    assert deposit.hold_at == (later if prefix == "seti_" else None)


def test_a_near_hold_is_captured_by_hand_and_saves_the_card(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    made = unpaid(studio, booking_date=NEAR)
    (customer,) = asked(stripe, "/customers")
    assert (customer["name"], customer["email"]) == ("Jane Doe", "jane@example.com")
    (intent,) = asked(stripe, "/payment_intents")
    deposit = deposit_of(made["booking"]["id"])
    assert intent == {
        "amount": "2000",
        "currency": "eur",
        "capture_method": "manual",
        "setup_future_usage": "off_session",
        "customer": deposit.customer_ref,
        "description": "Deposit for your booking at Studio",
        "payment_method_types": {"0": "card"},
        "metadata": {"deposit": str(deposit.uuid), "instruction": str(Instruction.objects.get().uuid)},
    }
    pay(stripe, made)
    deposit.refresh_from_db()
    assert deposit.capture_before == datetime(2026, 5, 8, 7, tzinfo=UTC)
    assert deposit.method_ref.startswith("pm_")


def test_a_far_hold_saves_the_card_only(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    made = unpaid(studio)
    assert asked(stripe, "/payment_intents") == []
    (setup,) = asked(stripe, "/setup_intents")
    assert (setup["usage"], setup["payment_method_types"]) == ("off_session", {"0": "card"})
    pay(stripe, made)
    deposit = deposit_of(made["booking"]["id"])
    assert (deposit.status, deposit.intent_ref, deposit.captured_cents) == ("saved", "", 0)
    assert deposit.method_ref.startswith("pm_")


def test_a_charge_keeps_no_card(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    unpaid(studio)
    (intent,) = asked(stripe, "/payment_intents")
    assert set(intent) == {"amount", "currency", "description", "metadata", "payment_method_types"}
    assert asked(stripe, "/customers") == []


# --- for whom -----------------------------------------------------------------------------------------------------

BOTH = ("new_customers", "earlier_no_shows")
PASTS: list[tuple[tuple[str, ...], str | None, bool]] = [
    # for whom the rule is; what the customer's earlier booking came to; whether a deposit is due
    (("new_customers",), None, True),
    (("new_customers",), "completed", False),
    (("new_customers",), "checked_in", False),
    (("new_customers",), "confirmed", False),  # over, and nobody said that the customer was not there
    (("new_customers",), "cancelled", True),
    (("new_customers",), "no_show", True),
    (("earlier_no_shows",), None, False),
    (("earlier_no_shows",), "completed", False),
    (("earlier_no_shows",), "no_show", True),
    (BOTH, None, True),
    (BOTH, "completed", False),
    (BOTH, "no_show", True),
    ((), "completed", True),
]


@pytest.mark.parametrize(("only_for", "past", "due"), PASTS)
def test_rules_for_some_customers(
    studio: Tenant, clock: Any, only_for: tuple[str, ...], past: str | None, due: bool
) -> None:
    if past:
        put_in_status(studio.book(booking_date="2026-05-02")["id"], past)
        clock.move_to("2026-05-04T07:00:00Z")
    takes(studio, only_for=only_for)
    answer = ok(studio.full.post(PATH, studio.public()), 201)
    assert ("stripe_client_secret" in answer) is due


def test_a_booking_still_to_come_makes_nobody_a_known_customer(studio: Tenant) -> None:
    studio.book(booking_date="2026-05-14")
    takes(studio, only_for=("new_customers",))
    assert unpaid(studio)["deposit_type"] == "charge"


def test_somebody_elses_past_does_not_count(studio: Tenant, clock: Any) -> None:
    put_in_status(studio.book(booking_date="2026-05-02")["id"], "completed")
    clock.move_to("2026-05-04T07:00:00Z")
    takes(studio, only_for=("new_customers",))
    assert unpaid(studio, phone="+301234567891")["deposit_type"] == "charge"


def test_the_services_own_rule_for_some_customers_only(studio: Tenant) -> None:
    takes(studio, "none")
    takes(studio, service="cut", amount_cents=900, only_for=("earlier_no_shows",))
    assert studio.book()["status"] == "confirmed"
    takes(studio, service="cut", amount_cents=900, only_for=("new_customers",))
    assert deposit_of(unpaid(studio, phone="+301234567891")["booking"]["id"]).amount_cents == 900


# --- at most three unpaid -----------------------------------------------------------------------------------------

TIMES = ("09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00")


def person(number: int, **changes: str) -> dict[str, str]:
    return {"phone": f"+3012345678{number:02}", "email": f"guest{number}@example.com", **changes}


def hold_three(tenant: Tenant, caller: Caller | None = None, **same: str) -> list[dict[str, Any]]:
    """Three unpaid bookings of people who have only `same` in common."""
    caller = caller or tenant.full
    return [ok(caller.post(PATH, tenant.public(start_time=TIMES[n], **person(n, **same))), 201) for n in range(3)]


@pytest.mark.parametrize(
    "same",
    [{"phone": "+302101234567"}, {"email": "jane@example.com"}, {"phone": "+302101234567", "email": "a@example.com"}],
)
def test_a_fourth_unpaid_booking_of_the_same_person_is_refused(
    studio: Tenant, stripe: Sandbox, same: dict[str, str]
) -> None:
    takes(studio)
    made = hold_three(studio, **same)
    fourth = studio.public(start_time="12:00", **person(4, **same))
    with nothing_changes():
        error = refused(studio.full.post(PATH, fourth), 409)
    assert error["details"] == {"reason": "too_many_unpaid"}
    ok(studio.full.post(PATH, studio.public(start_time="12:00", **person(5))), 201)
    pay(stripe, made[0])
    ok(studio.full.post(PATH, fourth), 201)


@pytest.mark.parametrize("spelling", [{"phone": "+30 (210) 123-4567"}, {"email": "JANE@Example.com"}])
def test_other_spellings_are_the_same_person(studio: Tenant, spelling: dict[str, str]) -> None:
    takes(studio)
    hold_three(studio, **({"phone": "+302101234567"} if "phone" in spelling else {"email": "jane@example.com"}))
    with nothing_changes():
        refused(studio.full.post(PATH, studio.public(start_time="12:00", **person(4, **spelling))), 409)


def test_an_expired_booking_makes_room(studio: Tenant, clock: Any) -> None:
    takes(studio)
    hold_three(studio, email="jane@example.com")
    clock.move_to("2026-05-01T07:30:00Z")
    tasks.expire_unpaid()
    unpaid(studio, start_time="12:00")


def test_a_browser_key_counts_the_visitors_address_too(studio: Tenant) -> None:
    takes(studio)
    hold_three(studio, studio.widget)
    body = studio.public(start_time="12:00", **person(4))
    with nothing_changes():
        error = refused(studio.widget.post(PATH, body), 409)
    assert error["details"] == {"reason": "too_many_unpaid"}
    ok(studio.widget.send("POST", PATH, body, REMOTE_ADDR="203.0.113.9"), 201)


def test_a_servers_address_does_not_count(studio: Tenant) -> None:
    takes(studio)
    hold_three(studio)
    unpaid(studio, start_time="12:00", **person(4))


def test_where_no_deposit_is_due_there_is_no_such_limit(studio: Tenant) -> None:
    for time in TIMES[:5]:
        studio.book(start_time=time)


# --- Stripe does not answer, or refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "reset", "rate_limit", "error_500", "malformed"])
def test_without_an_answer_nothing_is_booked_and_the_key_works_anew(
    studio: Tenant, stripe: Sandbox, settings: Any, clock: Any, kind: str
) -> None:
    settings.STRIPE_TIMEOUT_SECONDS = 0.3
    takes(studio)
    body = studio.public(resource_id=studio.resource("maria"))
    stripe.fail("POST", "/v1/payment_intents", kind=kind, seconds=0.6)
    response = studio.widget.post(PATH, body, Idempotency_Key="k")
    assert refused(response, 503)["message"] == "The payment provider gave no answer yet. Try again shortly."
    assert response.headers["Retry-After"] == "5"
    assert Booking.objects.get().status == "cancelled"
    assert "10:00" in studio.free(resource_id=studio.resource("maria"))
    assert not IdempotencyRecord.objects.exists()
    again = studio.widget.post(PATH, body, Idempotency_Key="k")
    assert "Idempotent-Replayed" not in again.headers
    made = ok(again, 201)
    pay(stripe, made)
    clock.shift(timedelta(minutes=1))
    tasks.carry_out_instructions()
    assert sorted(Booking.objects.values_list("status", "deposit__status")) == [
        ("cancelled", "canceled"),
        ("confirmed", "paid"),
    ]
    books_agree(stripe)


def test_a_reading_that_fails_takes_the_booking_back_too(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    stripe.fail("GET", "/v1/payment_intents/.*", kind="error_500")
    refused(studio.full.post(PATH, studio.public(), Idempotency_Key="k"), 503)
    assert Booking.objects.get().status == "cancelled"
    ok(studio.full.post(PATH, studio.public(), Idempotency_Key="k"), 201)


def test_stripe_refuses(studio: Tenant, stripe: Sandbox) -> None:
    """An amount beyond what Stripe takes; the refusal is final for its key."""
    takes(studio, amount_cents=100_000_000)
    first = studio.full.post(PATH, studio.public(), Idempotency_Key="k")
    error = refused(first, 409)
    assert error["details"] == {"reason": "payment_refused"}
    assert error["message"].startswith("The deposit could not be requested, and nothing is booked: ")
    assert list(Booking.objects.values_list("status", "deposit__status")) == [("cancelled", "canceled")]
    assert len(studio.free()) == 8
    with nothing_changes():
        again = studio.full.post(PATH, studio.public(), Idempotency_Key="k")
    assert (again.status_code, again.content) == (409, first.content)


def test_stripe_not_set_up(studio: Tenant, stripe: Sandbox, settings: Any) -> None:
    takes(studio)
    settings.STRIPE_SECRET_KEY = ""
    with nothing_changes():
        error = refused(studio.widget.post(PATH, studio.public()), 409)
    assert error["details"] == {"reason": "payments_not_set_up"}
    assert stripe.requests == []
    takes(studio, "none")
    assert studio.book()["status"] == "confirmed"


# --- test mode --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("live_key", "test_key", "works"),
    [
        ("sk_test_for_the_tests", "", True),
        ("sk_live_x", "sk_test_for_the_tests", True),
        ("sk_live_x", "", False),
        ("rk_live_x", "", False),
        ("", "", False),
        ("", "sk_test_for_the_tests", True),
    ],
)
def test_a_test_booking_never_uses_a_live_key(
    studio: Tenant, stripe: Sandbox, settings: Any, live_key: str, test_key: str, works: bool
) -> None:
    takes(studio)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_TEST_SECRET_KEY = live_key, test_key
    if works:
        made = ok(studio.test.post(PATH, studio.public()), 201)
        assert deposit_of(made["booking"]["id"]).live is False
        assert {request.status for request in stripe.requests} == {200}
        return
    with nothing_changes():
        error = refused(studio.test.post(PATH, studio.public()), 409)
    assert error["details"] == {"reason": "payments_not_set_up"}
    assert stripe.requests == []


def test_a_live_booking_never_uses_the_test_key(studio: Tenant, stripe: Sandbox, settings: Any) -> None:
    takes(studio)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_TEST_SECRET_KEY = "", "sk_test_for_the_tests"
    with nothing_changes():
        refused(studio.full.post(PATH, studio.public()), 409)
    assert stripe.requests == []


# --- Idempotency-Key --------------------------------------------------------------------------------------------------


def test_a_replay_is_byte_identical_and_asks_stripe_nothing(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    first = studio.widget.post(PATH, studio.public(), Idempotency_Key="k")
    assert "Idempotent-Replayed" not in first.headers
    calls = len(stripe.requests)
    with nothing_changes():
        again = studio.widget.post(PATH, studio.public(), Idempotency_Key="k")
        refused(studio.widget.post(PATH, studio.public(start_time="11:00"), Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.requests) == calls


def test_the_stored_answer_is_sealed(studio: Tenant) -> None:
    takes(studio)
    secret = ok(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 201)["stripe_client_secret"]
    record = IdempotencyRecord.objects.get()
    assert record.sealed is True
    body = bytes(record.body)
    for readable in (secret.encode(), b"_secret_", b"pi_", b"booking"):
        assert readable not in body


def test_the_client_secret_is_nowhere_in_the_database(studio: Tenant) -> None:
    takes(studio)
    secret = ok(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 201)["stripe_client_secret"]
    assert not [table for table, rows in fingerprint().items() if rows and secret.split("_secret_")[1] in rows]


def test_another_secret_key_since(studio: Tenant, settings: Any) -> None:
    """The answer cannot be read any more: nothing is booked a second time."""
    takes(studio)
    ok(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 201)
    settings.SECRET_KEY = "another " * 8
    with nothing_changes():
        refused(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 409)


def test_after_a_crash_between_commit_and_answer_the_key_goes_on(studio: Tenant, stripe: Sandbox) -> None:
    """As a crash leaves it: the booking is committed, the record has no answer yet."""
    takes(studio)
    first = ok(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 201)
    instruction = Instruction.objects.get()
    IdempotencyRecord.objects.update(status=None, body=str(instruction.uuid).encode(), sealed=False)
    again = ok(studio.widget.post(PATH, studio.public(), Idempotency_Key="k"), 201)
    assert again == first
    assert len(asked(stripe, "/payment_intents")) == 1
    assert Booking.objects.count() == 1
