"""/v1/webhooks/endpoints/{id}/deliveries: what was sent, what came back, and sending it again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.api.calls import (
    Tenant,
    all_need_key,
    all_need_scope,
    hides_others,
    nothing_changes,
    ok,
    refused,
    refused_fields,
    walk,
)
from tests.api.conftest import NOW
from tests.api.v1.test_webhook_endpoints import PATH, registered
from webhooks.delivery import LEASE, Outcome, claim, record
from webhooks.models import Delivery, Event


@pytest.fixture
def endpoint(salon: Tenant) -> dict[str, Any]:
    """It wants `booking.created`, and nothing else."""
    return registered(salon, events=["booking.created"])


def sent(number: int, *, status: int | None = 200, answer: str = "ok") -> None:
    """One attempt of that many deliveries."""
    for key in claim(now=NOW, most=number):
        record(key, Outcome(status, answer, 12), started=NOW, now=NOW)


def booked(tenant: Tenant, *times: str) -> None:
    for start in times:
        tenant.book(start_time=start)


def test_a_delivery_that_waits(salon: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00")
    (row,) = walk(salon.full, f"{PATH}/{endpoint['id']}/deliveries")
    event = Event.objects.get(type="booking.created")
    key = row.pop("id")
    assert row == {
        "event_id": str(event.uuid),
        "event_type": "booking.created",
        "state": "pending",
        "attempts": 0,
        "last_status": None,
        "next_try_at": row["next_try_at"],
        "created_at": row["created_at"],
    }
    assert ok(salon.full.get(f"{PATH}/{endpoint['id']}/deliveries/{key}")) == {"id": key, **row, "log": []}


def test_every_attempt_is_told(salon: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00")
    Delivery.objects.update(next_try_at=NOW)
    sent(1, status=500, answer="<h1>broken</h1>")
    Delivery.objects.update(next_try_at=NOW)
    sent(1, status=None, answer="No answer in time.")
    Delivery.objects.update(next_try_at=NOW)
    sent(1)
    (row,) = walk(salon.full, f"{PATH}/{endpoint['id']}/deliveries")
    found = ok(salon.full.get(f"{PATH}/{endpoint['id']}/deliveries/{row['id']}"))
    assert (found["state"], found["attempts"], found["last_status"], found["next_try_at"]) == (
        "delivered",
        3,
        200,
        None,
    )
    assert found["log"] == [
        {"number": n, "started_at": "2026-05-01T07:00:00Z", "milliseconds": 12, "status": status, "answer": answer}
        for n, status, answer in ((1, 500, "<h1>broken</h1>"), (2, None, "No answer in time."), (3, 200, "ok"))
    ]


def test_the_newest_come_first_and_can_be_chosen_by_state(salon: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00", "11:00", "12:00")
    path = f"{PATH}/{endpoint['id']}/deliveries"
    Delivery.objects.update(next_try_at=NOW)
    sent(1)
    keys = [str(key) for key in Delivery.objects.order_by("-id").values_list("uuid", flat=True)]
    assert [row["id"] for row in walk(salon.full, path, limit=1)] == keys
    assert [row["id"] for row in walk(salon.full, path, state="delivered")] == keys[2:]
    assert [row["id"] for row in walk(salon.full, path, state="pending")] == keys[:2]
    assert walk(salon.full, path, state="failed") == []
    with nothing_changes():
        for state in ("", "x", "PENDING", "%00"):
            refused(salon.full.send("GET", path, query=f"state={state}"), 400)
        for bad in ("0", "-1", "201", "abc"):
            refused_fields(salon.full.get(path, limit=bad), "limit")


def test_cursors_belong_to_one_endpoint(salon: Tenant, endpoint: dict[str, Any]) -> None:
    other = registered(salon, events=["booking.created"])
    booked(salon, "10:00", "11:00")
    cursor = ok(salon.full.get(f"{PATH}/{endpoint['id']}/deliveries", limit=1))["next_cursor"]
    with nothing_changes():
        refused(salon.full.get(f"{PATH}/{other['id']}/deliveries", cursor=cursor), 400)
        refused(salon.full.get(f"{PATH}/{endpoint['id']}/deliveries", cursor="forged"), 400)


def test_one_is_sent_again_under_its_id(salon: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00")
    Delivery.objects.update(next_try_at=NOW)
    sent(1)
    before = Delivery.objects.get()
    path = f"{PATH}/{endpoint['id']}/deliveries/{before.uuid}/resend"
    assert ok(salon.full.post(path, Idempotency_Key="k"), 202) == {"resent": 1}
    with nothing_changes():
        assert ok(salon.full.post(path, Idempotency_Key="k"), 202) == {"resent": 1}
    after = Delivery.objects.get()
    assert (after.id, after.event_id, after.state, after.attempts) == (before.id, before.event_id, "pending", 0)
    sent(1, status=204)
    log = ok(salon.full.get(path.removesuffix("/resend")))["log"]
    assert [(one["number"], one["status"]) for one in log] == [(1, 200), (2, 204)]


def test_what_is_under_way_is_not_sent_again(
    salon: Tenant, endpoint: dict[str, Any], clock: time_machine.Traveller
) -> None:
    booked(salon, "10:00")
    Delivery.objects.update(next_try_at=NOW)
    claim(now=NOW, most=1)
    path = f"{PATH}/{endpoint['id']}/deliveries/{Delivery.objects.get().uuid}/resend"
    with nothing_changes():
        response = salon.full.post(path, Idempotency_Key="k")
        refused(response, 409)
    assert response.headers["Retry-After"] == "1"
    clock.shift(LEASE + timedelta(seconds=1))
    assert ok(salon.full.post(path, Idempotency_Key="k"), 202) == {"resent": 1}


def test_an_endpoint_that_is_switched_off_gets_nothing_again(salon: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00")
    ok(salon.full.patch(f"{PATH}/{endpoint['id']}", {"active": False}))
    path = f"{PATH}/{endpoint['id']}"
    with nothing_changes():
        refused(salon.full.post(f"{path}/deliveries/{Delivery.objects.get().uuid}/resend"), 409)
        refused(salon.full.post(f"{path}/replay", {"since": "2020-01-01T00:00:00Z"}), 409)


def test_everything_since_a_time_is_sent_again(salon: Tenant, endpoint: dict[str, Any]) -> None:
    """What was sent, what was given up, and what it never asked for before."""
    booked(salon, "10:00", "11:00")
    Delivery.objects.update(next_try_at=NOW)
    sent(1)
    newcomer = registered(salon, events=["booking.created"])
    path = f"{PATH}/{{}}/replay"
    assert ok(salon.full.post(path.format(endpoint["id"]), {"since": "2020-01-01T00:00:00Z"}), 202) == {"resent": 2}
    assert ok(salon.full.post(path.format(newcomer["id"]), {"since": "2020-01-01T00:00:00Z"}), 202) == {"resent": 2}
    for made in (endpoint, newcomer):
        rows = walk(salon.full, f"{PATH}/{made['id']}/deliveries")
        assert [row["state"] for row in rows] == ["pending", "pending"]
        assert {row["event_id"] for row in rows} == {
            str(key) for key in Event.objects.filter(type="booking.created").values_list("uuid", flat=True)
        }
    assert ok(salon.full.post(path.format(endpoint["id"]), {"since": "2099-01-01T00:00:00Z"}), 202) == {"resent": 0}
    with nothing_changes():
        for since in (None, "", "yesterday", "2026-05-01", 5):
            refused_fields(salon.full.post(path.format(endpoint["id"]), {"since": since}), "since")


def test_a_replay_is_of_one_business_and_one_mode(salon: Tenant, rival: Tenant, endpoint: dict[str, Any]) -> None:
    rival.book()
    ok(salon.test.post("/v1/bookings/", salon.public()), 201)
    answer = salon.full.post(f"{PATH}/{endpoint['id']}/replay", {"since": "2020-01-01T00:00:00Z"})
    assert ok(answer, 202) == {"resent": 0}


def test_a_test_event_is_not_replayed_to_others(salon: Tenant, endpoint: dict[str, Any]) -> None:
    ok(salon.full.post(f"{PATH}/{endpoint['id']}/test"), 202)
    other = ok(salon.full.post(PATH, {"url": "https://example.com/"}), 201)
    salon.full.post(f"{PATH}/{other['id']}/replay", {"since": "2020-01-01T00:00:00Z"})
    told = Delivery.objects.filter(endpoint__uuid=other["id"]).values_list("event__type", flat=True)
    assert "endpoint.test" not in set(told)


def test_access(salon: Tenant, rival: Tenant, endpoint: dict[str, Any]) -> None:
    booked(salon, "10:00")
    item = f"{PATH}/{endpoint['id']}"
    key = str(Delivery.objects.get().uuid)
    calls: list[tuple[str, str, Any]] = [("GET", f"{item}/deliveries", None)]
    calls += [("GET", f"{item}/deliveries/{key}", None), ("POST", f"{item}/deliveries/{key}/resend", None)]
    calls.append(("POST", f"{item}/replay", {"since": "2020-01-01T00:00:00Z"}))
    all_need_key(salon, calls)
    all_need_scope(salon, ("widget", "read_only", "staff"), calls)
    for method, path, body in calls:
        for caller in (rival.full, salon.test):
            hides_others(caller, method, path.replace(endpoint["id"], "{}"), endpoint["id"], body)
    theirs = ok(rival.full.post(PATH, {"url": "https://example.com/"}), 201)["id"]
    for method, path, body in calls[1:3]:  # their endpoint, our delivery
        hides_others(rival.full, method, path.replace(endpoint["id"], theirs).replace(key, "{}"), key, body)
