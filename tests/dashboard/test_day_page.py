"""Today: what stands where on the timeline and what is said of it, filters, other days, late and unpaid."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from bookings import diary
from bookings.models import Booking, Status
from businesses.db import prepared
from businesses.models import Business, Closure, Resource
from payments.models import Deposit
from tests.api.calls import put_in_status
from tests.dashboard.conftest import browser, person
from tests.dashboard.desk import DAY, NINE, DeskAtWork, blocks, classes, tiles, words

BUFFERED = [
    {"key": "colour", "name": "Colour", "duration_minutes": 60, "buffer_before_minutes": 5, "buffer_after_minutes": 10}
]


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None) -> DeskAtWork:
    return DeskAtWork()


def test_who_comes_when(desk: DeskAtWork) -> None:
    desk.book("11:00", "jim", name="Ada")
    desk.book("10:15", name="Zoe")
    page = desk.page()
    assert blocks(page) == ["10:15 – 11:15 Zoe Doe Cut Maria Confirmed", "11:00 – 12:00 Ada Doe Cut Jim Confirmed"]
    assert tiles(page) == {
        "Bookings": "2",
        "Guests": "2",
        "Arrived": "0",
        "Late": "0",
        "Unpaid": "0",
        "To confirm": "0",
    }


def test_where_it_stands(desk: DeskAtWork) -> None:
    """Hours from 09:00 to 17:00; Jim has no section and stands with the staff, after Maria's main floor."""
    maria, jim = desk.book("10:15"), desk.book("09:00", "jim")
    page = desk.page()
    assert {"c0", "h1", "m15", "x1", "y0", "is-confirmed"} <= classes(page, maria)
    assert {"c1", "h0", "m0"} <= classes(page, jim)
    assert re.findall(r'<p class="group-name"><span>([^<]*)', page) == ["Main Floor", "People"]
    hours = re.findall(r'<span class="h\d+ m0">([^<]*)</span>', page)
    assert (hours[0], hours[-1], len(hours)) == ("09:00", "17:00", 9)
    assert 'class="now h0 m0"' in page


def test_what_is_booked_outside_the_hours_widens_the_day(desk: DeskAtWork) -> None:
    booking = desk.book("07:30")
    page = desk.page()
    assert {"h0", "m30"} <= classes(page, booking)
    assert re.search(r'<span class="h0 m0">07:00</span>', page)
    assert page.count('class="shade c0 h0 m0 x2 y0"') == page.count('class="shade c1 h0 m0 x2 y0"') == 1


def test_buffers(db: None) -> None:
    desk = DeskAtWork(services=[{**BUFFERED[0], "resources": ["maria"], "default": True}])
    booking = desk.book("10:00")
    assert {"has-before", "p5", "has-after", "q10"} <= classes(desk.page(), booking)


def test_closures_say_why(desk: DeskAtWork) -> None:
    maria = Resource.objects.get(uuid=desk.resource("maria"))
    noon = NINE + timedelta(hours=3)
    times = {"starts_at": noon, "ends_at": noon + timedelta(hours=1)}
    Closure.objects.create(business=desk.business, resource=maria, reason="Dentist <b>", **times)
    page = desk.page()
    assert '<div class="shade is-closed c0 h3 m0 x1 y0"><span>Dentist &lt;b&gt;</span></div>' in page
    assert page.count("is-closed") == 1


def test_states_look_different_and_say_so(desk: DeskAtWork) -> None:
    for number, status in enumerate(Status.values):
        put_in_status(str(desk.book(f"{9 + number}:00", name=status).uuid), status)
    page = desk.page()
    told = {text.split()[3]: text.rpartition("Maria ")[2] for text in blocks(page)}
    assert told == {
        "pending": "Not confirmed",
        "confirmed": "Confirmed",
        "checked_in": "Arrived",
        "completed": "Completed",
        "no_show": "No-show",
    }
    assert tiles(page)["Bookings"] == "4"
    assert (tiles(page)["Arrived"], tiles(page)["To confirm"]) == ("2", "1")
    assert [text.split()[3] for text in blocks(desk.page("?status=cancelled"))[-1:]] == ["cancelled"]


def test_a_no_show_stands_beside_who_came_instead(desk: DeskAtWork) -> None:
    missed = desk.book("10:00")
    put_in_status(str(missed.uuid), "no_show")
    instead = desk.book("10:30")
    page = desk.page()
    assert {"l0", "k2"} <= classes(page, missed)
    assert {"l1", "k2"} <= classes(page, instead)


