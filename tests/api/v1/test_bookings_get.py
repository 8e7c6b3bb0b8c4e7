"""GET /v1/manage/bookings/{booking_id}"""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Booking
from tests.api.calls import Tenant, desk, hides_others, is_uuid, needs_key, needs_scope, ok, refused

PATH = "/v1/manage/bookings/{}"


@pytest.mark.parametrize("slash", ["", "/"])
def test_tells_the_booking_with_joined_data(salon: Tenant, slash: str) -> None:
    booking = salon.book(customer_notes="Prefers window seat", resource_id=salon.resource("maria"))
    item = ok(salon.full.get(PATH.format(booking["id"]) + slash))
    created = datetime.strptime(item.pop("created_at"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    stored = Booking.objects.get(uuid=booking["id"])
    assert abs(stored.created_at - created) < timedelta(seconds=1)
    assert is_uuid(item["customer"]["id"])
    assert item == {
        "id": booking["id"],
        "customer": {
            "id": str(stored.customer.uuid),
            "first_name": "Jane",
            "last_name": "Doe",
            "phone": "+301234567890",
            "email": "jane@example.com",
        },
        "resource": {"name": "Maria", "capacity_max": 1, "section": "Main Floor"},
        "deposit": None,
        "booking_date": "2026-05-15",
        "start_time": "10:00",
        "end_time": "11:00",
        "status": "confirmed",
        "confirmation_code": booking["confirmation_code"],
        "capacity": 1,
        "source": "online",
        "customer_notes": "Prefers window seat",
        "staff_notes": None,
    }


def test_what_is_not_there_is_null(salon: Tenant) -> None:
    made = ok(salon.full.post("/v1/manage/bookings/staff", desk()), 201)["booking"]
    ok(salon.full.patch(PATH.format(made["id"]), {"resource_id": salon.resource("jim")}), 200)
    item = salon.item(made["id"])
    assert item["customer"]["email"] is None
    assert item["resource"] == {"name": "Jim", "capacity_max": 1, "section": None}
    assert item["customer_notes"] is None
    assert item["staff_notes"] is None
    assert item["source"] == "staff"


@pytest.mark.parametrize("preset", ["read", "staff", "full"])
def test_every_key_that_reads_bookings(salon: Tenant, preset: str) -> None:
    booking = salon.book()
    assert ok(getattr(salon, preset).get(PATH.format(booking["id"])))["id"] == booking["id"]


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH.format(salon.book()["id"]))


def test_needs_the_scope(salon: Tenant) -> None:
    needs_scope(salon, "widget", method="GET", path=PATH.format(salon.book()["id"]))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.full, "GET", PATH, rival.book()["id"])


def test_live_and_test_do_not_see_each_other(salon: Tenant) -> None:
    live = salon.book()["id"]
    test = ok(salon.test.post("/v1/bookings/", salon.public()), 201)["booking"]["id"]
    refused(salon.test.get(PATH.format(live)), 404)
    refused(salon.full.get(PATH.format(test)), 404)
    assert ok(salon.test.get(PATH.format(test)))["id"] == test


def test_a_malformed_id_is_not_found(salon: Tenant) -> None:
    refused(salon.full.get(PATH.format("42")), 404)


def test_an_id_in_capitals_is_the_same_id(salon: Tenant) -> None:
    booking = salon.book()["id"]
    assert ok(salon.full.get(PATH.format(booking.upper())))["id"] == booking
