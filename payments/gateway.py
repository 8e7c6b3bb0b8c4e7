"""The only module that speaks to Stripe: which account, with which key, and what its errors mean.

Outside of transactions only. Test bookings never use a live key.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection

TEST_KEYS = ("sk_test_", "rk_test_")

Object = dict[str, Any]

logger = logging.getLogger(__name__)


class NotConfigured(Exception):
    """There is no Stripe key for this mode."""


class Unreached(Exception):
    """Stripe gave no final answer: it may or may not have done what was asked. Try again later.

    `answered`: it gave one, a server error, which it repeats for ever under the same idempotency key.
    """

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


class Refused(Exception):
    """Stripe will not do it. `code` is Stripe's, the message is for people."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class InsideTransaction(RuntimeError):
    """Stripe was to be asked while a database transaction was open."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money: the mode of the booking and, where there is one, the connected account."""

    live: bool
    connected: str = ""


def secret_key(*, live: bool) -> str:
    """The key of a mode, or an empty string. Test mode never gets a live key."""
    key: str = settings.STRIPE_SECRET_KEY
    if live:
        return key
    return settings.STRIPE_TEST_SECRET_KEY or (key if key.startswith(TEST_KEYS) else "")


def webhook_secrets() -> list[str]:
    """All that may sign: two of each mode at once while one is being replaced."""
    return [*settings.STRIPE_WEBHOOK_SECRET, *settings.STRIPE_TEST_WEBHOOK_SECRET]


@functools.cache
def _stripe() -> Any:
    """Loaded when first needed: it takes a third of a second and 19 MB."""
    import stripe

    stripe.enable_telemetry = False
    return stripe


@functools.cache
def _client(key: str, base: str, timeout: float, retries: int) -> Any:
    stripe = _stripe()
    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        http_client=stripe.RequestsClient(timeout=(min(timeout, 5.0), timeout)),
        max_network_retries=retries,
    )


def ask(account: Account, path: str, params: Mapping[str, Any] | None = None, *, on: str = "", key: str = "") -> Object:
    """Call a method of Stripe's client, such as `payment_intents.create`, and give its object as a plain dict.

    `on`: the id it is called on. `key`: the idempotency key, for everything that changes something.
    Raises Unreached, Refused, NotConfigured, InsideTransaction.
    """
    _require_no_transaction()
    secret = secret_key(live=account.live)
    if not secret:
        raise NotConfigured(f"No Stripe key for {'live' if account.live else 'test'} payments.")
    client = _client(secret, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS, settings.STRIPE_RETRIES)
    method = functools.reduce(getattr, path.split("."), client.v1)
    options = {"idempotency_key": key} if key else {}
    if account.connected:
        options["stripe_account"] = account.connected
    arguments = ([on] if on else []) + [dict(params or {}), options]
    return _translated(path, lambda: method(*arguments))


def _require_no_transaction() -> None:
    """A test's own transaction does not count."""
    if connection.in_atomic_block and not getattr(connection.atomic_blocks[-1], "_from_testcase", False):
        raise InsideTransaction


def _translated(path: str, call: Callable[[], Any]) -> Object:
    stripe = _stripe()
    try:
        return cast(Object, call().to_dict())
    except stripe.CardError as error:
        raise Refused(error.user_message or "The card was declined.", error.code or "card_declined") from error
    except stripe.RateLimitError as error:
        raise Unreached("Stripe is busy.") from error
    except stripe.IdempotencyError as error:
        raise Unreached("Stripe knows this key with other parameters.", answered=True) from error
    except stripe.InvalidRequestError as error:
        raise Refused(error.user_message or "Stripe refused the request.", error.code or "invalid_request") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("Stripe does not accept the key for %s: HTTP %s", path, error.http_status)
        raise Unreached("Stripe does not accept our key.") from error
    except stripe.StripeError as error:
        logger.warning("Stripe gave no answer to %s: %s", path, type(error).__name__)
        raise Unreached("Stripe gave no answer.", answered=(error.http_status or 0) >= 500) from error


class BadSignature(Exception):
    """An event that Stripe did not sign, or not lately."""


def verified(payload: bytes, header: str, *, now: float) -> bytes:
    """The payload of a webhook call, when its signature fits and is at most 300 s old or ahead.

    Raises BadSignature.
    """
    stripe = _stripe()
    for secret in webhook_secrets():
        try:
            stripe.WebhookSignature.verify_header(payload, header, secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        _require_recent(header, now)
        return payload
    raise BadSignature


TOLERANCE = 300


def _require_recent(header: str, now: float) -> None:
    """Stripe's client refuses what is old only when asked, and never what is ahead."""
    stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit():
        raise BadSignature
    if abs(int(stamps[0][:20]) - now) > TOLERANCE:
        raise BadSignature
