"""The week: how busy everybody is, or the visits to one resource."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from tests.api.calls import put_in_status
from tests.dashboard.desk import DAY, NINE, DeskAtWork, words


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None) -> DeskAtWork:
    return DeskAtWork()


def rows(page: str) -> list[list[str]]:
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in re.findall(r"<tr.*?</tr>", page)]


def test_how_busy(desk: DeskAtWork) -> None:
    desk.book("10:00")
    desk.book("11:00")
    desk.book("10:00", "jim", day=DAY + timedelta(days=1))
    desk.book("10:00", day=DAY + timedelta(days=4))
    put_in_status(str(desk.book("12:00").uuid), "cancelled")
    page = desk.page("calendar/")
    assert "11 May – 17 May." in words(page)
    assert rows(page) == [
        ["With", "Mon 11", "Tue 12", "Wed 13", "Thu 14", "Fri 15", "Sat 16", "Sun 17"],
        ["All", "0", "0", "0", "0", "2 2 guests", "1 1 guest", "0"],
        ["Main Floor"],
        ["Maria", "0", "0", "0", "0", "2", "0", "0"],
        ["People"],
        ["Jim", "0", "0", "0", "0", "0", "1", "0"],
    ]
    assert f'href="/dashboard/salon/?resource={desk.resource("maria")}"><b>2</b>' in page
    assert f'href="/dashboard/salon/?day=2026-05-16&amp;resource={desk.resource("jim")}"' in page


def test_of_one(desk: DeskAtWork) -> None:
    desk.book("10:00", name="Ada")
    desk.book("09:00", day=DAY + timedelta(days=1), name="Zoe")
    desk.book("10:00", "jim", name="Bob")
    page = desk.page(f"calendar/?resource={desk.resource('maria')}")
    assert "<h1>Maria</h1>" in page
    found = [words(day) for day in re.findall(r'<section class="week-day.*?</section>', page, re.DOTALL)]
    assert found == [
        "Mon 11 No bookings",
        "Tue 12 No bookings",
        "Wed 13 No bookings",
        "Thu 14 No bookings",
        "Fri 15 10:00 – 11:00 Ada Doe Cut Confirmed",
        "Sat 16 09:00 – 10:00 Zoe Doe Cut Confirmed",
        "Sun 17 No bookings",
    ]


def test_other_weeks_and_filters(desk: DeskAtWork) -> None:
    page = desk.page("calendar/?day=2026-05-20&section=Main+Floor&status=late")
    assert "18 May – 24 May." in words(page)
    for day in ("2026-05-13", "2026-05-27"):
        assert f'href="/dashboard/salon/calendar/?day={day}&amp;section=Main+Floor&amp;status=late"' in page
    assert "Nothing fits these filters" in desk.page("calendar/?section=None")


def test_closed_days_say_so(db: None) -> None:
    desk = DeskAtWork(business={"hours": {"sunday": []}})
    assert rows(desk.page("calendar/"))[1][-1] == "Closed"


def test_a_constant_number_of_queries(desk: DeskAtWork, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """As the day's, less the earlier no-shows."""
    desk.page("calendar/")
    for number in range(7):
        desk.book("10:00", day=DAY + timedelta(days=number - 3))
    with django_assert_num_queries(5):
        desk.page("calendar/")
