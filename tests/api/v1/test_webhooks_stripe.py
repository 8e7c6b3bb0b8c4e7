"""POST /v1/webhooks/stripe: what comes in, and what does not. The order of events is proved in tests/proofs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from availengine.api import stripe as endpoint
from availengine.celery import app
from availengine.sandbox import Sandbox
from availengine.sandbox.signing import signature
from businesses.models import Business
from payments import inbox
from payments.models import StripeEvent
from tests.api.calls import Caller, Tenant, nothing_changes, ok, refused
from tests.api.conftest import NOW
from tests.api.paying import configure, deposit_of, state, takes, told, unpaid
from tests.money import arrive, handle_events, post_event

PATH = "/v1/webhooks/stripe"
SECRET = "whsec_for_the_tests"
AT = int(NOW.timestamp())


def event(**changes: Any) -> dict[str, Any]:
    """About a payment that nobody here knows."""
    about = {"id": "pi_elsewhere", "object": "payment_intent", "metadata": {}}
    return {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": about}, **changes}


def sent(payload: bytes, header: str | None, path: str = PATH) -> HttpResponse:
    headers = {} if header is None else {"Stripe-Signature": header}
    return Caller().client.post(path, payload, content_type="application/json", headers=headers)


def signed(body: Any, *, at: int = AT, secret: str = SECRET) -> HttpResponse:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sent(payload, signature(payload, secret, at))


@pytest.fixture(autouse=True)
def _stripe(db: None, stripe: Sandbox) -> None:
    """Every test here has a Stripe."""


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_an_event_is_stored_and_needs_no_key(path: str) -> None:
    payload = json.dumps(event()).encode()
    assert ok(sent(payload, signature(payload, SECRET, AT), path)) == {"received": True}
    row = StripeEvent.objects.get()
    assert (row.event_ref, row.type, row.object_ref) == ("evt_1", "payment_intent.succeeded", "pi_elsewhere")
    assert (row.account_ref, row.related_ref, row.subject) == ("", "", "")
    assert (row.handled_at, row.tries, row.next_try_at) == (None, 0, NOW)


def test_a_payment_confirms_the_booking(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    (event,) = [e for e in stripe.pending_events() if e["type"] == "payment_intent.succeeded"]
    assert post_event(stripe, event) == 200
    assert state(studio, made["booking"]["id"]) == ("pending", "pending")
    handle_events()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_only_ids_are_stored(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    arrive(stripe)
    for row in StripeEvent.objects.values():
        assert "_secret_" not in str(row)
        assert "jane@example.com" not in str(row)


# --- the signature ------------------------------------------------------------------------------------------------

GOOD = json.dumps(event()).encode()
VALID = signature(GOOD, SECRET, AT)
OTHER = signature(GOOD, "whsec_other", AT).split("v1=")[1]

BAD_SIGNATURES: dict[str, str | None] = {
    "none": None,
    "empty": "",
    "nonsense": "x",
    "another secret": f"t={AT},v1={OTHER}",
    "no time": VALID.split(",")[1],
    "no signature": f"t={AT}",
    "another time": VALID.replace(f"t={AT}", f"t={AT + 1}"),
    "two times": f"t={AT},{VALID}",
    "a time that is none": VALID.replace(f"t={AT}", "t=now"),
    "digits of another script": VALID.replace(f"t={AT}", "t=١٧٧"),
    "an endless time": VALID.replace(f"t={AT}", "t=" + "9" * 5_000),
    "another scheme": VALID.replace("v1=", "v0="),
    "cut off": VALID[:-1],
    "capital letters": VALID.upper(),
    "not ASCII": VALID + "é",
    "very long": VALID + "," + "x" * 50_000,
}


@pytest.mark.parametrize("kind", BAD_SIGNATURES)
def test_what_stripe_did_not_sign(kind: str) -> None:
    with nothing_changes():
        response = sent(GOOD, BAD_SIGNATURES[kind])
        if kind == "very long":
            ok(response)  # more than is needed does no harm
            StripeEvent.objects.all().delete()
        else:
            refused(response, 400)


def test_the_signature_is_over_the_bytes() -> None:
    with nothing_changes():
        for payload in (GOOD + b" ", GOOD.replace(b", ", b","), GOOD.replace(b"pi_e", b"pi_E"), b""):
            refused(sent(payload, VALID), 400)


@pytest.mark.parametrize(("seconds", "fine"), [(300, True), (301, False), (-300, True), (-301, False), (0, True)])
def test_the_tolerance_goes_both_ways(seconds: int, fine: bool) -> None:
    response = signed(event(), at=AT - seconds)
    if fine:
        ok(response)
    else:
        refused(response, 400)
    assert StripeEvent.objects.exists() is fine


def test_one_of_several_signatures(stripe: Sandbox) -> None:
    """As Stripe signs while a secret is being replaced."""
    ok(sent(GOOD, f"t={AT},v1={OTHER},v1={VALID.split('v1=')[1]}"))


@pytest.mark.parametrize(
    ("live", "test"),
    [(["whsec_new", SECRET], []), ([SECRET, "whsec_new"], []), (["whsec_new"], [SECRET]), ([], ["whsec_new", SECRET])],
)
def test_two_secrets_at_once_of_either_mode(settings: Any, live: list[str], test: list[str]) -> None:
    settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_TEST_WEBHOOK_SECRET = live, test
    ok(signed(event()))
    ok(signed(event(id="evt_2"), secret="whsec_new"))
    refused(signed(event(id="evt_3"), secret="whsec_old"), 400)


def test_without_a_secret_nothing_is_taken(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRET = []
    with nothing_changes():
        refused(signed(event()), 400)
        refused(signed(event(), secret=""), 400)


# --- the body -----------------------------------------------------------------------------------------------------

NO_EVENTS: dict[str, Any] = {
    "not JSON": b"{",
    "nothing": b"",
    "not UTF-8": b'"\xff"',
    "a list": [],
    "a text": "x",
    "a number": 5,
    "null": b"null",
    "empty": {},
    "no data": {"id": "evt_1", "type": "payment_intent.succeeded"},
    "no object": event(data={}),
    "an object that is null": event(data={"object": None}),
    "an object that is a text": event(data={"object": "pi_1"}),
    "an object that is a list": event(data={"object": []}),
    "an object without id": event(data={"object": {}}),
    "metadata that is a text": event(data={"object": {"id": "pi_1", "metadata": "x"}}),
    "related that is a number": event(data={"object": {"id": "ch_1", "payment_intent": 5}}),
    "no id": {name: value for name, value in event().items() if name != "id"},
}


@pytest.mark.parametrize("kind", NO_EVENTS)
def test_signed_but_no_event(kind: str) -> None:
    with nothing_changes():
        refused(signed(NO_EVENTS[kind]), 400)


def test_an_event_that_is_too_large() -> None:
    with nothing_changes():
        assert signed(event(padding="x" * 300_000)).status_code == 400


@pytest.mark.parametrize(
    "type_",
    ["invoice.paid", "customer.created", "account.updated", "payout.paid", "payment_method.attached", "x", "ping"],
)
def test_foreign_types_are_acknowledged_and_forgotten(type_: str) -> None:
    with nothing_changes():
        assert ok(signed(event(type=type_))) == {"received": True}


@pytest.mark.parametrize(
    "type_",
    [
        "payment_intent.processing",
        "setup_intent.succeeded",
        "checkout.session.completed",
        "charge.dispute.created",
        "refund.updated",
        "customer.subscription.deleted",
    ],
)
def test_all_that_is_about_money_is_stored(type_: str) -> None:
    ok(signed(event(type=type_)))
    assert StripeEvent.objects.get().type == type_


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_wrong_methods(method: str, slash: str) -> None:
    with nothing_changes():
        response = Caller().client.generic(method, PATH + slash)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    if method != "HEAD":
        refused(response, 405)


# --- again, later, never --------------------------------------------------------------------------------------------


def test_duplicates_are_one_event() -> None:
    for _ in range(3):
        ok(signed(event()))
    assert StripeEvent.objects.count() == 1


def test_a_duplicate_of_a_handled_event_changes_nothing(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    events = stripe.pending_events()
    arrive(stripe)
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    calls = len(stripe.requests)
    with nothing_changes():
        for again in events:
            assert post_event(stripe, again) == 200
        handle_events()
    assert len(stripe.requests) == calls


def test_an_unknown_object_is_tried_again_and_given_up_after_three_days(clock: Any) -> None:
    ok(signed(event()))
    pauses = []
    for _ in range(9):
        handle_events()
        row = StripeEvent.objects.get()
        assert row.handled_at is None
        assert row.problem == "UnknownObject: No deposit belongs to pi_elsewhere."
        pauses.append(round((row.next_try_at - timezone.now()).total_seconds()))
        clock.move_to(row.next_try_at)
    assert pauses == [2, 5, 15, 60, 300, 900, 3600, 3600, 3600]
    StripeEvent.objects.update(received_at=timezone.now() - timedelta(days=3))
    handle_events()
    row = StripeEvent.objects.get()
    assert (row.handled_at, row.next_try_at) == (None, None)


def test_an_event_that_comes_before_its_deposit_is_known(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    """Named in the metadata, while the answer with the intent's id is still under way."""
    takes(studio)
    made = unpaid(studio)
    deposit = deposit_of(made["booking"]["id"])
    intent = deposit.intent_ref
    stripe.confirm(made["stripe_client_secret"])
    type(deposit).objects.update(intent_ref="")
    arrive(stripe)
    row = StripeEvent.objects.get(type="payment_intent.succeeded")
    assert (row.handled_at, row.problem) == (None, "UnknownObject: The deposit is not open yet.")
    type(deposit).objects.update(intent_ref=intent)
    clock.shift(timedelta(seconds=2))
    handle_events()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_the_broker_is_down(studio: Tenant, stripe: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is stored and acknowledged; a sweep handles it."""

    class Broken:
        def send_task(self, *args: Any, **kwargs: Any) -> None:
            raise OSError("no broker")

    monkeypatch.setattr(endpoint, "_celery", Broken)
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_the_task_is_named_as_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **options: found.append((name, args, options)))
    ok(signed(event()))
    (row,) = StripeEvent.objects.all()
    assert found == [("bookings.tasks.handle_stripe_event", [row.id], {"retry": False, "expires": 60})]
    app.loader.import_default_modules()
    assert "bookings.tasks.handle_stripe_event" in app.tasks


def test_stripe_cannot_be_asked_now(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    stripe.fail("GET", ".*", kind="error_500", times=100)
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("pending", "pending")
    stripe.clear_faults()
    clock.shift(timedelta(minutes=2))
    handle_events()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")
    assert told("payment.") == ["payment.succeeded"]


# --- connected accounts -------------------------------------------------------------------------------------------


def test_an_event_counts_only_for_deposits_of_its_account(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    configure(studio, stripe_account="acct_studio")
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    (genuine,) = [e for e in stripe.pending_events() if e["type"] == "payment_intent.succeeded"]
    assert genuine["account"] == "acct_studio"
    foreign = {name: value for name, value in genuine.items() if name != "account"}
    for number, account in enumerate([{}, {"account": ""}, {"account": "acct_evil"}]):
        assert post_event(stripe, {**foreign, **account, "id": f"evt_foreign_{number}"}) == 200
    handle_events()
    assert not StripeEvent.objects.exclude(handled_at=None).exists()
    assert state(studio, made["booking"]["id"]) == ("pending", "pending")
    assert post_event(stripe, genuine) == 200
    handle_events()
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_a_connected_account_cannot_touch_deposits_of_the_host(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    deposit = deposit_of(made["booking"]["id"])
    forged = event(
        account="acct_evil", data={"object": {"id": deposit.intent_ref, "metadata": {"deposit": str(deposit.uuid)}}}
    )
    ok(signed(forged))
    handle_events()
    assert StripeEvent.objects.get().problem.startswith("UnknownObject")


def test_past_due_or_not_events_are_taken(studio: Tenant, stripe: Sandbox) -> None:
    """DESIGN 8.11: payments in flight still settle."""
    takes(studio)
    made = unpaid(studio)
    Business.objects.filter(id=studio.business.id).update(billing_status="past_due")
    stripe.confirm(made["stripe_client_secret"])
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_old_events_are_purged() -> None:
    for number, days in enumerate((89, 91)):
        ok(signed(event(id=f"evt_{number}")))
        StripeEvent.objects.filter(event_ref=f"evt_{number}").update(received_at=NOW - timedelta(days=days))
    assert inbox.purge(now=NOW) == 1
    assert StripeEvent.objects.get().event_ref == "evt_0"
