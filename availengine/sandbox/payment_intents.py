"""Payment intents: from the creation over the confirmation to the capture or the cancellation."""

from availengine.sandbox import charges, checkout_links, intents
from availengine.sandbox.cards import GENERIC
from availengine.sandbox.errors import ApiError, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params
from availengine.sandbox.payment_methods import attach_to, card_of, chosen, require_usable_by

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
USAGES = ("on_session", "off_session")
CANCELABLE = (*intents.BEFORE_CONFIRMATION, "requires_capture")
SLOWNESS = 5  # seconds until a slow payment's fate is known
EDITABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(ledger: Ledger, params: Params) -> Json:
    intents.check_confirm_options(params)
    intent = ledger.new("pi", "payment_intent", amount=params.required_amount("amount"), currency=params.currency())
    intent |= {"capture_method": params.choice("capture_method", CAPTURE_METHODS, "automatic_async")}
    intent |= {"setup_future_usage": params.choice("setup_future_usage", USAGES), "metadata": params.metadata()}
    intent |= {name: params.text(name) for name in ("description", "receipt_email", "statement_descriptor")}
    intent |= {"amount_capturable": 0, "amount_received": 0, "latest_charge": None, "last_payment_error": None}
    intent |= {"next_action": None, "cancellation_reason": None, "canceled_at": None, "processing": None}
    intent |= {"customer": intents.checked_customer(ledger, params), "payment_method": None, "application": None}
    intent |= {"confirmation_method": params.text("confirmation_method", "automatic"), **intents.method_types(params)}
    intent = intents.with_secret(intent | {"status": "requires_payment_method"})
    _take_method(ledger, intent, params)
    ledger.save(intent, "payment_intent.created")
    return _confirm(ledger, intent, params) if params.flag("confirm") else intent


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("payment_intent", identifier)


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    intent = ledger.get("payment_intent", identifier)
    if set(params.values) - {"metadata", "description", "receipt_email", "expand"}:
        intents.require_status(intent, EDITABLE, "updated")
    intent |= {name: params.text(name) for name in ("description", "receipt_email") if name in params}
    intent["metadata"] = params.metadata(intent["metadata"])
    intent["amount"] = params.amount("amount") or intent["amount"]
    if "currency" in params:
        intent["currency"] = params.currency()
    if "customer" in params:
        intent["customer"] = intents.checked_customer(ledger, params)
    for name, options in (("capture_method", CAPTURE_METHODS), ("setup_future_usage", USAGES)):
        if name in params:
            intent[name] = params.choice(name, options)
    _take_method(ledger, intent, params)
    return ledger.save(intent)


def confirm(ledger: Ledger, params: Params, identifier: str) -> Json:
    return _confirm(ledger, ledger.get("payment_intent", identifier), params)


def capture(ledger: Ledger, params: Params, identifier: str) -> Json:
    wanted = params.amount("amount_to_capture")
    intent = ledger.get("payment_intent", identifier)
    intents.require_status(intent, ("requires_capture",), "captured")
    if wanted is not None and wanted > intent["amount_capturable"]:
        text = f"The amount_to_capture is greater than the remaining amount: {intent['amount_capturable']}."
        raise ApiError(text, code="amount_too_large", param="amount_to_capture")
    if ledger.declining:
        raise GENERIC.error()
    intent["metadata"] = params.metadata(intent["metadata"])
    charge = ledger.get("charge", intent["latest_charge"])
    charges.capture(ledger, charge, wanted or intent["amount_capturable"])
    return _succeed(ledger, intent, charge)


def cancel(ledger: Ledger, params: Params, identifier: str) -> Json:
    intent = ledger.get("payment_intent", identifier)
    reason = intents.cancellation_reason(intent, params)
    intents.require_status(intent, CANCELABLE, "canceled")
    if checkout_links.is_open(ledger, intent):
        text = "You cannot cancel the PaymentIntent of an open Checkout Session. Expire the Checkout Session instead."
        raise ApiError(text)
    return void(ledger, intent, reason)


def void(ledger: Ledger, intent: Json, reason: str | None, *events: str) -> Json:
    """Cancels, and releases what is held."""
    intent["amount_capturable"] = 0
    return intents.cancel(ledger, intent, reason, *events)


def come_due(ledger: Ledger, intent: Json) -> None:
    """The chore of slow payments, and of holds that nobody captured in time. Raises CardError."""
    if intent["status"] == "processing":
        intent["_due"] = None
        _charge(ledger, intent, ledger.get("payment_method", intent["payment_method"]), off_session=False)
        return
    charge = ledger.get("charge", intent["latest_charge"])
    ledger.emit("charge.expired", charge)
    void(ledger, intent, "automatic")


def finish_action(ledger: Ledger, identifier: str, *, ok: bool) -> Json:
    """The payer has been to the 3-D Secure page. Raises CardError when that, or the charge after it, failed."""
    intent = ledger.get("payment_intent", identifier)
    intents.require_status(intent, ("requires_action",), "authenticated")
    if not ok:
        raise intents.fail(ledger, intent, intents.authentication_failed(intent))
    return _charge(ledger, intent, intents.mark_authenticated(ledger, intent), off_session=False)


def _take_method(ledger: Ledger, intent: Json, params: Params) -> None:
    """A method named before the confirmation."""
    if params.flag("confirm"):
        return
    method = chosen(ledger, params)
    if method:
        require_usable_by(method, intent["customer"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}


def _confirm(ledger: Ledger, intent: Json, params: Params) -> Json:
    intents.require_status(intent, intents.BEFORE_CONFIRMATION, "confirmed")
    return_url, off_session = params.url("return_url"), _is_off_session(params)
    intent["setup_future_usage"] = params.choice("setup_future_usage", USAGES, intent["setup_future_usage"])
    intent["receipt_email"] = params.text("receipt_email", intent["receipt_email"])
    method = intents.choose_method(ledger, intent, params)
    if intents.needs_authentication(card_of(method), method):
        if off_session or params.flag("error_on_requires_action"):
            raise intents.fail(ledger, intent, intents.authentication_required())
        return intents.ask_payer(ledger, intent, return_url)
    if card_of(method).slow:
        intent |= {"status": "processing", "next_action": None, "_due": ledger.clock.now() + SLOWNESS}
        ledger.save(intent, "payment_intent.processing")
        checkout_links.paid(ledger, intent)
        return intent
    return _charge(ledger, intent, method, off_session=off_session)


def _is_off_session(params: Params) -> bool:
    """Stripe also takes `one_off` and `recurring`."""
    return params.text("off_session") in ("one_off", "recurring") or params.flag("off_session")


def _charge(ledger: Ledger, intent: Json, method: Json, *, off_session: bool) -> Json:
    """Raises CardError on a decline."""
    charge, decline = charges.attempt(ledger, intent, method, off_session=off_session)
    intent |= {"latest_charge": charge["id"], "next_action": None}
    if decline:
        raise intents.fail(ledger, intent, decline.error(), charge)
    intent["last_payment_error"] = None
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(ledger, method, intent["customer"])
    if intent["capture_method"] != "manual":
        return _succeed(ledger, intent, charge)
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    intent["_due"] = charge["payment_method_details"]["card"]["capture_before"]
    ledger.save(intent, "payment_intent.amount_capturable_updated")
    checkout_links.paid(ledger, intent)
    return intent


def _succeed(ledger: Ledger, intent: Json, charge: Json) -> Json:
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": charge["amount_captured"]}
    intent["_due"] = None
    ledger.save(intent, "payment_intent.succeeded")
    checkout_links.paid(ledger, intent)
    charges.after_payment(ledger, charge)
    return intent
