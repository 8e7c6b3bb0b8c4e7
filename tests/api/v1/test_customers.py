"""/v1/manage/customers"""

from typing import Any

import pytest

from bookings.models import Booking, Customer
from tests.api.calls import (
    Tenant,
    desk,
    guards_a_collection,
    is_uuid,
    limits,
    nothing_changes,
    ok,
    put_in_status,
    refused,
    refused_fields,
)

PATH = "/v1/manage/customers"
JANE = {
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "phone": "+1 312 555 0100",
    "notes": "Prefers tea",
}


def made(salon: Tenant, **changes: Any) -> str:
    key: str = ok(salon.full.post(PATH, {**JANE, **changes}), 201)["id"]
    return key


def test_create(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, JANE), 201)
    assert is_uuid(told["id"])
    created = told.pop("created_at")
    assert created.endswith("Z")
    assert told == {"id": told["id"], **JANE}
    assert ok(salon.full.get(PATH))["items"] == [{**told, "created_at": created}]


def test_only_a_first_name_is_needed(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, {"first_name": "Walk-in"}), 201)
    assert (told["last_name"], told["email"], told["phone"], told["notes"]) == ("", None, None, None)
    ok(salon.full.post(PATH, {"first_name": "Walk-in"}), 201)
    assert Customer.objects.count() == 2


def test_a_booking_finds_a_stored_customer(salon: Tenant) -> None:
    key = made(salon)
    booking = salon.book(phone="(312) 555-0100", first_name="Eve")
    assert salon.item(booking["id"])["customer"]["id"] == key
    assert Customer.objects.get().first_name == "Jane"


def test_the_profile_with_its_history(salon: Tenant) -> None:
    key = made(salon)
    bookings = [salon.book(phone=JANE["phone"], booking_date=f"2026-05-{day}")["id"] for day in (15, 17, 16)]
    salon.book(phone="+13125550999")
    put_in_status(bookings[0], "no_show")
    put_in_status(bookings[2], "cancelled")
    told = ok(salon.full.get(f"{PATH}/{key}/"))
    assert told["booking_count"] == 3
    assert told["no_show_count"] == 1
    assert told["bookings"] == [salon.item(bookings[index]) for index in (1, 2, 0)]
    assert {name: told[name] for name in JANE} == JANE


def test_the_latest_fifty(salon: Tenant) -> None:
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"duration_minutes": 5}))
    for number in range(51):
        body = desk(time=f"{9 + number // 10:02}:{number % 10 * 5:02}", phone=JANE["phone"])
        ok(salon.full.post("/v1/manage/bookings/staff", body), 201)
    told = ok(salon.full.get(f"{PATH}/{Customer.objects.get().uuid}"))
    assert told["booking_count"] == 51
    assert len(told["bookings"]) == 50
    assert told["bookings"][0]["start_time"] == "14:00"
    assert told["bookings"][-1]["start_time"] == "09:05"


def test_change(salon: Tenant) -> None:
    key = made(salon)
    told = ok(salon.full.patch(f"{PATH}/{key}", {"first_name": "Janet", "email": "", "notes": ""}))
    assert (told["first_name"], told["last_name"], told["email"], told["notes"]) == ("Janet", "Doe", None, None)
    ok(salon.full.patch(f"{PATH}/{key}", {"phone": "+13125550199"}))
    assert salon.item(salon.book(phone="312-555-0199")["id"])["customer"]["id"] == key


def test_a_phone_number_is_one_customers(salon: Tenant) -> None:
    made(salon)
    other = made(salon, phone="+13125550101")
    with nothing_changes():
        error = refused(salon.full.post(PATH, {**JANE, "phone": "(312) 555-0100"}), 409)
        refused(salon.full.patch(f"{PATH}/{other}", {"phone": JANE["phone"]}), 409)
    assert error["message"] == "Another customer has this phone number."


def test_delete_keeps_the_bookings(salon: Tenant) -> None:
    key = made(salon)
    booking = salon.book(phone=JANE["phone"])["id"]
    path = f"{PATH}/{key}"
    assert salon.full.delete(path).status_code == 204
    with nothing_changes():
        for response in (salon.full.get(path), salon.full.patch(path, {"notes": ""}), salon.full.delete(path)):
            refused(response, 404)
    assert salon.item(booking)["status"] == "confirmed"
    assert ok(salon.full.get(PATH))["items"] == []
    assert Booking.objects.count() == 1
    assert made(salon) != key


def test_live_and_test_customers_are_apart(salon: Tenant) -> None:
    key = made(salon)
    test = ok(salon.test.post(PATH, JANE), 201)["id"]
    assert [item["id"] for item in ok(salon.test.get(PATH))["items"]] == [test]
    assert [item["id"] for item in ok(salon.full.get(PATH))["items"]] == [key]
    with nothing_changes():
        refused(salon.test.get(f"{PATH}/{key}"), 404)
        refused(salon.test.patch(f"{PATH}/{key}", {"notes": ""}), 404)
        refused(salon.test.delete(f"{PATH}/{key}"), 404)


def test_limits(salon: Tenant) -> None:
    bad: dict[str, list[Any]] = {
        "first_name": ["", None, 5, "x" * 101],
        "last_name": ["x" * 101, 5],
        "email": ["jane", "x" * 255, 5, "a@example.com\n"],
        "phone": ["123456", "1" * 21, 5, "phone number"],
        "notes": ["x" * 2001, 5],
    }
    limits(salon, PATH, {"first_name": "Other"}, bad, item=made(salon))
    refused_fields(salon.full.post(PATH, {}), "first_name")


@pytest.mark.parametrize("field", ["id", "created_at", "phone_key", "business_id", "live", "booking_count"])
def test_forbidden_fields_have_no_effect(salon: Tenant, field: str) -> None:
    key = made(salon)
    before = ok(salon.full.get(f"{PATH}/{key}"))
    ok(salon.full.patch(f"{PATH}/{key}", {field: "00000000-0000-4000-8000-000000000000"}))
    assert ok(salon.full.get(f"{PATH}/{key}")) == before


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, JANE)
