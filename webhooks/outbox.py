"""The way into the outbox."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from businesses.db import insert
from webhooks.models import Event


class OutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction that makes the change."""


def record(*, business_id: int, live: bool, types: tuple[str, ...], data: Mapping[str, Any]) -> None:
    """Write one event per type into the caller's transaction; `data` must be JSON-serialisable.

    Raises OutsideTransaction when there is no transaction to commit with.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(types)
    for type_ in types:
        insert(Event(business_id=business_id, live=live, type=type_, data=dict(data)))
