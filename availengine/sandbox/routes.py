"""Every URL of the API, and the function behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from availengine.sandbox import (
    charges,
    checkout,
    customers,
    disputes,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    subscriptions,
)
from availengine.sandbox.errors import Json, UnknownRoute
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.lists import listing
from availengine.sandbox.params import Params

Handler = Callable[..., Json]
ID = "([A-Za-z0-9_]{1,200})"


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    for_browsers: bool = False  # with a client secret instead of the secret key


def account(ledger: Ledger, params: Params, identifier: str | None = None) -> Json:
    shown = {"id": identifier or ledger.account, "object": "account", "country": "US", "default_currency": "usd"}
    flags = {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    return {**shown, **flags, "type": "standard", "email": "sandbox@example.com", "metadata": {}}


def event(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("event", identifier)


def charge_refunds(ledger: Ledger, params: Params, identifier: str) -> Json:
    ledger.get("charge", identifier)
    handle = listing("refund", f"/v1/charges/{identifier}/refunds", "charge")
    return handle(ledger, Params(params.values | {"charge": identifier}))


def customer_methods(ledger: Ledger, params: Params, identifier: str) -> Json:
    ledger.get("customer", identifier)
    handle = listing("payment_method", f"/v1/customers/{identifier}/payment_methods", "customer", "type")
    return handle(ledger, Params(params.values | {"customer": identifier}))


def _resource(path: str, kind: str, module: object, verbs: str, filters: str = "") -> list[Route]:
    """The usual routes of a resource: `verbs` are function names of its module."""
    usual = {"create": ("POST", path), "retrieve": ("GET", f"{path}/{ID}"), "update": ("POST", f"{path}/{ID}")}
    routes = [_route("GET", path, listing(kind, path, *filters.split()))]
    for verb in verbs.split():
        method, pattern = usual.get(verb, ("POST", f"{path}/{ID}/{verb}"))
        secret_suffices = path in BROWSERS and verb in ("retrieve", "confirm")
        routes.append(_route(method, pattern, getattr(module, verb), secret_suffices))
    return routes


def _route(method: str, pattern: str, handler: Handler, for_browsers: bool = False) -> Route:
    return Route(method, re.compile(pattern, re.ASCII), handler, for_browsers)


BROWSERS = ("/v1/payment_intents", "/v1/setup_intents")
SESSIONS = "/v1/checkout/sessions"
INTENT_VERBS = "create retrieve update confirm cancel"
ROUTES = [
    *_resource("/v1/customers", "customer", customers, "create retrieve update", "email"),
    *_resource("/v1/payment_intents", "payment_intent", payment_intents, f"{INTENT_VERBS} capture", "customer"),
    *_resource("/v1/setup_intents", "setup_intent", setup_intents, INTENT_VERBS, "customer payment_method"),
    *_resource(
        "/v1/payment_methods", "payment_method", payment_methods, "create retrieve attach detach", "customer type"
    ),
    *_resource("/v1/charges", "charge", charges, "retrieve", "payment_intent customer"),
    *_resource("/v1/refunds", "refund", refunds, "create retrieve update cancel", "payment_intent charge"),
    *_resource("/v1/disputes", "dispute", disputes, "retrieve", "payment_intent charge"),
    *_resource(
        SESSIONS, "checkout.session", checkout, "create retrieve update expire", "payment_intent customer status"
    ),
    *_resource("/v1/subscriptions", "subscription", subscriptions, "create retrieve update", "customer status"),
    _route("DELETE", f"/v1/subscriptions/{ID}", subscriptions.cancel),
    _route("GET", f"{SESSIONS}/{ID}/line_items", checkout.line_items),
    _route("GET", f"/v1/charges/{ID}/refunds", charge_refunds),
    _route("GET", f"/v1/customers/{ID}/payment_methods", customer_methods),
    _route("POST", "/v1/prices", subscriptions.create_price),
    _route("GET", f"/v1/prices/{ID}", subscriptions.retrieve_price),
    _route("POST", "/v1/products", subscriptions.create_product),
    _route("GET", f"/v1/products/{ID}", subscriptions.retrieve_product),
    _route("GET", "/v1/events", listing("event", "/v1/events", "type")),
    _route("GET", f"/v1/events/{ID}", event),
    _route("GET", "/v1/account", account),
    _route("GET", f"/v1/accounts/{ID}", account),
]


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """Raises UnknownRoute."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path) if route.method == method else None
        if found:
            return route, found.groups()
    raise UnknownRoute(f"Unrecognized request URL ({method}: {path[:200]}).")
