"""Charges: one attempt to take money from a card, the hold before the capture, and what was given back."""

from availengine.sandbox import disputes
from availengine.sandbox.cards import GENERIC, Decline
from availengine.sandbox.errors import Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params
from availengine.sandbox.payment_methods import card_of

DAY = 86400
HOLD = 7 * DAY
HOLD_WITHOUT_PAYER = {"visa": 4 * DAY + 18 * 3600}


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("charge", identifier)


def attempt(ledger: Ledger, intent: Json, method: Json, *, off_session: bool) -> tuple[Json, Decline | None]:
    """The charge, succeeded or failed, and why it failed. `method` has been authenticated if that was needed."""
    card = card_of(method)
    decline = GENERIC if ledger.declining else card.decline
    amount = intent["amount"]
    charge = ledger.new("ch", "charge", amount=amount, currency=intent["currency"], payment_intent=intent["id"])
    charge |= {name: intent[name] for name in ("customer", "metadata", "description", "receipt_email")}
    charge |= {"amount_captured": 0, "amount_refunded": 0, "captured": False, "refunded": False, "disputed": False}
    charge |= {"payment_method": method["id"], "billing_details": method["billing_details"]}
    charge |= {"failure_code": None, "failure_message": None, "paid": decline is None, "balance_transaction": None}
    charge["status"] = "failed" if decline else "succeeded"
    details = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year", "country", "funding")}
    charge["payment_method_details"] = {"type": "card", "card": {**details, "capture_before": None}}
    if decline:
        charge |= {"failure_code": decline.code, "failure_message": decline.message}
        return ledger.save(charge, "charge.failed"), decline
    if intent["capture_method"] == "manual":
        hold = HOLD_WITHOUT_PAYER.get(card.brand, HOLD) if off_session else HOLD
        charge["payment_method_details"]["card"]["capture_before"] = ledger.now() + hold
    else:
        charge |= {"captured": True, "amount_captured": amount}
    return ledger.save(charge, "charge.succeeded"), None


def capture(ledger: Ledger, charge: Json, amount: int) -> Json:
    """Takes what was held, or a part of it; the rest is released."""
    charge |= {"captured": True, "amount_captured": amount}
    charge["payment_method_details"]["card"]["capture_before"] = None
    return ledger.save(charge, "charge.captured")


def after_payment(ledger: Ledger, charge: Json) -> None:
    """Some test cards' holders complain at once."""
    if card_of(ledger.get("payment_method", charge["payment_method"])).disputed:
        disputes.open_for(ledger, charge)


def give_back(ledger: Ledger, charge: Json, amount: int, *events: str) -> Json:
    """Books a refund, or with a negative amount takes its booking back."""
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    return ledger.save(charge, *events)
