"""What an intent means for the Checkout session that it was made for: it completes it."""

from availengine.sandbox import subscriptions
from availengine.sandbox.errors import Json
from availengine.sandbox.ledger import Ledger


def session_of(ledger: Ledger, intent: Json) -> Json | None:
    identifier = intent.get("_session")
    return ledger.get("checkout.session", identifier) if identifier else None


def is_open(ledger: Ledger, intent: Json) -> bool:
    session = session_of(ledger, intent)
    return session is not None and session["status"] == "open"


def paid(ledger: Ledger, intent: Json) -> None:
    """The intent has got what it wanted: money, the promise of it, a hold, or a saved card."""
    session = session_of(ledger, intent)
    if session is None:
        return
    if session["status"] == "open":
        complete(ledger, session, intent)
    elif session["payment_status"] == "unpaid" and intent["status"] == "succeeded":
        ledger.save(session | {"payment_status": "paid"})  # a hold that was captured, or a slow payment


def complete(ledger: Ledger, session: Json, intent: Json | None) -> Json:
    status = "no_payment_required"
    if intent and intent["object"] == "payment_intent":
        status = "paid" if intent["status"] == "succeeded" else "unpaid"
    session |= {"status": "complete", "payment_status": status, "url": None, "_due": None}
    if session["mode"] == "subscription":
        session["subscription"] = _start_subscription(ledger, session, intent)
    return ledger.save(session, "checkout.session.completed")


def _start_subscription(ledger: Ledger, session: Json, intent: Json | None) -> str:
    items = [(row["price"], row["quantity"]) for row in session["_items"]]
    wanted = session["_subscription"]
    found = subscriptions.start(
        ledger,
        session["customer"],
        items,
        trial_days=wanted["trial_days"],
        metadata=wanted["metadata"],
        method=intent["payment_method"] if intent else None,
    )
    identifier: str = found["id"]
    return identifier
