"""Calls that many tests make."""

from typing import Any

import stripe

from availengine.sandbox import Sandbox


def pay(api: stripe.V1Services, amount: int = 5000, method: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
    """A confirmed payment."""
    wanted = {"amount": amount, "currency": "eur", "payment_method": method, "confirm": True, **more}
    return api.payment_intents.create(wanted)


def hold(api: stripe.V1Services, amount: int = 5000, **more: Any) -> stripe.PaymentIntent:
    return pay(api, amount, capture_method="manual", **more)


def checkout(api: stripe.V1Services, **more: Any) -> Any:
    """An open Checkout session over 2 x 7.00 EUR."""
    product = {"currency": "eur", "unit_amount": 700, "product_data": {"name": "Table"}}
    wanted = {
        "mode": "payment",
        "success_url": "http://shop.test/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cancel",
        "line_items": [{"quantity": 2, "price_data": product}],
    }
    return api.checkout.sessions.create({**wanted, **more})


def types(sandbox: Sandbox) -> list[str]:
    """The types of all events so far."""
    return [event["type"] for event in sandbox.objects("event")]