@pytest.mark.parametrize(("minutes", "late"), [(10, False), (11, True)])
def test_late(desk: DeskAtWork, clock: Any, minutes: int, late: bool) -> None:
    booking = desk.book("09:00")
    arrived = desk.book("09:00", "jim")
    put_in_status(str(arrived.uuid), "checked_in")
    clock.move_to(NINE + timedelta(minutes=minutes))
    page = desk.page()
    assert ("is-late" in classes(page, booking)) is late
    assert ("Late Confirmed" in blocks(page)[0]) is late
    assert tiles(page)["Late"] == ("1" if late else "0")
    assert "is-late" not in classes(page, arrived)
    assert len(blocks(desk.page("?status=late"))) == 2  # the other stays as taken time
    assert '<span class="visit"><span class="when">09:00 – 10:00</span> Taken</span>' in desk.page("?status=late")


@pytest.mark.parametrize(
    ("status", "said", "unpaid"),
    [("pending", "Unpaid", "1"), ("paid", "Paid", "0"), ("held", "Held", "0"), ("failed", "Card not accepted", "1")],
)
def test_deposits(desk: DeskAtWork, status: str, said: str, unpaid: str) -> None:
    fields = {"kind": "charge", "amount_cents": 1250, "currency": "USD", "status": status}
    deposit = Deposit.objects.create(business=desk.business, **fields)
    Booking.objects.filter(uuid=desk.book("10:00").uuid).update(deposit=deposit)
    page = desk.page()
    assert blocks(page) == [f"10:00 – 11:00 Jane Doe Cut Maria {said} USD 12.50 Confirmed"]
    assert tiles(page)["Unpaid"] == unpaid
    assert ("flag-unpaid" in page) is (unpaid == "1")


def test_who_did_not_come_before(desk: DeskAtWork) -> None:
    before = desk.book("10:00", day=DAY - timedelta(days=7), phone="+13125550199")
    put_in_status(str(before.uuid), "no_show")
    desk.book("10:00", phone="+13125550199")
    assert "1 no-show before" in blocks(desk.page())[0]


def test_parties_are_counted_where_more_than_one_can_come(db: None) -> None:
    desk = DeskAtWork(resources=[{"key": "maria", "name": "Booth", "kind": "table", "capacity_max": 6}], services=[])
    assert desk.outcome.services == {}
    desk = DeskAtWork(
        business={"slug": "tables"},
        resources=[{"key": "maria", "name": "Booth", "kind": "table", "capacity_max": 6}],
        services=[{"key": "cut", "name": "Table", "duration_minutes": 60, "resources": ["maria"], "default": True}],
    )
    desk.book("10:00", party=5)
    desk.book("12:00")
    page = desk.page()
    assert [words(text).split(" Doe ")[1] for text in blocks(page)] == [
        "5 people · Table Booth Confirmed",
        "1 person · Table Booth Confirmed",
    ]
    assert tiles(page)["Guests"] == "6"


def test_filters_and_their_chips(desk: DeskAtWork) -> None:
    desk.book("10:00", name="Ada")
    desk.book("10:00", "jim", name="Zoe")
    page = desk.page("?section=Main+Floor")
    assert [text.split()[3] for text in blocks(page)] == ["Ada"]
    assert tiles(page)["Bookings"] == "1"
    assert 'data-resource="{}"'.format(desk.resource("jim")) not in page
    jim = f"?resource={desk.resource('jim')}"
    page = desk.page(f"{jim}&status=confirmed")
    assert [text.split()[3] for text in blocks(page)] == ["Zoe"]
    assert re.findall(r'class="chip" href="([^"]*)">([^<]*)<', page) == [
        ("/dashboard/salon/?status=confirmed", "Jim"),
        (f"/dashboard/salon/{jim}", "Confirmed"),
    ]
    assert f"/dashboard/salon/?day=2026-05-16&amp;resource={desk.resource('jim')}&amp;status=confirmed" in page
    assert "Nothing fits these filters" in desk.page("?section=None")


def test_other_days(desk: DeskAtWork) -> None:
    desk.book("10:00", day=DAY + timedelta(days=1), name="Ada")
    page = desk.page("?day=2026-05-16")
    assert [text.split()[3] for text in blocks(page)] == ["Ada"]
    assert "<h1>Saturday, 16 May 2026</h1>" in page
    assert 'id="now"' not in page
    for link in ("/dashboard/salon/", "/dashboard/salon/?day=2026-05-17", "/dashboard/salon/calendar/?day=2026-05-16"):
        assert f'href="{link}"' in page
    for unreadable in ("x", "2026-02-30", "9999-12-31", "0001-01-01", ""):
        assert "<h1>Today</h1>" in desk.page(f"?day={unreadable}")


def test_an_empty_day_says_so(desk: DeskAtWork) -> None:
    assert "Nothing is booked today." in desk.page()
    assert "Nothing is booked on this day." in desk.page("?day=2026-05-16")


def test_a_business_without_resources(db: None) -> None:
    assert "There is nothing to book yet" in DeskAtWork(resources=[], services=[]).page()


