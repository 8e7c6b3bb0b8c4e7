"""GET /v1/availability/{business_id}"""

from typing import Any
from uuid import uuid4

import pytest

from businesses.models import Closure
from tests.api.calls import (
    DAY,
    Tenant,
    desk,
    hides_others,
    needs_key,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)

PATH = "/v1/availability/{}"
HOURS = [f"{hour:02}:00" for hour in range(9, 17)]


def ask(tenant: Tenant, **query: Any) -> Any:
    return ok(tenant.full.get(PATH.format(tenant.id), **query))


def test_a_day(salon: Tenant) -> None:
    told = ask(salon, date=DAY)
    slots = told.pop("slots")
    assert told == {
        "business_id": salon.id,
        "timezone": "America/Chicago",
        "service_id": salon.service("cut"),
        "capacity": 1,
        "date": DAY,
    }
    assert [slot["start_time"] for slot in slots] == HOURS
    assert slots[0] == {
        "start_time": "09:00",
        "end_time": "10:00",
        "starts_at": "2026-05-15T14:00:00Z",
        "ends_at": "2026-05-15T15:00:00Z",
        "available_resources": 2,
        "resource_ids": [salon.resource("maria"), salon.resource("jim")],
    }


def test_a_booking_takes_one_resource_away(salon: Tenant) -> None:
    salon.book(resource_id=salon.resource("jim"))
    slot = next(s for s in ask(salon, date=DAY)["slots"] if s["start_time"] == "10:00")
    assert slot["available_resources"] == 1
    assert slot["resource_ids"] == [salon.resource("maria")]
    salon.book()
    assert salon.free() == [hour for hour in HOURS if hour != "10:00"]


def test_the_same_question_again_sees_what_was_booked_and_cancelled_between(salon: Tenant) -> None:
    one = salon.resource("maria")
    assert salon.free(resource_id=one) == HOURS
    booking = salon.book(resource_id=one)
    assert "10:00" not in salon.free(resource_id=one)
    ok(salon.full.post(f"/v1/manage/bookings/{booking['id']}/cancel"))
    assert salon.free(resource_id=one) == HOURS


def test_the_same_question_again_sees_a_changed_configuration(salon: Tenant) -> None:
    assert salon.free() == HOURS
    ok(salon.full.post("/v1/manage/closures", {"from": f"{DAY}T09:00", "to": f"{DAY}T12:00"}), 201)
    assert salon.free() == HOURS[3:]


def test_a_range_of_days(salon: Tenant) -> None:
    salon.book(booking_date="2026-05-16", start_time="09:00", resource_id=salon.resource("jim"))
    Closure.objects.create(
        business=salon.business, starts_at="2026-05-17T05:00:00Z", ends_at="2026-05-18T05:00:00Z", reason="Holiday"
    )
    told = ask(salon, **{"from": DAY, "to": "2026-05-17"})
    assert [day["date"] for day in told["days"]] == [DAY, "2026-05-16", "2026-05-17"]
    assert [len(day["slots"]) for day in told["days"]] == [8, 8, 0]
    assert [day["slots"][0]["available_resources"] for day in told["days"][:2]] == [2, 1]
    assert "slots" not in told
    assert "date" not in told


def test_a_day_of_a_range_is_told_like_the_day_alone(salon: Tenant) -> None:
    salon.book()
    (day,) = ask(salon, **{"from": DAY, "to": DAY})["days"]
    assert day == {"date": DAY, "slots": ask(salon, date=DAY)["slots"]}


def test_today_has_what_is_still_ahead(salon: Tenant, clock: Any) -> None:
    clock.move_to("2026-05-15T18:00:01Z")  # 13:00:01 in Chicago
    assert salon.free() == ["14:00", "15:00", "16:00"]
    clock.move_to("2026-05-15T18:00:00Z")
    assert salon.free() == ["13:00", "14:00", "15:00", "16:00"]
    assert salon.free("2026-05-14") == []


def test_the_booking_window(salon: Tenant) -> None:
    assert salon.free("2026-06-30") == HOURS  # 60 days from the local date, 2026-05-01
    assert salon.free("2026-07-01") == []


@pytest.fixture(scope="module")
def _tables(stored: Any) -> Tenant:
    tenant: Tenant = stored(
        "availability-tables",
        resources=[
            {"key": "two", "name": "Two", "kind": "table", "capacity_max": 2},
            {"key": "six", "name": "Six", "kind": "table", "capacity_min": 3, "capacity_max": 6},
            {"key": "room", "name": "Room", "kind": "room", "capacity_max": 50},
        ],
        services=[
            {"key": "dinner", "name": "Dinner", "duration_minutes": 120, "resources": ["two", "six"], "default": True},
            {"key": "tour", "name": "Tour", "duration_minutes": 60, "resources": ["two"]},
            {"key": "talk", "name": "Talk", "duration_minutes": 60, "resources": ["two", "six"], "also_needs": "room"},
        ],
    )
    return tenant


