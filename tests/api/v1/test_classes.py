"""Classes over the native API: places of a service, places left of a start, full ones."""

from typing import Any

import pytest

from businesses.models import Service
from tests.api.calls import DAY, Tenant, nothing_changes, ok, refused, refused_fields


@pytest.fixture
def studio(salon: Tenant) -> Tenant:
    """The salon, where a cut is a class of three."""
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"places": 3}))
    return salon


def slot(studio: Tenant, clock: str = "10:00", **query: Any) -> Any:
    found = ok(studio.widget.get(f"/v1/availability/{studio.id}", date=DAY, **query))["slots"]
    return next((one for one in found if one["start_time"] == clock), None)


def test_places_left_change_with_every_booking(studio: Tenant) -> None:
    maria = {"resource_id": studio.resource("maria")}
    assert slot(studio, **maria)["places_left"] == 3
    for left in (2, 1):
        booked = studio.book(**maria)
        assert slot(studio, **maria)["places_left"] == left
    studio.book(**maria)
    assert slot(studio, **maria) is None
    ok(studio.staff.post(f"/v1/manage/bookings/{booked['id']}/cancel"))
    assert slot(studio, **maria)["places_left"] == 1


def test_the_other_one_has_a_class_of_their_own(studio: Tenant) -> None:
    studio.book(capacity=2, resource_id=studio.resource("maria"))
    both = slot(studio)
    assert (both["available_resources"], both["places_left"]) == (2, 3)
    assert studio.book()["resource_id"] == studio.resource("maria")  # joined before another is opened
    assert slot(studio)["resource_ids"] == [studio.resource("jim")]


def test_full_is_said(studio: Tenant) -> None:
    maria = {"resource_id": studio.resource("maria")}
    studio.book(capacity=3, **maria)
    with nothing_changes():
        error = refused(studio.full.post("/v1/bookings/", studio.public(**maria)), 409)
    assert (error["details"]["reason"], error["message"]) == ("full", "All places are taken.")
    assert [one["start_time"] for one in error["details"]["nearest"]][:2] == ["09:00", "11:00"]
    told = ok(studio.widget.get(f"/v1/availability/{studio.id}", date=DAY, explain=1, **maria))["unavailable"]
    assert [one["reason"] for one in told if one["start_time"] == "10:00"] == ["full"]


def test_other_services_say_nothing_of_places(salon: Tenant) -> None:
    assert "places_left" not in slot(salon)


def test_the_service_tells_its_places(studio: Tenant) -> None:
    (service,) = ok(studio.widget.get(f"/v1/businesses/{studio.id}/services"))["items"]
    assert service["places"] == 3


def test_fixed_starts(studio: Tenant) -> None:
    path = f"/v1/manage/services/{studio.service('cut')}"
    starts = [{"weekday": "friday", "time": "11:30"}, {"weekday": "monday", "time": "09:00"}]
    told = ok(studio.full.patch(path, {"starts": starts}))
    assert told["starts"] == [starts[1], starts[0]]
    assert studio.free() == ["11:30"]  # a Friday
    with nothing_changes():
        error = refused(studio.full.post("/v1/bookings/", studio.public()), 409)
    assert error["details"]["reason"] == "off_grid"
    ok(studio.full.patch(path, {"starts": []}))
    assert "10:00" in studio.free()


@pytest.mark.parametrize("places", [0, 1, 501, -1, "3", 2.5])
def test_bad_places(salon: Tenant, places: Any) -> None:
    with nothing_changes():
        refused_fields(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"places": places}), "places")
    assert Service.objects.get(business=salon.business).places is None


@pytest.mark.parametrize("starts", [[{"weekday": "noday", "time": "10:00"}], [{"weekday": "monday"}], "monday"])
def test_bad_starts(salon: Tenant, starts: Any) -> None:
    with nothing_changes():
        refused_fields(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"starts": starts}), "starts")


def test_more_people_than_there_is_room_for(studio: Tenant) -> None:
    one = studio.book(resource_id=studio.resource("maria"))["id"]
    studio.book(capacity=2, resource_id=studio.resource("maria"))
    with nothing_changes():
        error = refused(studio.staff.patch(f"/v1/manage/bookings/{one}", {"capacity": 2}), 409)
    assert error["details"] == {"reason": "full", "places_left": 0}
