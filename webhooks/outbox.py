"""The way into the outbox. The database itself writes the deliveries: see the trigger on events."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from businesses.actors import acting
from businesses.db import insert
from webhooks.models import Delivery, Endpoint, Event


class OutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction that makes the change."""


def record(*, business_id: int, live: bool, types: tuple[str, ...], data: Mapping[str, Any]) -> None:
    """Write one event per type into the caller's transaction; `data` must be JSON-serialisable.

    Raises OutsideTransaction when there is no transaction to commit with.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(types)
    for type_ in types:
        insert(Event(business_id=business_id, live=live, type=type_, data=dict(data), actor=acting()))


def record_for(endpoint: Endpoint, type_: str, data: Mapping[str, Any]) -> Event:
    """Write an event that only one endpoint is told of."""
    event = Event(business_id=endpoint.business_id, live=endpoint.live, type=type_, data=dict(data))
    insert(event)
    Delivery.objects.create(
        business_id=endpoint.business_id, event=event, endpoint=endpoint, next_try_at=timezone.now()
    )
    return event
