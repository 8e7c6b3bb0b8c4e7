"""GUARANTEES A2 and A3: who may do what, route by route. A route that is not listed here fails the tests."""

from typing import Any

import pytest

from availengine.api.booqara.dialect import BOOQARA
from availengine.sandbox import Sandbox
from tests.api.access import OPEN, READ, AccessMatrix, World, world_of
from tests.api.calls import DAY, Tenant

OWN = "401 200 200 200 200 200 200 200"  # nothing in the address: everybody reads their own

TABLE = {
    "GET /booking/business": OWN,
    "GET /booking/services": OWN,
    "GET /booking/staff": READ,
    "GET /booking/dates": READ,
    "GET /booking/slots": READ,
    "POST /booking/appointments": "401 200 403 200 200 200 404 402",
    "GET /booking/appointments/{appointment}": "401 403 200 200 200 404 404 200",
    "DELETE /booking/appointments/{appointment}": "401 403 403 200 200 404 404 402",
    "GET /booking/schema": OPEN,
    "GET /booking/docs": OPEN,
    "GET /booking/redoc": OPEN,
}


def body_of(operation: str, things: dict[str, str]) -> Any:
    visit = {"serviceId": things["service"], "appointmentDate": DAY, "appointmentTime": "14:00"}
    return {**visit, "guestName": "Jordan Smith"} if operation.startswith("POST") else None


def things_of(tenant: Tenant) -> dict[str, str]:
    return {"appointment": tenant.book()["id"], "service": tenant.service("cut")}


SERVICE = "serviceId={service}"
MATRIX = AccessMatrix(
    dialect=BOOQARA,
    table=TABLE,
    parameters={"<str:id>": "{appointment}"},
    body_of=body_of,
    queries={
        "GET /booking/staff": SERVICE,
        "GET /booking/dates": SERVICE,
        "GET /booking/slots": f"{SERVICE}&date={DAY}",
    },
)


@pytest.fixture(scope="module")
def _world(stored: Any, django_db_blocker: Any) -> World:
    return world_of(stored, django_db_blocker, BOOQARA, things_of)


@pytest.fixture
def world(db: None, stripe: Sandbox, _world: World) -> World:
    return _world


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    MATRIX.check(world, operation)


def test_no_route_is_forgotten() -> None:
    MATRIX.check_completeness()
    MATRIX.check_slashes()
    MATRIX.check_scopes()
    MATRIX.check_idempotency(posts=1)
