"""/api/v1/rooms"""

from typing import Any

import pytest

from businesses.models import Resource, Service, ServiceResource
from tests.api.bookingflow.calls import ROOMS, asks_the_database, book, free, put, walk
from tests.api.calls import (
    DAY,
    Tenant,
    all_need_key,
    all_need_scope,
    hides_others,
    is_uuid,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)
from tests.api.paying import takes

NEW = {
    "name": "Clock Tower",
    "description": "Stop it.",
    "minGuests": 2,
    "maxGuests": 8,
    "durationMinutes": 75,
    "bufferMinutes": 15,
    "price": 199.9,
    "currency": "EUR",
    "photoUrl": "https://example.com/clock.jpg",
    "active": True,
}


def room(tenant: Tenant, key: str) -> dict[str, Any]:
    found = {row["id"]: row for row in walk(tenant.full, ROOMS)}
    told: dict[str, Any] = found[tenant.resource(key)]
    return told


@pytest.mark.parametrize("slash", ["", "/"])
def test_list(venue: Tenant, slash: str) -> None:
    shown = ok(venue.read.get(ROOMS + slash))["data"]
    assert [row["name"] for row in shown] == ["The Vault", "The Attic", "Studio North", "Studio South", "Cabin"]
    assert shown[0] == {
        "id": venue.resource("vault"),
        "name": "The Vault",
        "description": "A safe.",
        "minGuests": 2,
        "maxGuests": 6,
        "durationMinutes": 60,
        "bufferMinutes": 30,
        "price": 168.5,
        "currency": "EUR",
        "photoUrl": None,
        "active": True,
    }
    assert [(row["price"], row["durationMinutes"], row["maxGuests"]) for row in shown[1:]] == [
        (90.0, 90, 4),
        (40.0, 120, 5),
        (60.0, 120, 5),
        (None, None, 1),
    ]
    assert shown[1]["description"] == "Dark."
    assert walk(venue.full, ROOMS, limit=2) == shown


def test_one_with_pricing_and_availability(venue: Tenant) -> None:
    takes(venue, amount_cents=None, basis="percent", percent=25)
    book(venue, date="2026-05-03")
    told = ok(venue.read.get(f"{ROOMS}/{venue.resource('vault')}"))
    pricing, availability = told.pop("pricing"), told.pop("availability")
    assert told == room(venue, "vault")
    assert pricing == {
        "price": 168.5,
        "currency": "EUR",
        "durationMinutes": 60,
        "deposit": {"type": "charge", "basis": "percent", "amount": None, "percent": 25},
    }
    assert availability["timezone"] == "Europe/Athens"
    days = availability["days"]
    assert [day["date"] for day in days] == [f"2026-05-0{number}" for number in range(1, 8)]
    assert days[0]["slots"][0] == {"roomId": told["id"], "time": "11:00", "endTime": "12:00"}  # now it is ten
    assert [slot["time"] for slot in days[2]["slots"]] == ["12:00", "13:00", "14:00", "15:00", "16:00"]


def test_one_for_other_dates_and_guests(venue: Tenant) -> None:
    path = f"{ROOMS}/{venue.resource('vault')}"
    told = ok(venue.full.get(path, **{"from": DAY, "to": DAY}, guests=7))
    assert told["availability"]["days"] == [{"date": DAY, "slots": []}]
    refused_fields(venue.full.get(path, **{"from": DAY, "to": "2026-05-14"}), "to")


def test_a_room_that_is_not_sold_by_itself(venue: Tenant) -> None:
    told = ok(venue.full.get(f"{ROOMS}/{venue.resource('cabin')}", **{"from": DAY, "to": DAY}))
    assert told["pricing"] == {"price": None, "currency": "EUR", "durationMinutes": None, "deposit": None}
    assert told["availability"]["days"] == [{"date": DAY, "slots": []}]


def test_staff_is_no_room(venue: Tenant) -> None:
    path = f"{ROOMS}/{venue.resource('guide')}"
    with nothing_changes():
        refused(venue.full.get(path), 404)
        refused(put(venue.full, path, {"name": "x"}), 404)


@pytest.mark.parametrize("slash", ["", "/"])
def test_create_and_book(venue: Tenant, slash: str) -> None:
    made = ok(venue.full.post(ROOMS + slash, NEW), 201)
    assert is_uuid(made["id"])
    assert made == {"id": made["id"], **NEW}
    assert walk(venue.full, ROOMS)[-1] == made
    booking = book(venue, roomId=made["id"], guests=8)
    assert (booking["endTime"], booking["price"]) == ("11:15", 199.9)
    assert free(venue, room=made["id"]) == ["12:00", "13:00", "14:00", "15:00"]
    assert list(Service.objects.get(name="Clock Tower").performers.values_list("resource__uuid", flat=True)) == [
        Resource.objects.get(uuid=made["id"]).uuid
    ]


