"""GET /api/v1/schedules"""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.bookingflow.calls import BOOKINGS, asks_the_database, body, book, put
from tests.api.calls import DAY, Tenant, hides_others, needs_key, ok, refused, refused_fields
from tests.api.paying import configure

PATH = "/api/v1/schedules"


def day(tenant: Tenant, on: str = DAY, **query: Any) -> list[dict[str, str]]:
    """The free slots of one day."""
    answer = ok(tenant.full.get(PATH, **{"from": on, "to": on}, **query))
    assert answer["timezone"] == "Europe/Athens"
    assert [told["date"] for told in answer["days"]] == [on]
    slots: list[dict[str, str]] = answer["days"][0]["slots"]
    return slots


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_room(venue: Tenant, slash: str) -> None:
    vault = venue.resource("vault")
    answer = ok(venue.read.get(PATH + slash, **{"from": DAY, "to": "2026-05-16"}, room=vault))
    starts = [(f"{hour:02}:00", f"{hour + 1:02}:00") for hour in range(9, 17)]
    slots = [{"roomId": vault, "time": start, "endTime": end} for start, end in starts]
    days = [{"date": on, "slots": slots} for on in (DAY, "2026-05-16")]
    assert answer == {"timezone": "Europe/Athens", "days": days}


def test_all_rooms_by_age_then_time(venue: Tenant) -> None:
    """Each for its own length; neither staff nor the cabin, which is not sold by itself."""
    book(venue, roomId=venue.resource("south"), time="09:00")
    expected = [
        *((venue.resource("vault"), f"{hour:02}:00") for hour in range(9, 17)),
        *((venue.resource("attic"), f"{hour:02}:00") for hour in range(9, 16)),
        *((venue.resource("north"), f"{hour:02}:00") for hour in range(9, 16)),
        *((venue.resource("south"), f"{hour:02}:00") for hour in range(11, 16)),
    ]
    assert [(slot["roomId"], slot["time"]) for slot in day(venue)] == expected


def test_every_slot_can_be_booked_as_it_stands(venue: Tenant) -> None:
    """And no slot is left then."""
    person = body(venue)["customer"]
    for _ in range(40):
        slots = day(venue)
        if not slots:
            break
        sent = {"roomId": slots[0]["roomId"], "date": DAY, "time": slots[0]["time"], "customer": person, "guests": 2}
        made = ok(venue.widget.post(BOOKINGS, sent), 201)
        assert made["endTime"] == slots[0]["endTime"]
    assert slots == []


@pytest.mark.parametrize(
    ("guests", "rooms"), [(1, ["north", "south"]), (4, ["vault", "attic", "north", "south"]), (6, ["vault"]), (9, [])]
)
def test_guests(venue: Tenant, guests: int, rooms: list[str]) -> None:
    found = {slot["roomId"] for slot in day(venue, guests=guests)}
    assert found == {venue.resource(key) for key in rooms}


def test_a_week_from_today_unless_told(venue: Tenant) -> None:
    days = ok(venue.full.get(PATH))["days"]
    assert [told["date"] for told in days] == [f"2026-05-0{number}" for number in range(1, 8)]
    assert days[0]["slots"][0]["time"] == "11:00"  # it is ten, and an hour ahead is needed
    days = ok(venue.full.get(PATH, **{"from": DAY}))["days"]
    assert (days[0]["date"], days[-1]["date"]) == (DAY, "2026-05-21")


def test_staff_when_asked_for(venue: Tenant) -> None:
    assert len(day(venue, room=venue.resource("guide"))) == 8


def test_it_follows_what_changes(venue: Tenant) -> None:
    """Bookings, cancellations, rooms."""
    vault = venue.resource("vault")
    before = day(venue, room=vault)
    booking = book(venue, time="09:00")
    assert day(venue, room=vault) == before[2:]
    ok(venue.full.delete(f"{BOOKINGS}/{booking['id']}"))
    assert day(venue, room=vault) == before
    ok(put(venue.full, f"/api/v1/rooms/{vault}", {"durationMinutes": 30}))
    assert day(venue, room=vault)[0] == {"roomId": vault, "time": "09:00", "endTime": "09:30"}
    ok(put(venue.full, f"/api/v1/rooms/{vault}", {"active": False}))
    assert day(venue, room=vault) == []


def test_test_keys_see_test_bookings(venue: Tenant) -> None:
    book(venue)
    answer = ok(venue.test.get(PATH, **{"from": DAY, "to": DAY}, room=venue.resource("vault")))
    assert len(answer["days"][0]["slots"]) == 8


def test_a_day_of_23_hours(venue: Tenant) -> None:
    configure(venue, window_days=400)
    slots = day(venue, "2027-03-28", room=venue.resource("vault"))
    assert [slot["time"] for slot in slots] == [f"{hour:02}:00" for hour in range(9, 17)]


def test_bounds(venue: Tenant) -> None:
    assert len(ok(venue.full.get(PATH, **{"from": DAY, "to": "2026-07-15"}))["days"]) == 62
    for to in ("2026-07-16", "2026-05-14"):
        refused_fields(venue.full.get(PATH, **{"from": DAY, "to": to}), "to")
    refused_fields(venue.full.get(PATH, **{"from": "x"}, room="x", guests="0"), "from", "room", "guests")


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant) -> None:
    needs_key(venue, "GET", PATH)
    ok(venue.widget.get(PATH))
    hides_others(neighbour.full, "GET", f"{PATH}?room={{}}", venue.resource("vault"))
    refused(venue.full.get(PATH, room=str(uuid4())), 404)


def test_any_range_and_number_of_rooms_is_one_read(venue: Tenant) -> None:
    ok(venue.full.get(PATH))
    for query in ({"room": venue.resource("vault")}, {}):
        with asks_the_database(1):
            ok(venue.full.get(PATH, **{"from": DAY, "to": "2026-07-15"}, **query))
