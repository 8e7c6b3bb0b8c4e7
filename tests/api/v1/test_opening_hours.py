"""/v1/manage/opening-hours"""

from typing import Any

import pytest

from businesses.models import OpeningHours, Resource
from tests.api.calls import Tenant, guards_a_collection, is_uuid, limits, nothing_changes, ok, refused, refused_fields

PATH = "/v1/manage/opening-hours"
EVENING = {"weekday": "friday", "opens": "18:00", "closes": "20:00"}  # 2026-05-15 is a Friday


def friday(salon: Tenant) -> str:
    return str(OpeningHours.objects.get(business=salon.business, weekday=4, opens=540).uuid)


def test_list(salon: Tenant) -> None:
    items = ok(salon.full.get(PATH))["items"]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    assert [item.pop("id") for item in items]
    assert items == [{"weekday": day, "opens": "09:00", "closes": "17:00", "resource_id": None} for day in days]


def test_create(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, EVENING), 201)
    assert is_uuid(told["id"])
    assert told == {"id": told["id"], **EVENING, "resource_id": None}
    assert ok(salon.full.get(f"{PATH}/{told['id']}/")) == told
    assert salon.free()[-2:] == ["18:00", "19:00"]


@pytest.mark.parametrize("closes", ["02:00", "00:00"])
def test_past_midnight(salon: Tenant, closes: str) -> None:
    told = ok(salon.full.post(PATH, {**EVENING, "closes": closes}), 201)
    assert told["closes"] == closes
    assert salon.free()[-6:] == [f"{hour:02}:00" for hour in range(18, 24)]
    assert salon.free("2026-05-16")[:2] == (["00:00", "01:00"] if closes == "02:00" else ["09:00", "10:00"])
    assert ok(salon.full.patch(f"{PATH}/{told['id']}", {"opens": "19:00"})) == {**told, "opens": "19:00"}


def test_all_day(salon: Tenant) -> None:
    assert salon.full.delete(f"{PATH}/{friday(salon)}").status_code == 204
    told = ok(salon.full.post(PATH, {**EVENING, "opens": "00:00", "closes": "00:00"}), 201)
    assert (told["opens"], told["closes"]) == ("00:00", "00:00")
    assert salon.free() == [f"{hour:02}:00" for hour in range(24)]


def test_change(salon: Tenant) -> None:
    key = friday(salon)
    assert ok(salon.full.patch(f"{PATH}/{key}", {"closes": "11:00"})) == {
        "id": key,
        "weekday": "friday",
        "opens": "09:00",
        "closes": "11:00",
        "resource_id": None,
    }
    assert salon.free() == ["09:00", "10:00"]


def test_delete(salon: Tenant) -> None:
    path = f"{PATH}/{friday(salon)}"
    assert salon.full.delete(path).status_code == 204
    assert salon.free() == []
    with nothing_changes():
        for response in (salon.full.get(path), salon.full.patch(path, {}), salon.full.delete(path)):
            refused(response, 404)


def test_hours_that_change_leave_bookings_as_they_are(salon: Tenant) -> None:
    booking = salon.book()["id"]
    before = salon.item(booking)
    assert salon.full.delete(f"{PATH}/{friday(salon)}").status_code == 204
    assert salon.item(booking) == before


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"),
    [
        ("friday", "09:00", "17:00"),
        ("friday", "16:59", "18:00"),
        ("friday", "08:00", "09:01"),
        ("friday", "10:00", "11:00"),
        ("friday", "08:00", "18:00"),
        ("friday", "20:00", "09:01"),  # into Saturday's opening
        ("sunday", "20:00", "09:01"),  # into Monday's
        ("thursday", "22:00", "10:00"),
    ],
)
def test_hours_that_overlap_others(salon: Tenant, weekday: str, opens: str, closes: str) -> None:
    spare = ok(salon.full.post(PATH, {"weekday": "friday", "opens": "18:30", "closes": "19:00"}), 201)["id"]
    body = {"weekday": weekday, "opens": opens, "closes": closes}
    with nothing_changes():
        refused(salon.full.post(PATH, body), 409)
        refused(salon.full.patch(f"{PATH}/{spare}", body), 409)


@pytest.mark.parametrize(("opens", "closes"), [("17:00", "18:00"), ("08:00", "09:00"), ("20:00", "09:00")])
def test_hours_that_touch_others(salon: Tenant, opens: str, closes: str) -> None:
    ok(salon.full.post(PATH, {"weekday": "friday", "opens": opens, "closes": closes}), 201)


def test_hours_of_a_resource(salon: Tenant) -> None:
    maria = salon.resource("maria")
    body = {"weekday": "friday", "opens": "10:00", "closes": "12:00", "resource_id": maria}
    assert ok(salon.full.post(PATH, body), 201)["resource_id"] == maria
    assert ok(salon.full.get(f"/v1/manage/resources/{maria}"))["own_hours"] is True
    assert salon.free(resource_id=maria) == ["10:00", "11:00"]
    assert salon.free("2026-05-16", resource_id=maria) == []
    assert len(salon.free(resource_id=salon.resource("jim"))) == 8
    with nothing_changes():
        refused(salon.full.post(PATH, {**body, "opens": "11:00", "closes": "13:00"}), 409)


def test_hours_of_two_resources_do_not_meet(salon: Tenant) -> None:
    for key in ("maria", "jim"):
        ok(salon.full.post(PATH, {**EVENING, "resource_id": salon.resource(key)}), 201)
    assert Resource.objects.filter(business=salon.business, own_hours=True).count() == 2


def test_hours_can_be_given_back_to_the_business(salon: Tenant) -> None:
    """null is the business itself, in a change as in a creation."""
    body = {"weekday": "friday", "opens": "18:00", "closes": "19:00"}
    key = ok(salon.full.post(PATH, {**body, "resource_id": salon.resource("maria")}), 201)["id"]
    assert ok(salon.full.patch(f"{PATH}/{key}", {"resource_id": None}))["resource_id"] is None


def test_another_tenants_resource_is_unknown(salon: Tenant, rival: Tenant) -> None:
    with nothing_changes():
        refused_fields(salon.full.post(PATH, {**EVENING, "resource_id": rival.resource("maria")}), "resource_id")
        path = f"{PATH}/{friday(salon)}"
        refused_fields(salon.full.patch(path, {"resource_id": rival.resource("maria")}), "resource_id")


def test_limits(salon: Tenant) -> None:
    times: list[Any] = ["24:00", "9:00", "09:60", "09:00:00", "", None, 540, "٠٩:٠٠"]
    bad: dict[str, list[Any]] = {
        "weekday": ["", "Friday", "fri", 4, None, ["friday"]],
        "opens": times,
        "closes": times,
        "resource_id": ["maria", 5, ""],
    }
    limits(salon, PATH, EVENING, bad, item=friday(salon))
    refused_fields(salon.full.post(PATH, {}), "weekday", "opens", "closes")


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, EVENING)
