"""POST /v1/manage/bookings/{booking_id}/release-hold: refused as long as there are no deposits."""

import pytest

from tests.v1.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, put_in_status, refused

PATH = "/v1/manage/bookings/{}/release-hold"


@pytest.fixture
def booking(salon: Tenant) -> str:
    booked: str = salon.book()["id"]
    return booked


@pytest.mark.parametrize("status", ["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"])
def test_a_deposit_must_be_held(salon: Tenant, booking: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(PATH.format(booking)), 409)
    assert error["details"] == {"deposit": None}


def test_the_refusal_is_replayed(salon: Tenant, booking: str) -> None:
    first = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    again = salon.staff.post(PATH.format(booking), Idempotency_Key="k")
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_needs_a_key(salon: Tenant, booking: str) -> None:
    needs_key(salon, "POST", PATH.format(booking))


def test_needs_the_scope(salon: Tenant, booking: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"])


def test_the_other_mode_is_not_found(salon: Tenant, booking: str) -> None:
    with nothing_changes():
        refused(salon.test.post(PATH.format(booking)), 404)
