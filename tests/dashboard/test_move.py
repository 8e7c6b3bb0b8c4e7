"""Moving bookings on the diary: as dragging sends it and as the form does, refusals with what is free instead."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bookings.models import Allocation, Booking
from businesses.localtime import minute_of
from tests.api.calls import nothing_changes, put_in_status
from tests.dashboard.desk import CHICAGO, DAY, NINE, DeskAtWork, words
from webhooks.models import Event

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None) -> DeskAtWork:
    return DeskAtWork()


def minute(clock: str, day: date = DAY, zone: ZoneInfo = CHICAGO) -> int:
    return minute_of(datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), zone))


def drag(desk: DeskAtWork, booking: Booking, clock: str, to: str = "maria", **more: Any) -> Any:
    """As timeline.js sends it."""
    fields = {"instant": minute(clock), "resource": desk.resource(to) or "", "version": booking.version, **more}
    return desk.staff.post(f"{desk.url}bookings/{booking.uuid}/move/", fields, headers=HTMX)


def send(desk: DeskAtWork, booking: Booking, **fields: Any) -> Any:
    """As the form sends it without htmx."""
    return desk.staff.post(f"{desk.url}bookings/{booking.uuid}/move/", {"version": booking.version, **fields})


def place(booking: Booking) -> tuple[str, str, int]:
    booking.refresh_from_db()
    (held,) = Allocation.objects.filter(booking=booking).select_related("resource")
    assert held.starts_at == booking.starts_at
    return f"{booking.starts_at.astimezone(CHICAGO):%m-%d %H:%M}", held.resource.name, booking.version


def offers(page: str) -> list[str]:
    return [words(found) for found in re.findall(r'<button class="button button-wide">(.*?)</button>', page)]


def test_dragged_to_another_time(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    answer = drag(desk, booking, "11:15")
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, "bookings-changed")
    assert place(booking) == ("05-15 11:15", "Maria", 2)
    event = Event.objects.filter(type="booking.rescheduled").get()
    assert event.actor == "member:staff@salon.example"


def test_dragged_to_another_resource(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    assert drag(desk, booking, "10:00", "jim").status_code == 204
    assert place(booking) == ("05-15 10:00", "Jim", 2)
    assert not Event.objects.filter(type="booking.rescheduled").exists()


def test_dragged_to_another_time_and_resource(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    assert drag(desk, booking, "12:30", "jim").status_code == 204
    assert place(booking) == ("05-15 12:30", "Jim", 2)


def test_who_has_arrived_changes_the_table_but_not_the_time(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    put_in_status(str(booking.uuid), "checked_in")
    assert drag(desk, booking, "10:00", "jim").status_code == 204
    assert place(booking)[:2] == ("05-15 10:00", "Jim")
    booking.refresh_from_db()
    with nothing_changes():
        answer = drag(desk, booking, "11:00", "jim")
    assert answer.status_code == 409
    assert "A booking that is checked_in cannot be rescheduled." in answer.content.decode()


def test_a_walk_in_outside_the_hours_changes_the_table(desk: DeskAtWork) -> None:
    booking = desk.book("07:30")
    assert drag(desk, booking, "07:30", "jim").status_code == 204
    assert place(booking) == ("05-15 07:30", "Jim", 2)


def test_a_refusal_says_why_and_what_is_free(desk: DeskAtWork) -> None:
    booking = desk.book("10:00", name="Ada")
    desk.book("12:00")
    with nothing_changes():
        answer = drag(desk, booking, "12:00")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "HX-Trigger" not in answer.headers
    assert "Ada Doe stays where it was" in words(page)
    assert "This time is no longer available." in page
    assert offers(page) == [
        "Jim",
        "Friday, 15 May 2026 at 09:00",
        "Friday, 15 May 2026 at 10:00",
        "Friday, 15 May 2026 at 11:00",
        "Friday, 15 May 2026 at 13:00",
        "Friday, 15 May 2026 at 14:00",
    ]


def test_what_is_offered_can_be_taken(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    desk.book("12:00")
    page = drag(desk, booking, "12:00").content.decode()
    for number, expected in ((0, ("05-15 12:00", "Jim")), (4, ("05-15 13:00", "Maria"))):
        form = re.findall(r"<form.*?</form>", page, re.DOTALL)[number]
        fields = dict(re.findall(r'name="(instant|resource|version)" value="([^"]*)"', form))
        answer = desk.staff.post(re.findall(r'action="([^"]*)"', form)[0], fields, headers=HTMX)
        assert answer.status_code == 204
        assert place(booking)[:2] == expected
        Booking.objects.filter(id=booking.id).update(version=1)


def test_the_same_time_with_somebody_busy(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    desk.book("10:00", "jim")
    with nothing_changes():
        answer = drag(desk, booking, "10:00", "jim")
    assert answer.status_code == 409
    assert offers(answer.content.decode())[:2] == ["Friday, 15 May 2026 at 09:00", "Friday, 15 May 2026 at 11:00"]


def test_outside_the_hours(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    with nothing_changes():
        answer = drag(desk, booking, "16:30")
    assert answer.status_code == 409
    assert "This time is outside the opening hours." in answer.content.decode()


def test_changed_meanwhile(desk: DeskAtWork) -> None:
    """Whoever looks at an older booking is told, and gets the fresh state."""
    booking = desk.book("10:00")
    assert drag(desk, booking, "11:00").status_code == 204
    for clock, resource in (("13:00", "maria"), ("11:00", "jim")):
        with nothing_changes():
            answer = drag(desk, booking, clock, resource)
        assert (answer.status_code, answer.headers["HX-Trigger"]) == (409, "bookings-changed")
        assert "This booking has been changed meanwhile." in answer.content.decode()
        assert offers(answer.content.decode()) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"version": ""},
        {"version": "x"},
        {"time": "25:00"},
        {"date": "2026-02-30"},
        {"instant": "-1"},
        {"instant": "9" * 30},
        {"instant": "1e5"},
        {"resource": "x"},
    ],
)
def test_what_cannot_be_read(desk: DeskAtWork, fields: dict[str, str]) -> None:
    booking = desk.book("10:00")
    with nothing_changes():
        assert drag(desk, booking, "11:00", **fields).status_code == 400
        answer = send(desk, booking, **fields)
    assert answer.status_code == 400
    assert "Enter a date and a time." in answer.content.decode()


@pytest.mark.parametrize("instant", [0, 2**26, minute("10:00") + 60 * 24 * 3000])
def test_far_away(desk: DeskAtWork, instant: int) -> None:
    booking = desk.book("10:00")
    with nothing_changes():
        assert drag(desk, booking, "10:00", instant=instant).status_code == 400


def test_the_resource_of_somebody_else(desk: DeskAtWork) -> None:
    booking, rival = desk.book("10:00"), DeskAtWork(business={"slug": "rival"})
    with nothing_changes():
        for clock in ("10:00", "11:00"):
            assert drag(desk, booking, clock, resource=rival.resource("maria")).status_code == 404
        theirs = rival.staff.post(f"{rival.url}bookings/{booking.uuid}/move/", {"version": 1}, headers=HTMX)
    assert theirs.status_code == 404


def test_test_bookings_are_not_found(desk: DeskAtWork) -> None:
    booking = desk.book("10:00", live=False)
    with nothing_changes():
        assert drag(desk, booking, "11:00").status_code == 404


def test_the_form(desk: DeskAtWork) -> None:
    booking = desk.book("10:15", name="Ada")
    url = f"{desk.url}bookings/{booking.uuid}/move/"
    page = desk.staff.get(url).content.decode()
    assert "<h1>Move the booking</h1>" in page
    assert "Booked for Friday, 15 May 2026 at 10:15." in page
    for field in ('name="date" value="2026-05-15"', 'name="time" value="10:15"', 'name="version" value="1"'):
        assert field in page
    assert re.findall(r'<optgroup label="([^"]*)">', page) == ["Main Floor", "People"]
    part = desk.staff.get(url, headers=HTMX).content.decode()
    assert part.strip().startswith('<form class="form" id="move-form"')


def test_the_form_offers_who_can_do_it(db: None) -> None:
    services = [{"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"], "default": True}]
    desk = DeskAtWork(services=services)
    page = desk.staff.get(f"{desk.url}bookings/{desk.book('10:00').uuid}/move/").content.decode()
    assert re.findall(r'<option value="[^"]+">([^<]*)', page) == ["Maria"]


def test_by_the_form(desk: DeskAtWork) -> None:
    booking = desk.book("10:00", name="Ada")
    answer = send(desk, booking, date="2026-05-16", time="11:00", resource=desk.resource("jim"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/salon/?day=2026-05-16")
    assert place(booking) == ("05-16 11:00", "Jim", 2)
    assert "Ada Doe: moved to Saturday, 16 May 2026 at 11:00." in desk.page()


def test_by_the_form_refused(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    desk.book("12:00")
    with nothing_changes():
        answer = send(desk, booking, date="2026-05-15", time="12:00", resource=desk.resource("maria"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="time" value="12:00"' in page
    assert f'value="{desk.resource("maria")}" selected' in page
    assert offers(page)[0] == "Jim"


def test_a_time_that_the_clocks_skip(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    with nothing_changes():
        answer = send(desk, booking, date="2027-03-14", time="02:30")
    assert answer.status_code == 400
    assert "This local time does not exist." in answer.content.decode()


def test_of_an_hour_that_comes_twice_the_one_it_is_in(db: None) -> None:
    """Moved to another table at the second 01:30, it does not go back an hour."""
    desk = DeskAtWork(business={"hours": {"sunday": ["00:00-04:00"]}})
    day = date(2026, 11, 1)
    booking = desk.book("00:00", day=day)
    second = minute("01:30", day) + 60
    assert drag(desk, booking, "00:00", instant=second).status_code == 204
    booking.refresh_from_db()
    assert minute_of(booking.starts_at) == second
    assert send(desk, booking, date="2026-11-01", time="01:30", resource=desk.resource("jim")).status_code == 302
    booking.refresh_from_db()
    assert minute_of(booking.starts_at) == second
    assert Allocation.objects.get(booking=booking).resource.name == "Jim"


def test_a_whole_visit_moves_when_a_part_is_dragged(db: None) -> None:
    services = [
        {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"], "default": True},
        {"key": "dry", "name": "Dry", "duration_minutes": 30, "resources": ["jim"]},
    ]
    desk = DeskAtWork(services=services)
    booking = desk.book("10:00", "", services=("cut", "dry"))
    assert drag(desk, booking, "11:00", "").status_code == 204
    held = Allocation.objects.filter(booking=booking).order_by("sequence")
    start = booking.starts_at + timedelta(hours=1)
    assert [(a.resource.name, a.starts_at) for a in held] == [("Maria", start), ("Jim", start + timedelta(hours=1))]
