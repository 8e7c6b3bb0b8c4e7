"""What Stripe says of a deposit, in our words: read back from Stripe itself, whatever an event or an answer said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payments.gateway import Account, Object, ask
from payments.models import Deposit
from payments.money import from_stripe

OPEN_INTENT = ("requires_payment_method", "requires_confirmation", "requires_action")
LOST = ("needs_response", "under_review", "lost")  # a dispute in these states has taken the money away


@dataclass(frozen=True, slots=True)
class Refund:
    """`status` is Stripe's: pending, requires_action, succeeded, failed or canceled. `instruction` is ours."""

    ref: str
    amount: int
    status: str
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    ref: str
    amount: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`…_status` are Stripe's words, empty where there is no such object. Amounts are in our minor units."""

    intent: str = ""
    intent_status: str = ""
    setup_status: str = ""
    session_status: str = ""
    client_secret: str = ""
    method: str = ""
    received: int = 0
    capture_before: datetime | None = None
    declined: str = ""
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def payable(self) -> bool:
        """The customer could still pay."""
        if self.session_status and self.session_status != "complete":
            return self.session_status == "open"
        return self.intent_status in OPEN_INTENT or self.setup_status in OPEN_INTENT

    @property
    def under_way(self) -> bool:
        """Paid, or the card given, with the outcome not known yet."""
        return "processing" in (self.intent_status, self.setup_status)


def account_of(deposit: Deposit) -> Account:
    return Account(deposit.live, deposit.account_ref)


def read(deposit: Deposit) -> Reading:
    """Ask Stripe how a deposit stands. Raises Unreached, NotConfigured; Refused when Stripe does not know it."""
    account = account_of(deposit)
    session: Object = {}
    if deposit.session_ref:
        session = ask(account, "checkout.sessions.retrieve", on=deposit.session_ref)
    setup_ref = deposit.setup_ref or session.get("setup_intent") or ""
    setup = ask(account, "setup_intents.retrieve", on=setup_ref) if setup_ref else {}
    intent_ref = deposit.intent_ref or session.get("payment_intent") or ""
    intent = _intent(account, intent_ref) if intent_ref else {}
    paid = bool(intent.get("amount_received"))
    charge = intent.get("latest_charge") or {}
    return Reading(
        intent=intent_ref,
        intent_status=intent.get("status", ""),
        setup_status=setup.get("status", ""),
        session_status=session.get("status") or "",
        client_secret=intent.get("client_secret") or setup.get("client_secret") or "",
        method=_ref(intent.get("payment_method")) or _ref(setup.get("payment_method")),
        received=from_stripe(intent.get("amount_received") or 0, deposit.currency),
        capture_before=_capture_before(charge),
        declined=_why_declined(intent) or _why_declined(setup),
        refunds=_refunds(account, intent_ref, deposit.currency) if paid else (),
        disputes=_disputes(account, intent_ref, deposit.currency) if paid and charge.get("disputed") else (),
    )


def _intent(account: Account, ref: str) -> Object:
    return ask(account, "payment_intents.retrieve", {"expand": ["latest_charge"]}, on=ref)


def _ref(value: str | Mapping[str, Any] | None) -> str:
    """An id, whether Stripe gives it alone or with the object around it."""
    return str(value["id"]) if isinstance(value, Mapping) else value or ""


def _capture_before(charge: Mapping[str, Any]) -> datetime | None:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    stamp = card.get("capture_before")
    return datetime.fromtimestamp(stamp, UTC) if stamp else None


def _why_declined(intent: Mapping[str, Any]) -> str:
    error = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    return str(error.get("message") or "")


def _refunds(account: Account, intent: str, currency: str) -> tuple[Refund, ...]:
    """Oldest first."""
    found = ask(account, "refunds.list", {"payment_intent": intent, "limit": 100})["data"]
    return tuple(
        Refund(
            row["id"],
            from_stripe(row["amount"], currency),
            row.get("status") or "pending",
            (row.get("metadata") or {}).get("instruction", ""),
        )
        for row in sorted(found, key=lambda row: (row["created"], row["id"]))
    )


def _disputes(account: Account, intent: str, currency: str) -> tuple[Dispute, ...]:
    found = ask(account, "disputes.list", {"payment_intent": intent, "limit": 100})["data"]
    return tuple(Dispute(row["id"], from_stripe(row["amount"], currency), row["status"]) for row in found)
