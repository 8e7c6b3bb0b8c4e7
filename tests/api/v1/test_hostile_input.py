"""GUARANTEES N1 and A7: whatever is sent, a clear refusal with an exact status, never a 5xx, and nothing written."""

from typing import Any

import pytest
import time_machine

from availengine.sandbox import Sandbox
from businesses.models import ApiKey, OpeningHours
from tests.api.calls import DAY, Caller, Tenant, desk, nothing_changes, ok, refused, refused_fields
from tests.api.conftest import NOW
from tests.api.hostile import (
    BODIES,
    CHOICES,
    DATES,
    HUGE,
    IDS,
    LONG,
    METHODS,
    MOMENTS,
    NUMBERS,
    TEXTS,
    UNKNOWN,
)
from webhooks.models import Delivery


@pytest.fixture(scope="module")
def _things(_salon: Tenant, django_db_blocker: Any) -> dict[str, str]:
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        hook = {"url": "https://example.com/hook", "events": ["booking.created"]}
        endpoint = ok(_salon.full.post("/v1/webhooks/endpoints", hook), 201)["id"]
        booking = _salon.book()["id"]
        customer = _salon.item(booking)["customer"]["id"]
        category = ok(_salon.full.post("/v1/manage/service-categories", {"name": "Hair"}), 201)["id"]
        closure = ok(_salon.full.post("/v1/manage/closures", {"from": "2026-06-01", "to": "2026-06-01"}), 201)["id"]
        delivery = Delivery.objects.get(endpoint__uuid=endpoint)
        hours, key = (model.objects.filter(business=_salon.business).first() for model in (OpeningHours, ApiKey))
    return {
        "business": _salon.id,
        "booking": booking,
        "customer": customer,
        "category": category,
        "closure": closure,
        "service": _salon.service("cut"),
        "resource": _salon.resource("jim"),
        "hours": str(hours.uuid),
        "key": str(key.uuid),
        "endpoint": endpoint,
        "delivery": str(delivery.uuid),
    }


@pytest.fixture
def things(salon: Tenant, _things: dict[str, str]) -> dict[str, str]:
    """Ids of one of everything, by the names in the routes below."""
    return _things


# Every operation that reads a body, with a valid one.
WRITING: dict[str, dict[str, Any]] = {
    "POST /v1/bookings/": {
        "business_id": "{business}",
        "booking_date": DAY,
        "start_time": "14:00",
        "capacity": 1,
        "first_name": "Jane",
        "last_name": "Doe",
        "email": "jane@example.com",
        "phone": "+301234567890",
        "customer_notes": "x",
        "service_id": "{service}",
        "resource_id": "{resource}",
    },
    "POST /v1/manage/bookings/staff": desk(
        time="14:00", capacity=1, email="x", notes="x", service_id="{service}", resource_id="{resource}"
    ),
    "POST /v1/manage/bookings/staff-deposit": desk(
        time="14:00",
        capacity=1,
        email="a@example.com",
        notes="x",
        service_id="{service}",
        resource_id="{resource}",
        amount_cents=1000,
    ),
    "POST /v1/manage/bookings/{booking}/cancel": {"waive_fee": True},
    "POST /v1/manage/bookings/{booking}/refund": {"amount_cents": 1000},
    "PATCH /v1/manage/bookings/{booking}": {"status": "checked_in", "resource_id": "{resource}", "capacity": 1},
    "PATCH /v1/manage/bookings/{booking}/notes": {"staff_notes": "x"},
    "POST /v1/manage/bookings/{booking}/reschedule": {
        "booking_date": DAY,
        "start_time": "15:00",
        "resource_id": "{resource}",
    },
    "POST /v1/manage/services": {
        "name": "New",
        "duration_minutes": 30,
        "description": "x",
        "price_cents": 1,
        "party_max": 2,
        "category_id": "{category}",
    },
    "PATCH /v1/manage/services/{service}": {"name": "New", "duration_minutes": 30, "party_max": 2},
    "POST /v1/manage/service-categories": {"name": "New", "position": 1},
    "PATCH /v1/manage/service-categories/{category}": {"name": "New", "position": 1},
    "POST /v1/manage/resources": {"name": "New", "kind": "room", "capacity_max": 2, "about": "x"},
    "PATCH /v1/manage/resources/{resource}": {"name": "New", "capacity_max": 2, "about": "x"},
    "POST /v1/manage/opening-hours": {
        "weekday": "monday",
        "opens": "18:00",
        "closes": "19:00",
        "resource_id": "{resource}",
    },
    "PATCH /v1/manage/opening-hours/{hours}": {"weekday": "monday", "opens": "09:00", "closes": "16:00"},
    "POST /v1/manage/closures": {"from": DAY, "to": DAY, "reason": "x", "resource_id": "{resource}"},
    "PATCH /v1/manage/closures/{closure}": {"from": DAY, "to": DAY, "reason": "x"},
    "POST /v1/manage/customers": {
        "first_name": "New",
        "last_name": "x",
        "email": "a@example.com",
        "phone": "+13125550100",
        "notes": "x",
    },
    "PATCH /v1/manage/customers/{customer}": {"first_name": "New", "email": "a@example.com", "phone": "+13125550100"},
    "POST /v1/manage/api-keys": {"name": "New", "preset": "widget", "mode": "live", "requests_per_minute": 9},
    "POST /v1/manage/api-keys/{key}/rotate": {"overlap_hours": 1},
    "POST /v1/webhooks/endpoints": {"url": "https://example.com/", "events": ["booking.created"], "description": "x"},
    "PATCH /v1/webhooks/endpoints/{endpoint}": {
        "url": "https://example.com/",
        "events": ["booking.created"],
        "description": "x",
        "active": True,
    },
    "POST /v1/webhooks/endpoints/{endpoint}/replay": {"since": "2026-05-01T00:00:00Z"},
}
BODILESS = (
    "POST /v1/manage/bookings/{booking}/no-show",
    "POST /v1/manage/bookings/{booking}/release-hold",
    "POST /v1/webhooks/endpoints/{endpoint}/rotate",
    "POST /v1/webhooks/endpoints/{endpoint}/test",
    "POST /v1/webhooks/endpoints/{endpoint}/deliveries/{delivery}/resend",
)

