"""POST /v1/manage/bookings/staff"""

from typing import Any

import pytest

from bookings.models import Booking, Customer
from businesses.models import Business, Closure, Resource, Service
from tests.api.calls import (
    DAY,
    Tenant,
    desk,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)

PATH = "/v1/manage/bookings/staff"


def book(tenant: Tenant, **changes: Any) -> Any:
    return ok(tenant.staff.post(PATH, desk(**changes)), 201)["booking"]


def test_books_at_once_without_deposit(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(auto_confirm=False)
    booking = book(salon, notes="Walk-in, prefers Maria")
    assert is_uuid(booking.pop("id"))
    assert booking.pop("confirmation_code").startswith("AV-")
    assert booking == {
        "status": "confirmed",
        "booking_date": DAY,
        "start_time": "10:00:00",
        "end_time": "11:00:00",
        "capacity": 1,
        "resource_id": salon.resource("maria"),
    }
    stored = Booking.objects.get()
    assert (stored.source, stored.staff_notes, stored.customer_notes) == ("staff", "Walk-in, prefers Maria", "")
    assert stored.deposit is None


@pytest.mark.parametrize("time", ["09:00", "10:07", "13:59", "16:00"])
def test_any_minute_within_the_hours(salon: Tenant, time: str) -> None:
    assert book(salon, time=time)["start_time"] == f"{time}:00"


def test_neither_lead_time_nor_window_hold_for_staff(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(lead_time_minutes=10_000)
    assert book(salon, date="2026-05-01")["booking_date"] == "2026-05-01"
    assert book(salon, date="2027-05-01")["booking_date"] == "2027-05-01"


def test_a_visit_of_yesterday_can_be_noted(salon: Tenant) -> None:
    assert book(salon, date="2026-04-30")["booking_date"] == "2026-04-30"


def test_what_is_not_bookable_online_is_for_staff(salon: Tenant) -> None:
    Service.objects.filter(uuid=salon.service("cut")).update(bookable_online=False)
    Resource.objects.filter(uuid=salon.resource("maria")).update(bookable_online=False)
    assert book(salon)["resource_id"] == salon.resource("maria")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"time": "08:59"}, "outside_hours"), ({"time": "16:01"}, "outside_hours"), ({"date": "2026-05-16"}, "closed")],
)
def test_override_hours(salon: Tenant, changes: dict[str, str], reason: str) -> None:
    Closure.objects.create(business=salon.business, starts_at="2026-05-16T05:00:00Z", ends_at="2026-05-17T05:00:00Z")
    with nothing_changes():
        error = refused(salon.staff.post(PATH, desk(**changes)), 409)
    assert error["details"]["reason"] == reason
    assert book(salon, **changes, override_hours=True)["status"] == "confirmed"


def test_override_hours_does_not_book_twice(salon: Tenant) -> None:
    for _ in range(2):
        book(salon, time="20:00", override_hours=True)
    with nothing_changes():
        error = refused(salon.staff.post(PATH, desk(time="20:30", override_hours=True)), 409)
    assert error["details"]["reason"] == "busy"


def test_none_free(salon: Tenant) -> None:
    assert {book(salon)["resource_id"] for _ in range(2)} == {salon.resource("maria"), salon.resource("jim")}
    with nothing_changes():
        error = refused(salon.staff.post(PATH, desk(time="10:59")), 409)
    assert error["details"]["reason"] == "busy"
    assert {"booking_date": DAY, "start_time": "11:00", "starts_at": f"{DAY}T16:00:00Z"} in error["details"]["nearest"]
    assert book(salon, time="11:00")


@pytest.mark.parametrize("email", ["jane@example.com", "not an address", "", "x" * 254])
def test_the_email_is_not_validated(salon: Tenant, email: str) -> None:
    item = salon.item(book(salon, email=email)["id"])
    assert item["customer"]["email"] == (email or None)


def test_a_returning_customer_is_matched_by_phone(salon: Tenant) -> None:
    book(salon)
    book(salon, first_name="Eve", phone="+30 1234567890")
    assert Customer.objects.get().first_name == "Jane"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", ""),
        ("date", "2026-02-30"),
        ("time", ""),
        ("time", "24:00"),
        ("time", "10:00:00"),
        ("capacity", 0),
        ("capacity", 51),
        ("capacity", "1"),
        ("first_name", ""),
        ("first_name", "x" * 101),
        ("last_name", ""),
        ("last_name", "x" * 101),
        ("phone", "123456"),
        ("phone", "1" * 21),
        ("email", "x" * 255),
        ("email", 5),
        ("notes", "x" * 1001),
        ("override_hours", 1),
        ("service_id", "cut"),
    ],
)
def test_the_limits_of_a_field(salon: Tenant, field: str, value: Any) -> None:
    with nothing_changes():
        refused_fields(salon.staff.post(PATH, desk(**{field: value})), field)


def test_required_fields(salon: Tenant) -> None:
    refused_fields(salon.staff.post(PATH, {}), "date", "time", "first_name", "last_name", "phone")


@pytest.mark.parametrize("field", [{"notes": "n" * 1000}, {"first_name": "f" * 100}, {"phone": "1" * 7}])
def test_the_bounds_are_allowed(salon: Tenant, field: dict[str, str]) -> None:
    book(salon, **field)


def test_null_means_nothing_where_a_field_is_optional(salon: Tenant) -> None:
    ok(salon.staff.post(PATH, {**desk(), "email": None, "notes": None}), 201)


def test_unknown_and_forbidden_fields_have_no_effect(salon: Tenant) -> None:
    book(salon, status="completed", source="online", price_cents=1, live=False, customer_notes="x", business_id="x")
    stored = Booking.objects.get()
    assert (stored.status, stored.source, stored.price_cents, stored.live) == ("confirmed", "staff", 3500, True)
    assert stored.customer_notes == ""


def test_test_mode(salon: Tenant) -> None:
    for _ in range(2):
        ok(salon.test.post(PATH, desk()), 201)
    refused(salon.test.post(PATH, desk()), 409)
    assert book(salon)["resource_id"] == salon.resource("maria")


def test_replay(salon: Tenant) -> None:
    first = salon.staff.post(PATH, desk(), Idempotency_Key="k")
    with nothing_changes():
        again = salon.staff.post(PATH + "/", desk(), Idempotency_Key="k")
        refused(salon.staff.post(PATH, desk(time="12:00"), Idempotency_Key="k"), 422)
    assert ok(again, 201) == ok(first, 201)
    assert again.content == first.content


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "POST", PATH, desk())


def test_needs_the_scope(salon: Tenant) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH, body=desk())


@pytest.mark.parametrize("field", ["service_id", "services", "resource_id"])
def test_another_tenants_ids_are_not_found(salon: Tenant, rival: Tenant, field: str) -> None:
    theirs = rival.resource("maria") if field == "resource_id" else rival.service("cut")
    hides_others(salon.full, "POST", PATH, theirs, desk(**{field: ["{}"] if field == "services" else "{}"}))


def test_past_due(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    with nothing_changes():
        refused(salon.staff.post(PATH, desk()), 402)
