"""Speaking to Stripe: keys, errors, secrets, and never inside a transaction."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from availengine.sandbox import Sandbox
from payments.gateway import Account, InsideTransaction, NotConfigured, Refused, Unreached, ask, secret_key
from tests.api.calls import Tenant, ok
from tests.api.paying import NEAR, jobs, linked, paid, takes, unpaid
from tests.money import arrive

LIVE = Account(live=True)
EUR_20 = {"amount": 2000, "currency": "eur"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("live_key", "test_key", "live", "used"),
    [
        ("sk_live_a", "sk_test_b", True, "sk_live_a"),
        ("sk_live_a", "sk_test_b", False, "sk_test_b"),
        ("sk_live_a", "", False, ""),
        ("rk_live_a", "", False, ""),
        ("sk_test_a", "", False, "sk_test_a"),
        ("rk_test_a", "", False, "rk_test_a"),
        ("sk_test_a", "", True, "sk_test_a"),
        ("", "sk_test_b", True, ""),
        ("", "", False, ""),
    ],
)
def test_the_key_of_a_mode(settings: Any, live_key: str, test_key: str, live: bool, used: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_TEST_SECRET_KEY = live_key, test_key
    assert secret_key(live=live) == used
    if not used:
        with pytest.raises(NotConfigured):
            ask(Account(live), "payment_intents.create", EUR_20, key="k")


def test_never_inside_a_transaction(stripe: Sandbox) -> None:
    with transaction.atomic(), pytest.raises(InsideTransaction):
        ask(LIVE, "payment_intents.create", EUR_20, key="k")
    assert stripe.requests == []


def test_never_inside_a_transaction_of_a_service(studio: Tenant, stripe: Sandbox) -> None:
    """The flows themselves: were one to ask inside of its own transaction, it would raise."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund"))


FAULTS: list[tuple[str, type[Exception], bool]] = [
    # what happens; what is raised; whether Stripe has answered the key for ever
    ("timeout_before", Unreached, False),
    ("timeout_after", Unreached, False),
    ("reset", Unreached, False),
    ("reset_after", Unreached, False),
    ("malformed", Unreached, False),
    ("malformed_before", Unreached, False),
    ("rate_limit", Unreached, False),
    ("error_500", Unreached, True),
    ("error_500_after", Unreached, True),
    ("decline", Refused, False),
]


@pytest.mark.parametrize(("kind", "error", "answered"), FAULTS)
def test_errors_in_our_words(stripe: Sandbox, settings: Any, kind: str, error: type[Exception], answered: bool) -> None:
    settings.STRIPE_TIMEOUT_SECONDS = 0.3
    stripe.fail(kind=kind, seconds=0.6)
    with pytest.raises(error) as raised:
        ask(LIVE, "payment_intents.create", EUR_20, key="k")
    if isinstance(raised.value, Unreached):
        assert raised.value.answered is answered
    else:
        assert raised.value.code == "card_declined"
        assert raised.value.message == "Your card was declined."


def test_what_stripe_refuses(stripe: Sandbox) -> None:
    with pytest.raises(Refused) as raised:
        ask(LIVE, "payment_intents.retrieve", on="pi_unknown")
    assert raised.value.code == "resource_missing"
    with pytest.raises(Refused) as raised:
        ask(LIVE, "payment_intents.create", {"amount": 2000, "currency": "eur", "capture_method": "x"}, key="k")
    assert raised.value.code == "invalid_request"


def test_a_key_with_other_parameters_is_used_up(stripe: Sandbox) -> None:
    ask(LIVE, "payment_intents.create", EUR_20, key="k")
    with pytest.raises(Unreached) as raised:
        ask(LIVE, "payment_intents.create", {**EUR_20, "amount": 1}, key="k")
    assert raised.value.answered is True


def test_a_key_that_stripe_does_not_know(stripe: Sandbox, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_another_one"
    with pytest.raises(Unreached) as raised:
        ask(LIVE, "payment_intents.create", EUR_20, key="k")
    assert raised.value.answered is False
    assert [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "payments.gateway"] == [
        ("ERROR", "Stripe does not accept the key for payment_intents.create: HTTP 401")
    ]


def test_the_same_key_has_the_same_answer(stripe: Sandbox) -> None:
    first = ask(LIVE, "payment_intents.create", EUR_20, key="k")
    assert ask(LIVE, "payment_intents.create", EUR_20, key="k")["id"] == first["id"]
    assert ask(LIVE, "payment_intents.create", EUR_20, key="l")["id"] != first["id"]


def test_every_call_that_changes_something_carries_a_key_of_its_own(
    studio: Tenant, stripe: Sandbox, clock: Any
) -> None:
    """GUARANTEES M2."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    clock.move_to("2026-05-12T07:00:00Z")
    jobs()
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund"))
    linked(studio, time="12:00")
    keys = [request.idempotency_key for request in stripe.requests if request.method == "POST"]
    assert len(keys) == 7
    assert None not in keys
    assert len(set(keys)) == 7
    assert {r.idempotency_key for r in stripe.requests if r.method == "GET"} == {None}


def test_nothing_secret_is_logged(
    studio: Tenant, stripe: Sandbox, settings: Any, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A whole flow with its accidents, at DEBUG."""
    settings.STRIPE_TIMEOUT_SECONDS = 0.3
    caplog.set_level(logging.DEBUG)
    takes(studio, "authorization_hold")
    path = "/v1/bookings/"
    for kind in ("timeout_after", "error_500", "malformed", "decline", "rate_limit"):
        stripe.fail("POST", "/v1/payment_intents", kind=kind, seconds=0.6)
        assert studio.full.post(path, studio.public(booking_date=NEAR)).status_code in (409, 503)
    unpaid(studio, booking_date=NEAR, start_time="12:00")
    booking = paid(studio, stripe, booking_date=NEAR)
    linked(studio)
    stripe.fail("POST", ".*/capture", kind="error_500")
    studio.staff.post(f"/v1/manage/bookings/{booking}/no-show")
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    stripe.fail("GET", ".*", kind="reset", times=3)
    arrive(stripe)
    settings.STRIPE_SECRET_KEY = "sk_test_another_one"
    clock.shift(timedelta(minutes=31))
    jobs()
    assert "Stripe gave no answer to payment_intents.create" in caplog.text
    assert "Stripe does not accept the key" in caplog.text
    for secret in ("sk_test_", "sk_live_", "_secret_", "whsec_", "jane@example.com", "+301234567890"):
        assert secret not in caplog.text
