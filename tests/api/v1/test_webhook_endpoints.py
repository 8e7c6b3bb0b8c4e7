"""/v1/webhooks/endpoints: register, look, change, rotate, remove, try out."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from availengine.models import IdempotencyRecord
from tests.api.calls import (
    Tenant,
    all_need_key,
    all_need_scope,
    hides_others,
    is_uuid,
    nothing_changes,
    ok,
    refused,
    refused_fields,
    walk,
)
from tests.api.conftest import NOW
from webhooks.endpoints import MOST_ENDPOINTS, valid_secrets
from webhooks.models import Delivery, Endpoint, Event
from webhooks.types import TYPES

PATH = "/v1/webhooks/endpoints"
URL = "https://hooks.example.com/availengine?a=b"
BODY = {"url": URL, "events": ["booking.created", "booking.canceled"], "description": "The till"}


def registered(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(tenant.full.post(PATH, {**BODY, **changes}), 201)
    return made


def test_registers_and_shows_the_secret_once(salon: Tenant) -> None:
    made = registered(salon)
    key, secret = made.pop("id"), made.pop("secret")
    assert is_uuid(key)
    assert made == {
        "url": URL,
        "events": ["booking.created", "booking.canceled"],
        "description": "The till",
        "livemode": True,
        "active": True,
        "problem": None,
        "failing_since": None,
        "created_at": made["created_at"],
    }
    assert ok(salon.full.get(f"{PATH}/{key}")) == {"id": key, **made}
    assert valid_secrets(Endpoint.objects.get(uuid=key), now=NOW) == [secret]
    for answer in (salon.full.get(PATH), salon.full.get(f"{PATH}/{key}"), salon.full.patch(f"{PATH}/{key}", {})):
        assert b"whsec_" not in answer.content


def test_without_events_all_are_meant(salon: Tenant) -> None:
    made = ok(salon.full.post(PATH, {"url": URL}), 201)
    assert (made["events"], made["description"]) == ([], None)
    salon.book()
    told = Delivery.objects.filter(endpoint__uuid=made["id"]).order_by("id")
    assert list(told.values_list("event__type", flat=True)) == ["customer.updated", "booking.created"]


def test_an_event_that_is_named_twice_counts_once(salon: Tenant) -> None:
    assert registered(salon, events=["booking.created"] * 3)["events"] == ["booking.created"]


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_can_be_asked_for(salon: Tenant, type_: str) -> None:
    assert registered(salon, events=[type_])["events"] == [type_]


BAD_URLS = [
    "http://example.com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://[::1]/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://user:password@example.com/",
    "ftp://example.com/",
    "example.com",
    "",
    None,
    5,
    "https://example.com/" + "x" * 2_000,
]


@pytest.mark.parametrize("url", BAD_URLS, ids=lambda url: str(url)[:40])
def test_a_url_that_cannot_be_used(salon: Tenant, url: Any) -> None:
    item = f"{PATH}/{registered(salon)['id']}"
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**BODY, "url": url}), "url")
        refused_fields(salon.full.patch(item, {"url": url}), "url")


@pytest.mark.parametrize("events", [["booking.unknown"], ["booking.created", "x"], ["*"], "booking.created", [5], None])
def test_events_that_do_not_exist(salon: Tenant, events: Any) -> None:
    item = f"{PATH}/{registered(salon)['id']}"
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**BODY, "events": events}), "events")
        refused_fields(salon.full.patch(item, {"events": events}), "events")


def test_no_more_than_twenty_per_mode(salon: Tenant) -> None:
    for _ in range(MOST_ENDPOINTS):
        last = registered(salon)
    with nothing_changes():
        refused(salon.full.post(PATH, BODY), 409)
    ok(salon.test.post(PATH, BODY), 201)
    assert salon.full.delete(f"{PATH}/{last['id']}").status_code == 204
    registered(salon)


def test_a_registration_that_is_sent_again_shows_the_same_secret(salon: Tenant) -> None:
    first = salon.full.post(PATH, BODY, Idempotency_Key="k")
    with nothing_changes():
        again = salon.full.post(PATH, BODY, Idempotency_Key="k")
        refused(salon.full.post(PATH, {**BODY, "description": "x"}, Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    record = IdempotencyRecord.objects.get(key="k")
    assert record.sealed
    assert b"whsec_" not in bytes(record.body)


def test_changes(salon: Tenant) -> None:
    made = registered(salon)
    changed = ok(salon.full.patch(f"{PATH}/{made['id']}", {"url": "https://example.com/", "events": []}))
    assert (changed["url"], changed["events"], changed["description"]) == ("https://example.com/", [], "The till")
    assert ok(salon.full.patch(f"{PATH}/{made['id']}", {"description": ""}))["description"] is None


def test_what_cannot_be_changed_has_no_effect(salon: Tenant) -> None:
    made = registered(salon)
    given = {"id": "x", "secret": "x", "livemode": False, "problem": "x", "failing_since": None, "business_id": 1}
    changed = ok(salon.full.patch(f"{PATH}/{made['id']}", given))
    assert {**changed, "secret": made["secret"]} == made


def test_switched_off_it_is_told_nothing_switched_on_again_it_is(salon: Tenant) -> None:
    made = registered(salon, events=["booking.created"])
    assert ok(salon.full.patch(f"{PATH}/{made['id']}", {"active": False}))["active"] is False
    salon.book(start_time="10:00")
    assert Delivery.objects.filter(endpoint__uuid=made["id"]).count() == 0
    Endpoint.objects.filter(uuid=made["id"]).update(problem="It answered 410 Gone.", failing_since=NOW)
    again = ok(salon.full.patch(f"{PATH}/{made['id']}", {"active": True}))
    assert (again["active"], again["problem"], again["failing_since"]) == (True, None, None)
    salon.book(start_time="11:00")
    assert Delivery.objects.filter(endpoint__uuid=made["id"]).count() == 1


def test_a_rotation_leaves_the_former_secret_valid_for_a_day(salon: Tenant, clock: time_machine.Traveller) -> None:
    made = registered(salon)
    changed = ok(salon.full.post(f"{PATH}/{made['id']}/rotate", Idempotency_Key="r"), 201)
    assert {**changed, "secret": made["secret"]} == made
    assert changed["secret"] != made["secret"]
    endpoint = Endpoint.objects.get(uuid=made["id"])
    assert valid_secrets(endpoint, now=NOW) == [changed["secret"], made["secret"]]
    assert valid_secrets(endpoint, now=NOW + timedelta(hours=24)) == [changed["secret"]]
    with nothing_changes():
        again = salon.full.post(f"{PATH}/{made['id']}/rotate", Idempotency_Key="r")
    assert json.loads(again.content) == changed


def test_removed_it_is_gone_and_what_waits_is_given_up(salon: Tenant) -> None:
    made = registered(salon)
    salon.book()
    assert salon.full.delete(f"{PATH}/{made['id']}").status_code == 204
    refused(salon.full.get(f"{PATH}/{made['id']}"), 404)
    refused(salon.full.delete(f"{PATH}/{made['id']}"), 404)
    assert made["id"] not in [row["id"] for row in walk(salon.full, PATH)]
    (waiting,) = Delivery.objects.filter(endpoint__uuid=made["id"])
    assert (waiting.state, waiting.next_try_at) == ("failed", None)
    salon.book(start_time="12:00")
    assert Delivery.objects.filter(endpoint__uuid=made["id"]).count() == 1


def test_an_event_to_try_it_out_goes_to_one_endpoint(salon: Tenant) -> None:
    made, other = registered(salon, events=["booking.created"]), registered(salon, events=[])
    answer = ok(salon.full.post(f"{PATH}/{made['id']}/test", Idempotency_Key="t"), 202)
    event = Event.objects.get(uuid=answer["event_id"])
    assert (event.type, event.data) == ("endpoint.test", {"endpoint": {"id": made["id"], "url": URL}})
    (delivery,) = Delivery.objects.filter(event=event)
    assert str(delivery.endpoint.uuid) == made["id"]
    assert not Delivery.objects.filter(endpoint__uuid=other["id"]).exists()
    with nothing_changes():
        assert ok(salon.full.post(f"{PATH}/{made['id']}/test", Idempotency_Key="t"), 202) == answer
    ok(salon.full.patch(f"{PATH}/{made['id']}", {"active": False}))
    with nothing_changes():
        refused(salon.full.post(f"{PATH}/{made['id']}/test"), 409)


def test_modes_are_apart(salon: Tenant) -> None:
    live, trial = registered(salon), ok(salon.test.post(PATH, BODY), 201)
    assert (live["livemode"], trial["livemode"]) == (True, False)
    assert [row["id"] for row in walk(salon.full, PATH)] == [live["id"]]
    assert [row["id"] for row in walk(salon.test, PATH)] == [trial["id"]]
    ok(salon.test.post("/v1/bookings/", salon.public()), 201)
    assert {str(key) for key in Delivery.objects.values_list("endpoint__uuid", flat=True)} == {trial["id"]}


def test_pages(salon: Tenant, rival: Tenant) -> None:
    made = [registered(salon)["id"] for _ in range(3)]
    assert [row["id"] for row in walk(salon.full, PATH, limit=1)] == made
    assert walk(rival.full, PATH) == []
    cursor = ok(salon.full.get(PATH, limit=1))["next_cursor"]
    with nothing_changes():
        for bad in ("0", "-1", "201", "abc"):
            refused_fields(salon.full.get(PATH, limit=bad), "limit")
        for caller, given in ((salon.full, "forged"), (rival.full, cursor), (salon.test, cursor)):
            refused(caller.get(PATH, cursor=given), 400)
        refused(salon.full.get(f"{PATH}/{made[0]}/deliveries", cursor=cursor), 400)


def test_access(salon: Tenant, rival: Tenant) -> None:
    made = registered(salon)
    item = f"{PATH}/{made['id']}"
    calls: list[tuple[str, str, Any]] = [("GET", PATH, None), ("POST", PATH, BODY)]
    calls += [("GET", item, None), ("PATCH", item, {"active": False}), ("DELETE", item, None)]
    calls += [("POST", f"{item}/{action}", None) for action in ("rotate", "test")]
    all_need_key(salon, calls)
    all_need_scope(salon, ("widget", "read_only", "staff"), calls)
    for method, path, body in calls[2:]:
        hides_others(rival.full, method, path.replace(made["id"], "{}"), made["id"], body)
        hides_others(salon.test, method, path.replace(made["id"], "{}"), made["id"], body)
