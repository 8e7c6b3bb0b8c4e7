"""PUT /api/v1/bookings/{id}"""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings.models import Allocation, Booking
from businesses.models import Closure
from tests.api.bookingflow.calls import BOOKINGS, book, free, put, told
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
from tests.api.paying import NEAR, asked, deposit_of, forget_the_past, paid, takes
from tests.api.paying import told as events

LATER = "2026-05-16"


def path(booking: dict[str, Any]) -> str:
    return f"{BOOKINGS}/{booking['id']}"


@pytest.fixture
def booking(venue: Tenant) -> dict[str, Any]:
    """In the vault, at ten."""
    made = book(venue)
    forget_the_past()
    return made


@pytest.mark.parametrize("slash", ["", "/"])
def test_reschedules(venue: Tenant, booking: dict[str, Any], slash: str) -> None:
    sent = {"date": LATER, "time": "15:00"}
    expected = {**booking, **sent, "endTime": "16:00"}
    assert ok(put(venue.full, path(booking) + slash, sent)) == expected
    assert told(venue, booking["id"]) == expected
    assert "10:00" in free(venue)
    assert "15:00" not in free(venue, LATER)
    assert events("booking") == ["booking.rescheduled", "booking.updated"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"date": LATER}, {"date": LATER}),
        ({"time": "12:30"}, {"time": "12:30", "endTime": "13:30"}),
        ({"time": "10:30"}, {"time": "10:30", "endTime": "11:30"}),  # over its own old time
        ({"guests": 6}, {"guests": 6}),
        ({"guests": 5, "time": "15:00"}, {"guests": 5, "time": "15:00", "endTime": "16:00"}),
        ({"status": "checked_in"}, {"status": "checked_in"}),
        ({}, {}),
        ({"unknown": 1}, {}),
    ],
)
def test_what_is_left_out_stays(
    venue: Tenant, booking: dict[str, Any], sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert ok(put(venue.staff, path(booking), sent)) == {**booking, **expected}


def test_the_same_twice_is_the_same_once(venue: Tenant, booking: dict[str, Any]) -> None:
    sent = {
        "roomId": venue.resource("attic"),
        "date": LATER,
        "time": "14:15",
        "guests": 3,
        "status": "checked_in",
        "customer": {"firstName": "Joan", "email": None, "phone": "+302107654321"},
        "notes": "Late",
    }
    first = put(venue.full, path(booking), sent)
    ok(first)
    with nothing_changes():
        assert put(venue.full, path(booking), sent).content == first.content


def test_the_whole_booking_back_changes_nothing(venue: Tenant, booking: dict[str, Any]) -> None:
    with nothing_changes():
        assert ok(put(venue.full, path(booking), booking)) == booking


def test_another_room_brings_its_own_game(venue: Tenant, booking: dict[str, Any]) -> None:
    """The attic's game lasts longer and costs less. The time is the same: nobody is told of another one."""
    attic = venue.resource("attic")
    told_now = ok(put(venue.full, path(booking), {"roomId": attic}))
    assert told_now == {**booking, "roomId": attic, "roomName": "The Attic", "endTime": "11:30", "price": 90.0}
    assert events("booking") == ["booking.updated"]
    assert Allocation.objects.get(booking__uuid=booking["id"]).service.name == "A night in the attic"


def test_another_room_of_a_shared_service_keeps_the_price(venue: Tenant) -> None:
    booking = book(venue, roomId=venue.resource("north"))
    south = venue.resource("south")
    told_now = ok(put(venue.full, path(booking), {"roomId": south}))
    assert told_now == {**booking, "roomId": south, "roomName": "Studio South"}


def test_another_time_keeps_the_room(venue: Tenant) -> None:
    """Though the other studio would be free then."""
    booking = book(venue, roomId=venue.resource("north"))
    book(venue, roomId=venue.resource("north"), time="14:00")
    with nothing_changes():
        refused(put(venue.full, path(booking), {"time": "14:00"}), 409)
        refused(put(venue.full, path(booking), {"time": "14:00", "roomId": venue.resource("cabin")}), 409)
    assert ok(put(venue.full, path(booking), {"time": "14:00", "roomId": venue.resource("south")}))["time"] == "14:00"


def test_a_busy_time_changes_nothing(venue: Tenant, booking: dict[str, Any]) -> None:
    book(venue, time="15:00")
    sent = {"time": "15:00", "guests": 2, "notes": "x", "customer": {"firstName": "Joan"}, "status": "checked_in"}
    with nothing_changes():
        error = refused(put(venue.full, path(booking), sent), 409)
    assert error["details"]["reason"] == "busy"
    assert error["details"]["nearest"][-1] == {"date": DAY, "time": "13:00", "startsAt": f"{DAY}T10:00:00Z"}


@pytest.mark.parametrize("sent", [{"guests": 7}, {"guests": 7, "time": "15:00"}])
def test_too_many_guests(venue: Tenant, booking: dict[str, Any], sent: dict[str, Any]) -> None:
    with nothing_changes():
        error = refused(put(venue.full, path(booking), sent), 409)
    assert error["details"]["reason"] == "capacity"


def test_another_phone_is_another_customer(venue: Tenant, booking: dict[str, Any]) -> None:
    told_now = ok(put(venue.full, path(booking), {"customer": {"phone": "+302107654321"}}))
    assert told_now["customer"] == {**booking["customer"], "id": told_now["customer"]["id"], "phone": "+302107654321"}
    assert told_now["customer"]["id"] != booking["customer"]["id"]
    assert events("booking") == ["booking.updated"]


def test_notes_are_the_desks(venue: Tenant, booking: dict[str, Any]) -> None:
    assert ok(put(venue.full, path(booking), {"notes": "Late"})) == booking
    assert Booking.objects.get(uuid=booking["id"]).staff_notes == "Late"
    ok(put(venue.full, path(booking), {"notes": None}))
    assert Booking.objects.get(uuid=booking["id"]).staff_notes == ""


def test_a_closed_day_keeps_its_bookings_seats(venue: Tenant, booking: dict[str, Any]) -> None:
    """At the time that it has, a booking can be changed although the venue is closed then by now."""
    Closure.objects.create(business=venue.business, starts_at=f"{DAY}T00:00Z", ends_at=f"{DAY}T23:00Z")
    assert ok(put(venue.full, path(booking), {"guests": 2}))["guests"] == 2
    refused(put(venue.full, path(booking), {"time": "11:00"}), 409)


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
@pytest.mark.parametrize(
    "sent",
    [
        {"time": "15:00"},
        {"guests": 2},
        {"status": "confirmed"},
        {"customer": {"firstName": "Joan"}, "notes": "Late"},
        {"customer": {"phone": "+302107654321"}},
    ],
)
def test_what_is_over_stays(venue: Tenant, booking: dict[str, Any], status: str, sent: dict[str, Any]) -> None:
    put_in_status(booking["id"], status)
    with nothing_changes():
        refused(put(venue.full, path(booking), sent), 409)
        assert ok(put(venue.full, path(booking), {"status": status, "time": "10:00"}))["status"] == status


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
def test_notes_may_follow_what_is_over(venue: Tenant, booking: dict[str, Any], status: str) -> None:
    put_in_status(booking["id"], status)
    assert ok(put(venue.full, path(booking), {"notes": "Left an umbrella"})) == {**booking, "status": status}
    assert Booking.objects.get(uuid=booking["id"]).staff_notes == "Left an umbrella"


def test_bad_input(venue: Tenant, booking: dict[str, Any]) -> None:
    with nothing_changes():
        refused_fields(put(venue.full, path(booking), {"date": "tomorrow", "guests": 0}), "date", "guests")
        refused_fields(put(venue.full, path(booking), {"date": None}), "date")


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant, booking: dict[str, Any]) -> None:
    needs_key(venue, "PUT", path(booking), {"guests": 2})
    needs_scope(venue, "widget", "read_only", method="PUT", path=path(booking), body={"guests": 2})
    hides_others(neighbour.full, "PUT", f"{BOOKINGS}/{{}}", booking["id"], {"guests": 2})
    theirs = neighbour.resource("vault")
    hides_others(venue.full, "PUT", path(booking), theirs, {"roomId": "{}"})


def test_a_no_show_captures_the_hold(studio: Tenant, venue: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = {"id": paid(studio, stripe, booking_date=NEAR)}
    spoken = studio.speaking(venue.full.dialect)
    assert ok(put(spoken.full, path(booking), {"status": "no_show"}))["status"] == "no_show"
    assert deposit_of(booking["id"]).status == "captured"
    assert len(asked(stripe, "/capture")) == 1


def test_cancelling_by_status_refunds(studio: Tenant, venue: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = {"id": paid(studio, stripe)}
    spoken = studio.speaking(venue.full.dialect)
    assert ok(put(spoken.full, path(booking), {"status": "cancelled"}))["status"] == "cancelled"
    assert deposit_of(booking["id"]).status == "refunded"
