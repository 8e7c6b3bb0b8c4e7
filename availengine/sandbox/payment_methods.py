"""Payment methods: cards from test numbers or from Stripe's named test methods, attached to customers or not."""

import re
from datetime import UTC, datetime

from availengine.sandbox.cards import BEHAVIOUR, BY_NAME, BY_NUMBER, Card
from availengine.sandbox.errors import ApiError, CardError, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params


def create(ledger: Ledger, params: Params) -> Json:
    params.choice("type", ("card",), "card")
    return _from_form(ledger, params)


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("payment_method", identifier)


def attach(ledger: Ledger, params: Params, identifier: str) -> Json:
    customer = ledger.get("customer", params.required("customer"), "customer")
    method = named(ledger, identifier) if identifier in BY_NAME else ledger.get("payment_method", identifier)
    decline = card_of(method).decline
    if decline and not card_of(method).can_be_saved:
        raise decline.error()
    return attach_to(ledger, method, customer["id"])


def detach(ledger: Ledger, params: Params, identifier: str) -> Json:
    method = ledger.get("payment_method", identifier)
    if method["customer"] is None:
        raise ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    method |= {"customer": None, "_detached": True}
    return ledger.save(method, "payment_method.detached")


def attach_to(ledger: Ledger, method: Json, customer: str) -> Json:
    if method["customer"] == customer:
        return method
    require_usable_by(method, customer, attaching=True)
    method["customer"] = customer
    return ledger.save(method, "payment_method.attached")


def card_of(method: Json) -> Card:
    return BEHAVIOUR[method["_number"]]


def chosen(ledger: Ledger, params: Params) -> Json | None:
    """The method that a request names or describes; None when it does neither."""
    if "payment_method_data" in params:
        data = params.below("payment_method_data")
        data.choice("type", ("card",), "card")
        return _from_form(ledger, data)
    name = params.text("payment_method")
    if name is None:
        return None
    return named(ledger, name) if name in BY_NAME else ledger.get("payment_method", name, "payment_method")


def named(ledger: Ledger, name: str) -> Json:
    """A fresh method for one of Stripe's names, such as pm_card_visa."""
    return _make(ledger, BY_NAME[name], 12, datetime.fromtimestamp(ledger.now(), UTC).year + 1, {})


def require_usable_by(method: Json, customer: str | None, *, attaching: bool = False) -> None:
    """Raises ApiError for a method that is somebody else's, or was detached."""
    if method.get("_detached"):
        raise ApiError(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again.",
            param="payment_method",
        )
    if method["customer"] is None or method["customer"] == customer:
        return
    text = "The payment method you provided has already been attached to a customer."
    if not attaching and customer is None:
        text = f"The PaymentMethod {method['id']} belongs to a Customer. Please include the Customer in the request."
    raise ApiError(text, param="payment_method")


def _from_form(ledger: Ledger, params: Params) -> Json:
    """Raises CardError for what the payer typed wrongly."""
    fields = params.below("card")
    number = re.sub(r"[ -]", "", fields.required("number"))
    if number not in BY_NUMBER:
        text = "Your card number is incorrect. The sandbox takes only its test cards."
        raise CardError(text, code="incorrect_number", param="number")
    month, year = fields.whole("exp_month", 12) or 0, fields.whole("exp_year", 2099) or 0
    year += 2000 if year < 100 else 0
    today = datetime.fromtimestamp(ledger.now(), UTC)
    if not 1 <= month <= 12:
        raise CardError("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    if (year, month) < (today.year, today.month) or year > today.year + 100:
        raise CardError("Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year")
    cvc = fields.text("cvc")
    if cvc is not None and not re.fullmatch(r"\d{3,4}", cvc, re.ASCII):
        raise CardError("Your card's security code is invalid.", code="invalid_cvc", param="cvc")
    details = params.below("billing_details")
    return _make(ledger, number, month, year, {name: details.text(name) for name in ("name", "email", "phone")})


def _make(ledger: Ledger, number: str, month: int, year: int, billing: Json) -> Json:
    card = BEHAVIOUR[number]
    shown = {"brand": card.brand, "last4": card.last4, "exp_month": month, "exp_year": year}
    shown |= {"country": "US", "funding": "credit", "fingerprint": f"sandbox{number[-8:]}"}
    method = ledger.new("pm", "payment_method", type="card", card=shown, customer=None, _number=number)
    method["billing_details"] = {"name": None, "email": None, "phone": None, **billing}
    return ledger.save(method)
