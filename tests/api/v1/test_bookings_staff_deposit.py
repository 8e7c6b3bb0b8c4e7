"""POST /v1/manage/bookings/staff-deposit"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking, Message
from businesses.models import Business
from payments.models import Deposit
from tests.api.calls import (
    DAY,
    Tenant,
    desk,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)
from tests.api.paying import NEAR, asked, configure, deposit_of, letters, linked, pay, state, takes, told
from tests.api.v1.test_reference import example
from tests.money import arrive, books_agree

PATH = "/v1/manage/bookings/staff-deposit"


def link(**changes: Any) -> dict[str, Any]:
    return desk(**{"email": "jane@example.com", **changes})


@pytest.fixture(autouse=True)
def _stripe(stripe: Sandbox) -> None:
    """Every test here has a Stripe, unless it takes it away."""


@pytest.fixture
def charging(studio: Tenant) -> Tenant:
    takes(studio)
    return studio


# --- the documented answer ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_the_documented_answer(charging: Tenant, path: str) -> None:
    answer = ok(charging.staff.send("POST", path, example("staff_deposit.request").encode()), 201)
    shown = json.loads(example("staff_deposit.response").replace(", ... }", "}"))
    assert list(answer) == list(shown)
    booking = answer["booking"]
    assert is_uuid(booking.pop("id"))
    assert booking.pop("confirmation_code").startswith("AV-")
    assert booking == {
        "status": "pending",
        "booking_date": DAY,
        "start_time": "14:00:00",
        "end_time": "15:00:00",
        "capacity": 1,
    }
    assert answer["checkout_url"].startswith("http")
    assert answer["expires_at"] == "2026-05-01T09:00:00Z"  # two hours ahead
    stored = Booking.objects.get()
    assert (stored.source, stored.staff_notes) == ("staff", "Phone booking, needs to prepay")
    assert stored.deposit.expires_at == datetime(2026, 5, 1, 9, tzinfo=UTC)


def test_the_checkout_page_asks_for_the_deposit(charging: Tenant, stripe: Sandbox, settings: Any) -> None:
    settings.BASE_URL = "https://book.example"
    linked(charging)
    (session,) = asked(stripe, "/checkout/sessions")
    deposit = Deposit.objects.get()
    assert (session["mode"], session["customer_email"]) == ("payment", "jane@example.com")
    assert session["client_reference_id"] == session["metadata"]["deposit"] == str(deposit.uuid)
    assert session["expires_at"] == str(int(datetime(2026, 5, 1, 9, tzinfo=UTC).timestamp()))
    assert session["line_items"] == {
        "0": {
            "quantity": "1",
            "price_data": {
                "currency": "eur",
                "unit_amount": "2000",
                "product_data": {"name": "Deposit for your booking at Studio"},
            },
        }
    }
    assert (session["success_url"], session["cancel_url"]) == (
        "https://book.example/pay/thanks",
        "https://book.example/pay/later",
    )
    assert "capture_method" not in session["payment_intent_data"]


@pytest.mark.parametrize(("currency", "sent"), [("JPY", "2000"), ("KWD", "2000"), ("ISK", "200000")])
def test_amounts_of_other_currencies(charging: Tenant, stripe: Sandbox, currency: str, sent: str) -> None:
    configure(charging, currency=currency)
    made = linked(charging)
    (session,) = asked(stripe, "/checkout/sessions")
    assert session["line_items"]["0"]["price_data"]["unit_amount"] == sent
    pay(stripe, made)
    assert Deposit.objects.values_list("status", "captured_cents").get() == ("paid", 2000)


# --- the mail -----------------------------------------------------------------------------------------------------


def test_the_customer_gets_a_mail(charging: Tenant) -> None:
    configure(charging, address="1 Elm Street", phone="+13125551234")
    made = linked(charging)
    assert mail.outbox == []
    assert tasks.send_messages() == 1
    (letter,) = mail.outbox
    assert letter.to == ["jane@example.com"]
    assert letter.reply_to == ["desk@studio.example"]
    assert letter.from_email.startswith("Studio <")
    assert letter.subject == "Studio: please pay your deposit"
    assert letter.body.rstrip() == (
        "Hello Jane,\n\n"
        "Studio has reserved Friday, 15 May 2026 at 10:00 for you (1 person).\n\n"
        "To keep it, please pay the deposit of EUR 20 by Friday, 1 May 2026 at 04:00.\n\n"
        f"Your confirmation code is {made['booking']['confirmation_code']}. "
        "If you do not pay in time, the reservation ends by itself.\n\n"
        f"Pay EUR 20: {made['checkout_url']}\n\n"
        "Studio\n1 Elm Street\n+13125551234"
    )
    ((html, kind),) = letter.alternatives
    assert kind == "text/html"
    assert f'href="{made["checkout_url"]}"' in html
    for text in (
        "Hello Jane,",
        "please pay the deposit of EUR 20",
        made["booking"]["confirmation_code"],
        "1 Elm Street",
    ):
        assert text in html


def test_the_mail_is_sent_once(charging: Tenant, stripe: Sandbox, clock: Any) -> None:
    made = linked(charging)
    for _ in range(2):
        tasks.send_messages()
    pay(stripe, made)
    clock.shift(timedelta(hours=1))
    tasks.send_messages()
    assert len(mail.outbox) == 1
    assert letters() == [("payment_link", "jane@example.com")]


def test_a_guests_name_is_inert(charging: Tenant) -> None:
    """GUARANTEES A8."""
    linked(charging, first_name='<b>Jane</b> & "Co"', last_name="<script>x</script>")
    tasks.send_messages()
    (letter,) = mail.outbox
    ((html, _),) = letter.alternatives
    assert "<b>" not in html
    assert "<script" not in html
    assert "Hello &lt;b&gt;Jane&lt;/b&gt; &amp; &quot;Co&quot;," in html
    assert 'Hello <b>Jane</b> & "Co",' in letter.body


@pytest.mark.parametrize("text", ["Jane\r\nBcc: eve@example.com", "Jane\nBcc: eve@example.com", "Jane\rBcc: e@e.com"])
@pytest.mark.parametrize("where", ["first_name", "last_name", "business"])
def test_line_breaks_make_no_headers(charging: Tenant, text: str, where: str) -> None:
    if where == "business":
        configure(charging, name=text)
        linked(charging)
    else:
        linked(charging, **{where: text})
    assert tasks.send_messages() == 1
    (letter,) = mail.outbox
    assert letter.recipients() == ["jane@example.com"]
    headers = letter.message().as_string().partition("\n\n")[0]
    assert not [line for line in headers.splitlines() if line.lower().startswith("bcc")]


# --- paid, or not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auto_confirm", [True, False])
def test_paid_it_is_confirmed(charging: Tenant, stripe: Sandbox, auto_confirm: bool) -> None:
    """What staff have booked is settled, also where online bookings wait for them."""
    configure(charging, auto_confirm=auto_confirm)
    made = linked(charging)
    pay(stripe, made)
    assert state(charging, made["booking"]["id"]) == ("confirmed", "paid")
    arrive(stripe)
    assert told("booking.") == ["booking.created", "booking.confirmed", "booking.updated"]
    books_agree(stripe)


def test_a_declined_card_can_be_replaced(charging: Tenant, stripe: Sandbox) -> None:
    made = linked(charging)
    assert stripe.pay_session(made["checkout_url"].split("/")[-1], "pm_card_chargeDeclined")["status"] == "open"
    arrive(stripe)
    assert state(charging, made["booking"]["id"]) == ("pending", "pending")
    pay(stripe, made)
    assert state(charging, made["booking"]["id"]) == ("confirmed", "paid")


def test_unpaid_it_is_cancelled_after_two_hours(charging: Tenant, stripe: Sandbox, clock: Any) -> None:
    made = linked(charging, resource_id=charging.resource("maria"))
    clock.move_to("2026-05-01T08:59:59Z")
    tasks.expire_unpaid()
    assert state(charging, made["booking"]["id"]) == ("pending", "pending")
    clock.move_to("2026-05-01T09:00:00Z")
    assert tasks.expire_unpaid() == 1
    assert state(charging, made["booking"]["id"]) == ("cancelled", "expired")
    assert "10:00" in charging.free(resource_id=charging.resource("maria"))
    assert [s["status"] for s in stripe.objects("checkout.session")] == ["expired"]


def test_stripes_own_expiry_cancels_it_too(charging: Tenant, stripe: Sandbox, clock: Any) -> None:
    made = linked(charging)
    clock.move_to("2026-05-01T09:00:01Z")
    stripe.advance(0)
    arrive(stripe)
    assert state(charging, made["booking"]["id"]) == ("cancelled", "expired")


@pytest.mark.parametrize(
    ("day", "mode", "status"), [(NEAR, "payment", "held"), (DAY, "setup", "saved")], ids=["near", "far"]
)
def test_a_rule_of_holds(studio: Tenant, stripe: Sandbox, day: str, mode: str, status: str) -> None:
    takes(studio, "authorization_hold")
    made = linked(studio, date=day)
    (session,) = asked(stripe, "/checkout/sessions")
    deposit = deposit_of(made["booking"]["id"])
    assert (session["mode"], session["customer"]) == (mode, deposit.customer_ref)
    assert "customer_email" not in session
    if mode == "payment":
        data = session["payment_intent_data"]
        assert (data["capture_method"], data["setup_future_usage"]) == ("manual", "off_session")
    else:
        assert session["setup_intent_data"]["metadata"]["deposit"] == str(deposit.uuid)
    pay(stripe, made)
    assert state(studio, made["booking"]["id"]) == ("confirmed", status)
    deposit.refresh_from_db()
    assert deposit.method_ref.startswith("pm_")


# --- the amount ---------------------------------------------------------------------------------------------------


def test_an_amount_takes_the_place_of_the_rules(studio: Tenant) -> None:
    takes(studio, "authorization_hold")
    made = linked(studio, date=NEAR, amount_cents=1250)
    deposit = deposit_of(made["booking"]["id"])
    assert (deposit.kind, deposit.amount_cents) == ("authorization_hold", 1250)


def test_an_amount_without_a_rule_is_a_charge(studio: Tenant) -> None:
    made = linked(studio, amount_cents=1250)
    deposit = deposit_of(made["booking"]["id"])
    assert (deposit.kind, deposit.amount_cents) == ("charge", 1250)


def test_neither_rule_nor_amount(studio: Tenant) -> None:
    with nothing_changes():
        refused_fields(studio.staff.post(PATH, link()), "amount_cents")


def test_an_amount_that_no_card_can_be_charged_is_rounded_up(studio: Tenant, stripe: Sandbox) -> None:
    configure(studio, currency="KWD")
    linked(studio, amount_cents=12_341)
    assert Deposit.objects.get().amount_cents == 12_350


def test_the_desk_asks_whoever_it_likes(studio: Tenant) -> None:
    """A rule for new customers says how much, not of whom staff may ask it; nor is there a limit of three."""
    takes(studio, only_for=("earlier_no_shows",))
    for time in ("09:00", "10:00", "11:00", "12:00"):
        assert deposit_of(linked(studio, time=time)["booking"]["id"]).amount_cents == 2000


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1250", True, None, 100_000_001])
def test_bad_amounts(charging: Tenant, amount: Any) -> None:
    with nothing_changes():
        refused_fields(charging.staff.post(PATH, {**link(), "amount_cents": amount}), "amount_cents")


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("email", ""),
        ("email", "jane"),
        ("email", "jane@example"),
        ("email", "jane@example.com\nBcc: x@example.com"),
        ("email", 5),
        ("phone", None),
        ("phone", "123456"),
        ("first_name", None),
        ("first_name", ""),
        ("last_name", "D" * 101),
        ("date", None),
        ("date", "2026-02-30"),
        ("time", None),
        ("time", "24:00"),
        ("capacity", 0),
        ("capacity", 51),
        ("notes", "n" * 1001),
        ("service_id", "cut"),
    ],
)
def test_bad_input(charging: Tenant, field: str, value: Any) -> None:
    body = link()
    body.pop(field, None)
    if value is not None:
        body[field] = value
    with nothing_changes():
        refused_fields(charging.staff.post(PATH, body), field)


def test_taken(charging: Tenant, stripe: Sandbox) -> None:
    for _ in range(2):
        charging.staff.post("/v1/manage/bookings/staff", desk())
    with nothing_changes():
        error = refused(charging.staff.post(PATH, link()), 409)
    assert error["details"]["reason"] == "busy"
    assert stripe.requests == []


def test_staff_book_any_minute(charging: Tenant) -> None:
    assert linked(charging, time="10:07")["booking"]["start_time"] == "10:07:00"
    assert linked(charging, time="20:00", override_hours=True)["booking"]["start_time"] == "20:00:00"


def test_stripe_not_set_up(charging: Tenant, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with nothing_changes():
        error = refused(charging.staff.post(PATH, link()), 409)
    assert error["details"] == {"reason": "payments_not_set_up"}


def test_without_an_answer_of_stripes_nothing_is_booked_and_no_mail_is_sent(charging: Tenant, stripe: Sandbox) -> None:
    stripe.fail("POST", "/v1/checkout/sessions", kind="error_500")
    response = charging.staff.post(PATH, link(), Idempotency_Key="k")
    refused(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert Booking.objects.get().status == "cancelled"
    assert not Message.objects.exists()
    ok(charging.staff.post(PATH, link(), Idempotency_Key="k"), 201)
    assert letters() == [("payment_link", "jane@example.com")]


def test_stripe_refuses(studio: Tenant, stripe: Sandbox) -> None:
    error = refused(studio.staff.post(PATH, link(amount_cents=100_000_000)), 409)
    assert error["details"] == {"reason": "payment_refused"}
    assert len(studio.free()) == 8
    assert not Message.objects.exists()


# --- access, replays ----------------------------------------------------------------------------------------------


def test_replay(charging: Tenant, stripe: Sandbox) -> None:
    first = charging.staff.post(PATH, link(), Idempotency_Key="k")
    calls = len(stripe.requests)
    with nothing_changes():
        again = charging.staff.post(PATH, link(), Idempotency_Key="k")
        refused(charging.staff.post(PATH, link(time="11:00"), Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.requests) == calls
    assert letters() == [("payment_link", "jane@example.com")]


FORBIDDEN = {"status": "confirmed", "source": "online", "deposit": {"status": "held"}, "live": False, "price_cents": 1}


def test_other_fields_have_no_effect(charging: Tenant) -> None:
    ok(charging.staff.post(PATH, {**link(), **FORBIDDEN}), 201)
    stored = Booking.objects.get()
    assert (stored.status, stored.source, stored.live, stored.price_cents) == ("pending", "staff", True, 3500)
    assert stored.deposit.status == "pending"


def test_a_test_key_books_in_test_mode(charging: Tenant) -> None:
    ok(charging.test.post(PATH, link()), 201)
    assert Booking.objects.values_list("live", "deposit__live").get() == (False, False)


def test_needs_a_key(charging: Tenant) -> None:
    needs_key(charging, "POST", PATH, link())


def test_needs_the_scope(charging: Tenant) -> None:
    needs_scope(charging, "widget", "read_only", method="POST", path=PATH, body=link())


@pytest.mark.parametrize("field", ["service_id", "services", "resource_id"])
def test_another_tenants_ids_are_not_found(charging: Tenant, rival: Tenant, field: str) -> None:
    theirs = rival.resource("maria") if field == "resource_id" else rival.service("cut")
    body = link(**{field: ["{}"] if field == "services" else "{}"})
    hides_others(charging.staff, "POST", PATH, theirs, body)


def test_past_due(charging: Tenant) -> None:
    Business.objects.filter(id=charging.business.id).update(billing_status="past_due")
    caller = charging.caller("staff")
    with nothing_changes():
        refused(caller.post(PATH, link()), 402)
