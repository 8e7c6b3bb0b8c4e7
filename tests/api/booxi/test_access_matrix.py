"""GUARANTEES A2 and A3 for the Booxi dialect: who may do what, route by route."""

from typing import Any

import pytest

from availengine.api.booxi.dialect import BOOXI
from tests.api.access import OPEN, READ, AccessMatrix, World, world_of
from tests.api.booxi.calls import client
from tests.api.calls import DAY, Tenant

TABLE = {
    "POST /booking/v1/availability/search": READ,
    "POST /booking/v1/booking": "401 200 403 200 200 200 404 402",
    "GET /booking/v1/schema": OPEN,
    "GET /booking/v1/docs": OPEN,
    "GET /booking/v1/redoc": OPEN,
}


def body_of(operation: str, things: dict[str, str]) -> Any:
    merchant, service = int(things["merchant"]), int(things["service"])
    return {
        "POST /booking/v1/availability/search": {
            "merchantId": merchant,
            "range": {"startsOn": f"{DAY}T00:00:00Z", "endsOn": f"{DAY}T23:00:00Z"},
            "bookingItems": [{"serviceId": service}],
        },
        "POST /booking/v1/booking": {
            "merchantId": merchant,
            "startsOn": f"{DAY}T15:00:00Z",
            "items": [{"serviceId": service}],
            "client": client(),
        },
    }.get(operation)


def things_of(tenant: Tenant) -> dict[str, str]:
    return {"merchant": str(tenant.business.id), "service": str(tenant.outcome.services["cut"].id)}


MATRIX = AccessMatrix(dialect=BOOXI, table=TABLE, body_of=body_of)


@pytest.fixture(scope="module")
def _world(stored: Any, django_db_blocker: Any) -> World:
    return world_of(stored, django_db_blocker, BOOXI, things_of)


@pytest.fixture
def world(db: None, _world: World) -> World:
    return _world


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    MATRIX.check(world, operation)


def test_no_route_is_forgotten() -> None:
    MATRIX.check_completeness()
    MATRIX.check_slashes()
    MATRIX.check_scopes()
    MATRIX.check_idempotency(posts=1)
