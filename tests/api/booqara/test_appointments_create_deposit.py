"""POST /booking/appointments where a deposit is due: the way to pay it goes out by mail."""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings.models import Booking, Message
from payments import instructions
from payments.gateway import Unreached
from payments.models import Deposit
from tests.api.booqara.speech import APPOINTMENTS, body, book, free, refused
from tests.api.calls import DAY, Tenant, nothing_changes, ok
from tests.api.paying import deposit_of, pay, takes


@pytest.fixture(autouse=True)
def _stripe(stripe: Sandbox) -> None:
    """Every test here has a Stripe, unless it takes it away."""


def test_pending_with_a_link_by_mail(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booked = book(studio)
    assert booked["status"] == "pending"
    assert list(booked)[-2:] == ["guestEmail", "status"]
    deposit = deposit_of(booked["id"])
    assert (deposit.status, deposit.amount_cents, deposit.channel) == ("pending", 2000, "link")
    ((recipient, text),) = Message.objects.filter(kind="payment_link").values_list("recipient", "text")
    assert recipient == "jordan@example.com"
    assert deposit.checkout_url in text
    pay(stripe, {"checkout_url": deposit.checkout_url})
    assert ok(studio.full.get(f"{APPOINTMENTS}/{booked['id']}"))["status"] == "confirmed"


@pytest.mark.parametrize("email", [None, ""])
def test_without_an_address_the_link_cannot_be_sent(studio: Tenant, email: str | None) -> None:
    takes(studio)
    with nothing_changes():
        response = studio.full.post(APPOINTMENTS, {**body(studio), "guestEmail": email})
        refused(response, 400, "guestEmail: Required: a deposit is due.")


def test_without_a_rule_nothing_is_asked_for(studio: Tenant, stripe: Sandbox) -> None:
    assert book(studio)["status"] == "confirmed"
    assert stripe.requests == []
    assert not Deposit.objects.exists()


def test_a_repeated_request_asks_once(studio: Tenant) -> None:
    takes(studio)
    answers = [studio.full.post(APPOINTMENTS, body(studio), Idempotency_Key="k") for _ in range(2)]
    assert ok(answers[0]) == ok(answers[1])
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert Deposit.objects.count() == Booking.objects.filter(business=studio.business).count() == 1


def test_when_stripe_is_silent_nothing_is_booked(studio: Tenant, monkeypatch: Any) -> None:
    def silent(instruction: Any) -> None:
        raise Unreached("no answer")

    takes(studio)
    monkeypatch.setattr(instructions, "perform", silent)
    jim = {"userId": studio.resource("jim")}
    response = studio.full.post(APPOINTMENTS, body(studio, **jim))
    refused(response, 503, "The payment provider gave no answer yet. Try again shortly.")
    assert response.headers["Retry-After"] == "5"
    assert "10:00" in free(studio, DAY, **jim)


def test_without_payments_a_deposit_cannot_be_taken(studio: Tenant, settings: Any) -> None:
    takes(studio)
    settings.STRIPE_SECRET_KEY = ""
    with nothing_changes():
        response = studio.full.post(APPOINTMENTS, body(studio))
        refused(response, 409, "A deposit is needed, and payments are not set up here.")