@pytest.fixture
def tables(db: None, _tables: Tenant) -> Tenant:
    """A restaurant: a table for two, one for three to six, and a room."""
    return _tables


@pytest.mark.parametrize(("party", "keys"), [(1, ["two"]), (2, ["two"]), (3, ["six"]), (6, ["six"]), (7, []), (50, [])])
def test_capacity(tables: Tenant, party: int, keys: list[str]) -> None:
    told = ask(tables, date=DAY, capacity=party)
    assert told["capacity"] == party
    takers = {uuid for slot in told["slots"] for uuid in slot["resource_ids"]}
    assert takers == {tables.resource(key) for key in keys}


def test_a_given_service(tables: Tenant) -> None:
    told = ask(tables, date=DAY, service_id=tables.service("tour"))
    assert told["service_id"] == tables.service("tour")
    assert [slot["start_time"] for slot in told["slots"]] == HOURS
    assert told["slots"][0]["end_time"] == "10:00"
    dinner = ask(tables, date=DAY)["slots"]
    assert dinner[-1]["start_time"] == "15:00"
    assert dinner[-1]["end_time"] == "17:00"


def test_several_services_one_after_another(tables: Tenant) -> None:
    both = f"{tables.service('tour')},{tables.service('dinner')}"
    told = ask(tables, date=DAY, services=both)
    assert told["service_id"] == tables.service("tour")
    assert [slot["start_time"] for slot in told["slots"]] == HOURS[:-2]
    assert told["slots"][0]["end_time"] == "12:00"


def test_a_service_that_needs_a_room_as_well(tables: Tenant) -> None:
    talk = tables.service("talk")
    assert tables.free(service_id=talk) == HOURS
    tables.book(service_id=talk, start_time="10:00")
    assert tables.free(service_id=talk, capacity=3) == [hour for hour in HOURS if hour != "10:00"]


def test_a_given_resource(salon: Tenant) -> None:
    salon.book(resource_id=salon.resource("maria"))
    told = ask(salon, date=DAY, resource_id=salon.resource("maria"))
    assert [slot["start_time"] for slot in told["slots"]] == [hour for hour in HOURS if hour != "10:00"]
    assert {uuid for slot in told["slots"] for uuid in slot["resource_ids"]} == {salon.resource("maria")}


def test_explain_names_a_reason_for_every_other_start(salon: Tenant) -> None:
    salon.book()
    salon.book()
    told = ask(salon, date=DAY, explain=1)
    assert told["slots"] == ask(salon, date=DAY)["slots"]
    reasons = {start["start_time"]: start["reason"] for start in told["unavailable"]}
    assert reasons["10:00"] == "busy"
    assert reasons["08:00"] == "outside_hours"
    assert set(reasons) == {f"{hour:02}:00" for hour in range(24)} - set(salon.free())
    assert told["unavailable"][0] == {
        "start_time": "00:00",
        "starts_at": "2026-05-15T05:00:00Z",
        "reason": "outside_hours",
    }


@pytest.mark.parametrize(("day", "reason"), [("2026-04-30", "past"), ("2026-07-01", "beyond_window")])
def test_explain_against_the_rules(salon: Tenant, day: str, reason: str) -> None:
    told = ask(salon, date=day, explain=1)
    assert told["slots"] == []
    assert {start["reason"] for start in told["unavailable"]} == {reason}


@pytest.mark.parametrize("off", ["0", "false"])
def test_without_explain_only_the_free_starts(salon: Tenant, off: str) -> None:
    assert "unavailable" not in ask(salon, date=DAY, explain=off)


def test_live_and_test_keys_see_their_own_bookings(salon: Tenant) -> None:
    for _ in range(2):
        ok(salon.test.post("/v1/bookings/", salon.public()), 201)
    tested = ok(salon.test.get(PATH.format(salon.id), date=DAY))["slots"]
    assert [slot["start_time"] for slot in tested] == [hour for hour in HOURS if hour != "10:00"]
    assert salon.free() == HOURS


@pytest.mark.parametrize("caller", ["widget", "read", "staff", "full", "test"])
def test_every_key_reads_availability(salon: Tenant, caller: str) -> None:
    assert len(ok(getattr(salon, caller).get(PATH.format(salon.id), date=DAY))["slots"]) == 8


