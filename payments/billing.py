"""What a business pays the host: its subscription at Stripe, and whether it is paid.

Without Stripe every business is active. Reading is always possible; who is past due cannot create or manage, while
payments under way still settle (DESIGN 8.11).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import Q

from businesses.db import transactional
from businesses.keys import forget_principals
from businesses.models import BillingStatus, Business
from payments.gateway import Account, Object, ask
from payments.inbox import UnknownObject, uuid_of
from payments.models import StripeEvent, Subscription

HOST = Account(live=True)
IN_GOOD_STANDING = ("active", "trialing")
UNDECIDED = ("incomplete",)  # the first payment is under way: nothing changes yet


def catch_up(event: StripeEvent) -> None:
    """Read the subscription of an event back from Stripe and follow it.

    Raises UnknownObject when it belongs to no business here; Unreached, Refused, NotConfigured.
    """
    found = ask(HOST, "subscriptions.retrieve", on=event.object_ref)
    business = _business_of(found)
    if business is None:
        raise UnknownObject(f"No business belongs to {event.object_ref}.")
    _enter(business.id, found)


def _business_of(subscription: Object) -> Business | None:
    """Known already, or named by its id or slug in the subscription's metadata."""
    known = Business.objects.filter(subscription__subscription_ref=subscription["id"]).first()
    named = str((subscription.get("metadata") or {}).get("business") or "")
    uuid = uuid_of(named)
    return known or Business.objects.filter(Q(uuid=uuid) if uuid else Q(slug=named)).first()


def subscribe_url(business: Business, price: str) -> str:
    """A Checkout page on which a business subscribes to a price of the host's. Raises Unreached, Refused."""
    metadata = {"business": str(business.uuid)}
    params = {
        "mode": "subscription",
        "line_items": [{"price": price, "quantity": 1}],
        "metadata": metadata,
        "subscription_data": {"metadata": metadata},
        "success_url": f"{settings.BASE_URL}/pay/thanks",
        "cancel_url": f"{settings.BASE_URL}/pay/later",
    }
    if business.email:
        params["customer_email"] = business.email
    return str(ask(HOST, "checkout.sessions.create", params, key=str(uuid4()))["url"])


@transactional
def _enter(business_id: int, found: Object) -> None:
    business = Business.objects.select_for_update(no_key=True).get(id=business_id)
    status = str(found["status"])
    current = Subscription.objects.filter(business=business).first()
    if current and current.subscription_ref != found["id"] and status not in IN_GOOD_STANDING:
        return  # an older subscription than the one that counts
    row = current or Subscription(business=business)
    row.subscription_ref, row.status = found["id"], status
    row.customer_ref = str(found.get("customer") or "")
    row.period_ends_at = _period_end(found)
    row.save()
    if status not in UNDECIDED:
        standing = BillingStatus.ACTIVE if status in IN_GOOD_STANDING else BillingStatus.PAST_DUE
        Business.objects.filter(id=business.id).exclude(billing_status=standing).update(billing_status=standing)
        forget_principals()


def _period_end(found: Object) -> datetime | None:
    """Since 2025 Stripe keeps the period with the subscription's items."""
    items: list[Any] = (found.get("items") or {}).get("data") or []
    stamps = [item["current_period_end"] for item in items if item.get("current_period_end")]
    stamp = found.get("current_period_end") or (max(stamps) if stamps else None)
    return datetime.fromtimestamp(stamp, UTC) if stamp else None
