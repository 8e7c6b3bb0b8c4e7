"""/v1/manage/resources"""

from typing import Any

import pytest

from businesses.models import Resource
from tests.api.calls import Tenant, guards_a_collection, is_uuid, limits, nothing_changes, ok, refused, refused_fields

PATH = "/v1/manage/resources"
WHOLE = {
    "name": "Table 4",
    "kind": "table",
    "section": "Terrace",
    "location": "By the door",
    "capacity_min": 2,
    "capacity_max": 6,
    "job_title": "",
    "about": "In the sun",
    "photo_url": "https://example.com/4.jpg",
    "color": "#1f6feb",
    "active": True,
    "bookable_online": False,
    "own_hours": False,
}


def test_create(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, WHOLE), 201)
    stored = Resource.objects.get(name="Table 4")
    assert is_uuid(told["id"])
    assert told == {"id": str(stored.uuid), "number": stored.id, **WHOLE}
    assert ok(salon.full.get(f"{PATH}/{told['id']}/")) == told


def test_defaults(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, {"name": "Ann", "kind": "staff"}), 201)
    empty = ("section", "location", "job_title", "about", "photo_url", "color")
    assert [told[name] for name in empty] == [""] * 6
    assert (told["capacity_min"], told["capacity_max"]) == (1, 1)
    assert (told["active"], told["bookable_online"], told["own_hours"]) == (True, True, False)


def test_list(salon: Tenant) -> None:
    items = ok(salon.full.get(PATH))["items"]
    assert [item["name"] for item in items] == ["Maria", "Jim"]
    assert items[0] == ok(salon.full.get(f"{PATH}/{salon.resource('maria')}"))


def test_change(salon: Tenant) -> None:
    path = f"{PATH}/{salon.resource('jim')}"
    before = ok(salon.full.get(path))
    assert ok(salon.full.patch(path, {"name": "James", "active": False})) == {
        **before,
        "name": "James",
        "active": False,
    }
    assert len(salon.free()) == 8
    assert ok(salon.full.get(f"/v1/businesses/{salon.id}/resources"))["items"][0]["name"] == "Maria"


def test_who_is_out_of_use_takes_no_bookings(salon: Tenant) -> None:
    ok(salon.full.patch(f"{PATH}/{salon.resource('jim')}", {"active": False}))
    refused(salon.full.post("/v1/bookings/", salon.public(resource_id=salon.resource("jim"))), 409)
    salon.book()
    refused(salon.full.post("/v1/bookings/", salon.public()), 409)


def test_delete_keeps_the_bookings(salon: Tenant) -> None:
    booking = salon.book(resource_id=salon.resource("jim"))
    before = salon.item(booking["id"])
    path = f"{PATH}/{salon.resource('jim')}"
    assert salon.full.delete(path).status_code == 204
    assert salon.item(booking["id"]) == before
    with nothing_changes():
        for response in (salon.full.get(path), salon.full.patch(path, {"name": "x"}), salon.full.delete(path)):
            refused(response, 404)
    assert [item["name"] for item in ok(salon.full.get(PATH))["items"]] == ["Maria"]
    assert ok(salon.full.get(f"/v1/manage/services/{salon.service('cut')}"))["resources"] == [
        {"resource_id": salon.resource("maria"), "price_cents": None, "duration_minutes": None}
    ]
    refused(salon.full.post("/v1/bookings/", salon.public(resource_id=salon.resource("jim"))), 404)


@pytest.mark.parametrize(
    "change", [{"capacity_min": 2}, {"capacity_min": 3, "capacity_max": 2}, {"capacity_min": 50, "capacity_max": 49}]
)
def test_capacities_that_contradict_each_other(salon: Tenant, change: dict[str, int]) -> None:
    with nothing_changes():
        refused_fields(salon.full.patch(f"{PATH}/{salon.resource('jim')}", change), "capacity_min")
        refused_fields(salon.full.post(PATH, {"name": "x", "kind": "room", **change}), "capacity_min")


def test_limits(salon: Tenant) -> None:
    texts = {"section": 100, "location": 200, "job_title": 100, "about": 2000}
    bad: dict[str, list[Any]] = {
        "name": ["", None, 5, "x" * 201, "a\x00"],
        "kind": ["", "boat", None, 1],
        "capacity_min": [0, 51, "1", True, None],
        "capacity_max": [0, 51, 1.5, None],
        "photo_url": ["javascript:alert(1)", "photo.jpg", 5, f"https://example.com/{'x' * 500}"],
        "color": ["red", "#12345", "#1234567", 123456],
        "active": ["true", 1, None],
        "bookable_online": [0],
        "own_hours": ["no"],
        **{name: ["x" * (most + 1), 5, None] for name, most in texts.items()},
    }
    limits(salon, PATH, {"name": "Other", "kind": "staff"}, bad, item=salon.resource("jim"))
    refused_fields(salon.full.post(PATH, {}), "name", "kind")
    most = {name: "x" * size for name, size in {**texts, "name": 200}.items()}
    ok(salon.full.post(PATH, {"kind": "equipment", "capacity_max": 50, **most}), 201)


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, {"name": "Ann", "kind": "staff"})
