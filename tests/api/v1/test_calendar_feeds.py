"""/v1/manage/calendar-feeds and /v1/manage/calendar-addresses."""

from typing import Any

import pytest
from django.test import Client

from businesses.models import ApiKey, CalendarAddress, CalendarFeed
from tests.api.calls import Tenant, nothing_changes, ok

FEEDS, ADDRESSES = "/v1/manage/calendar-feeds", "/v1/manage/calendar-addresses"
URL = "webcal://calendar.example/private-1234/basic.ics"


def feed(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    body = {"name": "Maria, private", "resource_id": tenant.resource("maria"), "url": URL, **changes}
    made: dict[str, Any] = ok(tenant.full.post(FEEDS, body), 201)
    return made


def test_a_feed(salon: Tenant) -> None:
    made = feed(salon)
    expected = {
        "id": str(CalendarFeed.objects.get().uuid),
        "name": "Maria, private",
        "resource_id": salon.resource("maria"),
        "host": "calendar.example",
        "state": "waiting",
        "blocked_periods": 0,
        "problem": None,
        "failing_since": None,
        "last_success_at": None,
    }
    assert made == expected
    assert ok(salon.full.get(FEEDS))["items"] == [expected]
    assert ok(salon.full.get(f"{FEEDS}/{made['id']}")) == expected
    changed = ok(salon.full.patch(f"{FEEDS}/{made['id']}", {"name": "Own", "url": "https://other.example/x"}))
    assert changed == {**expected, "name": "Own", "host": "other.example"}
    assert ok(salon.full.post(f"{FEEDS}/{made['id']}/poll"), 202)["state"] == "waiting"
    assert salon.full.delete(f"{FEEDS}/{made['id']}").status_code == 204
    assert not CalendarFeed.objects.exists()


def test_a_repeated_request_makes_one(salon: Tenant) -> None:
    body = {"name": "x", "resource_id": salon.resource("maria"), "url": URL}
    one, two = (salon.full.post(FEEDS, body, Idempotency_Key="once") for _ in range(2))
    assert one.content == two.content
    assert CalendarFeed.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "https://127.0.0.1/x.ics"}, "url"),
        ({"url": "ftp://calendar.example/x"}, "url"),
        ({"url": "calendar"}, "url"),
        ({"url": 5}, "url"),
        ({"resource_id": "x"}, "resource_id"),
        ({"resource_id": "00000000-0000-4000-8000-000000000000"}, "resource_id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_bad_input(salon: Tenant, settings: Any, changes: dict[str, Any], field: str) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    body = {"name": "x", "resource_id": salon.resource("maria"), "url": URL, **changes}
    with nothing_changes():
        answer = salon.full.post(FEEDS, body)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]


def test_as_many_as_a_resource_may_have(salon: Tenant) -> None:
    for number in range(10):
        feed(salon, name=str(number))
    body = {"name": "x", "resource_id": salon.resource("maria"), "url": URL}
    assert salon.full.post(FEEDS, body).status_code == 409
    feed(salon, resource_id=salon.resource("jim"))


def test_an_address(salon: Tenant, settings: Any) -> None:
    made = ok(salon.full.post(ADDRESSES, {"name": "Phone", "shows_customers": True}), 201)
    url = made.pop("url")
    assert made == {
        "id": str(CalendarAddress.objects.get().uuid),
        "name": "Phone",
        "resource_id": None,
        "shows_customers": True,
        "issued_at": "2026-05-01T07:00:00Z",
    }
    path = url.removeprefix(settings.BASE_URL)
    assert Client().get(path).status_code == 200
    assert ok(salon.full.get(ADDRESSES))["items"] == [made]
    changed = ok(salon.full.patch(f"{ADDRESSES}/{made['id']}", {"shows_customers": False}))
    assert changed == {**made, "shows_customers": False}
    new = ok(salon.full.post(f"{ADDRESSES}/{made['id']}/rotate"), 201)["url"]
    assert Client().get(path).status_code == 404
    assert Client().get(new.removeprefix(settings.BASE_URL)).status_code == 200
    assert salon.full.delete(f"{ADDRESSES}/{made['id']}").status_code == 204
    assert Client().get(new.removeprefix(settings.BASE_URL)).status_code == 404


def test_a_repeated_request_tells_the_same_address(salon: Tenant) -> None:
    one, two = (salon.full.post(ADDRESSES, {"name": "Phone"}, Idempotency_Key="once") for _ in range(2))
    assert one.content == two.content
    assert CalendarAddress.objects.count() == 1


def test_a_test_key_gets_no_address(salon: Tenant) -> None:
    assert ApiKey.objects.filter(live=False).exists()
    with nothing_changes():
        assert salon.test.post(ADDRESSES, {"name": "Phone"}).status_code == 403
