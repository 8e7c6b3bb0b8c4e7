"""What the tests of BookingFlow's endpoints send and read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from django.http import HttpResponse

from tests.api.calls import DAY, Caller, Tenant, ok, without_none

BOOKINGS = "/api/v1/bookings"
ROOMS = "/api/v1/rooms"
PERSON = {"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com", "phone": "+302101234567"}


def body(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A body for POST /api/v1/bookings; None leaves a field out."""
    room = tenant.resource("vault")
    return without_none(
        {"roomId": room, "date": DAY, "time": "10:00", "guests": 4, "customer": PERSON, "notes": "Cake", **changes}
    )


def book(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A booking of the desk's, as the answer tells it."""
    made: dict[str, Any] = ok(tenant.full.post(BOOKINGS, body(tenant, **changes)), 201)
    return made


def told(tenant: Tenant, booking_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ok(tenant.full.get(f"{BOOKINGS}/{booking_id}"))
    return found


def put(caller: Caller, path: str, sent: Any) -> HttpResponse:
    return caller.send("PUT", path, sent)


def free(tenant: Tenant, day: str = DAY, **query: Any) -> list[str]:
    """The free starts of a room on a day; of the vault unless told."""
    query = {"room": tenant.resource("vault"), **query}
    (found,) = ok(tenant.full.get("/api/v1/schedules", **{"from": day, "to": day}, **query))["days"]
    return [slot["time"] for slot in found["slots"]]


@contextmanager
def asks_the_database(times: int) -> Iterator[None]:
    """Counts prepared statements too, which go past Django."""
    execute, asked = psycopg.Cursor.execute, []

    def counted(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(query)
        return execute(cursor, query, *args, **kwargs)

    with patch.object(psycopg.Cursor, "execute", counted):
        yield
    assert len(asked) == times, asked


def walk(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a listing, page by page as the cursors lead."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(100):
        page = ok(caller.get(path, **query, **({"cursor": cursor} if cursor else {})))
        assert list(page) == ["data", "nextCursor", "hasMore"]
        items += page["data"]
        cursor = page["nextCursor"]
        assert page["hasMore"] is (cursor is not None)
        if cursor is None:
            return items
    raise AssertionError("the listing does not end")