def test_after_midnight_it_is_still_the_evening_before(db: None, clock: Any) -> None:
    desk = DeskAtWork(business={"hours": {"friday": ["19:00-01:30"], "saturday": ["19:00-23:00"]}})
    late = desk.book("00:30", day=DAY + timedelta(days=1))
    clock.move_to(NINE + timedelta(hours=16))
    page = desk.page()
    assert "Friday, 15 May 2026." in page
    assert {"h5", "m30"} <= classes(page, late)
    assert 'class="now h6 m0"' in page
    assert blocks(desk.page("?day=2026-05-16")) == []
    clock.move_to(NINE + timedelta(hours=17))
    assert "Saturday, 16 May 2026." in desk.page()


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        (date(2026, 3, 8), ["00:00", "01:00", "03:00", "04:00"]),
        (date(2026, 11, 1), ["00:00", "01:00", "01:00", "02:00", "03:00", "04:00"]),
    ],
)
def test_days_with_a_change_of_clocks(db: None, day: date, labels: list[str]) -> None:
    """An hour of the page is an hour: one that is skipped is not there, one that comes twice is there twice."""
    desk = DeskAtWork(business={"hours": {"sunday": ["00:00-04:00"]}})
    last = desk.book("03:00", day=day)
    page = desk.page(f"?day={day}")
    assert re.findall(r'<span class="h\d+ m0">([^<]*)</span>', page) == labels
    assert {f"h{len(labels) - 2}", "m0"} <= classes(page, last)


def test_what_began_the_day_before_is_shown_but_not_counted(db: None) -> None:
    hours = {day: ["00:00-24:00"] for day in ("thursday", "friday")}
    service = {"key": "cut", "name": "Room", "duration_minutes": 720, "resources": ["maria"], "default": True}
    desk = DeskAtWork(business={"hours": hours}, services=[service])
    over_night = desk.book("18:00", day=DAY - timedelta(days=1))
    page = desk.page()
    assert {"h0", "m0", "x6", "y0"} <= classes(page, over_night)
    assert tiles(page)["Bookings"] == "0"


def test_removed_resources_keep_their_bookings(desk: DeskAtWork) -> None:
    desk.book("10:00")
    Resource.objects.filter(uuid=desk.resource("maria")).update(deleted_at=NINE)
    page = desk.page()
    assert blocks(page) == ["10:00 – 11:00 Jane Doe Cut Maria Confirmed"]
    assert re.findall(r'<p class="group-name"><span>([^<]*)', page) == ["People", "Removed"]


def test_test_bookings_are_not_there(desk: DeskAtWork) -> None:
    desk.book("10:00", live=False)
    assert blocks(desk.page()) == []


def test_customers_text_is_inert(desk: DeskAtWork) -> None:
    desk.book("10:00", name="<script>alert(1)</script>")
    page = desk.page()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_may_not_write_cannot_drag(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    assert 'data-moves="both"' in desk.page()
    page = desk.page(client=browser(person(desk.business, "viewer")))
    assert 'data-moves=""' in page
    assert "data-move=" not in page
    put_in_status(str(booking.uuid), "checked_in")
    assert 'data-moves="resource"' in desk.page()
    Business.objects.filter(id=desk.business.id).update(billing_status="past_due")
    assert 'data-moves=""' in desk.page()


def test_visits_with_several_people_move_in_time_only(db: None) -> None:
    services = [
        {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"], "default": True},
        {"key": "dry", "name": "Dry", "duration_minutes": 30, "resources": ["jim"]},
    ]
    desk = DeskAtWork(services=services)
    booking = desk.book("10:00", "", services=("cut", "dry"))
    page = desk.page()
    assert [text.rpartition(" Doe ")[2] for text in blocks(page)] == ["Cut Maria Confirmed", "Dry Jim Confirmed"]
    assert page.count('data-moves="time"') == 2
    assert f'id="b-{booking.uuid}"' in page
    assert f'id="b-{booking.uuid}-1"' in page
    assert tiles(page)["Bookings"] == "1"


def test_htmx_gets_the_day_alone(desk: DeskAtWork) -> None:
    desk.book("10:00")
    page = desk.page(HX_Request="true", HX_Target="day")
    assert page.strip().startswith('<div id="day"')
    assert "<html" not in page
    assert len(blocks(page)) == 1


def test_the_week_by_its_short_name(desk: DeskAtWork) -> None:
    answer = desk.staff.get(f"{desk.url}?view=week&day=2026-05-16")
    assert answer.headers["Location"] == "/dashboard/salon/calendar/?view=week&day=2026-05-16"


def test_a_constant_number_of_queries(
    desk: DeskAtWork, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Session, user, member, its businesses, closures; and, prepared: version, position, entries, earlier no-shows."""
    asked: list[str] = []
    monkeypatch.setattr(diary, "prepared", lambda sql, values: [asked.append(sql), prepared(sql, values)][1])
    desk.page()
    asked.clear()
    for clock in ("09:00", "10:00", "11:00"):
        for resource in ("maria", "jim"):
            desk.book(clock, resource)
    with django_assert_num_queries(5):
        desk.page()
    assert asked == [diary.ENTRIES, diary.NO_SHOWS]
