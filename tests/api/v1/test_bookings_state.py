"""POST /v1/bookings/ with `checkout`, and GET /v1/bookings/state/{token}: what a page needs that has no form of
Stripe's.
"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing

from availengine.api.v1.public import STATE_SALT
from availengine.sandbox import Sandbox
from bookings import tasks
from payments.models import Deposit
from tests.api.calls import DAY, Tenant, nothing_changes, ok, refused, refused_fields
from tests.api.paying import deposit_of, pay, takes

PATH = "/v1/bookings/"


@pytest.fixture(autouse=True)
def _stripe(stripe: Sandbox) -> None:
    """Every test here has a Stripe."""


def made(studio: Tenant, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ok(studio.widget.post(PATH, studio.public(checkout=True, **changes)), 201)
    return answer


def state(studio: Tenant, answer: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = ok(studio.widget.get(f"/v1/bookings/state/{answer['state_token']}"))
    return told


def test_a_page_of_stripes_in_place_of_a_secret(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, amount_cents=1250)
    answer = made(studio)
    booking = answer["booking"]
    assert booking["status"] == "pending"
    assert sorted(answer) == [
        "amount_cents",
        "booking",
        "checkout_url",
        "currency",
        "deposit_type",
        "expires_at",
        "state_token",
    ]
    assert answer["checkout_url"].startswith(f"{stripe.public_url}/checkout/")
    assert (answer["deposit_type"], answer["amount_cents"], answer["currency"]) == ("charge", 1250, "EUR")
    assert answer["expires_at"] == "2026-05-01T07:30:00Z"
    deposit = deposit_of(booking["id"])
    assert (deposit.channel, deposit.status, deposit.amount_cents) == ("page", "pending", 1250)


def test_without_a_deposit_it_changes_nothing(studio: Tenant) -> None:
    answer = made(studio)
    assert list(answer) == ["booking"]
    assert answer["booking"]["status"] == "confirmed"
    assert not Deposit.objects.exists()


def test_false_is_the_form(studio: Tenant) -> None:
    takes(studio)
    answer = ok(studio.widget.post(PATH, studio.public(checkout=False)), 201)
    assert list(answer) == ["booking", "stripe_client_secret", "deposit_type"]


def test_only_true_or_false(studio: Tenant) -> None:
    with nothing_changes():
        refused_fields(studio.widget.post(PATH, studio.public(checkout="yes")), "checkout")


def test_repeated_with_its_key(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    body = studio.public(checkout=True)
    first = studio.widget.post(PATH, body, Idempotency_Key="one")
    with nothing_changes():
        again = studio.widget.post(PATH, body, Idempotency_Key="one")
    assert ok(first, 201) == ok(again, 201)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_what_becomes_of_it(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    answer = made(studio)
    assert state(studio, answer) == {"booking": answer["booking"], "deposit_status": "pending"}
    pay(stripe, answer)
    confirmed = {**answer["booking"], "status": "confirmed"}
    assert state(studio, answer) == {"booking": confirmed, "deposit_status": "paid"}


def test_one_that_was_not_paid(studio: Tenant, clock: time_machine.Traveller) -> None:
    takes(studio)
    answer = made(studio)
    clock.shift(timedelta(hours=2, minutes=1))
    tasks.expire_unpaid()
    cancelled = {**answer["booking"], "status": "cancelled"}
    assert state(studio, answer) == {"booking": cancelled, "deposit_status": "expired"}


def test_one_without_a_deposit(studio: Tenant) -> None:
    booking = studio.book()
    token = signing.dumps(booking["id"], salt=STATE_SALT)
    told = ok(studio.widget.get(f"/v1/bookings/state/{token}"))
    assert told["deposit_status"] is None
    assert told["booking"]["status"] == "confirmed"


def test_nobody_else_opens_it(studio: Tenant, rival: Tenant, clock: time_machine.Traveller) -> None:
    takes(studio)
    answer = made(studio)
    path = f"/v1/bookings/state/{answer['state_token']}"
    refused(rival.widget.get(path), 404)
    refused(studio.test.get(path), 404)
    refused(studio.read.get(path), 403)
    tokens = [answer["booking"]["id"], answer["state_token"][:-1], signing.dumps(answer["booking"]["id"]), "x:y:z", "é"]
    for token in tokens:
        refused(studio.widget.get(f"/v1/bookings/state/{token}"), 404)
    clock.shift(timedelta(days=1, minutes=1))
    refused(studio.widget.get(path), 404)


def test_reading_changes_nothing(studio: Tenant) -> None:
    takes(studio)
    answer = made(studio, booking_date=DAY)
    with nothing_changes():
        state(studio, answer)