def test_a_name_is_enough(venue: Tenant) -> None:
    made = ok(venue.full.post(ROOMS, {"name": "Plain"}), 201)
    assert made == {
        "id": made["id"],
        "name": "Plain",
        "description": None,
        "minGuests": 1,
        "maxGuests": 10,
        "durationMinutes": 60,
        "bufferMinutes": 0,
        "price": None,
        "currency": "EUR",
        "photoUrl": None,
        "active": True,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"price": "10"}, "price"),
        ({"price": 10.999}, "price"),
        ({"price": -1}, "price"),
        ({"price": True}, "price"),
        ({"currency": "USD"}, "currency"),
        ({"minGuests": 9}, "minGuests"),
        ({"maxGuests": 51}, "maxGuests"),
        ({"durationMinutes": 0}, "durationMinutes"),
        ({"bufferMinutes": 1441}, "bufferMinutes"),
        ({"photoUrl": "x"}, "photoUrl"),
        ({"active": 1}, "active"),
    ],
)
def test_bad_input_is_named(venue: Tenant, changes: dict[str, Any], field: str) -> None:
    with nothing_changes():
        refused_fields(venue.full.post(ROOMS, {**NEW, **changes}), field)
        refused_fields(put(venue.full, f"{ROOMS}/{venue.resource('vault')}", {"maxGuests": 8, **changes}), field)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Safe", "price": 200, "durationMinutes": 90, "bufferMinutes": 0, "minGuests": 3, "maxGuests": 5},
        {"description": "New."},
        {"price": None},
        {"photoUrl": "https://example.com/a.jpg"},
        {"active": False},
        {},
    ],
)
def test_update(venue: Tenant, changes: dict[str, Any]) -> None:
    before, path = room(venue, "vault"), f"{ROOMS}/{venue.resource('vault')}"
    told = ok(put(venue.full, path, changes))
    assert told == {**before, **changes}
    assert room(venue, "vault") == told
    assert ok(put(venue.full, path, told)) == told


@pytest.mark.parametrize("key", ["vault", "attic", "north", "south", "cabin"])
def test_the_whole_room_back_changes_nothing(venue: Tenant, key: str) -> None:
    path = f"{ROOMS}/{venue.resource(key)}"
    before = ok(venue.full.get(path))
    ok(put(venue.full, path, before))
    assert ok(venue.full.get(path)) == before


def test_the_service_is_named_alike_or_keeps_its_name(venue: Tenant) -> None:
    for key in ("vault", "attic"):
        ok(put(venue.full, f"{ROOMS}/{venue.resource(key)}", {"name": "New", "description": "New."}))
    names = {key: Service.objects.get(uuid=venue.service(f"{key}-game")).name for key in ("vault", "attic")}
    assert names == {"vault": "New", "attic": "A night in the attic"}
    assert room(venue, "attic")["description"] == "New."


def test_prices_stay_as_they_were_booked(venue: Tenant) -> None:
    booking = book(venue)
    ok(put(venue.full, f"{ROOMS}/{venue.resource('vault')}", {"price": 1}))
    assert ok(venue.full.get(f"/api/v1/bookings/{booking['id']}"))["price"] == 168.5


def test_a_shared_service_is_not_changed_for_the_others(venue: Tenant) -> None:
    north, other = room(venue, "north"), room(venue, "south")
    changes = {"name": "Hall", "description": "Big.", "price": 55.5, "durationMinutes": 60, "maxGuests": 4}
    told = ok(put(venue.full, f"{ROOMS}/{venue.resource('north')}", changes))
    assert told == {**north, **changes}
    assert room(venue, "south") == other
    service = Service.objects.get(uuid=venue.service("rehearsal"))
    assert (service.name, service.price_cents, service.duration_minutes, service.party_max) == (
        "Rehearsal",
        4000,
        120,
        5,
    )
    assert ok(put(venue.full, f"{ROOMS}/{venue.resource('north')}", {"price": None}))["price"] == 40.0


@pytest.mark.parametrize("changes", [{"bufferMinutes": 10}, {"maxGuests": 8}])
def test_what_only_all_rooms_of_a_service_can_have(venue: Tenant, changes: dict[str, Any]) -> None:
    with nothing_changes():
        error = refused(put(venue.full, f"{ROOMS}/{venue.resource('north')}", {**changes, "price": 1}), 409)
    assert list(error["details"]) == list(changes)


def test_a_room_without_a_service_has_no_price(venue: Tenant) -> None:
    path = f"{ROOMS}/{venue.resource('cabin')}"
    with nothing_changes():
        refused(put(venue.full, path, {"price": 1}), 409)
    assert ok(put(venue.full, path, {"name": "Hut"}))["name"] == "Hut"


def test_own_terms_give_way_when_a_service_is_the_rooms_alone(venue: Tenant) -> None:
    ServiceResource.objects.filter(resource__uuid=venue.resource("north")).delete()
    assert room(venue, "south")["price"] == 60.0
    assert ok(put(venue.full, f"{ROOMS}/{venue.resource('south')}", {"price": 70}))["price"] == 70.0
    assert Service.objects.get(uuid=venue.service("rehearsal")).price_cents == 7000


def test_replay(venue: Tenant) -> None:
    first = venue.full.post(ROOMS, NEW, Idempotency_Key="k")
    with nothing_changes():
        again = venue.full.post(ROOMS, NEW, Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant) -> None:
    path = f"{ROOMS}/{venue.resource('vault')}"
    reading = [("GET", ROOMS, None), ("GET", path, None)]
    writing = [("POST", ROOMS, NEW), ("PUT", path, {"name": "x"})]
    all_need_key(venue, [*reading, *writing])
    all_need_scope(venue, ["widget"], reading)
    all_need_scope(venue, ["widget", "read_only", "staff"], writing)
    for method, sent in (("GET", None), ("PUT", {"name": "x"})):
        hides_others(neighbour.full, method, f"{ROOMS}/{{}}", venue.resource("vault"), sent)


def test_any_range_costs_the_same_queries(venue: Tenant) -> None:
    path = f"{ROOMS}/{venue.resource('vault')}"
    ok(venue.full.get(path))
    for query in ({}, {"from": "2026-05-01", "to": "2026-07-01"}):
        with asks_the_database(2):
            ok(venue.full.get(path, **query))
