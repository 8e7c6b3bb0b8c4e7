"""/v1/manage/services"""

from typing import Any

import pytest

from businesses.models import Business, Service
from tests.api.calls import (
    Tenant,
    guards_a_collection,
    hides_others,
    is_uuid,
    limits,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)

PATH = "/v1/manage/services"
SHORT = {"name": "Shave", "duration_minutes": 20}


def whole(salon: Tenant, category: str) -> dict[str, Any]:
    return {
        "name": "Color",
        "description": "Two tones",
        "category_id": category,
        "duration_minutes": 90,
        "buffer_before_minutes": 5,
        "buffer_after_minutes": 10,
        "price_cents": 8000,
        "party_min": 1,
        "party_max": 2,
        "show_price": False,
        "show_duration": False,
        "policy": "No returns",
        "instructions": "Come early",
        "photo_url": "https://example.com/c.jpg",
        "active": True,
        "bookable_online": False,
        "is_default": False,
        "position": 4,
        "also_needs": "room",
        "places": 12,
        "starts": [{"weekday": "monday", "time": "18:00"}, {"weekday": "sunday", "time": "09:30"}],
        "deposit": {"type": "charge", "basis": "percent", "amount_cents": None, "percent": 20, "only_for": []},
        "resources": [{"resource_id": salon.resource("maria"), "price_cents": 9000, "duration_minutes": 75}],
    }


def test_create(salon: Tenant) -> None:
    category = ok(salon.full.post("/v1/manage/service-categories", {"name": "Hair"}), 201)["id"]
    body = whole(salon, category)
    told = ok(salon.full.post(PATH, body), 201)
    assert is_uuid(told["id"])
    assert told == {"id": told["id"], "number": Service.objects.get(name="Color").id, **body}
    assert ok(salon.full.get(f"{PATH}/{told['id']}/")) == told
    assert ok(salon.full.get(PATH))["items"][1] == told


def test_defaults(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, SHORT), 201)
    assert told == {
        "id": told["id"],
        "number": told["number"],
        **SHORT,
        "description": "",
        "category_id": None,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "price_cents": None,
        "party_min": 1,
        "party_max": 50,
        "show_price": True,
        "show_duration": True,
        "policy": "",
        "instructions": "",
        "photo_url": "",
        "active": True,
        "bookable_online": True,
        "is_default": False,
        "position": 0,
        "also_needs": "",
        "places": None,
        "starts": [],
        "deposit": None,
        "resources": [],
    }


def test_change(salon: Tenant) -> None:
    path = f"{PATH}/{salon.service('cut')}"
    before = ok(salon.full.get(path))
    assert ok(salon.full.patch(path, {"duration_minutes": 120})) == {**before, "duration_minutes": 120}
    assert salon.free() == [f"{hour:02}:00" for hour in range(9, 16)]


def test_a_change_of_length_leaves_bookings_as_they_are(salon: Tenant) -> None:
    booking = salon.book()["id"]
    before = salon.item(booking)
    ok(salon.full.patch(f"{PATH}/{salon.service('cut')}", {"duration_minutes": 120, "buffer_after_minutes": 30}))
    assert salon.item(booking) == before


def test_who_performs_it_is_replaced_as_a_whole(salon: Tenant) -> None:
    path = f"{PATH}/{salon.service('cut')}"
    jim = {"resource_id": salon.resource("jim"), "price_cents": 4000, "duration_minutes": 45}
    assert ok(salon.full.patch(path, {"resources": [jim]}))["resources"] == [jim]
    booking = salon.book()
    assert (booking["resource_id"], booking["end_time"]) == (jim["resource_id"], "10:45:00")
    assert ok(salon.full.patch(path, {"name": "Cut"}))["resources"] == [jim]
    assert ok(salon.full.patch(path, {"resources": []}))["resources"] == []
    assert salon.free() == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "resources",
    [
        [{}],
        [{"price_cents": 100}],
        [{"resource_id": "maria"}],
        [{"resource_id": None}],
        ["maria"],
        "maria",
        {},
        None,
        [None],
    ],
)
def test_resources_are_a_list_of_things_with_an_id(salon: Tenant, method: str, resources: Any) -> None:
    path = PATH if method == "POST" else f"{PATH}/{salon.service('cut')}"
    with nothing_changes():
        refused_fields(salon.full.send(method, path, {**SHORT, "resources": resources}), "resources")


@pytest.mark.parametrize(
    "own", [{"price_cents": -1}, {"price_cents": "1"}, {"duration_minutes": 0}, {"duration_minutes": 1441}]
)
def test_own_prices_and_lengths_have_limits(salon: Tenant, own: dict[str, Any]) -> None:
    named = [{"resource_id": salon.resource("maria"), **own}]
    with nothing_changes():
        refused_fields(salon.full.patch(f"{PATH}/{salon.service('cut')}", {"resources": named}), "resources")


