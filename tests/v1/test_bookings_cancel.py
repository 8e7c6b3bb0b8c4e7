"""POST /v1/manage/bookings/{booking_id}/cancel"""

import pytest

from bookings.models import Booking
from tests.v1.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, put_in_status, refused
from webhooks.models import Event

PATH = "/v1/manage/bookings/{}/cancel"


@pytest.fixture
def booking(salon: Tenant) -> str:
    booked: str = salon.book(resource_id=salon.resource("maria"))["id"]
    return booked


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_cancels_and_frees_the_time(salon: Tenant, booking: str, status: str, slash: str) -> None:
    put_in_status(booking, status)
    before = salon.item(booking)
    Event.objects.all().delete()
    assert ok(salon.staff.post(PATH.format(booking) + slash)) == {**before, "status": "cancelled"}
    assert "10:00" in salon.free(resource_id=salon.resource("maria"))
    assert [e.type for e in Event.objects.order_by("id")] == ["booking.canceled", "booking.updated"]
    salon.book(resource_id=salon.resource("maria"))


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_what_is_past_cancelling(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"]["status"] == status


def test_replay(salon: Tenant, booking: str) -> None:
    first = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    with nothing_changes():
        again = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    assert ok(again)["status"] == "cancelled"
    assert again.content == first.content
    assert Booking.objects.get().version == 2


def test_a_key_used_for_another_booking_counts_anew(salon: Tenant, booking: str) -> None:
    other = salon.book()["id"]
    for key in (booking, other):
        assert ok(salon.staff.post(PATH.format(key), Idempotency_Key="k"))["id"] == key


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "POST", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.post(PATH.format(booking)), 404)
