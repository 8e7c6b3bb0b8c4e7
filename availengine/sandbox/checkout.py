"""Checkout sessions: what is to be paid, the page for it, and what the payer's submission does."""

from availengine.sandbox import checkout_links, customers, intents, payment_intents, setup_intents, subscriptions
from availengine.sandbox.errors import ApiError, InvalidParameter, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import MAX_AMOUNT, Params

MODES = ("payment", "setup", "subscription")
SHORTEST, LONGEST = 30 * 60, 24 * 3600


def create(ledger: Ledger, params: Params) -> Json:
    params.required("mode")
    mode = params.choice("mode", MODES)
    session = ledger.new("cs_test", "checkout.session", mode=mode, status="open", metadata=params.metadata())
    session |= {"success_url": params.url("success_url"), "cancel_url": params.url("cancel_url"), "ui_mode": "hosted"}
    if session["success_url"] is None:
        raise InvalidParameter("Missing required param: success_url.", "success_url", "parameter_missing")
    session["expires_at"] = session["_due"] = _expiry(ledger, params)
    session |= {"client_reference_id": params.text("client_reference_id", limit=200), "locale": params.text("locale")}
    session |= _customer_fields(ledger, params)
    session |= {"payment_method_types": params.texts("payment_method_types") or ["card"]}
    session |= {
        "payment_intent": None,
        "setup_intent": None,
        "subscription": None,
        "payment_method_collection": "always",
    }
    session |= {"payment_status": "no_payment_required" if mode == "setup" else "unpaid"}
    session |= _amounts(ledger, params, str(mode)) | _data(params)
    session |= {
        "_shown_as": params.below("branding_settings").text("display_name"),
        "_text": params.below("custom_text").below("submit").text("message", limit=1200),
    }
    session["url"] = f"{ledger.public_url}/checkout/{session['id']}"
    return ledger.save(session)


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("checkout.session", identifier)


def line_items(ledger: Ledger, params: Params, identifier: str) -> Json:
    return items_of(ledger.get("checkout.session", identifier))


def items_of(session: Json) -> Json:
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "data": session["_items"], "has_more": False, "url": url}


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    session = ledger.get("checkout.session", identifier)
    session["metadata"] = params.metadata(session["metadata"])
    return ledger.save(session)


def expire(ledger: Ledger, params: Params, identifier: str) -> Json:
    session = ledger.get("checkout.session", identifier)
    require_open(session, "expired")
    return end(ledger, session)


def end(ledger: Ledger, session: Json) -> Json:
    """The session's time is over; what it began is called off."""
    session |= {"status": "expired", "url": None, "_due": None}
    ledger.save(session, "checkout.session.expired")
    intent = intent_of(ledger, session)
    if intent and intent["status"] in intents.BEFORE_CONFIRMATION:
        intents.cancel(ledger, intent, "abandoned")
    return session


def require_open(session: Json, verb: str = "paid") -> None:
    if session["status"] != "open":
        text = f'Only Checkout Sessions with a status in ["open"] can be {verb}. This one is {session["status"]}.'
        raise ApiError(text, code="checkout_session_not_open")


def intent_of(ledger: Ledger, session: Json) -> Json | None:
    """The intent that the payer's last submission went to."""
    return ledger.store.find(session.get("_intent") or "")


def submit(ledger: Ledger, identifier: str, params: Params) -> Json:
    """The payer presses the button. Gives the session back, complete unless 3-D Secure comes first.

    `params` names or describes a payment method, and may have `email` and `name`. Raises CardError, and ApiError
    when the session is over.
    """
    session = ledger.get("checkout.session", identifier)
    require_open(session)
    email = session["customer_email"] or params.text("email", limit=200)
    session["customer_details"] = {"email": email, "name": params.text("name", limit=200), "phone": None}
    if session["customer"] is None and session["_wants_customer"]:
        made = Params({name: text for name, text in session["customer_details"].items() if text})
        session["customer"] = customers.create(ledger, made)["id"]
    if session["mode"] == "payment" and session["amount_total"] == 0:
        return checkout_links.complete(ledger, session, None)
    saves_only = session["mode"] == "setup" or session["_subscription"]["trial_days"] or not session["amount_total"]
    intent = intent_of(ledger, session) or (_setup if saves_only else _payment)(ledger, session)
    session["_intent"] = intent["id"]
    if session["mode"] != "subscription":  # whose payment would belong to an invoice
        session[intent["object"]] = intent["id"]
    ledger.save(session)
    method = {name: params.plain()[name] for name in ("payment_method", "payment_method_data") if name in params}
    resource = setup_intents if saves_only else payment_intents
    resource.confirm(ledger, Params(method | {"return_url": session["url"]}), intent["id"])
    return ledger.get("checkout.session", session["id"])