def test_62_days_at_most(salon: Tenant) -> None:
    days = ask(salon, **{"from": "2026-05-01", "to": "2026-07-01"})["days"]
    assert len(days) == 62
    assert days[-1] == {"date": "2026-07-01", "slots": []}
    with nothing_changes():
        refused_fields(salon.full.get(PATH.format(salon.id), **{"from": "2026-05-01", "to": "2026-07-02"}), "to")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "date"),
        ("from=2026-05-15", "date"),
        ("to=2026-05-15", "date"),
        ("date=2026-05-15&from=2026-05-15&to=2026-05-16", "date"),
        ("date=2026-05-15&to=2026-05-16", "date"),
        ("from=2026-05-16&to=2026-05-15", "to"),
        ("date=", "date"),
        ("date=15.05.2026", "date"),
        ("date=2026-5-15", "date"),
        ("date=2026-02-30", "date"),
        ("date=2026-05-15T10:00", "date"),
        ("date=tomorrow", "date"),
        ("date=1999-12-31", "date"),
        ("date=2101-01-01", "date"),
        ("date=9999-12-31", "date"),
        ("from=2026-05-15&to=9999-12-31", "to"),
        ("date=2026-05-15&capacity=0", "capacity"),
        ("date=2026-05-15&capacity=51", "capacity"),
        ("date=2026-05-15&capacity=-1", "capacity"),
        ("date=2026-05-15&capacity=two", "capacity"),
        ("date=2026-05-15&capacity=1.0", "capacity"),
        ("date=2026-05-15&capacity=", "capacity"),
        ("date=2026-05-15&service_id=cut", "service_id"),
        ("date=2026-05-15&service_id=", "service_id"),
        ("date=2026-05-15&services=cut", "services"),
        ("date=2026-05-15&services=,", "services"),
        ("date=2026-05-15&resource_id=maria", "resource_id"),
        ("date=2026-05-15&explain=yes", "explain"),
        ("date=2026-05-15&same_resource=2", "same_resource"),
    ],
)
def test_bad_parameters(salon: Tenant, query: str, field: str) -> None:
    refused_fields(salon.full.send("GET", PATH.format(salon.id), query=query), field)


def test_too_many_services(salon: Tenant) -> None:
    query = {"date": DAY, "services": ",".join([salon.service("cut")] * 6)}
    refused_fields(salon.full.get(PATH.format(salon.id), **query), "services")
    query["services"] = ",".join([salon.service("cut")] * 5)
    assert [s["start_time"] for s in ask(salon, **query)["slots"]] == ["09:00", "10:00", "11:00", "12:00"]


def test_either_service_id_or_services(salon: Tenant) -> None:
    cut = salon.service("cut")
    refused_fields(salon.full.get(PATH.format(salon.id), date=DAY, service_id=cut, services=cut), "services")


def test_no_default_service(db: None, stored: Any) -> None:
    tenant = stored(
        "availability-no-default",
        services=[{"key": key, "name": key, "duration_minutes": 60, "resources": ["maria"]} for key in ("one", "two")],
    )
    refused_fields(tenant.full.get(PATH.format(tenant.id), date=DAY), "service_id")
    assert tenant.free(service_id=tenant.service("two")) == HOURS


@pytest.mark.parametrize("field", ["service_id", "services", "resource_id"])
def test_another_tenants_things_are_not_found(salon: Tenant, rival: Tenant, field: str) -> None:
    theirs = rival.resource("maria") if field == "resource_id" else rival.service("cut")
    hides_others(salon.full, "GET", PATH.format(salon.id) + f"?date={DAY}&{field}={{}}", theirs)


def test_another_tenant_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.full, "GET", PATH + f"?date={DAY}", rival.id)


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH.format(salon.id) + f"?date={DAY}")


def test_needs_the_scope(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every preset may read availability; a key without the scope may not."""
    caller = salon.caller("full", name="no scopes")
    salon.business.apikeys.filter(name="no scopes").update(scopes=["bookings:create"])
    with nothing_changes():
        refused(caller.get(PATH.format(salon.id), date=DAY), 403)


def test_asking_changes_nothing(salon: Tenant) -> None:
    ok(salon.full.post("/v1/manage/bookings/staff", desk()), 201)
    with nothing_changes():
        ask(salon, date=DAY)
        ask(salon, **{"from": DAY, "to": "2026-05-20"}, explain=1)
        refused(salon.full.get(PATH.format(salon.id), date=DAY, service_id=str(uuid4())), 404)
