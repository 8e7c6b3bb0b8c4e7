"""Setup intents: saving a card for later, without taking money."""

from availengine.sandbox import checkout_links, intents
from availengine.sandbox.errors import Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params
from availengine.sandbox.payment_methods import attach_to, card_of, chosen, require_usable_by

USAGES = ("off_session", "on_session")


def create(ledger: Ledger, params: Params) -> Json:
    intents.check_confirm_options(params)
    intent = ledger.new("seti", "setup_intent", usage=params.choice("usage", USAGES, "off_session"))
    intent |= {"customer": intents.checked_customer(ledger, params), "payment_method": None, "application": None}
    intent |= {"metadata": params.metadata(), "description": params.text("description"), "next_action": None}
    intent |= {"last_setup_error": None, "cancellation_reason": None, "latest_attempt": None, "mandate": None}
    intent |= {"status": "requires_payment_method", **intents.method_types(params)}
    intent = intents.with_secret(intent)
    _take_method(ledger, intent, params)
    ledger.save(intent, "setup_intent.created")
    return _confirm(ledger, intent, params) if params.flag("confirm") else intent


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("setup_intent", identifier)


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    intent = ledger.get("setup_intent", identifier)
    if set(params.values) - {"metadata", "description", "expand"}:
        intents.require_status(intent, intents.BEFORE_CONFIRMATION, "updated")
    intent["metadata"] = params.metadata(intent["metadata"])
    intent["description"] = params.text("description", intent["description"])
    if "customer" in params:
        intent["customer"] = intents.checked_customer(ledger, params)
    _take_method(ledger, intent, params)
    return ledger.save(intent)


def confirm(ledger: Ledger, params: Params, identifier: str) -> Json:
    return _confirm(ledger, ledger.get("setup_intent", identifier), params)


def cancel(ledger: Ledger, params: Params, identifier: str) -> Json:
    intent = ledger.get("setup_intent", identifier)
    reason = intents.cancellation_reason(intent, params)
    intents.require_status(intent, intents.BEFORE_CONFIRMATION, "canceled")
    return intents.cancel(ledger, intent, reason)


def finish_action(ledger: Ledger, identifier: str, *, ok: bool) -> Json:
    """The payer has been to the 3-D Secure page. Raises CardError when it failed."""
    intent = ledger.get("setup_intent", identifier)
    intents.require_status(intent, ("requires_action",), "authenticated")
    if not ok:
        raise intents.fail(ledger, intent, intents.authentication_failed(intent))
    return _save_card(ledger, intent, intents.mark_authenticated(ledger, intent))


def _take_method(ledger: Ledger, intent: Json, params: Params) -> None:
    method = None if params.flag("confirm") else chosen(ledger, params)
    if method:
        require_usable_by(method, intent["customer"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}


def _confirm(ledger: Ledger, intent: Json, params: Params) -> Json:
    intents.require_status(intent, intents.BEFORE_CONFIRMATION, "confirmed")
    return_url = params.url("return_url")
    method = intents.choose_method(ledger, intent, params)
    if intents.needs_authentication(card_of(method), method):
        return intents.ask_payer(ledger, intent, return_url)
    return _save_card(ledger, intent, method)


def _save_card(ledger: Ledger, intent: Json, method: Json) -> Json:
    """Raises CardError for cards that cannot even be saved."""
    card = card_of(method)
    if card.decline and not card.can_be_saved:
        raise intents.fail(ledger, intent, card.decline.error())
    if intent["customer"]:
        attach_to(ledger, method, intent["customer"])
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    ledger.save(intent, "setup_intent.succeeded")
    checkout_links.paid(ledger, intent)
    return intent