URLS: list[Any] = [*TEXTS, "", "x", "http://example.com/", "https://127.1/", "https://[::1]/", "https://a@b.com/", LONG]
LISTS_OF_EVENTS: list[Any] = [
    "",
    "booking.created",
    5,
    True,
    {},
    ["x"],
    [""],
    ["\x00"],
    [5],
    [["booking.created"]],
    [LONG],
]

KINDS: dict[str, list[Any]] = {
    "url": URLS,
    "events": LISTS_OF_EVENTS,
    "active": ["true", "", 1, 0, [], {}, LONG],
    "since": [
        *(moment for moment in DATES if moment != "2026-05-15T10:00:00Z"),
        DAY,
        "2026-05-01T00:00:00",
        "2026-05-01T25:00:00Z",
        "1900-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
    ],
    **dict.fromkeys(("first_name", "last_name", "email", "phone", "customer_notes", "notes", "staff_notes"), TEXTS),
    **dict.fromkeys(("name", "description", "about", "reason"), TEXTS),
    **dict.fromkeys(("booking_date", "date", "from", "to"), DATES),
    **dict.fromkeys(("start_time", "time", "opens", "closes"), [*MOMENTS, DAY, "14:00:00", "2:00", "14:00Z", "१४:००"]),
    **dict.fromkeys(("capacity", "party_max", "capacity_max"), NUMBERS),
    **dict.fromkeys(("position",), [n for n in NUMBERS if n not in (0, 51)]),
    **dict.fromkeys(("price_cents", "overlap_hours"), [n for n in NUMBERS if n not in (0, 51, 1)] + [True]),
    **dict.fromkeys(("duration_minutes", "requests_per_minute"), [n for n in NUMBERS if n != 51]),
    "amount_cents": [n for n in NUMBERS if n != 51] + [None, 100_000_001],
    "waive_fee": ["", "true", "x", 0, 1, 1.0, None, [], {}],
    **dict.fromkeys(("business_id", "service_id", "resource_id", "category_id"), IDS),
    **dict.fromkeys(("status", "kind", "weekday", "preset", "mode"), CHOICES),
}


def filled(value: Any, things: dict[str, str]) -> Any:
    """With the ids that the placeholders name."""
    if isinstance(value, dict):
        return {name: filled(item, things) for name, item in value.items()}
    return value.format(**things) if isinstance(value, str) and value.startswith("{") else value


FIELDS = [(operation, field) for operation, body in WRITING.items() for field in body]


@pytest.mark.parametrize(("operation", "field"), FIELDS, ids=[" ".join(pair) for pair in FIELDS])
def test_a_hostile_value_in_a_field(salon: Tenant, things: dict[str, str], operation: str, field: str) -> None:
    method, route = operation.split(" ")
    valid, path = filled(WRITING[operation], things), route.format(**things)
    with nothing_changes():
        for value in KINDS[field]:
            response = salon.full.send(method, path, {**valid, field: value})
            assert response.status_code == 400, (value, response.status_code, response.content[:300])
            refused(response, 400)


