"""Disputes: the money is taken back until somebody decides; mere inquiries (warning_...) take none."""

from availengine.sandbox.errors import ApiError, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params

OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
WITHOUT_MONEY = ("needs_response", "under_review", "lost")


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("dispute", identifier)


def open_for(ledger: Ledger, charge: Json, status: str = "needs_response") -> Json:
    if status not in OPEN:
        raise ApiError(f"Invalid status: must be one of {', '.join(OPEN)}", param="status")
    amount = charge["amount_captured"] - charge["amount_refunded"]
    dispute = ledger.new("du", "dispute", amount=amount, currency=charge["currency"], charge=charge["id"])
    dispute |= {"payment_intent": charge["payment_intent"], "reason": "fraudulent", "status": status}
    dispute |= {"is_charge_refundable": status.startswith("warning_"), "evidence": {}, "balance_transactions": []}
    dispute["evidence_details"] = {"due_by": ledger.now() + 7 * 86400, "has_evidence": False, "submission_count": 0}
    charge["disputed"] = True
    ledger.save(charge)
    ledger.save(dispute, "charge.dispute.created")
    if status in WITHOUT_MONEY:
        ledger.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(ledger: Ledger, dispute: Json, *, won: bool) -> Json:
    if dispute["status"] not in OPEN:
        raise ApiError(f"This dispute is closed: {dispute['status']}.")
    if dispute["status"].startswith("warning_"):
        dispute["status"] = "warning_closed"
        return ledger.save(dispute, "charge.dispute.closed")
    dispute["status"] = "won" if won else "lost"
    ledger.save(dispute, "charge.dispute.closed")
    if won:
        ledger.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def withheld(ledger: Ledger, charge: Json) -> int:
    """What open and lost disputes have taken of a charge."""
    found = ledger.store.select("dispute", equal={"charge": charge["id"]})
    return sum(dispute["amount"] for dispute in found if dispute["status"] in WITHOUT_MONEY)
