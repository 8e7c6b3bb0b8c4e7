"""The form that takes a test card: what it shows, what it takes, and the token that keeps other sites from posting."""

import hashlib
import hmac
import re

from availengine.sandbox.errors import ApiError, Json
from availengine.sandbox.html import card_table, escape
from availengine.sandbox.params import Params

FIELDS = {"exp_month": "expiry", "exp_year": "expiry", "number": "number", "cvc": "cvc"}
EXPIRY = re.compile(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", re.ASCII)
Errors = dict[str, str]


def token(secret: str, path: str) -> str:
    """Only our own pages know it for a path."""
    return hmac.new(secret.encode(), f"form {path}".encode(), hashlib.sha256).hexdigest()


def is_ours(secret: str, path: str, params: Params) -> bool:
    return hmac.compare_digest((params.text("token") or "").encode(), token(secret, path).encode())


def mistakes(params: Params) -> Errors:
    """What is missing or cannot be read, by field."""
    found = {}
    if not (params.text("number") or "").strip():
        found["number"] = "Enter a card number, for example 4242 4242 4242 4242."
    if not EXPIRY.fullmatch(params.text("expiry") or ""):
        found["expiry"] = "Enter month and year, for example 12/34."
    if not re.fullmatch(r"\s*\d{3,4}\s*", params.text("cvc") or "", re.ASCII):
        found["cvc"] = "Enter the three or four digits."
    return found


def as_method(params: Params) -> Json:
    """What was typed, without mistakes, as the API takes it."""
    parts = EXPIRY.fullmatch(params.text("expiry") or "")
    month, year = parts.groups() if parts else ("", "")
    card = {"number": params.text("number") or "", "exp_month": month, "exp_year": year}
    card["cvc"] = (params.text("cvc") or "").strip()
    billing = {name: value for name in ("name", "email") if (value := params.text(name, limit=200))}
    return {"payment_method_data": {"type": "card", "card": card, "billing_details": billing}, **billing}


def errors_of(error: ApiError) -> Errors:
    """A refusal at the field that it is about; under "" when it is about none."""
    return {FIELDS.get(str(error.details["param"]), ""): str(error)}


def form(secret: str, path: str, button: str, *, typed: Params, errors: Errors, email: bool, hidden: Json) -> str:
    """HTML. The CVC is not kept; `hidden` are further values to send along."""
    alert = errors.get("") or ("Check the fields below." if errors else "")
    shown = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {"token": token(secret, path), **hidden}.items()
    )
    address = _field("email", "Email", typed, errors, 'type="email" autocomplete="email"') if email else ""
    number = _field("number", "Card number", typed, errors, 'inputmode="numeric" autocomplete="cc-number" required')
    expiry = _field(
        "expiry",
        "Expiry (MM/YY)",
        typed,
        errors,
        'inputmode="numeric" autocomplete="cc-exp" placeholder="12/34" required',
    )
    cvc = _field("cvc", "CVC", Params(), errors, 'inputmode="numeric" autocomplete="cc-csc" placeholder="123" required')
    name = _field("name", "Name on card", typed, errors, 'autocomplete="cc-name"')
    return (
        f'{shown}<form method="post" novalidate>{kept}{address}{number}<div class="pair"><div>{expiry}</div>'
        f"<div>{cvc}</div></div>{name}<button>{escape(button)}</button></form>"
        f"<details><summary>Test cards</summary>{card_table()}"
        "<p><small>Any future date and any CVC will do.</small></p></details>"
    )


def _field(name: str, label: str, typed: Params, errors: Errors, attributes: str) -> str:
    value = typed.values.get(name, "")
    wrong, note = "", ""
    if name in errors:
        wrong = f' aria-invalid="true" aria-describedby="{name}-wrong"'
        note = f'<p class="wrong" id="{name}-wrong">{escape(errors[name])}</p>'
    told = f'id="{name}" name="{name}" value="{escape(value if isinstance(value, str) else "")}" maxlength="200"'
    return f'<label for="{name}">{label}</label><input {told} {attributes}{wrong}>{note}'