@pytest.mark.parametrize("operation", WRITING)
def test_the_bodies_above_are_valid(salon: Tenant, stripe: Sandbox, things: dict[str, str], operation: str) -> None:
    """Otherwise the refusals would say nothing. A refund is understood, but there is nothing to refund."""
    method, route = operation.split(" ")
    response = salon.full.send(method, route.format(**things), filled(WRITING[operation], things))
    assert response.status_code in ((409,) if operation.endswith("/refund") else (200, 201, 202)), response.content


NO_BODY_NEEDED = (
    "POST /v1/manage/api-keys/{key}/rotate",
    "POST /v1/manage/bookings/{booking}/cancel",
    "POST /v1/manage/bookings/{booking}/refund",
)


@pytest.mark.parametrize("operation", WRITING)
def test_a_hostile_body(salon: Tenant, things: dict[str, str], operation: str) -> None:
    method, route = operation.split(" ")
    with nothing_changes():
        for name, body in BODIES.items():
            if name == "empty" and (method == "PATCH" or operation in NO_BODY_NEEDED):
                continue  # nothing is asked for
            response = salon.full.send(method, route.format(**things), body)
            assert response.status_code == 400, (name, response.status_code, response.content[:300])
            refused(response, 400)


@pytest.mark.parametrize("operation", [o for o in WRITING if o.startswith("PATCH") and "notes" not in o])
def test_an_empty_change_changes_nothing(salon: Tenant, things: dict[str, str], operation: str) -> None:
    path = operation.split(" ")[1].format(**things)
    before = ok(salon.full.get(path))
    for body in (b"", b"{}", b'{"unknown": 1}'):
        ok(salon.full.send("PATCH", path, body))
    assert ok(salon.full.get(path)) == before


@pytest.mark.parametrize("value", [LONG, "-" + LONG, "1e" + "9" * 5_000, "0." + LONG, "1" + "0" * 400])
def test_numbers_without_end(salon: Tenant, value: str) -> None:
    body = b'{"capacity": ' + value.encode() + b"}"
    with nothing_changes():
        for method, path in (
            ("POST", "/v1/bookings/"),
            ("POST", "/v1/manage/bookings/staff"),
            ("POST", "/v1/manage/bookings/staff-deposit"),
        ):
            refused(salon.full.send(method, path, body), 400)


def test_a_key_given_twice_counts_once(salon: Tenant) -> None:
    body = salon.public()
    raw = f'{{"capacity": 2, "capacity": 1, {str(body)[1:]}'.replace("'", '"').encode()
    assert ok(salon.full.send("POST", "/v1/bookings/", raw), 201)["booking"]["capacity"] == 1


@pytest.mark.parametrize("operation", [*WRITING, *BODILESS])
def test_ten_megabytes(salon: Tenant, things: dict[str, str], operation: str) -> None:
    method, route = operation.split(" ")
    with nothing_changes():
        refused(salon.full.send(method, route.format(**things), HUGE), 413)


@pytest.mark.parametrize("size", [256 * 1024, 256 * 1024 + 1])
def test_the_limit_of_a_body(salon: Tenant, size: int) -> None:
    body = b'{"unknown": "' + b"x" * (size - 15) + b'"}'
    assert len(body) == size
    with nothing_changes():
        refused(salon.full.send("POST", "/v1/bookings/", body), 400 if size == 256 * 1024 else 413)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "a/b/c", "json"]
)
@pytest.mark.parametrize("operation", ["POST /v1/bookings/", "PATCH /v1/manage/bookings/{booking}"])
def test_another_content_type(salon: Tenant, things: dict[str, str], operation: str, content_type: str) -> None:
    method, route = operation.split(" ")
    with nothing_changes():
        path, body = route.format(**things), filled(WRITING[operation], things)
        refused(salon.full.send(method, path, body, content_type=content_type), 415)


