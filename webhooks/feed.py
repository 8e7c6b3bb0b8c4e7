"""Events in the order in which they became visible, from any position on: for the pull feed and the live stream.

A position is (transaction, id). Only events of transactions that lie behind all open ones are told, so that none can
appear later behind a position that a reader has passed.
"""

from typing import Any
from uuid import UUID

from businesses.db import prepared

Position = tuple[int, int]
BEGINNING: Position = (0, 0)

COLUMNS = "e.id, e.transaction::text::bigint, e.uuid, e.type, e.created_at, e.live, e.data, b.uuid, e.business_id"
SETTLED = "e.transaction < pg_snapshot_xmin(pg_current_snapshot())"
FIELDS = ("id", "transaction", "uuid", "type", "created_at", "live", "data", "business__uuid", "business_id")

OF_BUSINESS = f"""
SELECT {COLUMNS} FROM webhooks_event e JOIN businesses_business b ON b.id = e.business_id
WHERE e.business_id = %s AND e.live = %s AND (e.transaction, e.id) > (%s::text::xid8, %s) AND {SETTLED}
ORDER BY e.transaction, e.id LIMIT %s
"""  # noqa: S608  (all our own text)

OF_ALL = f"""
SELECT {COLUMNS} FROM webhooks_event e JOIN businesses_business b ON b.id = e.business_id
WHERE (e.transaction, e.id) > (%s::text::xid8, %s) AND {SETTLED}
ORDER BY e.transaction, e.id LIMIT %s
"""  # noqa: S608  (all our own text)


def _rows(found: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(FIELDS, row, strict=True)) for row in found]


def events_after(business_id: int, position: Position, *, live: bool, most: int) -> list[dict[str, Any]]:
    """Rows as `envelope` takes them, oldest first."""
    return _rows(prepared(OF_BUSINESS, (business_id, live, str(position[0]), position[1], most)))


def all_events_after(position: Position, *, most: int) -> list[dict[str, Any]]:
    """Those of every business."""
    return _rows(prepared(OF_ALL, (str(position[0]), position[1], most)))


def position_of(row: dict[str, Any]) -> Position:
    return row["transaction"], row["id"]


def position_of_event(business_id: int, key: UUID, *, live: bool) -> Position | None:
    """Where an event of this business stands; None when there is none."""
    found = prepared(
        "SELECT transaction::text::bigint, id FROM webhooks_event WHERE uuid = %s AND business_id = %s AND live = %s",
        (key, business_id, live),
    )
    return (found[0][0], found[0][1]) if found else None


def present() -> Position:
    """Behind everything that is settled now."""
    ((transaction,),) = prepared("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1", ())
    return transaction, 2**62
