"""GUARANTEES A2 and A3 in BookingFlow's words: who may do what, route by route."""

from typing import Any

import pytest

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from businesses.models import Resource
from tests.api.access import OPEN, PRINCIPALS, AccessMatrix, World, world_of
from tests.api.calls import DAY, Tenant

EVERYBODY = "200 200 200 200 200 200 200 200"
LIST = "401 403 200 200 200 200 200 200"

TABLE = {
    "GET /api/v1/catalog": EVERYBODY,
    "GET /api/v1/bookings": LIST,
    "POST /api/v1/bookings": "401 201 403 201 201 201 404 402",
    "GET /api/v1/bookings/{booking}": "401 403 200 200 200 404 404 200",
    "PUT /api/v1/bookings/{booking}": "401 403 403 200 200 404 404 402",
    "DELETE /api/v1/bookings/{booking}": "401 403 403 200 200 404 404 402",
    "GET /api/v1/rooms": LIST,
    "POST /api/v1/rooms": "401 403 403 403 201 201 201 402",
    "GET /api/v1/rooms/{room}": "401 403 200 200 200 200 404 200",
    "PUT /api/v1/rooms/{room}": "401 403 403 403 200 200 404 402",
    "GET /api/v1/schedules": "401 200 200 200 200 200 404 200",
    "POST /api/v1/schedules/block": "401 403 403 403 201 201 404 402",
    "GET /api/v1/customers": LIST,
    "GET /api/v1/customers/{customer}": "401 403 200 200 200 404 404 200",
    "GET /api/v1/schema": OPEN,
    "GET /api/v1/docs": OPEN,
    "GET /api/v1/redoc": OPEN,
}


def body_of(operation: str, things: dict[str, str]) -> Any:
    person = {"firstName": "Jane", "phone": "+301234567890", "email": "jane@example.com"}
    return {
        "POST /api/v1/bookings": {"roomId": things["chair"], "date": DAY, "time": "14:00", "customer": person},
        "PUT /api/v1/bookings/{booking}": {"time": "15:00"},
        "POST /api/v1/rooms": {"name": "New"},
        "PUT /api/v1/rooms/{room}": {"name": "New"},
        "POST /api/v1/schedules/block": {"roomId": things["room"], "from": DAY, "to": DAY},
    }.get(operation)


def things_of(tenant: Tenant) -> dict[str, str]:
    """The salon books chairs and has a room as well."""
    booking = tenant.book()["id"]
    room = Resource.objects.create(business=tenant.business, name="Room", kind="room")
    return {
        "business": tenant.id,
        "booking": booking,
        "customer": tenant.item(booking)["customer"]["id"],
        "room": str(room.uuid),
        "chair": tenant.resource("jim"),
    }


MATRIX = AccessMatrix(
    dialect=BOOKINGFLOW,
    table=TABLE,
    parameters={"<id:booking_id>": "{booking}", "<id:room_id>": "{room}", "<id:customer_id>": "{customer}"},
    body_of=body_of,
    queries={"GET /api/v1/catalog": "orgId={business}", "GET /api/v1/schedules": "room={room}"},
)


@pytest.fixture(scope="module")
def _world(stored: Any, django_db_blocker: Any) -> World:
    return world_of(stored, django_db_blocker, BOOKINGFLOW, things_of)


@pytest.fixture
def world(db: None, _world: World) -> World:
    return _world


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    MATRIX.check(world, operation)


def test_a_read_only_key_changes_nothing() -> None:
    writing = [statuses.split() for operation, statuses in TABLE.items() if not operation.startswith("GET")]
    assert {row[PRINCIPALS.index("read_only")] for row in writing} == {"403"}


def test_no_route_is_forgotten() -> None:
    MATRIX.check_completeness()
    MATRIX.check_slashes()
    MATRIX.check_scopes()
    MATRIX.check_idempotency(posts=3)