@pytest.mark.parametrize("operation", WRITING)
def test_a_form_is_not_json(salon: Tenant, things: dict[str, str], operation: str) -> None:
    method, route = operation.split(" ")
    with nothing_changes():
        form = salon.full.send(method, route.format(**things), b"a=b", content_type="application/x-www-form-urlencoded")
        refused(form, 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
def test_json_with_parameters(salon: Tenant, content_type: str) -> None:
    ok(salon.full.send("POST", "/v1/bookings/", salon.public(), content_type=content_type), 201)


# --- addresses ----------------------------------------------------------------------------------------------------

LISTS = (
    "manage/bookings",
    "manage/messages",
    "manage/services",
    "manage/service-categories",
    "manage/resources",
    "manage/opening-hours",
    "manage/closures",
    "manage/customers",
    "manage/api-keys",
    "webhooks/endpoints",
    "webhooks/endpoints/{endpoint}/deliveries",
    "events",
)


@pytest.mark.parametrize("listing", LISTS)
def test_hostile_pages(salon: Tenant, things: dict[str, str], listing: str) -> None:
    path = f"/v1/{listing.format(**things)}"
    with nothing_changes():
        for limit in ("0", "-1", "201", "abc", "", "1.5", "1e2", "%00", "٥", LONG, "0x10", "1_0", "+5"):
            refused_fields(salon.full.send("GET", path, query=f"limit={limit}"), "limit")
        for cursor in ("x", ":", "::", "a:b", "eyJ4IjoxfQ:abc", "%00", "%ff", "é", "null", "A" * 500, "A" * 501, LONG):
            refused(salon.full.send("GET", path, query=f"cursor={cursor}"), 400)


QUERIES = (
    "%00",
    "%ff%fe",
    "date=%00",
    "date=%ff",
    "date=2026-02-30",
    "date=9999-12-31",
    "date=0001-01-01",
    "date=٢٠٢٦-٠٥-١٥",
    "date=" + LONG,
    "date[]=2026-05-15",
    f"date={DAY}&capacity=0",
    f"date={DAY}&capacity=-1",
    f"date={DAY}&capacity=51",
    f"date={DAY}&capacity=1.5",
    f"date={DAY}&capacity=١",
    f"date={DAY}&capacity={LONG}",
    f"date={DAY}&capacity=true",
    f"date={DAY}&capacity=%00",
    f"date={DAY}&service_id=%00",
    f"date={DAY}&services=%00",
    f"date={DAY}&services={'x,' * 2_000}",
    f"date={DAY}&explain=%00",
    "from=0001-01-01&to=9999-12-31",
    "from=2000-01-01&to=2100-12-31",
    "&".join(f"a{n}=1" for n in range(1_001)),
)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_hostile_questions(salon: Tenant, query: str) -> None:
    with nothing_changes():
        refused(salon.full.send("GET", f"/v1/availability/{salon.id}", query=query), 400)


@pytest.mark.parametrize("name", ["res_date", "booking_date", "status", "code", "latest"])
def test_hostile_filters(salon: Tenant, name: str) -> None:
    with nothing_changes():
        for value in ("%00", "a%00b", "%01", LONG):
            refused(salon.full.send("GET", "/v1/manage/bookings", query=f"{name}={value}"), 400)


def test_a_code_search_takes_every_character_literally(salon: Tenant, things: dict[str, str]) -> None:
    code = ok(salon.full.get(f"/v1/manage/bookings/{things['booking']}"))["confirmation_code"]
    found = {
        text: len(ok(salon.full.get("/v1/manage/bookings", code=text))["items"])
        for text in ("%", "_", "%%", "AV_", "%V-", "\\", "\\%", "'", '"', ";--", "AV-", code, code.lower())
    }
    assert found == {**dict.fromkeys(found, 0), "AV-": 1, code: 1, code.lower(): 1}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/",
        "/v1/bookings/x",
        "/v1/manage",
        "/v1/manage/bookings/42",
        "/v1/manage/bookings/%00",
        "/v1/manage/bookings/%ff",
        "/v1/manage/bookings/..%2f..",
        "/v1/manage/bookings/'%20OR%201=1",
        f"/v1/manage/bookings/{UNKNOWN}/unknown",
        f"/v1/manage/bookings/{UNKNOWN}//notes",
        "/v1//bookings/",
        "/v1/" + "x" * 5_000,
        "/v1/availability/null",
    ],
)
def test_unknown_addresses(salon: Tenant, path: str) -> None:
    with nothing_changes():
        for method in ("GET", "POST", "PATCH", "DELETE"):
            refused(salon.full.send(method, path, {}), 404)


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        ("/v1/availability/{business}", "GET"),
        ("/v1/availability/{business}/dates", "GET"),
        ("/v1/businesses/{business}", "GET"),
        ("/v1/bookings/", "POST"),
        ("/v1/manage/bookings", "GET"),
        ("/v1/manage/bookings/staff", "POST"),
        ("/v1/manage/bookings/{booking}", "GET PATCH"),
        ("/v1/manage/bookings/{booking}/notes", "PATCH"),
        ("/v1/manage/bookings/staff-deposit", "POST"),
        ("/v1/manage/bookings/{booking}/cancel", "POST"),
        ("/v1/manage/bookings/{booking}/no-show", "POST"),
        ("/v1/manage/bookings/{booking}/release-hold", "POST"),
        ("/v1/manage/bookings/{booking}/refund", "POST"),
        ("/v1/manage/bookings/{booking}/deposit", "GET"),
        ("/v1/manage/bookings/{booking}/cancellation-preview", "GET"),
        ("/v1/manage/bookings/{booking}/available-resources", "GET"),
        ("/v1/manage/services", "GET POST"),
        ("/v1/manage/services/{service}", "GET PATCH DELETE"),
        ("/v1/manage/api-keys/{key}", "GET DELETE"),
        ("/v1/manage/api-keys/{key}/rotate", "POST"),
        ("/v1/webhooks/endpoints", "GET POST"),
        ("/v1/webhooks/endpoints/{endpoint}", "GET PATCH DELETE"),
        ("/v1/webhooks/endpoints/{endpoint}/rotate", "POST"),
        ("/v1/webhooks/endpoints/{endpoint}/test", "POST"),
        ("/v1/webhooks/endpoints/{endpoint}/replay", "POST"),
        ("/v1/webhooks/endpoints/{endpoint}/deliveries", "GET"),
        ("/v1/webhooks/endpoints/{endpoint}/deliveries/{delivery}", "GET"),
        ("/v1/webhooks/endpoints/{endpoint}/deliveries/{delivery}/resend", "POST"),
        ("/v1/events", "GET"),
        ("/v1/events/stream", "GET"),
    ],
)
def test_wrong_methods(salon: Tenant, things: dict[str, str], route: str, allowed: str) -> None:
    path = route.format(**things)
    with nothing_changes():
        for method in METHODS:
            if method in allowed.split():
                continue
            response = salon.full.send(method, path, {})
            refused(response, 405)
            told = set(response.headers["Allow"].split(", "))
            assert told - {"HEAD", "OPTIONS"} == set(allowed.split()), method


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_asking_about_an_address_changes_nothing(salon: Tenant, things: dict[str, str], method: str) -> None:
    with nothing_changes():
        assert salon.full.send(method, f"/v1/manage/bookings/{things['booking']}").status_code == 200


