"""Refunds. Some of them take a while, and some fail after they seemed to have succeeded."""

from availengine.sandbox import charges, disputes, money
from availengine.sandbox.errors import ApiError, InvalidParameter, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params
from availengine.sandbox.payment_methods import card_of

DELAY = 5  # seconds until a slow refund's fate is known
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(ledger: Ledger, params: Params) -> Json:
    wanted, reason = params.amount("amount"), params.choice("reason", REASONS)
    charge = _charge(ledger, params)
    amount = _allowed(ledger, charge, wanted)
    fate = card_of(ledger.get("payment_method", charge["payment_method"])).refunds
    refund = ledger.new("re", "refund", amount=amount, currency=charge["currency"], charge=charge["id"])
    refund |= {"payment_intent": charge["payment_intent"], "reason": reason, "metadata": params.metadata()}
    refund |= {"status": "pending" if fate == "wait" else "succeeded", "failure_reason": None, "receipt_number": None}
    if fate != "succeed":
        refund["_due"] = ledger.clock.now() + DELAY
    charges.give_back(ledger, charge, amount)
    ledger.save(refund, "refund.created")
    ledger.emit("charge.refunded", charge)
    return refund


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("refund", identifier)


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    refund = ledger.get("refund", identifier)
    refund["metadata"] = params.metadata(refund["metadata"])
    return ledger.save(refund, "refund.updated", "charge.refund.updated")


def cancel(ledger: Ledger, params: Params, identifier: str) -> Json:
    refund = ledger.get("refund", identifier)
    if refund["status"] != "pending":
        raise ApiError(f"This refund cannot be canceled because it has a status of {refund['status']}.")
    refund["failure_reason"] = "merchant_request"
    return _undo(ledger, refund, "canceled")


def settle(ledger: Ledger, refund: Json) -> Json:
    """A pending refund has reached the card."""
    if refund["status"] != "pending":
        raise ApiError(f"This refund is {refund['status']}.")
    refund |= {"status": "succeeded", "_due": None}
    return ledger.save(refund, "refund.updated", "charge.refund.updated")


def fail(ledger: Ledger, refund: Json) -> Json:
    """The card's bank sent the money back; the charge counts as not refunded again."""
    if refund["status"] not in ("pending", "succeeded"):
        raise ApiError(f"This refund is {refund['status']}.")
    refund["failure_reason"] = "expired_or_canceled_card"
    return _undo(ledger, refund, "failed", "refund.failed")


def come_due(ledger: Ledger, refund: Json) -> None:
    """The chore of slow refunds."""
    if refund["status"] == "pending":
        settle(ledger, refund)
    else:
        fail(ledger, refund)


def _undo(ledger: Ledger, refund: Json, status: str, *events: str) -> Json:
    charges.give_back(ledger, ledger.get("charge", refund["charge"]), -refund["amount"])
    refund |= {"status": status, "_due": None}
    return ledger.save(refund, *events, "refund.updated", "charge.refund.updated")


def _charge(ledger: Ledger, params: Params) -> Json:
    """The captured charge that a request means."""
    if "payment_intent" not in params:
        if "charge" not in params:
            raise InvalidParameter("One of charge or payment_intent is required.", "charge", "parameter_missing")
        charge = ledger.get("charge", params.required("charge"), "charge")
        if not charge["captured"]:
            raise ApiError(f"Charge {charge['id']} has not been captured.", code="charge_not_captured")
        return charge
    intent = ledger.get("payment_intent", params.required("payment_intent"), "payment_intent")
    if intent["status"] != "succeeded":
        raise ApiError(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return ledger.get("charge", intent["latest_charge"])


def _allowed(ledger: Ledger, charge: Json, wanted: int | None) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        text = f"Charge {charge['id']} has already been refunded."
        raise ApiError(text, code="charge_already_refunded")
    if disputes.withheld(ledger, charge):
        text = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise ApiError(text, code="charge_disputed")
    if wanted is not None and wanted > left:
        asked, rest = (money.shown(amount, charge["currency"]) for amount in (wanted, left))
        text = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise ApiError(text, param="amount")
    return left if wanted is None else wanted
