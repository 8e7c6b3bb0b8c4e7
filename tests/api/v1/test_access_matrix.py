"""GUARANTEES A2 and A3: who may do what, route by route. A route that is not listed here fails the tests."""

from typing import Any

import pytest
from django.core import signing

from availengine.api import stripe as stripe_events
from availengine.api.v1.dialect import V1
from availengine.api.v1.public import STATE_SALT
from availengine.sandbox import Sandbox
from bookings.models import Booking
from businesses.models import ApiKey, OpeningHours
from payments.models import Deposit
from tests.api.access import OPEN, PRINCIPALS, READ, AccessMatrix, World, world_of
from tests.api.calls import DAY, Tenant, desk, ok
from webhooks.models import Delivery

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
SIGNED = "400 - - - - - - -"  # needs Stripe's signature instead

TABLE = {
    "GET /v1/availability/{business}": READ,
    "GET /v1/availability/{business}/dates": READ,
    "GET /v1/businesses/{business}": READ,
    "GET /v1/businesses/{business}/services": READ,
    "GET /v1/businesses/{business}/resources": READ,
    "POST /v1/bookings": "401 201 403 201 201 201 404 402",
    "GET /v1/bookings/state/{state}": "401 200 403 200 200 404 404 200",
    "GET /v1/manage/bookings": LIST,
    "POST /v1/manage/bookings/staff": "401 403 403 201 201 201 201 402",
    "POST /v1/manage/bookings/staff-deposit": "401 403 403 201 201 201 201 402",
    "POST /v1/manage/bookings/series": "401 403 403 201 201 201 201 402",
    "GET /v1/manage/series/{series}": BOOKING,
    "POST /v1/manage/series/{series}/cancel": CHANGE,
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
    "POST /v1/waitlist": "401 201 403 201 201 201 404 402",
    "GET /v1/manage/waitlist": LIST,
    "DELETE /v1/manage/waitlist/{entry}": "401 403 403 204 204 404 404 402",
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
    "GET /v1/manage/calendar-feeds": CATALOGUE_LIST,
    "POST /v1/manage/calendar-feeds": "401 403 403 403 201 201 400 402",  # a resource of another business
    "GET /v1/manage/calendar-feeds/{feed}": CATALOGUE_GET,
    "PATCH /v1/manage/calendar-feeds/{feed}": CATALOGUE_SET,
    "DELETE /v1/manage/calendar-feeds/{feed}": CATALOGUE_DEL,
    "POST /v1/manage/calendar-feeds/{feed}/poll": "401 403 403 403 202 202 404 402",
    "GET /v1/manage/calendar-addresses": CATALOGUE_LIST,
    "POST /v1/manage/calendar-addresses": "401 403 403 403 201 403 201 402",  # they lead to live bookings
    "GET /v1/manage/calendar-addresses/{address}": CATALOGUE_GET,
    "PATCH /v1/manage/calendar-addresses/{address}": "401 403 403 403 200 403 404 402",
    "DELETE /v1/manage/calendar-addresses/{address}": CATALOGUE_DEL,
    "POST /v1/manage/calendar-addresses/{address}/rotate": "401 403 403 403 201 403 404 402",
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


def body_of(operation: str, things: dict[str, str]) -> Any:
    """A valid body. Of `things`, the business is the one that is asked for."""
    person = {"first_name": "Jane", "last_name": "Doe", "phone": "+301234567890"}
    slot = {"booking_date": DAY, "start_time": "14:00", "email": "jane@example.com"}
    return {
        "POST /v1/bookings": {"business_id": things["business"], **slot, **person},
        "POST /v1/waitlist": {"business_id": things["business"], "first_date": DAY, "email": "j@example.com", **person},
        "POST /v1/manage/bookings/staff": desk(time="14:00"),
        "POST /v1/manage/bookings/staff-deposit": desk(time="14:00", email="jane@example.com", amount_cents=1000),
        "POST /v1/manage/bookings/series": desk(time="15:00", repeat={"unit": "week", "count": 2}),
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
        "POST /v1/manage/calendar-feeds": {
            "name": "x",
            "url": "webcal://a.example/x",
            "resource_id": things["resource"],
        },
        "PATCH /v1/manage/calendar-feeds/{feed}": {"name": "New"},
        "POST /v1/manage/calendar-addresses": {"name": "New"},
        "PATCH /v1/manage/calendar-addresses/{address}": {"name": "New"},
        "POST /v1/webhooks/endpoints": {"url": "https://example.com/new"},
        "PATCH /v1/webhooks/endpoints/{endpoint}": {"description": "New"},
        "POST /v1/webhooks/endpoints/{endpoint}/replay": {"since": "2026-05-01T00:00:00Z"},
    }.get(operation)


def things_of(tenant: Tenant) -> dict[str, str]:
    """One of everything, by the names in the routes."""
    weekly = desk(time="16:00", repeat={"unit": "week", "count": 2})
    series = ok(tenant.full.post("/v1/manage/bookings/series", weekly), 201)["series"]["id"]
    hook = {"url": "https://example.com/hook", "events": ["booking.created"]}
    endpoint = ok(tenant.full.post("/v1/webhooks/endpoints", hook), 201)["id"]
    booking = tenant.book()["id"]
    values = {"kind": "charge", "status": "expired", "amount_cents": 1000, "currency": "USD"}
    deposit = Deposit.objects.create(business_id=tenant.business.id, live=True, **values)
    Booking.objects.filter(uuid=booking).update(deposit=deposit)
    manage = "/v1/manage"
    feed = {"name": "Own", "url": "https://a.example/x", "resource_id": tenant.resource("jim")}
    return {
        "business": tenant.id,
        "booking": booking,
        "state": signing.dumps(booking, salt=STATE_SALT),
        "series": series,
        "customer": tenant.item(booking)["customer"]["id"],
        "service": tenant.service("cut"),
        "resource": tenant.resource("jim"),
        "category": ok(tenant.full.post(f"{manage}/service-categories", {"name": "Hair"}), 201)["id"],
        "closure": ok(tenant.full.post(f"{manage}/closures", {"from": "2026-06-01", "to": "2026-06-01"}), 201)["id"],
        "hours": str(OpeningHours.objects.filter(business=tenant.business).first().uuid),
        "feed": ok(tenant.full.post(f"{manage}/calendar-feeds", feed), 201)["id"],
        "address": ok(tenant.full.post(f"{manage}/calendar-addresses", {"name": "Phone"}), 201)["id"],
        "endpoint": endpoint,
        "entry": ok(tenant.full.post("/v1/waitlist", tenant.waiting()), 201)["entry"]["id"],
        "delivery": str(Delivery.objects.get(endpoint__uuid=endpoint).uuid),
        "key": str(ApiKey.objects.get(business=tenant.business, name="read").uuid),
    }


PARAMETERS = {
    "<id:business_id>": "{business}",
    "<id:booking_id>": "{booking}",
    "state/<str:token>": "state/{state}",
    "<id:series_id>": "{series}",
    "services/<id:key>": "services/{service}",
    "service-categories/<id:key>": "service-categories/{category}",
    "resources/<id:key>": "resources/{resource}",
    "opening-hours/<id:key>": "opening-hours/{hours}",
    "closures/<id:key>": "closures/{closure}",
    "customers/<id:key>": "customers/{customer}",
    "calendar-feeds/<id:key>": "calendar-feeds/{feed}",
    "calendar-addresses/<id:key>": "calendar-addresses/{address}",
    "api-keys/<id:key>": "api-keys/{key}",
    "endpoints/<id:key>": "endpoints/{endpoint}",
    "<id:delivery_id>": "{delivery}",
    "<id:entry_id>": "{entry}",
}


MATRIX = AccessMatrix(
    dialect=V1,
    table=TABLE,
    parameters=PARAMETERS,
    body_of=body_of,
    queries={"GET /v1/availability/{business}": f"date={DAY}"},
    plain={stripe_events.receive: {"post"}},
)


@pytest.fixture(scope="module")
def _world(stored: Any, django_db_blocker: Any) -> World:
    return world_of(stored, django_db_blocker, V1, things_of)


@pytest.fixture
def world(db: None, stripe: Sandbox, _world: World, settings: Any) -> World:
    settings.STREAM_URL = "http://127.0.0.1:1"
    return _world


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    MATRIX.check(world, operation)


def test_the_browser_key_is_kept_out_of_manage() -> None:
    managing = [statuses.split() for operation, statuses in TABLE.items() if " /v1/manage" in operation]
    assert {row[PRINCIPALS.index("widget")] for row in managing} == {"403"}


def test_no_route_is_forgotten() -> None:
    MATRIX.check_completeness()
    MATRIX.check_slashes()
    MATRIX.check_scopes()
    MATRIX.check_idempotency(posts=28)
