"""The reads about endpoints: what was sent to them, and what they answered."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from businesses.errors import NotFound
from webhooks.models import Attempt, Delivery, Endpoint


def endpoint_of(business_id: int, key: UUID) -> Endpoint:
    """An endpoint of either mode. Raises NotFound."""
    found: Endpoint | None = Endpoint.objects.present().filter(business_id=business_id, uuid=key).first()
    if found is None:
        raise NotFound
    return found


def listed_deliveries(endpoint: Endpoint, *, state: str = "", type: str = "") -> "QuerySet[Delivery]":
    """With their events, whose payloads stay behind."""
    found = Delivery.objects.filter(business_id=endpoint.business_id, endpoint=endpoint)
    if state:
        found = found.filter(state=state)
    if type:
        found = found.filter(event__type=type)
    return found.select_related("event").defer("event__data")


def delivery_of(endpoint: Endpoint, key: UUID) -> Delivery:
    """With its event. Raises NotFound."""
    found = Delivery.objects.filter(business_id=endpoint.business_id, endpoint=endpoint, uuid=key)
    row = found.select_related("event__business").first()
    if row is None:
        raise NotFound
    return row


def last_attempts(deliveries: Sequence[Delivery]) -> dict[int, Attempt]:
    """The latest attempt of each delivery that had one, by the delivery's key."""
    found = Attempt.objects.filter(delivery__in=deliveries).order_by("delivery_id", "-number").distinct("delivery_id")
    return {attempt.delivery_id: attempt for attempt in found}


def attempts_of(delivery: Delivery) -> list[Attempt]:
    return list(Attempt.objects.filter(delivery=delivery).order_by("-number"))