def _payment(ledger: Ledger, session: Json) -> Json:
    wanted = {"amount": str(session["amount_total"]), "currency": session["currency"], **session["_intent_data"]}
    if session["mode"] == "subscription":
        wanted["setup_future_usage"] = "off_session"
    return _linked(ledger, session, payment_intents.create(ledger, Params(_for_customer(session, wanted))))


def _setup(ledger: Ledger, session: Json) -> Json:
    return _linked(
        ledger, session, setup_intents.create(ledger, Params(_for_customer(session, session["_setup_data"])))
    )


def _for_customer(session: Json, wanted: Json) -> Json:
    return wanted | ({"customer": session["customer"]} if session["customer"] else {})


def _linked(ledger: Ledger, session: Json, intent: Json) -> Json:
    return ledger.save(intent | {"_session": session["id"]})


def _expiry(ledger: Ledger, params: Params) -> int:
    now = ledger.now()
    moment = params.whole("expires_at")
    if moment is None:
        return now + LONGEST
    # A client that computes "in 30 minutes" and then takes a while to ask is not refused.
    if not now + SHORTEST - 60 <= moment <= now + LONGEST + 60:
        text = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise InvalidParameter(text, "expires_at")
    return moment


def _customer_fields(ledger: Ledger, params: Params) -> Json:
    customer, email = intents.checked_customer(ledger, params), params.text("customer_email", limit=200)
    if customer and email:
        raise InvalidParameter("You may only specify one of these parameters: customer, customer_email.", "customer")
    creation = params.choice("customer_creation", ("always", "if_required"))
    if creation and customer:
        raise InvalidParameter("`customer_creation` may not be used with `customer`.", "customer_creation")
    future = params.below("payment_intent_data").text("setup_future_usage")
    wants = creation == "always" or bool(future) or params.text("mode") == "subscription"
    fields = {"customer": customer, "customer_email": email, "customer_creation": creation, "_wants_customer": wants}
    return {**fields, "customer_details": {"email": email, "name": None, "phone": None} if email else None}


def _amounts(ledger: Ledger, params: Params, mode: str) -> Json:
    if mode == "setup":
        currency = params.currency() if "currency" in params else None
        return {"amount_total": None, "amount_subtotal": None, "currency": currency, "_items": []}
    rows = [_row(ledger, item) for item in params.items("line_items")]
    if not rows:
        raise InvalidParameter("Missing required param: line_items.", "line_items", "parameter_missing")
    currencies = {row["currency"] for row in rows}
    if len(currencies) > 1:
        raise InvalidParameter("All line items must use the same currency.", "line_items")
    if mode == "payment" and any(row["_data"] and row["price"]["recurring"] for row in rows):
        raise InvalidParameter("You must provide one-time prices in `payment` mode.", "line_items")
    total = sum(row["amount_total"] for row in rows)
    if total > MAX_AMOUNT:
        raise InvalidParameter(f"Amount must be no more than {MAX_AMOUNT}.", "line_items", "amount_too_large")
    return {"amount_total": total, "amount_subtotal": total, "currency": currencies.pop(), "_items": rows}


def _row(ledger: Ledger, params: Params) -> Json:
    if "price_data" in params:
        data = params.below("price_data")
        if "product" not in data:
            data.below("product_data").required("name")
        price = subscriptions.price_from(ledger, data)
    else:
        price = subscriptions.price_named(ledger, params.required("price"))
    quantity = params.amount("quantity") or 1
    total = price["unit_amount"] * quantity
    row = ledger.new("li", "item", price=price, quantity=quantity, currency=price["currency"], amount_total=total)
    return row | {
        "amount_subtotal": total,
        "description": price["_name"] or price["id"],
        "_note": price["_note"],
        "_data": "price_data" in params,
    }


def _data(params: Params) -> Json:
    """What the intents are to be made with; looked at now, so that mistakes show at once."""
    payment, setup, sub = (params.below(f"{name}_data") for name in ("payment_intent", "setup_intent", "subscription"))
    payment.choice("capture_method", payment_intents.CAPTURE_METHODS)
    payment.choice("setup_future_usage", payment_intents.USAGES)
    trial = sub.whole("trial_period_days", 0) or 0
    subscription = {"trial_days": max(trial, 0), "metadata": sub.metadata()}
    for level in (payment, setup):
        level.metadata()
        level.text("description")
    return {"_intent_data": payment.plain(), "_setup_data": setup.plain(), "_subscription": subscription}