# --- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer x y",
        "Basic dXNlcjpwYXNz",
        "Token avail_live_x",
        "Bearer " + "x" * 100_000,
        "Bearer \x00",
        "Bearer caf\u00e9",
        "Bearer avail_live_" + "٣" * 36,
        "Bearer avail_live_" + "0" * 36,
        "Bearer " + "avail_live_" + "x" * 37,
        ", Bearer",
    ],
)
def test_hostile_keys(salon: Tenant, value: str) -> None:
    with nothing_changes():
        refused(Caller().send("POST", "/v1/bookings/", salon.public(), headers={"Authorization": value}), 401)


@pytest.mark.parametrize(
    "header", ["Accept", "Origin", "X-Forwarded-For", "User-Agent", "Cookie", "X-Request-ID", "Referer"]
)
def test_hostile_headers(salon: Tenant, header: str) -> None:
    for value in ("x" * 60_000, "\x00", "\xff\xfe", "'; DROP TABLE x", "${jndi:ldap://x}"):
        query, headers = f"date={DAY}", {header: value}
        response = salon.widget.send("GET", f"/v1/availability/{salon.id}", query=query, headers=headers)
        assert len(ok(response)["slots"]) == 8


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "*/*;q=0", ""])
def test_answers_are_json_whatever_is_accepted(salon: Tenant, accept: str) -> None:
    ok(salon.full.send("GET", "/v1/manage/bookings", headers={"Accept": accept}))


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", LONG])
def test_hostile_content_lengths(salon: Tenant, length: str) -> None:
    with nothing_changes():
        response = salon.full.send("POST", "/v1/bookings/", {}, CONTENT_LENGTH=length)
    assert response.status_code in (400, 413)


POSTS = [operation for operation in (*WRITING, *BODILESS) if operation.startswith("POST")]


@pytest.mark.parametrize("operation", POSTS)
def test_hostile_idempotency_keys(salon: Tenant, things: dict[str, str], operation: str) -> None:
    path, body = operation.split(" ")[1].format(**things), filled(WRITING.get(operation), things)
    with nothing_changes():
        for key in ("", '""', "x" * 256, "caf\u00e9", "\x00", "a\x01b", "a\x7f", "\xff"):
            refused(salon.full.post(path, body, Idempotency_Key=key), 400)
