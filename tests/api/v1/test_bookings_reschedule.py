"""POST /v1/manage/bookings/{booking_id}/reschedule"""

from datetime import UTC, datetime
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings.models import Allocation, Booking
from tests.api.calls import (
    DAY,
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
from tests.api.paying import NEAR, deposit_of, paid, pay, state, takes, unpaid
from webhooks.models import Event

PATH = "/v1/manage/bookings/{}/reschedule"


def to(time: str = "12:00", day: str = DAY, **more: Any) -> dict[str, Any]:
    return {"booking_date": day, "start_time": time, **more}


@pytest.fixture
def booking(salon: Tenant) -> str:
    """The id of Jim's booking at ten."""
    booked: str = salon.book(resource_id=salon.resource("jim"))["id"]
    return booked


@pytest.fixture
def path(booking: str) -> str:
    return PATH.format(booking)


@pytest.mark.parametrize("names", [("booking_date", "start_time"), ("date", "time"), ("booking_date", "time")])
@pytest.mark.parametrize("slash", ["", "/"])
def test_to_another_time(salon: Tenant, booking: str, path: str, names: tuple[str, str], slash: str) -> None:
    before = salon.item(booking)
    Event.objects.all().delete()
    told = ok(salon.staff.post(path + slash, dict(zip(names, ("2026-05-16", "12:00"), strict=True))))
    assert told == {**before, "booking_date": "2026-05-16", "start_time": "12:00", "end_time": "13:00"}
    assert salon.free(resource_id=salon.resource("jim")).count("10:00") == 1
    assert "12:00" not in salon.free("2026-05-16", resource_id=salon.resource("jim"))
    assert [e.type for e in Event.objects.order_by("id")] == ["booking.rescheduled", "booking.updated"]


@pytest.mark.parametrize("time", ["09:01", "09:30", "10:00", "10:30", "10:59"])
def test_into_its_own_overlapping_time(salon: Tenant, path: str, time: str) -> None:
    salon.book(resource_id=salon.resource("maria"))
    told = ok(salon.staff.post(path, to(time)))
    assert told["start_time"] == time
    assert told["resource"]["name"] == "Jim"
    assert Allocation.objects.filter(active=True).count() == 2


def test_it_keeps_its_resource_when_that_is_free(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.post(path, to()))["resource"]["name"] == "Jim"


def test_another_resource_when_its_own_is_taken(salon: Tenant, path: str) -> None:
    salon.book(start_time="12:00", resource_id=salon.resource("jim"))
    assert ok(salon.staff.post(path, to()))["resource"]["name"] == "Maria"


def test_to_a_given_resource(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.post(path, to(resource_id=salon.resource("maria"))))["resource"]["name"] == "Maria"


def test_to_a_given_resource_that_is_taken(salon: Tenant, path: str) -> None:
    salon.book(start_time="12:00", resource_id=salon.resource("maria"))
    with nothing_changes():
        error = refused(salon.staff.post(path, to(resource_id=salon.resource("maria"))), 409)
    assert error["details"]["reason"] == "busy"
    assert [n["start_time"] for n in error["details"]["nearest"]] == ["09:00", "10:00", "11:00", "13:00", "14:00"]


def test_to_a_taken_time(salon: Tenant, booking: str, path: str) -> None:
    for key in ("maria", "jim"):
        salon.book(start_time="12:00", resource_id=salon.resource(key))
    with nothing_changes():
        error = refused(salon.staff.post(path, to()), 409)
    assert error["details"]["reason"] == "busy"
    assert {"booking_date": DAY, "start_time": "11:00", "starts_at": f"{DAY}T16:00:00Z"} in error["details"]["nearest"]
    assert salon.item(booking)["start_time"] == "10:00"


@pytest.mark.parametrize(
    ("time", "reason"), [("08:00", "outside_hours"), ("16:30", "outside_hours"), ("23:00", "outside_hours")]
)
def test_outside_the_hours(salon: Tenant, path: str, time: str, reason: str) -> None:
    with nothing_changes():
        assert refused(salon.staff.post(path, to(time)), 409)["details"]["reason"] == reason


def test_several_services_move_together(salon: Tenant) -> None:
    cut = salon.service("cut")
    booking = salon.book(services=[cut, cut])
    told = ok(salon.staff.post(PATH.format(booking["id"]), to("13:00")))
    assert (told["start_time"], told["end_time"]) == ("13:00", "15:00")
    held = Allocation.objects.filter(booking__uuid=booking["id"]).order_by("sequence")
    assert [a.starts_at for a in held] == [datetime(2026, 5, 15, hour, tzinfo=UTC) for hour in (18, 19)]


@pytest.mark.parametrize("status", ["pending", "confirmed"])
def test_keeps_its_status(salon: Tenant, booking: str, path: str, status: str) -> None:
    put_in_status(booking, status)
    assert ok(salon.staff.post(path, to()))["status"] == status


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_what_has_begun_or_is_over_stays(salon: Tenant, booking: str, path: str, status: str) -> None:
    put_in_status(booking, status)
    with nothing_changes():
        error = refused(salon.staff.post(path, to()), 409)
    assert error["details"] == {"status": status}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["booking_date"]),
        ({"booking_date": DAY}, ["start_time"]),
        ({"start_time": "12:00"}, ["booking_date"]),
        (to("24:00"), ["start_time"]),
        (to("12"), ["start_time"]),
        (to(day="2026-02-30"), ["booking_date"]),
        (to(day="9999-12-31"), ["booking_date"]),
        (to(day="2035-01-01"), ["booking_date"]),
        (to(resource_id="jim"), ["resource_id"]),
        (to(resource_id=None), ["resource_id"]),
        (to(starts_at="2026-05-15T12:00:00Z"), ["starts_at"]),
    ],
)
def test_bad_input(salon: Tenant, path: str, body: dict[str, Any], fields: list[str]) -> None:
    with nothing_changes():
        refused_fields(salon.staff.post(path, body), *fields)