def test_a_resource_named_twice(salon: Tenant) -> None:
    maria = {"resource_id": salon.resource("maria")}
    with nothing_changes():
        refused_fields(salon.full.patch(f"{PATH}/{salon.service('cut')}", {"resources": [maria, maria]}), "resources")
        refused_fields(salon.full.post(PATH, {**SHORT, "resources": [maria, maria]}), "resources")


def rule(kind: str, **values: Any) -> dict[str, Any]:
    return {"type": kind, "basis": "fixed", "amount_cents": None, "percent": None, "only_for": [], **values}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"type": "none"}, rule("none")),
        ({"type": "charge", "amount_cents": 1}, rule("charge", amount_cents=1)),
        ({"type": "charge", "amount_cents": 100_000_000}, rule("charge", amount_cents=100_000_000)),
        (
            {"type": "charge", "basis": "per_person", "amount_cents": 500, "percent": None},
            rule("charge", basis="per_person", amount_cents=500),
        ),
        (
            {"type": "charge", "basis": "percent", "percent": 100, "only_for": ["earlier_no_shows", "new_customers"]},
            rule("charge", basis="percent", percent=100, only_for=["earlier_no_shows", "new_customers"]),
        ),
    ],
)
def test_a_deposit_rule_of_its_own(salon: Tenant, given: dict[str, Any], told: dict[str, Any]) -> None:
    path = f"{PATH}/{salon.service('cut')}"
    assert ok(salon.full.post(PATH, {**SHORT, "deposit": given}), 201)["deposit"] == told
    assert ok(salon.full.patch(path, {"deposit": given}))["deposit"] == told
    assert ok(salon.full.patch(path, {"name": "Cut"}))["deposit"] == told
    assert ok(salon.full.patch(path, {"deposit": told}))["deposit"] == told
    assert ok(salon.full.get(path))["deposit"] == told
    assert ok(salon.full.patch(path, {"deposit": None}))["deposit"] is None
    service = Service.objects.get(uuid=salon.service("cut"))
    assert (service.deposit_type, service.deposit_amount_cents, service.deposit_percent) == ("", None, None)
    assert (service.deposit_basis, service.deposit_only_for) == ("fixed", [])


def test_a_rule_is_replaced_as_a_whole(salon: Tenant) -> None:
    path = f"{PATH}/{salon.service('cut')}"
    ok(salon.full.patch(path, {"deposit": {"type": "charge", "amount_cents": 500, "only_for": ["new_customers"]}}))
    changed = ok(salon.full.patch(path, {"deposit": {"type": "charge", "basis": "percent", "percent": 20}}))
    assert changed["deposit"] == rule("charge", basis="percent", percent=20)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    ("deposit", "problem"),
    [
        ({"type": "charge"}, "amount_cents is missing"),
        ({"type": "charge", "amount_cents": None}, "amount_cents is missing"),
        ({"type": "charge", "basis": "per_person"}, "amount_cents is missing"),
        ({"type": "charge", "basis": "percent"}, "percent is missing"),
        ({"type": "charge", "amount_cents": 5, "percent": 5}, "percent needs basis: percent"),
        (
            {"type": "charge", "basis": "percent", "amount_cents": 5, "percent": 5},
            "amount_cents does not go with basis: percent",
        ),
        ({"type": "none", "only_for": ["new_customers"] * 2}, "only_for names the same twice"),
        ({"type": "authorization_hold", "amount_cents": 5}, "authorization_hold needs plan: premium"),
    ],
)
def test_a_deposit_rule_that_does_not_fit(salon: Tenant, method: str, deposit: Any, problem: str) -> None:
    path = PATH if method == "POST" else f"{PATH}/{salon.service('cut')}"
    with nothing_changes():
        error = refused(salon.full.send(method, path, {**SHORT, "deposit": deposit}), 400)
    assert error["details"] == {"deposit": [problem]}


def test_a_hold_with_plan_premium(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(plan="premium")
    told = ok(salon.full.post(PATH, {**SHORT, "deposit": {"type": "authorization_hold", "amount_cents": 500}}), 201)
    assert told["deposit"] == rule("authorization_hold", amount_cents=500)


@pytest.mark.parametrize("field", ["category_id", "resources"])
def test_another_tenants_things_are_unknown(salon: Tenant, rival: Tenant, field: str) -> None:
    category = ok(rival.full.post("/v1/manage/service-categories", {"name": "Theirs"}), 201)["id"]
    value: Any = category if field == "category_id" else [{"resource_id": rival.resource("maria")}]
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**SHORT, field: value}), field)
        refused_fields(salon.full.patch(f"{PATH}/{salon.service('cut')}", {field: value}), field)


