"""GUARANTEES A2 and A3: who may do what, route by route. A route that is not listed here fails the tests."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from availengine.api import stripe as stripe_events
from availengine.sandbox import Sandbox
from bookings.models import Booking
from bookings.snapshot import forget_snapshots
from businesses.keys import forget_principals
from businesses.models import ApiKey, Business, OpeningHours
from payments.models import Deposit
from tests.v1.calls import DAY, Caller, Tenant, desk, nothing_changes, ok
from tests.v1.conftest import NOW
from webhooks.models import Delivery

PRINCIPALS = ("none", "widget", "read_only", "staff", "full", "test full", "foreign full", "past due full")

# Status by principal, in the order above. The foreign key asks for the salon's things; the past due key for its own.
READ = "401 200 200 200 200 200 404 200"
LIST = "401 403 200 200 200 200 200 200"
BOOKING = "401 403 200 200 200 404 404 200"
CHANGE = "401 403 403 200 200 404 404 402"
CATALOGUE_LIST = "401 403 403 403 200 200 200 200"
CATALOGUE_NEW = "401 403 403 403 201 201 201 402"
CATALOGUE_GET = "401 403 403 403 200 200 404 200"
CATALOGUE_SET = "401 403 403 403 200 200 404 402"
CATALOGUE_DEL = "401 403 403 403 204 204 404 402"
HOOK_GET = "401 403 403 403 200 404 404 200"  # an endpoint belongs to one mode
HOOK_SEND = "401 403 403 403 202 404 404 402"
OPEN = "200 - - - - - - -"  # needs no key
SIGNED = "400 - - - - - - -"  # needs Stripe's signature instead

TABLE = {
    "GET /v1/availability/{business}": READ,
    "GET /v1/availability/{business}/dates": READ,
    "GET /v1/businesses/{business}": READ,
    "GET /v1/businesses/{business}/services": READ,
    "GET /v1/businesses/{business}/resources": READ,
    "POST /v1/bookings": "401 201 403 201 201 201 404 402",
    "GET /v1/manage/bookings": LIST,
    "POST /v1/manage/bookings/staff": "401 403 403 201 201 201 201 402",
    "POST /v1/manage/bookings/staff-deposit": "401 403 403 201 201 201 201 402",
    "GET /v1/manage/bookings/{booking}": BOOKING,
    "PATCH /v1/manage/bookings/{booking}": CHANGE,
    "PATCH /v1/manage/bookings/{booking}/notes": CHANGE,
    "POST /v1/manage/bookings/{booking}/reschedule": CHANGE,
    "POST /v1/manage/bookings/{booking}/cancel": CHANGE,
    "GET /v1/manage/bookings/{booking}/available-resources": BOOKING,
    "POST /v1/manage/bookings/{booking}/no-show": "401 403 403 409 409 404 404 402",
    "POST /v1/manage/bookings/{booking}/release-hold": "401 403 403 409 409 404 404 402",
    "POST /v1/manage/bookings/{booking}/refund": "401 403 403 409 409 404 404 402",
    "GET /v1/manage/bookings/{booking}/deposit": BOOKING,
    "GET /v1/manage/bookings/{booking}/cancellation-preview": BOOKING,
    "GET /v1/manage/messages": LIST,
    "GET /v1/manage/services": CATALOGUE_LIST,
    "POST /v1/manage/services": CATALOGUE_NEW,
    "GET /v1/manage/services/{service}": CATALOGUE_GET,
    "PATCH /v1/manage/services/{service}": CATALOGUE_SET,
    "DELETE /v1/manage/services/{service}": CATALOGUE_DEL,
    "GET /v1/manage/service-categories": CATALOGUE_LIST,
    "POST /v1/manage/service-categories": CATALOGUE_NEW,
    "GET /v1/manage/service-categories/{category}": CATALOGUE_GET,
    "PATCH /v1/manage/service-categories/{category}": CATALOGUE_SET,
    "DELETE /v1/manage/service-categories/{category}": CATALOGUE_DEL,
    "GET /v1/manage/resources": CATALOGUE_LIST,
    "POST /v1/manage/resources": CATALOGUE_NEW,
    "GET /v1/manage/resources/{resource}": CATALOGUE_GET,
    "PATCH /v1/manage/resources/{resource}": CATALOGUE_SET,
    "DELETE /v1/manage/resources/{resource}": CATALOGUE_DEL,
    "GET /v1/manage/opening-hours": CATALOGUE_LIST,
    "POST /v1/manage/opening-hours": CATALOGUE_NEW,
    "GET /v1/manage/opening-hours/{hours}": CATALOGUE_GET,
    "PATCH /v1/manage/opening-hours/{hours}": CATALOGUE_SET,
    "DELETE /v1/manage/opening-hours/{hours}": CATALOGUE_DEL,
    "GET /v1/manage/closures": CATALOGUE_LIST,
    "POST /v1/manage/closures": CATALOGUE_NEW,
    "GET /v1/manage/closures/{closure}": CATALOGUE_GET,
    "PATCH /v1/manage/closures/{closure}": CATALOGUE_SET,
    "DELETE /v1/manage/closures/{closure}": CATALOGUE_DEL,
    "GET /v1/manage/customers": CATALOGUE_LIST,
    "POST /v1/manage/customers": CATALOGUE_NEW,
    "GET /v1/manage/customers/{customer}": "401 403 403 403 200 404 404 200",
    "PATCH /v1/manage/customers/{customer}": "401 403 403 403 200 404 404 402",
    "DELETE /v1/manage/customers/{customer}": "401 403 403 403 204 404 404 402",
    "GET /v1/manage/api-keys": CATALOGUE_LIST,
    "POST /v1/manage/api-keys": "401 403 403 403 201 403 201 402",  # a test key issues no live key
    "GET /v1/manage/api-keys/{key}": "401 403 403 403 200 404 404 200",
    "DELETE /v1/manage/api-keys/{key}": "401 403 403 403 204 404 404 402",
    "POST /v1/manage/api-keys/{key}/rotate": "401 403 403 403 201 404 404 402",
    "POST /v1/webhooks/stripe": SIGNED,
    "GET /v1/webhooks/endpoints": CATALOGUE_LIST,
    "POST /v1/webhooks/endpoints": CATALOGUE_NEW,
    "GET /v1/webhooks/endpoints/{endpoint}": HOOK_GET,
    "PATCH /v1/webhooks/endpoints/{endpoint}": "401 403 403 403 200 404 404 402",
    "DELETE /v1/webhooks/endpoints/{endpoint}": "401 403 403 403 204 404 404 402",
    "POST /v1/webhooks/endpoints/{endpoint}/rotate": "401 403 403 403 201 404 404 402",
    "POST /v1/webhooks/endpoints/{endpoint}/test": HOOK_SEND,
    "POST /v1/webhooks/endpoints/{endpoint}/replay": HOOK_SEND,
    "GET /v1/webhooks/endpoints/{endpoint}/deliveries": HOOK_GET,
    "GET /v1/webhooks/endpoints/{endpoint}/deliveries/{delivery}": HOOK_GET,
    "POST /v1/webhooks/endpoints/{endpoint}/deliveries/{delivery}/resend": HOOK_SEND,
    "GET /v1/events": LIST,
    "GET /v1/events/stream": "401 403 307 307 307 307 307 307",
    "GET /v1/schema": OPEN,
    "GET /v1/docs": OPEN,
    "GET /v1/redoc": OPEN,
}

QUERIES = {"GET /v1/availability/{business}": f"date={DAY}"}


def body_of(operation: str, things: dict[str, str]) -> Any:
    """A valid body. Of `things`, the business is the one that is asked for."""
    person = {"first_name": "Jane", "last_name": "Doe", "phone": "+301234567890"}
    slot = {"booking_date": DAY, "start_time": "14:00", "email": "jane@example.com"}
    return {
        "POST /v1/bookings": {"business_id": things["business"], **slot, **person},
        "POST /v1/manage/bookings/staff": desk(time="14:00"),
        "POST /v1/manage/bookings/staff-deposit": desk(time="14:00", email="jane@example.com", amount_cents=1000),
        "PATCH /v1/manage/bookings/{booking}": {"status": "checked_in"},
        "PATCH /v1/manage/bookings/{booking}/notes": {"staff_notes": "x"},
        "POST /v1/manage/bookings/{booking}/reschedule": {"date": DAY, "time": "15:00"},
        "POST /v1/manage/services": {"name": "New", "duration_minutes": 30},
        "PATCH /v1/manage/services/{service}": {"name": "New"},
        "POST /v1/manage/service-categories": {"name": "New"},
        "PATCH /v1/manage/service-categories/{category}": {"name": "New"},
        "POST /v1/manage/resources": {"name": "New", "kind": "room"},
        "PATCH /v1/manage/resources/{resource}": {"name": "New"},
        "POST /v1/manage/opening-hours": {"weekday": "monday", "opens": "18:00", "closes": "19:00"},
        "PATCH /v1/manage/opening-hours/{hours}": {"opens": "10:00"},
        "POST /v1/manage/closures": {"from": DAY, "to": DAY},
        "PATCH /v1/manage/closures/{closure}": {"reason": "New"},
        "POST /v1/manage/customers": {"first_name": "New"},
        "PATCH /v1/manage/customers/{customer}": {"first_name": "New"},
        "POST /v1/manage/api-keys": {"name": "New", "preset": "widget", "mode": "live"},
        "POST /v1/webhooks/endpoints": {"url": "https://example.com/new"},
        "PATCH /v1/webhooks/endpoints/{endpoint}": {"description": "New"},
        "POST /v1/webhooks/endpoints/{endpoint}/replay": {"since": "2026-05-01T00:00:00Z"},
    }.get(operation)


@dataclass
class World:
    """Who calls, and the ids of the salon's things and of the past due tenant's."""

    callers: dict[str, Caller]
    things: dict[str, str]
    overdue: dict[str, str]


@pytest.fixture(scope="module")
def _world(stored: Any, django_db_blocker: Any) -> World:
    salon, rival, late = stored("matrix-salon"), stored("matrix-rival"), stored("matrix-late")
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        things, overdue = things_of(salon), things_of(late)
        Business.objects.filter(id=late.business.id).update(billing_status="past_due")
    callers = (Caller(), salon.widget, salon.read, salon.staff, salon.full, salon.test, rival.full, late.full)
    return World(dict(zip(PRINCIPALS, callers, strict=True)), things, overdue)


@pytest.fixture
def world(db: None, stripe: Sandbox, _world: World, settings: Any) -> World:
    settings.STREAM_URL = "http://127.0.0.1:1"
    return _world


def things_of(tenant: Tenant) -> dict[str, str]:
    """One of everything, by the names in the routes."""
    hook = {"url": "https://example.com/hook", "events": ["booking.created"]}
    endpoint = ok(tenant.full.post("/v1/webhooks/endpoints", hook), 201)["id"]
    booking = tenant.book()["id"]
    values = {"kind": "charge", "status": "expired", "amount_cents": 1000, "currency": "USD"}
    deposit = Deposit.objects.create(business_id=tenant.business.id, live=True, **values)
    Booking.objects.filter(uuid=booking).update(deposit=deposit)
    manage = "/v1/manage"
    return {
        "business": tenant.id,
        "booking": booking,
        "customer": tenant.item(booking)["customer"]["id"],
        "service": tenant.service("cut"),
        "resource": tenant.resource("jim"),
        "category": ok(tenant.full.post(f"{manage}/service-categories", {"name": "Hair"}), 201)["id"],
        "closure": ok(tenant.full.post(f"{manage}/closures", {"from": "2026-06-01", "to": "2026-06-01"}), 201)["id"],
        "hours": str(OpeningHours.objects.filter(business=tenant.business).first().uuid),
        "endpoint": endpoint,
        "delivery": str(Delivery.objects.get(endpoint__uuid=endpoint).uuid),
        "key": str(ApiKey.objects.get(business=tenant.business, name="read").uuid),
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within is rolled back, and forgotten. Stripe may be asked as in a test's own transaction."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
    forget_snapshots()
    forget_principals()


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    answered = {}
    for principal, status in zip(PRINCIPALS, TABLE[operation].split(), strict=True):
        if status != "-":
            with undone():
                answered[principal] = ask(world, operation, principal, refusal=int(status) >= 400)
    assert " ".join(answered.get(principal, "-") for principal in PRINCIPALS) == TABLE[operation]


def ask(world: World, operation: str, principal: str, *, refusal: bool) -> str:
    """The status. A refusal leaves no trace; a 404 is the same as for random ids."""
    things = world.overdue if principal == "past due full" else world.things
    method, route = operation.split(" ")
    caller, query = world.callers[principal], QUERIES.get(operation, "")

    def sent(ids: dict[str, str]) -> HttpResponse:
        return caller.send(method, route.format(**ids), body_of(operation, ids), query=query)

    with nothing_changes() if refusal else nullcontext():
        response = sent(things)
    if response.status_code == 404:
        assert sent({name: str(uuid4()) for name in things}).content == response.content
    return str(response.status_code)


def test_the_browser_key_is_kept_out_of_manage() -> None:
    managing = [statuses.split() for operation, statuses in TABLE.items() if " /v1/manage" in operation]
    assert {row[PRINCIPALS.index("widget")] for row in managing} == {"403"}


# --- completeness -------------------------------------------------------------------------------------------------


def mounted(patterns: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Every path of the resolver under /v1/, with its view."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from mounted(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and here.startswith("/v1"):
            yield here, pattern.callback


ROUTES = list(mounted(get_resolver().url_patterns))
PARAMETERS = {
    "<id:business_id>": "{business}",
    "<id:booking_id>": "{booking}",
    "services/<id:key>": "services/{service}",
    "service-categories/<id:key>": "service-categories/{category}",
    "resources/<id:key>": "resources/{resource}",
    "opening-hours/<id:key>": "opening-hours/{hours}",
    "closures/<id:key>": "closures/{closure}",
    "customers/<id:key>": "customers/{customer}",
    "api-keys/<id:key>": "api-keys/{key}",
    "endpoints/<id:key>": "endpoints/{endpoint}",
    "<id:delivery_id>": "{delivery}",
}


PLAIN_VIEWS = {stripe_events.receive: {"post"}}


def named(path: str) -> str:
    for parameter, name in PARAMETERS.items():
        path = path.replace(parameter, name)
    return path.rstrip("/")


def test_the_table_lists_exactly_the_mounted_routes() -> None:
    found = {
        f"{method.upper()} {named(path)}"
        for path, view in ROUTES
        for method in getattr(view, "actions", PLAIN_VIEWS.get(view, {"get"}))
        if method != "head"
    }
    assert found == set(TABLE)


def test_every_route_answers_with_and_without_the_slash() -> None:
    paths = {path for path, _ in ROUTES}
    assert paths == {path.rstrip("/") + slash for path in paths for slash in ("", "/")}


def test_every_post_takes_an_idempotency_key() -> None:
    posts = {(view.cls, view.actions["post"]) for _, view in ROUTES if "post" in getattr(view, "actions", {})}
    assert len(posts) == 21
    forgotten = [
        f"{v.__name__}.{action}" for v, action in posts if not getattr(getattr(v, action), "idempotent", False)
    ]
    assert forgotten == []


def test_every_action_names_its_scope() -> None:
    actions = {(view.cls, action) for _, view in ROUTES for action in getattr(view, "actions", {}).values()}
    assert [f"{view.__name__}.{action}" for view, action in actions if action not in view.scopes] == []
