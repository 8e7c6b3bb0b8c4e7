"""PATCH /v1/manage/bookings/{booking_id}/notes"""

from typing import Any

import pytest

from bookings.models import Booking
from tests.api.calls import (
    Tenant,
    hides_others,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    put_in_status,
    refused,
    refused_fields,
)
from webhooks.models import Event

PATH = "/v1/manage/bookings/{}/notes"
BODY = {"staff_notes": "Allergic to latex — use nitrile gloves"}


@pytest.fixture
def path(salon: Tenant) -> str:
    return PATH.format(salon.book(customer_notes="Window seat")["id"])


def test_saves_notes_and_touches_nothing_else(salon: Tenant, path: str) -> None:
    before = ok(salon.staff.get(path.removesuffix("/notes")))
    told = ok(salon.staff.patch(path, BODY))
    assert told == {**before, **BODY}
    assert told["customer_notes"] == "Window seat"


def test_replaces_and_empties(salon: Tenant, path: str) -> None:
    ok(salon.staff.patch(path, BODY))
    assert ok(salon.staff.patch(path, {"staff_notes": "new"}))["staff_notes"] == "new"
    assert ok(salon.staff.patch(path, {"staff_notes": ""}))["staff_notes"] is None


def test_2000_characters(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.patch(path, {"staff_notes": "ä" * 2000}))["staff_notes"] == "ä" * 2000
    with nothing_changes():
        refused_fields(salon.staff.patch(path, {"staff_notes": "ä" * 2001}), "staff_notes")


def test_line_breaks_stay(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.patch(path, {"staff_notes": "one\ntwo\tthree"}))["staff_notes"] == "one\ntwo\tthree"


@pytest.mark.parametrize(
    "body", [{}, {"staff_notes": None}, {"staff_notes": 5}, {"staff_notes": ["x"]}, {"notes": "x"}]
)
def test_bad_input(salon: Tenant, path: str, body: dict[str, Any]) -> None:
    with nothing_changes():
        refused_fields(salon.staff.patch(path, body), "staff_notes")


def test_a_status_beside_the_notes_has_no_effect(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.patch(path, {**BODY, "status": "cancelled", "capacity": 5}))["status"] == "confirmed"
    assert Booking.objects.get().party_size == 1


@pytest.mark.parametrize("status", ["pending", "checked_in", "completed", "cancelled", "no_show"])
def test_notes_can_be_taken_in_every_status(salon: Tenant, path: str, status: str) -> None:
    put_in_status(path.split("/")[4], status)
    assert ok(salon.staff.patch(path, BODY))["status"] == status


def test_tells_the_world(salon: Tenant, path: str) -> None:
    Event.objects.all().delete()
    ok(salon.staff.patch(path, BODY))
    assert list(Event.objects.values_list("type", flat=True)) == ["booking.updated"]


def test_needs_a_key(salon: Tenant, path: str) -> None:
    needs_key(salon, "PATCH", path, BODY)


def test_needs_the_scope(salon: Tenant, path: str) -> None:
    needs_scope(salon, "widget", "read_only", method="PATCH", path=path, body=BODY)


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "PATCH", PATH, rival.book()["id"], BODY)


def test_the_other_mode_is_not_found(salon: Tenant, path: str) -> None:
    with nothing_changes():
        refused(salon.test.patch(path, BODY), 404)