def test_a_category_can_be_taken_off(salon: Tenant) -> None:
    category = ok(salon.full.post("/v1/manage/service-categories", {"name": "Hair"}), 201)["id"]
    path = f"{PATH}/{salon.service('cut')}"
    assert ok(salon.full.patch(path, {"category_id": category}))["category_id"] == category
    assert ok(salon.full.patch(path, {"position": 1}))["category_id"] == category
    assert ok(salon.full.patch(path, {"category_id": None}))["category_id"] is None


def test_one_default(salon: Tenant) -> None:
    shave = ok(salon.full.post(PATH, {**SHORT, "is_default": True}), 201)["id"]
    assert ok(salon.full.get(f"{PATH}/{salon.service('cut')}"))["is_default"] is False
    ok(salon.full.patch(f"{PATH}/{salon.service('cut')}", {"is_default": True}))
    assert ok(salon.full.get(f"{PATH}/{shave}"))["is_default"] is False


def test_delete_keeps_the_bookings(salon: Tenant) -> None:
    booking = salon.book()["id"]
    before = salon.item(booking)
    path = f"{PATH}/{salon.service('cut')}"
    assert salon.full.delete(path).status_code == 204
    assert salon.item(booking) == before
    with nothing_changes():
        for response in (salon.full.get(path), salon.full.patch(path, {"name": "x"}), salon.full.delete(path)):
            refused(response, 404)
        refused(salon.full.post("/v1/bookings/", salon.public(service_id=salon.service("cut"))), 404)


@pytest.mark.parametrize("change", [{"party_min": 3, "party_max": 2}, {"party_min": 50, "party_max": 1}])
def test_party_sizes_that_contradict_each_other(salon: Tenant, change: dict[str, int]) -> None:
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**SHORT, **change}), "party_min")
        refused_fields(salon.full.patch(f"{PATH}/{salon.service('cut')}", change), "party_min")


def test_limits(salon: Tenant) -> None:
    bad: dict[str, list[Any]] = {
        "name": ["", None, "x" * 201],
        "description": ["x" * 2001],
        "category_id": ["hair", 5],
        "duration_minutes": [0, 1441, "60", 60.0, None, True],
        "buffer_before_minutes": [-1, 1441],
        "buffer_after_minutes": [-1, 1441, "0"],
        "price_cents": [-1, 2_000_000_001, "35.00", 35.5],
        "party_min": [0, 51],
        "party_max": [0, 51],
        "show_price": [1],
        "show_duration": ["yes"],
        "policy": ["x" * 2001],
        "instructions": ["x" * 2001],
        "photo_url": ["javascript:alert(1)"],
        "active": [None],
        "bookable_online": [0],
        "is_default": ["true"],
        "position": [-1, 32_768],
        "also_needs": ["boat", None],
        "deposit": [
            {},
            [],
            "none",
            5,
            False,
            {"amount_cents": 5},
            {"type": None},
            {"type": ""},
            {"type": "gift"},
            {"type": ["charge"]},
            {"type": "charge", "amount_cents": 0},
            {"type": "charge", "amount_cents": 100_000_001},
            {"type": "charge", "amount_cents": "500"},
            {"type": "charge", "amount_cents": 5.0},
            {"type": "charge", "amount_cents": True},
            {"type": "charge", "basis": "hourly", "amount_cents": 5},
            {"type": "charge", "basis": None, "amount_cents": 5},
            {"type": "charge", "basis": "percent", "percent": 0},
            {"type": "charge", "basis": "percent", "percent": 101},
            {"type": "charge", "basis": "percent", "percent": "20"},
            {"type": "none", "only_for": "new_customers"},
            {"type": "none", "only_for": None},
            {"type": "none", "only_for": ["friends"]},
            {"type": "none", "only_for": [5]},
            {"type": "none", "only_for": [None]},
            {"type": "none", "only_for": [["new_customers"]]},
            {"type": "none", "only_for": ["new_customers", "earlier_no_shows", "new_customers"]},
        ],
    }
    limits(salon, PATH, SHORT, bad, item=salon.service("cut"))
    refused_fields(salon.full.post(PATH, {}), "name", "duration_minutes")
    for minutes in (1, 1440):
        ok(salon.full.post(PATH, {**SHORT, "duration_minutes": minutes, "price_cents": 2_000_000_000}), 201)


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, SHORT)
    hides_others(salon.full, "PATCH", PATH + "/{}", rival.service("cut"), {"name": "x"})
