"""The page of insights: periods, figures in the business's zone and currency, pictures with their numbers, roles."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from availengine.dashboard.periods import chosen
from availengine.dashboard.pictures import HEIGHT, bars, level, percent, shares
from bookings.insights import Period
from bookings.models import Source, Status
from businesses.models import Business
from tests import factories
from tests.dashboard.conftest import browser, person
from tests.dashboard.test_frame import check
from tests.visits import World

PATH = "/dashboard/salon/insights/"


@pytest.fixture(autouse=True)
def _tuesday_evening() -> Iterator[None]:
    """In Chicago; elsewhere it is Wednesday already."""
    with time_machine.travel(datetime(2026, 6, 17, 3, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def salon(db: None) -> World:
    return World(factories.business())


@pytest.fixture
def owner(salon: World) -> Client:
    return browser(person(salon.business, "owner"))


def text(client: Client, **query: str) -> str:
    """The words of the page, tags left out."""
    response = client.get(PATH, query)
    assert response.status_code == 200, response.content
    check(response)
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_empty_business(owner: Client) -> None:
    page = text(owner)
    assert "Nothing to see in this period" in page
    assert "19 May 2026 to 16 Jun 2026" not in page
    assert "18 May 2026 to 16 Jun 2026, beside 18 Apr 2026 to 17 May 2026." in page
    assert "Times are of America/Chicago." in page
    assert "Visits over time" not in page


def fill(salon: World) -> None:
    salon.visit("2026-06-15 09:00", status=Status.COMPLETED, price=3000, who="Ann")
    salon.visit("2026-06-15 10:00", status=Status.CHECKED_IN, price=2050, who="Bea")
    salon.visit("2026-06-15 11:00", status=Status.NO_SHOW, price=9000, who="Cid")
    salon.visit("2026-06-16 11:00", status=Status.CANCELLED, price=9000, who="Dan")
    salon.visit("2026-06-16 09:00", minutes=30, source=Source.STAFF, price=1000, who="Ann")
    salon.visit("2026-06-10 09:00", status=Status.COMPLETED, price=500, who="Ann")
    salon.entry("charged", 2000, datetime(2026, 6, 16, 12, tzinfo=UTC))
    salon.entry("refunded", -2500, datetime(2026, 6, 16, 13, tzinfo=UTC))


def test_the_figures(salon: World, owner: Client) -> None:
    fill(salon)
    page = text(owner, period="week")
    for words in (
        "15 Jun 2026 to 21 Jun 2026, beside 8 Jun 2026 to 14 Jun 2026.",
        "Visits 4 before: 1",
        "Time used 2% before: 1%",  # 150 and 60 of 6720 minutes
        "No-show rate 33% before: 0%",
        "New customers 67% before: 100% 2 of 3 customers had no visit before.",
        "Value of visits USD 60.50 before: USD 5 Prices as booked",
        "USD 30 of it are completed.",
        "Deposits kept −USD 5 before: USD 0 By the ledger: USD 20 paid, USD 25 given back",
        "Arrived or completed 2 · 40%",
        "No-show 1 · 20%",
        "Still open 1 · 20%",
        "Cancelled 1 · 20%",
        "Cut 3",
        "Online 3 · 75%",
        "By staff 1 · 25%",
        "1 to 3 days 4",
        "booked at least 24 hours ahead",
        "Most visits begin on Monday from 09:00: 1.",
        "Maria 25% 6% 0% 0% 0% 0% 0% 4%",  # 120 and 30 of 480 minutes a day
        "Jim 0% 0% 0% 0% 0% 0% 0% 0%",
        "15 Jun 3 0 16 Jun 1 0 17 Jun 0 1",
        "15 Jun USD 50.50 USD 0 16 Jun USD 10 USD 0 17 Jun USD 0 USD 5",
    ):
        assert words in page, words


def test_what_a_viewer_sees_has_no_money(salon: World) -> None:
    fill(salon)
    for role in ("viewer", "staff"):
        member = browser(person(salon.business, role))
        page = text(member, period="week")
        assert "Visits 4 before: 1" in page
        assert "USD" not in page
        assert "Value" not in page
        assert "Deposits" not in page
        assert b"USD" not in member.get(f"{PATH}numbers.csv", {"period": "week"}).content


YEN = {"key": "cut", "name": "Cut", "duration_minutes": 60, "price": "3500", "resources": ["maria"]}


def test_yen_have_no_decimals(db: None) -> None:
    salon = World(factories.business(business={"currency": "JPY", "timezone": "Asia/Tokyo"}, services=[YEN]))
    salon.visit("2026-06-15 09:00", price=3500)
    page = text(browser(person(salon.business, "owner")), period="week")
    assert "Value of visits JPY 3500 before: JPY 0" in page
    assert "15 Jun JPY 3500 JPY 0" in page


def test_the_week_of_a_change_of_the_clock(db: None) -> None:
    """Open day and night: the last Sunday of March has 23 hours, so that 23 hours are all of it."""
    always = {day: ["00:00-24:00"] for day in factories.ALL_WEEK}
    salon = World(factories.business(business={"timezone": "Europe/Athens", "hours": always}))
    salon.visit("2026-03-29 00:00", minutes=23 * 60)
    page = text(
        browser(person(salon.business, "owner")), **{"period": "custom", "from": "2026-03-23", "to": "2026-03-29"}
    )
    assert "Maria 0% 0% 0% 0% 0% 0% 100% 14%" in page
    assert "29 Mar 1 0" in page


def test_other_currencies_are_left_out_and_said(salon: World, owner: Client) -> None:
    salon.visit("2026-06-15 09:00", price=900, currency="EUR")
    page = text(owner, period="week")
    assert "Value of visits USD 0" in page
    assert "Left out, with a price in another currency: 1." in page


def test_the_file(salon: World, owner: Client) -> None:
    fill(salon)
    response = owner.get(f"{PATH}numbers.csv", {"period": "week"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="salon-2026-06-15-2026-06-21.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == [
        "date", "visits", "cancelled", "arrived", "no_shows", "value", "deposits_paid", "deposits_returned", "currency",
    ]  # fmt: skip
    assert rows[1] == ["2026-06-15", "3", "0", "2", "1", "50.50", "0.00", "0.00", "USD"]
    assert rows[2] == ["2026-06-16", "1", "1", "0", "0", "10.00", "20.00", "25.00", "USD"]
    assert [row[0] for row in rows[3:]] == [f"2026-06-{day}" for day in range(17, 22)]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "2026-06-02", "to": "2026-06-01"}, "The last day is before the first."),
        ({"from": "2025-01-01", "to": "2026-06-01"}, "Choose at most 400 days."),
        ({"from": "yesterday", "to": "2026-06-01"}, "Write both dates as in 2026-05-31."),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "Write both dates as in 2026-05-31."),
        ({}, "Write both dates as in 2026-05-31."),
    ],
)
def test_bad_periods(salon: World, owner: Client, asked: dict[str, str], words: str) -> None:
    for path in (PATH, f"{PATH}numbers.csv"):
        response = owner.get(path, {"period": "custom", **asked})
        assert response.status_code == 400
        assert words in response.content.decode()


def test_in_all_languages(salon: World, owner: Client) -> None:
    fill(salon)
    for language, words in (("de", "No-Show-Quote 33% vorher: 0%"), ("el", "Ποσοστό μη εμφάνισης 33% πριν: 0%")):
        Business.objects.filter(id=salon.business.id).update(language=language)
        page = text(owner, period="week")
        assert words in page
        assert "Show numbers" not in page


def test_geometry_is_written_for_machines(salon: World, owner: Client) -> None:
    """Also where people write 0,5."""
    fill(salon)
    Business.objects.filter(id=salon.business.id).update(language="de")
    page = owner.get(PATH, {"period": "week"}).content.decode()
    values = re.findall(r'<rect class="bars-bar" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"', page)
    assert len(values) == 14
    assert all(re.fullmatch(r"\d+(\.\d+)?", number) for row in values for number in row)


def test_pictures_have_their_numbers_below(salon: World, owner: Client) -> None:
    fill(salon)
    page = owner.get(PATH, {"period": "week"}).content.decode()
    assert page.count('role="img"') == 2
    assert page.count('<details class="numbers">') == 3


@pytest.mark.parametrize(("days", "labels"), [(62, 62), (63, 10), (190, 28), (191, 7), (400, 14)])
def test_columns_are_days_weeks_or_months(salon: World, owner: Client, days: int, labels: int) -> None:
    salon.visit("2026-06-16 09:00")
    first = date(2026, 6, 16) - timedelta(days=days - 1)
    response = owner.get(PATH, {"period": "custom", "from": first.isoformat(), "to": "2026-06-16"})
    columns = response.context["visits"].columns
    assert len(columns) == labels
    assert [column.text for column in columns] == ["0"] * (labels - 1) + ["1"]


def test_the_number_of_queries(salon: World, owner: Client, django_assert_num_queries: Any) -> None:
    fill(salon)
    owner.get(PATH)
    for period in ("week", "year"):
        with django_assert_num_queries(5):  # session, user, member, where else they work; names of services
            owner.get(PATH, {"period": period})


def test_named_periods() -> None:
    today = date(2026, 11, 30)  # a Monday
    for name, first, last in (
        ("week", date(2026, 11, 30), date(2026, 12, 6)),
        ("30", date(2026, 11, 1), today),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("nonsense", date(2026, 11, 1), today),
    ):
        assert chosen({"period": name}, today).period == Period(first, last), name
    assert chosen({"period": "quarter"}, date(2026, 2, 28)).period == Period(date(2026, 1, 1), date(2026, 3, 31))


def test_geometry() -> None:
    assert bars(["a", "b"], [0, 0], [0, 0], ["0"] * 4) is None
    found = bars(["a", "b"], [5, 10], [0, 20], ["5", "10", "0", "20"])
    assert found
    assert [(column.y, column.height) for column in found.columns] == [(75, 25), (50, 50)]
    assert [(column.x, column.width) for column in found.columns] == [(62.5, 375), (562.5, 375)]
    assert (found.line, found.top, found.axis) == (f"250.00,{HEIGHT}.00 750.00,0.00", "20", ["a", "b"])
    assert [share.width for share in shares([("a", 1, "1"), ("b", 4, "4")])] == [25, 100]
    assert shares([("a", 0, "0")]) == []
    assert [level(value, 10) for value in (0, 1, 2, 3, 10, 30)] == [0, 1, 1, 2, 5, 5]
    assert [percent(1, 3), percent(1, 200), percent(1, 201), percent(0, 0)] == [33, 1, 0, None]
