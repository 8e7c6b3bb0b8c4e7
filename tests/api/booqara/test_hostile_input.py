"""GUARANTEES N1 and A7: whatever is sent, a clear refusal with an exact status, never a 5xx, and nothing written."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.booqara.speech import APPOINTMENTS, body, refused
from tests.api.calls import DAY, Caller, Tenant, nothing_changes, ok
from tests.api.hostile import BODIES, DATES, HUGE, IDS, LONG, METHODS, MOMENTS, TEXTS, UNKNOWN

FIELDS: dict[str, list[Any]] = {
    "serviceId": [None, *(value for value in IDS if value != UNKNOWN)],
    "userId": IDS,
    "appointmentDate": [None, *DATES],
    "appointmentTime": [None, *MOMENTS, DAY, "14:00:00", "2:00", "14:00Z", "१४:००"],
    "guestName": [None, "", " ", LONG, *TEXTS],
    "guestEmail": ["x", "a@b", "a@example.com\nBcc: b@example.com", "a b@example.com", LONG, *TEXTS],
    "guestPhone": [LONG, *TEXTS],
    "customerNotes": [LONG, *TEXTS],
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_hostile_value_in_a_field(salon: Tenant, field: str) -> None:
    with nothing_changes():
        for value in FIELDS[field]:
            text = refused(salon.full.post(APPOINTMENTS, {**body(salon), field: value}), 400)
            assert text.startswith(f"{field}: "), (value, text)


def test_the_body_above_is_valid(salon: Tenant) -> None:
    """Otherwise the refusals would say nothing."""
    assert set(FIELDS) >= set(body(salon))
    ok(salon.full.post(APPOINTMENTS, {**body(salon), "unknown": [1], "userId": "any", "customerNotes": "x"}))


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body(salon: Tenant, name: str) -> None:
    with nothing_changes():
        refused(salon.full.send("POST", APPOINTMENTS, BODIES[name]), 400)


def test_ten_megabytes(salon: Tenant) -> None:
    with nothing_changes():
        refused(salon.full.send("POST", APPOINTMENTS, HUGE), 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_another_content_type(salon: Tenant, content_type: str) -> None:
    with nothing_changes():
        response = salon.full.send("POST", APPOINTMENTS, body(salon), content_type=content_type)
        refused(response, 415, "Send JSON, with Content-Type: application/json.")


HOSTILE = ("%00", "%ff", "", "+", "x", LONG, "١", "0x10", "1_0", "%2b5", "null", "any,any", "5;--", "{}")
PARAMETERS: dict[str, tuple[str, ...]] = {
    "/booking/staff": ("serviceId",),
    "/booking/dates": ("serviceId", "userId", "from", "count", "horizon"),
    "/booking/slots": ("serviceId", "userId", "date"),
}
EACH = [(path, name) for path, names in PARAMETERS.items() for name in names]


@pytest.mark.parametrize(("path", "name"), EACH)
def test_a_hostile_value_in_a_parameter(salon: Tenant, path: str, name: str) -> None:
    valid = {"serviceId": salon.service("cut"), "date": DAY}
    ok(salon.full.get(path, **valid))
    rest = urlencode({key: value for key, value in valid.items() if key != name})
    with nothing_changes():
        for value in HOSTILE:
            text = refused(salon.full.send("GET", path, query=f"{name}={value}&{rest}"), 400)
            assert text.startswith(f"{name}: "), (value, text)


@pytest.mark.parametrize("path", PARAMETERS)
def test_too_many_parameters(salon: Tenant, path: str) -> None:
    refused(salon.full.send("GET", path, query="&".join(f"a{n}=1" for n in range(1_001))), 400)


@pytest.mark.parametrize(
    "path",
    [
        "/booking",
        "/booking/",
        "/booking/x",
        "/booking/appointments/x/y",
        f"/booking/appointments/{UNKNOWN}/x",
        "/booking//services",
        "/booking/%00",
        "/booking/" + "x" * 5_000,
        "/booking/v2/services",
    ],
)
def test_unknown_addresses(salon: Tenant, path: str) -> None:
    with nothing_changes():
        for method in ("GET", "POST", "PATCH", "DELETE"):
            refused(salon.full.send(method, path, {}), 404, "Not found")
            refused(Caller().send(method, path, {}), 404, "Not found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/booking/business", "GET"),
        ("/booking/services", "GET"),
        ("/booking/staff", "GET"),
        ("/booking/dates", "GET"),
        ("/booking/slots", "GET"),
        (APPOINTMENTS, "POST"),
        (f"{APPOINTMENTS}/{UNKNOWN}", "GET DELETE"),
    ],
)
def test_wrong_methods(salon: Tenant, path: str, allowed: str) -> None:
    with nothing_changes():
        for method in METHODS:
            if method in allowed.split():
                continue
            response = salon.full.send(method, path, {})
            refused(response, 405, "This method is not supported here.")
            told = set(response.headers["Allow"].split(", "))
            assert told - {"HEAD", "OPTIONS"} == set(allowed.split()), method


@pytest.mark.parametrize("secret", ["x", "pk_live_", "Bearer x", "x" * 100_000, "caf\u00e9", "pk_live_" + "0" * 36])
def test_keys_that_are_none(salon: Tenant, secret: str) -> None:
    with nothing_changes():
        response = Caller().send("GET", "/booking/services", headers={"x-private-key": secret})
        refused(response, 401, "Missing or invalid API key.")


def test_a_key_in_the_other_dialects_header(salon: Tenant, native: Tenant) -> None:
    refused(native.full.get("/booking/services"), 401)
    ok(salon.full.send("GET", "/booking/services", headers={"X-PRIVATE-KEY": f" {salon.full.secret} "}))
