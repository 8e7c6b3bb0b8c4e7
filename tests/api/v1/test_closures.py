"""/v1/manage/closures"""

from typing import Any

import pytest

from businesses.models import Closure
from tests.api.calls import Tenant, guards_a_collection, is_uuid, limits, nothing_changes, ok, refused, refused_fields

PATH = "/v1/manage/closures"
DATES = {"from": "2026-05-15", "to": "2026-05-16", "reason": "Inventory"}
HOURS = [f"{hour:02}:00" for hour in range(9, 17)]


def closed(salon: Tenant, **body: Any) -> Any:
    return ok(salon.full.post(PATH, body), 201)


def test_dates_include_the_last_day(salon: Tenant) -> None:
    told = closed(salon, **DATES)
    assert is_uuid(told["id"])
    assert {name: told[name] for name in ("kind", "reason", "resource_id")} == {
        "kind": "closed",
        "reason": "Inventory",
        "resource_id": None,
    }
    assert ok(salon.full.get(f"{PATH}/{told['id']}/")) == told
    assert ok(salon.full.get(PATH))["items"] == [told]
    stored = Closure.objects.get()
    assert stored.starts_at.isoformat() == "2026-05-15T05:00:00+00:00"
    assert stored.ends_at.isoformat() == "2026-05-17T05:00:00+00:00"
    assert [len(salon.free(f"2026-05-{day}")) for day in (14, 15, 16, 17)] == [8, 0, 0, 8]


def test_what_is_told_can_be_sent_back(salon: Tenant) -> None:
    """A client that saves what it read changes nothing."""
    told = closed(salon, **DATES)
    sent = {name: value for name, value in told.items() if name not in ("id", "resource_id")}
    assert ok(salon.full.patch(f"{PATH}/{told['id']}", sent)) == told


def test_one_day(salon: Tenant) -> None:
    closed(salon, **{"from": "2026-05-15", "to": "2026-05-15"})
    assert [len(salon.free(f"2026-05-{day}")) for day in (14, 15, 16)] == [8, 0, 8]


def test_times(salon: Tenant) -> None:
    told = closed(salon, **{"from": "2026-05-15T10:30", "to": "2026-05-15T12:00"})
    assert (told["from"], told["to"]) == ("2026-05-15T10:30", "2026-05-15T12:00")
    assert salon.free() == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def test_a_time_and_a_date(salon: Tenant) -> None:
    closed(salon, **{"from": "2026-05-15T12:00", "to": "2026-05-16"})
    assert salon.free() == ["09:00", "10:00", "11:00"]
    assert salon.free("2026-05-16") == []


def test_of_one_resource(salon: Tenant) -> None:
    told = closed(salon, **DATES, resource_id=salon.resource("jim"))
    assert told["resource_id"] == salon.resource("jim")
    assert salon.free(resource_id=salon.resource("jim")) == []
    assert salon.free(resource_id=salon.resource("maria")) == HOURS


def test_a_special_opening(salon: Tenant) -> None:
    told = closed(salon, **{"from": "2026-05-15T19:00", "to": "2026-05-15T21:00", "kind": "open"})
    assert told["kind"] == "open"
    assert salon.free() == [*HOURS, "19:00", "20:00"]


def test_a_special_opening_within_a_closure(salon: Tenant) -> None:
    closed(salon, **DATES)
    closed(salon, **{"from": "2026-05-15T10:00", "to": "2026-05-15T12:00", "kind": "open"})
    assert salon.free() == ["10:00", "11:00"]


def test_bookings_stay(salon: Tenant) -> None:
    booking = salon.book()["id"]
    before = salon.item(booking)
    closed(salon, **DATES)
    assert salon.item(booking) == before


def test_change(salon: Tenant) -> None:
    told = closed(salon, **DATES)
    path = f"{PATH}/{told['id']}"
    assert ok(salon.full.patch(path, {"reason": ""})) == {**told, "reason": ""}
    assert ok(salon.full.patch(path, {"to": "2026-05-15"}))["from"] == told["from"]
    assert salon.free("2026-05-16") == HOURS


def test_a_closure_of_one_becomes_one_of_all(salon: Tenant) -> None:
    """null is the business itself, in a change as in a creation."""
    key = closed(salon, **DATES, resource_id=salon.resource("jim"))["id"]
    assert ok(salon.full.patch(f"{PATH}/{key}", {"resource_id": None}))["resource_id"] is None
    assert salon.free(resource_id=salon.resource("maria")) == []


def test_delete(salon: Tenant) -> None:
    path = f"{PATH}/{closed(salon, **DATES)['id']}"
    assert salon.full.delete(path).status_code == 204
    assert salon.free() == HOURS
    with nothing_changes():
        for response in (salon.full.get(path), salon.full.patch(path, {}), salon.full.delete(path)):
            refused(response, 404)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-05-16", "2026-05-15"),
        ("2026-05-15T12:00", "2026-05-15T12:00"),
        ("2026-05-15T12:00", "2026-05-15T11:00"),
        ("2026-05-15", "2026-05-15T00:00"),
        ("2027-03-14T02:10", "2027-03-14T02:50"),  # the clocks skip this hour
    ],
)
def test_an_empty_period(salon: Tenant, start: str, end: str) -> None:
    key = closed(salon, **DATES)["id"]
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {"from": start, "to": end}), "to")
        refused_fields(salon.full.patch(f"{PATH}/{key}", {"from": start, "to": end}), "to")


def test_another_tenants_resource_is_unknown(salon: Tenant, rival: Tenant) -> None:
    key = closed(salon, **DATES)["id"]
    theirs = {"resource_id": rival.resource("maria")}
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**DATES, **theirs}), "resource_id")
        refused_fields(salon.full.patch(f"{PATH}/{key}", theirs), "resource_id")


def test_limits(salon: Tenant) -> None:
    moments: list[Any] = [
        "",
        None,
        20260515,
        "15.05.2026",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
        "2026-05-15T24:00",
        "2026-05-15T",
        "2026-05-15 10:00",
        "2026-05-15T10:00:00",
        "2026-05-15T10:00Z",
    ]
    bad: dict[str, list[Any]] = {
        "from": moments,
        "to": moments,
        "kind": ["", "shut", None],
        "reason": ["x" * 201, 5, None],
        "resource_id": ["jim", 5],
    }
    limits(salon, PATH, DATES, bad, item=closed(salon, **DATES)["id"])
    refused_fields(salon.full.post(PATH, {}), "from", "to")


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, DATES)
