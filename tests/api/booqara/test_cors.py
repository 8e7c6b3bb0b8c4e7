"""seed 003, "CORS preflight": OPTIONS on any route; and which pages may call."""

import json

import pytest

from tests.api.booqara.speech import APPOINTMENTS, body, refused
from tests.api.calls import Caller, Tenant, nothing_changes, ok

PAGE = "https://shop.example"
ALLOW = "Access-Control-Allow-Origin"
ROUTES = ("business", "services", "staff", "dates", "slots", "appointments", "appointments/x", "unknown", "schema")


@pytest.mark.parametrize("route", ["/booking", *(f"/booking/{name}{slash}" for name in ROUTES for slash in ("", "/"))])
@pytest.mark.parametrize("headers", [{}, {"Origin": PAGE}, {"Origin": PAGE, "Access-Control-Request-Method": "POST"}])
def test_options_on_any_route(db: None, route: str, headers: dict[str, str]) -> None:
    with nothing_changes():
        response = Caller().send("OPTIONS", route, headers=headers)
    assert ok(response) == {}
    assert response.content == b"{}"
    assert response.headers[ALLOW] == headers.get("Origin", "*")
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Content-Type", "x-private-key"} <= set(allowed)
    assert {"GET", "POST", "DELETE", "OPTIONS"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))


@pytest.mark.parametrize("caller", ["widget", "read", "staff", "full", "test"])
def test_any_key_works_on_any_page(salon: Tenant, caller: str) -> None:
    for path in ("/booking/services", f"/booking/slots?date=2026-05-15&serviceId={salon.service('cut')}"):
        response = getattr(salon, caller).send("GET", path, headers={"Origin": PAGE})
        ok(response)
        assert response.headers[ALLOW] == PAGE


def test_a_list_of_origins_counts_here_too(salon: Tenant) -> None:
    caller = salon.caller("full", allowed_origins=[PAGE]).speaking(salon.full.dialect)
    ok(caller.send("GET", "/booking/services", headers={"Origin": PAGE}))
    with nothing_changes():
        response = caller.send("POST", APPOINTMENTS, body(salon), headers={"Origin": "https://evil.example"})
    refused(response, 403, "This key may not be used from this origin.")
    assert ALLOW not in response.headers


def test_a_page_can_read_refusals(salon: Tenant) -> None:
    response = salon.full.send("GET", "/booking/dates", headers={"Origin": PAGE})
    refused(response, 400)
    assert response.headers[ALLOW] == PAGE
    assert json.loads(response.content)["success"] is False
