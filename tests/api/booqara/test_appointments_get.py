"""GET /booking/appointments/{id}"""

from uuid import uuid4

import pytest

from availengine.api.v1.dialect import V1
from tests.api.booqara.speech import APPOINTMENTS, book, needs_key, refused
from tests.api.calls import DAY, Tenant, nothing_changes, ok, put_in_status


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_appointment(salon: Tenant, slash: str) -> None:
    booked = book(salon, userId=salon.resource("jim"))
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}{slash}")) == {
        "id": booked["id"],
        "confirmationCode": booked["confirmationCode"],
        "serviceName": "Cut",
        "servicePrice": 35,
        "appointmentDate": DAY,
        "appointmentTime": "10:00:00",
        "durationMinutes": 60,
        "staffName": "Jim",
        "status": "confirmed",
        "guestName": "Jordan Smith",
        "guestEmail": "jordan@example.com",
        "businessName": "North Elm Studio",
        "businessAddress": "",
    }


@pytest.mark.parametrize("status", ["pending", "checked_in", "completed", "cancelled", "no_show"])
def test_whatever_has_become_of_it(salon: Tenant, status: str) -> None:
    booked = book(salon)
    put_in_status(booked["id"], status)
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"))["status"] == status


def test_a_visit_of_several_services_from_the_native_dialect(parlour: Tenant) -> None:
    services = [parlour.service("cut"), parlour.service("spa"), parlour.service("cut")]
    native = parlour.speaking(V1)
    made = native.book(booking_date="2026-05-12", services=services)
    told = ok(parlour.full.get(f"{APPOINTMENTS}/{made['id']}"))
    assert told["serviceName"] == "Cut, Spa, Cut"
    assert (told["durationMinutes"], told["servicePrice"], told["staffName"]) == (240, 165, "Bob")
    assert told["guestName"] == "Jane Doe"


def test_after_it_was_moved_in_the_native_dialect(salon: Tenant, native: Tenant) -> None:
    booked = book(salon)
    move = {"booking_date": "2026-05-16", "start_time": "15:00", "resource_id": salon.resource("maria")}
    ok(native.full.post(f"/v1/manage/bookings/{booked['id']}/reschedule", move))
    told = ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"))
    assert (told["appointmentDate"], told["appointmentTime"]) == ("2026-05-16", "15:00:00")
    assert told["staffName"] == "Maria"


@pytest.mark.parametrize("caller", ["read", "staff", "full"])
def test_who_may(salon: Tenant, caller: str) -> None:
    booked = book(salon)
    assert ok(getattr(salon, caller).get(f"{APPOINTMENTS}/{booked['id']}"))["id"] == booked["id"]
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id'].upper()}"))["id"] == booked["id"]


def test_it_needs_the_scope(salon: Tenant) -> None:
    path = f"{APPOINTMENTS}/{book(salon)['id']}"
    with nothing_changes():
        refused(salon.widget.get(path), 403, "This key lacks the scope bookings:read.")


def test_what_is_not_there(salon: Tenant, rival: Tenant) -> None:
    booked = book(salon)["id"]
    with nothing_changes():
        for caller, key in ((rival.full, booked), (salon.test, booked), (salon.full, str(uuid4()))):
            refused(caller.get(f"{APPOINTMENTS}/{key}"), 404, "Not found")


@pytest.mark.parametrize("key", ["x", "42", "%00", "%ff", "any", "..%2fx", "5a43e6ce11112222333339f7d1a233fb", "é"])
def test_ids_that_are_none(salon: Tenant, key: str) -> None:
    with nothing_changes():
        refused(salon.full.get(f"{APPOINTMENTS}/{key}"), 404, "Not found")


@pytest.mark.parametrize("key", [str(uuid4()), "x"])
def test_it_needs_a_key(salon: Tenant, key: str) -> None:
    needs_key(salon, "GET", f"{APPOINTMENTS}/{key}")
