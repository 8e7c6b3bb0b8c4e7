"""Stripe for tests: the sandbox in a thread, spoken to by the real client, and what makes its events arrive."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from availengine.sandbox import Sandbox
from bookings import tasks
from payments import inbox
from payments.ledger import balance
from payments.models import Deposit
from payments.money import from_stripe


@contextmanager
def stripe_sandbox(**changes: Any) -> Iterator[Sandbox]:
    """A sandbox that sends nothing by itself, and the settings that lead to it."""
    with quiet_sandbox() as sandbox, override_settings(**{**settings_of(sandbox), **changes}):
        yield sandbox


@contextmanager
def quiet_sandbox() -> Iterator[Sandbox]:
    with Sandbox(secret_key="sk_test_for_the_tests", webhook_secret="whsec_for_the_tests") as sandbox:
        sandbox.mode = "manual"
        yield sandbox


def settings_of(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "STRIPE_SECRET_KEY": sandbox.secret_key,
        "STRIPE_TEST_SECRET_KEY": "",
        "STRIPE_API_BASE": sandbox.url,
        "STRIPE_WEBHOOK_SECRET": [sandbox.webhook_secret],
        "STRIPE_TEST_WEBHOOK_SECRET": [],
        "STRIPE_TIMEOUT_SECONDS": 1.0,
        "STRIPE_RETRIES": 0,
    }


def empty(sandbox: Sandbox) -> None:
    """As if it had just been started: starting one for every test would take longer than most of them."""
    sandbox.clear_faults()
    for table in ("objects", "replies", "deliveries"):
        sandbox._store._run(f"DELETE FROM {table}")
    sandbox._api.requests.clear()


def post_event(sandbox: Sandbox, event: dict[str, Any]) -> int:
    """Hand one event to the endpoint, signed as Stripe does; the status of the answer."""
    payload, headers = sandbox.signed(event)
    signature = headers["Stripe-Signature"]
    response = Client().post(
        "/v1/webhooks/stripe", payload, content_type="application/json", headers={"Stripe-Signature": signature}
    )
    return response.status_code


def arrive(sandbox: Sandbox, *types: str) -> None:
    """All events that wait at the sandbox, or those of some types, come in and are handled."""
    for event in sandbox.pending_events():
        if not types or event["type"] in types:
            assert post_event(sandbox, event) == 200
    handle_events()


def handle_events() -> None:
    for event in inbox.due(now=timezone.now(), most=1000):
        tasks.handle_event(event, now=timezone.now())


def books_agree(sandbox: Sandbox) -> None:
    """The ledger invariant (GUARANTEES M1): the books say what Stripe holds of each deposit; one charge at most."""
    for deposit in Deposit.objects.all():
        held = sum(
            sandbox.balance(intent["id"])
            for intent in sandbox.objects("payment_intent")
            if intent["metadata"].get("deposit") == str(deposit.uuid)
        )
        assert balance(deposit) == from_stripe(held, deposit.currency), (deposit, held)
        charged = [entry for entry in deposit.entries.all() if entry.kind in ("charged", "captured")]
        assert len(charged) <= 1
