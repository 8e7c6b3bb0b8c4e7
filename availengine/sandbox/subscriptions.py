"""Subscriptions, as far as a status goes, and the prices and products that they name. There are no invoices."""

from availengine.sandbox.errors import ApiError, InvalidParameter, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.params import Params

DAY = 86400
PERIODS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
STATUSES = ("active", "past_due", "canceled", "trialing", "unpaid", "incomplete", "incomplete_expired", "paused")
ASSUMED = 1000  # minor units of a price that was not made here


def create_product(ledger: Ledger, params: Params) -> Json:
    product = ledger.new("prod", "product", name=params.required("name"), active=True, metadata=params.metadata())
    return ledger.save(product | {"description": params.text("description"), "default_price": None})


def retrieve_product(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("product", identifier)


def create_price(ledger: Ledger, params: Params) -> Json:
    return ledger.save(price_from(ledger, params))


def retrieve_price(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("price", identifier)


def price_from(ledger: Ledger, params: Params) -> Json:
    """A price as `price_data` and the creation of prices describe it; not yet saved."""
    price = ledger.new("price", "price", active=True, currency=params.currency(), metadata=params.metadata())
    price |= {"unit_amount": params.required_amount("unit_amount", lowest=0), "type": "one_time", "recurring": None}
    described = params.below("product_data")
    price["product"] = params.text("product") or f"prod_{price['id'][6:]}"
    price |= {
        "nickname": params.text("nickname"),
        "_name": described.text("name"),
        "_note": described.text("description"),
    }
    if "recurring" in params:
        interval = params.below("recurring").choice("interval", tuple(PERIODS), "month")
        count = params.below("recurring").whole("interval_count", 1)
        price |= {"type": "recurring", "recurring": {"interval": interval, "interval_count": count}}
    return price


def price_named(ledger: Ledger, identifier: str) -> Json:
    """A price made here, or an assumed one under a name that the caller knows from elsewhere."""
    found = ledger.store.find(identifier)
    if found and found["object"] == "price" and found["_account"] == ledger.account:
        return found
    price = ledger.new("price", "price", active=True, currency="usd", unit_amount=ASSUMED, type="recurring")
    price["recurring"] = {"interval": "month", "interval_count": 1}
    return price | {"id": identifier[:200], "product": f"prod_{identifier[:50]}", "_name": None, "_note": None}


def create(ledger: Ledger, params: Params) -> Json:
    customer = ledger.get("customer", params.required("customer"), "customer")
    items = [_price_and_quantity(ledger, item) for item in params.items("items")]
    if not items:
        raise InvalidParameter("Missing required param: items.", "items", "parameter_missing")
    trial = params.whole("trial_period_days", 0) or 0
    method = params.text("default_payment_method")
    return start(ledger, customer["id"], items, trial_days=trial, metadata=params.metadata(), method=method)


def start(
    ledger: Ledger,
    customer: str,
    items: list[tuple[Json, int]],
    *,
    trial_days: int = 0,
    metadata: dict[str, str],
    method: str | None,
) -> Json:
    now = ledger.now()
    recurring = items[0][0]["recurring"] or {"interval": "month", "interval_count": 1}
    end = now + (trial_days * DAY or PERIODS[recurring["interval"]] * recurring["interval_count"])
    subscription = ledger.new("sub", "subscription", customer=customer, metadata=metadata)
    subscription |= {"status": "trialing" if trial_days else "active", "currency": items[0][0]["currency"]}
    subscription |= {"start_date": now, "trial_start": now if trial_days else None, "cancel_at_period_end": False}
    subscription |= {"trial_end": end if trial_days else None, "canceled_at": None, "ended_at": None, "cancel_at": None}
    subscription |= {
        "default_payment_method": method,
        "latest_invoice": None,
        "collection_method": "charge_automatically",
    }
    rows = [_item(ledger, subscription, price, quantity, now, end) for price, quantity in items]
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = {"object": "list", "data": rows, "has_more": False, "url": url}
    return ledger.save(subscription, "customer.subscription.created")


def _item(ledger: Ledger, subscription: Json, price: Json, quantity: int, start: int, end: int) -> Json:
    item = ledger.new("si", "subscription_item", subscription=subscription["id"], price=price, quantity=quantity)
    return item | {"current_period_start": start, "current_period_end": end}


def _price_and_quantity(ledger: Ledger, params: Params) -> tuple[Json, int]:
    if "price_data" in params:
        price = price_from(ledger, params.below("price_data"))
    else:
        price = price_named(ledger, params.required("price"))
    return price, params.amount("quantity") or 1


def retrieve(ledger: Ledger, params: Params, identifier: str) -> Json:
    return ledger.get("subscription", identifier)


def update(ledger: Ledger, params: Params, identifier: str) -> Json:
    subscription = _living(ledger, identifier)
    subscription["metadata"] = params.metadata(subscription["metadata"])
    ends = params.flag("cancel_at_period_end", subscription["cancel_at_period_end"])
    subscription["cancel_at_period_end"] = ends
    subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"] if ends else None
    method = params.text("default_payment_method", subscription["default_payment_method"])
    subscription["default_payment_method"] = method
    for item in params.items("items"):
        _change_item(ledger, subscription, item)
    return ledger.save(subscription, "customer.subscription.updated")


def _change_item(ledger: Ledger, subscription: Json, params: Params) -> None:
    identifier = params.text("id")
    rows = [row for row in subscription["items"]["data"] if identifier in (None, row["id"])]
    if not rows:
        raise InvalidParameter("No such subscription item", params.name_of("id"), "resource_missing")
    if "price" in params or "price_data" in params:
        rows[0]["price"], _ = _price_and_quantity(ledger, params)
    rows[0]["quantity"] = params.amount("quantity") or rows[0]["quantity"]


def cancel(ledger: Ledger, params: Params, identifier: str) -> Json:
    return set_status(ledger, _living(ledger, identifier), "canceled")


def set_status(ledger: Ledger, subscription: Json, status: str) -> Json:
    """What time and unpaid invoices do to a subscription. Raises ApiError for an unknown status."""
    if status not in STATUSES:
        raise ApiError(f"Invalid status: must be one of {', '.join(STATUSES)}", param="status")
    subscription["status"] = status
    if status != "canceled":
        return ledger.save(subscription, "customer.subscription.updated")
    subscription |= {"canceled_at": ledger.now(), "ended_at": ledger.now()}
    return ledger.save(subscription, "customer.subscription.deleted")


def _living(ledger: Ledger, identifier: str) -> Json:
    subscription = ledger.get("subscription", identifier)
    if subscription["status"] == "canceled":
        raise ApiError(f"No such subscription: '{identifier}'", code="resource_missing", param="id")
    return subscription
