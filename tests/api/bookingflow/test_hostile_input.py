"""GUARANTEES N1 and A7: whatever is sent, a clear refusal in the envelope, never a 5xx, and nothing written."""

from typing import Any

import pytest
import time_machine

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from tests.api.bookingflow.calls import PERSON, book
from tests.api.calls import DAY, Tenant, nothing_changes, ok, refused, refused_fields
from tests.api.conftest import NOW
from tests.api.hostile import BODIES, CHOICES, DATES, HUGE, IDS, LONG, METHODS, MOMENTS, NUMBERS, TEXTS, UNKNOWN

WRITING: dict[str, dict[str, Any]] = {
    "POST /api/v1/bookings": {
        "roomId": "{room}",
        "date": DAY,
        "time": "14:00",
        "guests": 2,
        "customer": PERSON,
        "notes": "x",
    },
    "PUT /api/v1/bookings/{booking}": {
        "roomId": "{room}",
        "date": DAY,
        "time": "15:00",
        "guests": 2,
        "customer": PERSON,
        "notes": "x",
        "status": "checked_in",
    },
    "POST /api/v1/rooms": {
        "name": "x",
        "description": "x",
        "minGuests": 1,
        "maxGuests": 2,
        "durationMinutes": 30,
        "bufferMinutes": 5,
        "price": 10.5,
        "currency": "EUR",
        "photoUrl": "https://example.com/a.jpg",
        "active": True,
    },
    "PUT /api/v1/rooms/{room}": {"name": "x", "minGuests": 1, "maxGuests": 6, "durationMinutes": 30, "price": 10.5},
    "POST /api/v1/schedules/block": {"roomId": "{room}", "from": DAY, "to": DAY, "reason": "x"},
}
LENGTHS = [number for number in NUMBERS if number != 51]
KINDS: dict[str, list[Any]] = {
    **dict.fromkeys(("name", "description", "notes", "reason"), TEXTS),
    "roomId": IDS,
    "date": DATES,
    "time": [*MOMENTS, DAY, "14:00:00", "2:00"],
    **dict.fromkeys(("from", "to"), DATES),
    **dict.fromkeys(("guests", "minGuests", "maxGuests"), NUMBERS),
    "durationMinutes": LENGTHS,
    "bufferMinutes": [number for number in LENGTHS if number != 0],
    "price": ["10", "", True, [], {}, -1, 1e300, 1e400, 10.999, 10**19, 2_000_000_001],
    "currency": ["", "USD", "eur", 5, None, [], LONG],
    "photoUrl": ["x", "ftp:/x", 5, [], "javascript:alert(1)", LONG],
    "active": ["true", 1, 0, [], None],
    "status": CHOICES,
    "customer": ["", "x", 5, True, [], None],
}


@pytest.fixture(scope="module")
def _things(_venue: Tenant, django_db_blocker: Any) -> dict[str, str]:
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        booking = book(_venue.speaking(BOOKINGFLOW))
    return {"booking": booking["id"], "customer": booking["customer"]["id"], "room": _venue.resource("vault")}


@pytest.fixture
def things(venue: Tenant, _things: dict[str, str]) -> dict[str, str]:
    """Ids of one of everything, by the names in the routes."""
    return _things


def filled(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(item, things) for name, item in value.items()}
    return value.format(**things) if isinstance(value, str) and value.startswith("{") else value


def split(operation: str, things: dict[str, str]) -> tuple[str, str, dict[str, Any]]:
    method, route = operation.split(" ")
    return method, route.format(**things), filled(WRITING[operation], things)


FIELDS = [(operation, field) for operation, sent in WRITING.items() for field in sent]


@pytest.mark.parametrize(("operation", "field"), FIELDS, ids=[" ".join(pair) for pair in FIELDS])
def test_a_hostile_value_in_a_field(venue: Tenant, things: dict[str, str], operation: str, field: str) -> None:
    method, path, valid = split(operation, things)
    with nothing_changes():
        for value in KINDS[field]:
            response = venue.full.send(method, path, {**valid, field: value})
            assert response.status_code == 400, (value, response.status_code, response.content[:300])
            refused(response, 400)


@pytest.mark.parametrize("field", PERSON)
@pytest.mark.parametrize("operation", [operation for operation in WRITING if "bookings" in operation])
def test_a_hostile_value_of_a_customer(venue: Tenant, things: dict[str, str], operation: str, field: str) -> None:
    method, path, valid = split(operation, things)
    with nothing_changes():
        for value in TEXTS:
            response = venue.full.send(method, path, {**valid, "customer": {**PERSON, field: value}})
            assert list(refused(response, 400)["details"]["customer"]) == [field]


