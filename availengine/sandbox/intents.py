"""What payment intents and setup intents share: the way from a payment method over 3-D Secure to an outcome."""

import hmac

from availengine.sandbox.cards import AUTHENTICATION, Card
from availengine.sandbox.errors import ApiError, CardError, InvalidParameter, Json, UnexpectedState
from availengine.sandbox.ledger import Ledger, public, random_text
from availengine.sandbox.params import Params
from availengine.sandbox.payment_methods import chosen, require_usable_by

BEFORE_CONFIRMATION = ("requires_payment_method", "requires_confirmation", "requires_action")
LABELS = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}
LAST_ERROR = {"payment_intent": "last_payment_error", "setup_intent": "last_setup_error"}
FAILED = {"payment_intent": "payment_intent.payment_failed", "setup_intent": "setup_intent.setup_failed"}
REASONS = {
    "payment_intent": ("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
    "setup_intent": ("duplicate", "requested_by_customer", "abandoned"),
}


def with_secret(intent: Json) -> Json:
    return intent | {"client_secret": f"{intent['id']}_secret_{random_text(25)}"}


def by_secret(ledger: Ledger, secret: str) -> Json | None:
    """The intent of a client secret, in whichever account."""
    intent = ledger.store.find(secret.partition("_secret_")[0])
    if intent is None or not hmac.compare_digest(intent.get("client_secret", "").encode(), secret.encode()):
        return None
    return intent


def require_status(intent: Json, allowed: tuple[str, ...], verb: str) -> None:
    """Raises UnexpectedState."""
    if intent["status"] in allowed:
        return
    kind = intent["object"]
    label = LABELS[kind]
    raise UnexpectedState(
        kind,
        intent,
        f"This {label} could not be {verb} because it has a status of {intent['status']}. "
        f"Only a {label} with one of the following statuses may be {verb}: {', '.join(allowed)}.",
    )


def method_types(params: Params) -> Json:
    """The fields that say how one may pay; here it is always by card."""
    types = params.texts("payment_method_types") or ["card"]
    automatic = params.below("automatic_payment_methods")
    enabled = {"enabled": True, "allow_redirects": automatic.text("allow_redirects", "always")}
    return {
        "payment_method_types": types,
        "automatic_payment_methods": enabled if automatic.flag("enabled") else None,
        "payment_method_options": {},
    }


def check_confirm_options(params: Params) -> None:
    """Raises InvalidParameter for options that go only with confirm=true."""
    for name in ("off_session", "return_url", "error_on_requires_action"):
        if name in params and not params.flag("confirm"):
            text = f"You cannot set {name} without confirm=true on creation."
            raise InvalidParameter(text, name)


def choose_method(ledger: Ledger, intent: Json, params: Params) -> Json:
    """Puts the method for this confirmation on the intent and returns it."""
    method = chosen(ledger, params)
    if method is None and intent["payment_method"]:
        method = ledger.get("payment_method", intent["payment_method"])
    if method is None:
        text = f"You cannot confirm this {LABELS[intent['object']]} because it's missing a payment method."
        raise UnexpectedState(intent["object"], intent, text)
    require_usable_by(method, intent["customer"])
    intent["payment_method"] = method["id"]
    return method


def needs_authentication(card: Card, method: Json) -> bool:
    if card.authentication == "setup":
        return not method.get("_authenticated")
    return card.authentication == "always"


def ask_payer(ledger: Ledger, intent: Json, return_url: str | None) -> Json:
    """3-D Secure: the payer has to visit a page."""
    page = f"{ledger.public_url}/3d-secure/{intent['client_secret']}"
    intent |= {"status": "requires_action", "_return_url": return_url}
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": return_url}}
    return ledger.save(intent, f"{intent['object']}.requires_action")


def mark_authenticated(ledger: Ledger, intent: Json) -> Json:
    method = ledger.get("payment_method", intent["payment_method"])
    return ledger.save(method | {"_authenticated": True})


def fail(ledger: Ledger, intent: Json, error: CardError, charge: Json | None = None) -> CardError:
    """Back to requires_payment_method. Returns the error as the request answers it, with the intent in it."""
    method = ledger.get("payment_method", intent["payment_method"])
    told = {name: value for name, value in error.details.items() if value is not None}
    told |= {"payment_method": public(method), **({"charge": charge["id"]} if charge else {})}
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent[LAST_ERROR[intent["object"]]] = {"type": error.type, **told}
    ledger.save(intent, FAILED[intent["object"]])
    return CardError(str(error), more=told | {intent["object"]: public(intent)})


def authentication_failed(intent: Json) -> CardError:
    text = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    code = "payment_intent_authentication_failure"
    return CardError(text, code=code if intent["object"] == "payment_intent" else "setup_intent_authentication_failure")


def authentication_required() -> CardError:
    return AUTHENTICATION.error()


def cancel(ledger: Ledger, intent: Json, reason: str | None, *events: str) -> Json:
    intent |= {"status": "canceled", "cancellation_reason": reason, "canceled_at": ledger.now()}
    intent |= {"next_action": None, "_due": None}
    return ledger.save(intent, *events, f"{intent['object']}.canceled")


def cancellation_reason(intent: Json, params: Params) -> str | None:
    return params.choice("cancellation_reason", REASONS[intent["object"]])


def checked_customer(ledger: Ledger, params: Params) -> str | None:
    identifier = params.text("customer")
    return ledger.get("customer", identifier, "customer")["id"] if identifier else None


def require_secret(intent: Json, params: Params) -> None:
    """For requests of browsers, which prove themselves by the client secret. Raises ApiError."""
    given = params.text("client_secret") or ""
    if not hmac.compare_digest(given.encode(), intent["client_secret"].encode()):
        label = LABELS[intent["object"]]
        text = f"The client_secret provided does not match any associated {label} on this account."
        raise ApiError(text, code=f"{intent['object']}_invalid_parameter", param="client_secret")