def test_other_fields_have_no_effect(salon: Tenant, path: str) -> None:
    told = ok(salon.staff.post(path, to(status="cancelled", capacity=9, staff_notes="x", service_id="x")))
    assert (told["status"], told["capacity"], told["staff_notes"]) == ("confirmed", 1, None)


def test_a_booking_whose_service_was_deleted_can_still_move(salon: Tenant, path: str) -> None:
    """GUARANTEES B8: a deleted service keeps its bookings, and they go on like others."""
    assert salon.full.delete(f"/v1/manage/services/{salon.service('cut')}").status_code == 204
    assert ok(salon.staff.post(path, to()))["start_time"] == "12:00"


def test_a_booking_keeps_its_length_when_the_service_changes(salon: Tenant, booking: str, path: str) -> None:
    """GUARANTEES B8: what was booked is what moves."""
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"duration_minutes": 30}))
    item = salon.item(booking)
    assert (item["start_time"], item["end_time"]) == ("10:00", "11:00")
    told = ok(salon.staff.post(path, to()))
    assert (told["start_time"], told["end_time"]) == ("12:00", "13:00")


def test_replay(salon: Tenant, path: str) -> None:
    first = salon.staff.post(path, to(), Idempotency_Key="k")
    version = Booking.objects.get().version
    with nothing_changes():
        again = salon.staff.post(path, to(), Idempotency_Key="k")
        refused(salon.staff.post(path, to("13:00"), Idempotency_Key="k"), 422)
    assert ok(again) == ok(first)
    assert again.content == first.content
    assert Booking.objects.get().version == version == 2


def test_needs_a_key(salon: Tenant, path: str) -> None:
    needs_key(salon, "POST", path, to())


def test_needs_the_scope(salon: Tenant, path: str) -> None:
    needs_scope(salon, "widget", "read_only", method="POST", path=path, body=to())


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "POST", PATH, rival.book()["id"], to())


def test_another_tenants_resource_is_not_found(salon: Tenant, rival: Tenant, path: str) -> None:
    hides_others(salon.staff, "POST", path, rival.resource("jim"), to(resource_id="{}"))


def test_the_other_mode_is_not_found(salon: Tenant, path: str) -> None:
    with nothing_changes():
        refused(salon.test.post(path, to()), 404)


# --- the deposit follows ------------------------------------------------------------------------------------------


def test_a_saved_card_is_held_for_the_new_time(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe)
    ok(studio.staff.post(PATH.format(booking), to(day="2026-05-20")))
    deposit = deposit_of(booking)
    assert deposit.needed_until == datetime(2026, 5, 21, 18, tzinfo=UTC)  # a day after the end of the visit
    assert deposit.hold_at == datetime(2026, 5, 17, tzinfo=UTC)  # 4 days and 18 hours before that
    assert deposit.status == "saved"


def test_a_hold_is_needed_until_after_the_new_time(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    before = deposit_of(booking)
    calls = len(stripe.requests)
    ok(studio.staff.post(PATH.format(booking), to(day="2026-05-20")))
    deposit = deposit_of(booking)
    assert (deposit.status, deposit.hold_at, deposit.capture_before) == ("held", None, before.capture_before)
    assert deposit.needed_until == datetime(2026, 5, 21, 18, tzinfo=UTC)
    assert len(stripe.requests) == calls


def test_a_charge_stays_as_it_is(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    ok(studio.staff.post(PATH.format(booking), to(day="2026-05-20")))
    deposit = deposit_of(booking)
    assert (deposit.status, deposit.hold_at, deposit.needed_until) == ("paid", None, None)


def test_an_unpaid_booking_can_move_and_be_paid(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    expires_at = deposit_of(made["booking"]["id"]).expires_at
    ok(studio.staff.post(PATH.format(made["booking"]["id"]), to(day="2026-05-20")))
    assert deposit_of(made["booking"]["id"]).expires_at == expires_at
    pay(stripe, made)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_a_near_hold_that_is_not_paid_yet_moves_far_ahead(studio: Tenant, stripe: Sandbox) -> None:
    """It is held when it is paid, for the time it is needed: jobs renew it."""
    takes(studio, "authorization_hold")
    made = unpaid(studio, booking_date=NEAR)
    ok(studio.staff.post(PATH.format(made["booking"]["id"]), to(day="2026-05-20")))
    pay(stripe, made)
    deposit = deposit_of(made["booking"]["id"])
    assert (deposit.status, deposit.needed_until) == ("held", datetime(2026, 5, 21, 18, tzinfo=UTC))


def test_a_far_one_that_is_not_paid_yet_moves_near(studio: Tenant, stripe: Sandbox) -> None:
    """The card is saved when it is given, and the hold placed at once."""
    takes(studio, "authorization_hold")
    made = unpaid(studio)
    ok(studio.staff.post(PATH.format(made["booking"]["id"]), to(day="2026-05-04")))
    pay(stripe, made)
    deposit = deposit_of(made["booking"]["id"])
    assert deposit.status == "saved"
    assert deposit.needed_until == datetime(2026, 5, 5, 18, tzinfo=UTC)
    assert deposit.hold_at is not None
    assert deposit.hold_at <= datetime(2026, 5, 1, 7, tzinfo=UTC)
