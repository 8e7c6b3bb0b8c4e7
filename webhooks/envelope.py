"""An event as it is sent, fed and streamed: the same bytes everywhere."""

from datetime import datetime
from typing import Any

import orjson

from webhooks.models import Event
from webhooks.types import API_VERSION

COLUMNS = ("id", "uuid", "type", "created_at", "live", "data", "business__uuid")


def envelope(row: dict[str, Any]) -> dict[str, Any]:
    """From a row of COLUMNS. Times are UTC, with milliseconds."""
    created: datetime = row["created_at"]
    return {
        "id": str(row["uuid"]),
        "type": row["type"],
        "created_at": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "livemode": row["live"],
        "business_id": str(row["business__uuid"]),
        "api_version": API_VERSION,
        "data": row["data"],
    }


def body_of(event_id: int) -> bytes:
    """The bytes to sign and send: the same for every attempt, unless a person was erased in between."""
    row = Event.objects.filter(id=event_id).values(*COLUMNS).get()
    return orjson.dumps(envelope(row))
