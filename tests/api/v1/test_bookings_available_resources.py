"""GET /v1/manage/bookings/{booking_id}/available-resources"""

from typing import Any

import pytest

from businesses.models import Resource, Service
from tests.api.calls import (
    Tenant,
    desk,
    hides_others,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    put_in_status,
    refused,
)

PATH = "/v1/manage/bookings/{}/available-resources"


def names(tenant: Tenant, booking_id: str) -> list[str]:
    return [item["name"] for item in ok(tenant.read.get(PATH.format(booking_id)))["items"]]


@pytest.fixture
def booking(salon: Tenant) -> str:
    """The id of Maria's booking at ten."""
    booked: str = salon.book(resource_id=salon.resource("maria"))["id"]
    return booked


def test_the_others_that_are_free(salon: Tenant, booking: str) -> None:
    assert ok(salon.read.get(PATH.format(booking))) == {
        "items": [
            {
                "id": salon.resource("jim"),
                "name": "Jim",
                "kind": "staff",
                "section": None,
                "capacity_min": 1,
                "capacity_max": 1,
            }
        ],
        "next_cursor": None,
        "has_more": False,
    }


@pytest.mark.parametrize(("time", "free"), [("09:00", True), ("09:01", False), ("10:59", False), ("11:00", True)])
def test_a_conflicting_booking_in_the_same_time_window(salon: Tenant, booking: str, time: str, free: bool) -> None:
    ok(salon.full.post("/v1/manage/bookings/staff", desk(time=time, resource_id=salon.resource("jim"))), 201)
    assert names(salon, booking) == (["Jim"] if free else [])


def test_buffers_count(salon: Tenant) -> None:
    Service.objects.filter(uuid=salon.service("cut")).update(buffer_after_minutes=30)
    booking = salon.book(resource_id=salon.resource("maria"))["id"]
    ok(salon.full.post("/v1/manage/bookings/staff", desk(time="11:15", resource_id=salon.resource("jim"))), 201)
    assert names(salon, booking) == []


def test_a_cancelled_booking_does_not_stand_in_the_way(salon: Tenant, booking: str) -> None:
    other = salon.book(resource_id=salon.resource("jim"))["id"]
    assert names(salon, booking) == []
    ok(salon.full.post(f"/v1/manage/bookings/{other}/cancel"))
    assert names(salon, booking) == ["Jim"]


@pytest.mark.parametrize(
    ("field", "value"), [("active", False), ("capacity_max", 1), ("deleted_at", "2026-01-01T00:00:00Z")]
)
def test_who_cannot(salon: Tenant, field: str, value: Any) -> None:
    Resource.objects.filter(business=salon.business).update(capacity_max=4)
    booking = salon.book(capacity=3, resource_id=salon.resource("maria"))["id"]
    assert names(salon, booking) == ["Jim"]
    Resource.objects.filter(uuid=salon.resource("jim")).update(**{field: value})
    assert names(salon, booking) == []


def test_who_does_not_perform_the_service(salon: Tenant, booking: str) -> None:
    ok(salon.full.post("/v1/manage/resources", {"name": "Ann", "kind": "staff"}), 201)
    assert names(salon, booking) == ["Jim"]


def test_who_is_offline_may_still_take_over(salon: Tenant, booking: str) -> None:
    Resource.objects.filter(uuid=salon.resource("jim")).update(bookable_online=False)
    assert names(salon, booking) == ["Jim"]


def test_each_of_them_can_take_it(salon: Tenant, booking: str) -> None:
    for item in ok(salon.read.get(PATH.format(booking)))["items"]:
        ok(salon.full.patch(f"/v1/manage/bookings/{booking}", {"resource_id": item["id"]}))


@pytest.mark.parametrize("status", ["cancelled", "no_show", "completed"])
def test_of_a_booking_that_is_over(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    assert names(salon, booking) == ["Jim"]


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "GET", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", method="GET", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.read, "GET", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.get(PATH.format(booking)), 404)