@pytest.mark.parametrize("operation", WRITING)
def test_the_bodies_above_are_valid(venue: Tenant, things: dict[str, str], operation: str) -> None:
    """Otherwise the refusals would say nothing."""
    assert venue.full.send(*split(operation, things)).status_code in (200, 201)


@pytest.mark.parametrize("operation", WRITING)
def test_a_hostile_body(venue: Tenant, things: dict[str, str], operation: str) -> None:
    method, path, _ = split(operation, things)
    with nothing_changes():
        for name, sent in BODIES.items():
            if name == "empty" and method == "PUT":
                continue  # nothing is asked for
            response = venue.full.send(method, path, sent)
            assert response.status_code == 400, (name, response.status_code, response.content[:300])
            refused(response, 400)
        refused(venue.full.send(method, path, HUGE), 413)
        refused(venue.full.send(method, path, b"a=b", content_type="application/x-www-form-urlencoded"), 415)


@pytest.mark.parametrize("listing", ["bookings", "rooms", "customers"])
def test_hostile_pages(venue: Tenant, listing: str) -> None:
    with nothing_changes():
        for limit in ("0", "-1", "201", "abc", "", "1.5", "1e2", "%00", "٥", LONG, "0x10", "+5"):
            refused_fields(venue.full.send("GET", f"/api/v1/{listing}", query=f"limit={limit}"), "limit")
        for cursor in ("x", ":", "a:b", "eyJ4IjoxfQ:abc", "%00", "%ff", "null", "A" * 501, LONG):
            refused(venue.full.send("GET", f"/api/v1/{listing}", query=f"cursor={cursor}"), 400)


@pytest.mark.parametrize("name", ["date", "room", "status"])
def test_hostile_filters(venue: Tenant, name: str) -> None:
    with nothing_changes():
        for value in ("%00", "a%00b", "%01", "%ff", LONG):
            refused_fields(venue.full.send("GET", "/api/v1/bookings", query=f"{name}={value}"), name)


QUERIES = ("from=%00", "to=%ff", "from=2026-02-30", "to=9999-12-31", "room=%00", "room=", "guests=0", "guests=1.5")


@pytest.mark.parametrize("query", [*QUERIES, f"guests={LONG}", "from=2000-01-01&to=2100-12-31"])
def test_hostile_questions(venue: Tenant, query: str) -> None:
    with nothing_changes():
        refused(venue.full.send("GET", "/api/v1/schedules", query=query), 400)


@pytest.mark.parametrize("org", ["", "%00", "%ff%00", LONG])
def test_hostile_organisations(venue: Tenant, org: str) -> None:
    with nothing_changes():
        refused_fields(venue.full.send("GET", "/api/v1/catalog", query=f"orgId={org}"), "orgId")
        refused(venue.full.send("GET", "/api/v1/catalog", query="orgId=%27%20OR%201=1"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/bookings/x",
        "/api/v1/bookings/%00",
        f"/api/v1/bookings/{UNKNOWN}/cancel",
        "/api/v1//bookings",
        "/api/v1/schedules/unblock",
        "/api/v1/" + "x" * 5_000,
    ],
)
def test_unknown_addresses(venue: Tenant, path: str) -> None:
    with nothing_changes():
        for method in ("GET", "POST", "PUT", "DELETE"):
            refused(venue.full.send(method, path, {}), 404)


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        ("/api/v1/catalog", "GET"),
        ("/api/v1/bookings", "GET POST"),
        ("/api/v1/bookings/{booking}", "GET PUT DELETE"),
        ("/api/v1/rooms", "GET POST"),
        ("/api/v1/rooms/{room}", "GET PUT"),
        ("/api/v1/schedules", "GET"),
        ("/api/v1/schedules/block", "POST"),
        ("/api/v1/customers", "GET"),
        ("/api/v1/customers/{customer}", "GET"),
    ],
)
def test_other_methods(venue: Tenant, things: dict[str, str], route: str, allowed: str) -> None:
    with nothing_changes():
        for method in METHODS:
            if method not in allowed.split():
                response = venue.full.send(method, route.format(**things), {})
                refused(response, 405)
                assert {name for name in response.headers["Allow"].split(", ") if name in METHODS} == set(
                    allowed.split()
                )


def test_an_empty_change_changes_nothing(venue: Tenant, things: dict[str, str]) -> None:
    for path in (f"/api/v1/bookings/{things['booking']}", f"/api/v1/rooms/{things['room']}"):
        before = ok(venue.full.get(path))
        for sent in (b"", b"{}", b'{"unknown": 1}'):
            ok(venue.full.send("PUT", path, sent))
        assert ok(venue.full.get(path)) == before
