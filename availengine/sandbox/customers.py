"""Customers."""

from availengine.sandbox.errors import Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params

TEXTS = ("name", "email", "phone", "description")


def create(ledger: Ledger, params: Params) -> Json:
    texts = {name: params.text(name, limit=800) for name in TEXTS}
    customer = ledger.new("cus", "customer", **texts, metadata=params.metadata(), balance=0, delinquent=False)
    customer |= {"default_source": None, "invoice_settings": {"default_payment_method": None}, "currency": None}
    if "invoice_settings" in params:
        chosen = params.below("invoice_settings").text("default_payment_method")
        customer["invoice_settings"]["default_payment_method"] = chosen
    return ledger.save(customer, "customer.created")


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("customer", identifier)


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    customer = ledger.get("customer", identifier)
    customer |= {name: params.text(name, limit=800) for name in TEXTS if name in params}
    customer["metadata"] = params.metadata(customer["metadata"])
    if "invoice_settings" in params:
        chosen = params.below("invoice_settings").text("default_payment_method")
        customer["invoice_settings"]["default_payment_method"] = chosen
    return ledger.save(customer, "customer.updated")
