"""Which pages of which origin may call with which key, and read the answer."""

import pytest

from businesses.models import ApiKey
from tests.api.calls import DAY, Caller, Tenant, nothing_changes, ok, refused

PAGE = "https://shop.example"
OTHER = "https://evil.example"
ALLOW = "Access-Control-Allow-Origin"


def path(salon: Tenant) -> str:
    return f"/v1/availability/{salon.id}?date={DAY}"


@pytest.fixture
def bound(salon: Tenant) -> Caller:
    """A browser key for one page."""
    return salon.caller("widget", allowed_origins=[PAGE, "http://localhost:3000"])


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:3000"])
def test_a_listed_origin_may_call_and_read(salon: Tenant, bound: Caller, origin: str) -> None:
    response = bound.send("GET", path(salon), headers={"Origin": origin})
    ok(response)
    assert response.headers[ALLOW] == origin
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After, Idempotent-Replayed"
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "https://shop.example.evil.example", "http://shop.example", "https://shop.example:444"]
)
def test_another_origin_may_neither_call_nor_read(salon: Tenant, bound: Caller, origin: str) -> None:
    with nothing_changes():
        response = bound.send("POST", "/v1/bookings/", salon.public(), headers={"Origin": origin})
    refused(response, 403)
    assert ALLOW not in response.headers


def test_a_browser_key_without_a_list_works_on_any_page(salon: Tenant) -> None:
    response = salon.widget.send("GET", path(salon), headers={"Origin": OTHER})
    ok(response)
    assert response.headers[ALLOW] == OTHER


@pytest.mark.parametrize("caller", ["read", "staff", "full", "test"])
def test_a_secret_key_is_not_for_browsers(salon: Tenant, caller: str) -> None:
    with nothing_changes():
        response = getattr(salon, caller).send("GET", path(salon), headers={"Origin": PAGE})
    refused(response, 403)
    assert ALLOW not in response.headers


def test_a_secret_key_with_a_listed_origin_works_there(salon: Tenant) -> None:
    caller = salon.caller("staff", allowed_origins=[PAGE])
    response = caller.send("GET", "/v1/manage/bookings", headers={"Origin": PAGE})
    ok(response)
    assert response.headers[ALLOW] == PAGE


def test_a_changed_list_counts_for_the_next_caller(salon: Tenant) -> None:
    ApiKey.objects.filter(business=salon.business, name="widget").update(allowed_origins=[PAGE])
    refused(salon.widget.send("GET", path(salon), headers={"Origin": OTHER}), 403)


def test_without_an_origin_nothing_is_said_of_it(salon: Tenant, bound: Caller) -> None:
    response = bound.send("GET", path(salon))
    ok(response)
    assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("secret", [None, "avail_live_wrong"])
def test_a_page_can_read_why_it_was_not_let_in(salon: Tenant, secret: str | None) -> None:
    response = Caller(secret).send("GET", path(salon), headers={"Origin": PAGE})
    refused(response, 401)
    assert response.headers[ALLOW] == PAGE


@pytest.mark.parametrize("status", [400, 404, 409])
def test_a_page_can_read_refusals(salon: Tenant, bound: Caller, status: int) -> None:
    body = {
        400: salon.public(email="jane"),
        404: salon.public(service_id="00000000-0000-4000-8000-000000000000"),
        409: salon.public(start_time="10:30"),
    }[status]
    response = bound.send("POST", "/v1/bookings/", body, headers={"Origin": PAGE})
    refused(response, status)
    assert response.headers[ALLOW] == PAGE


@pytest.mark.parametrize("target", ["/v1/bookings/", "/v1/manage/bookings", "/v1/unknown"])
def test_a_preflight_says_what_may_be_sent(db: None, target: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    with nothing_changes():
        response = Caller().send("OPTIONS", target, headers={"Origin": PAGE, **asked})
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers[ALLOW] == PAGE
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, PATCH, PUT, DELETE, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, Idempotency-Key"
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("target", ["/healthz", "/admin/login/", "/"])
def test_nothing_else_can_be_read_by_other_pages(db: None, target: str) -> None:
    response = Caller().send("GET", target, headers={"Origin": PAGE})
    assert ALLOW not in response.headers
