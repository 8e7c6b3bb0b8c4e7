"""How a business stands with the host, as people look at it."""

from dataclasses import dataclass
from datetime import datetime

from businesses.models import AuditEntry, Business
from payments.models import Subscription


@dataclass(frozen=True, slots=True)
class Standing:
    """`subscription`: as Stripe says it stands, where there is one. `since`: when the status was last changed."""

    subscription: Subscription | None
    since: datetime | None


def standing_of(business: Business) -> Standing:
    changed = AuditEntry.objects.filter(business=business, subject="business", changes__has_key="billing_status")
    latest = changed.filter(action="changed").order_by("-id").first()
    return Standing(Subscription.objects.filter(business=business).first(), latest.created_at if latest else None)
