"""Figures of a period, computed by hand: visits, time, customers and money, also where the clock changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookings.insight_queries import BY_DATE, BY_KIND, CUSTOMERS, DEPOSITS, TIME_USED
from bookings.insights import Period
from bookings.models import Source, Status
from businesses.db import prepared
from businesses.errors import Invalid
from businesses.models import Business, Resource, Service
from tests import factories
from tests.dashboard.visits import visit
from tests.visits import World

MONDAY = date(2026, 6, 15)
SUNDAY = date(2026, 6, 21)
WEEK = Period(MONDAY, SUNDAY)
NONE = (0,) * 7


@pytest.fixture
def salon(db: None) -> World:
    return World(factories.business())


def test_nothing_yet(salon: World) -> None:
    seen = salon.seen(WEEK)
    assert (seen.now.total.visits, seen.now.people.all, seen.now.booked, seen.before.total.visits) == (0, 0, 0, 0)
    assert seen.now.open == seen.before.open == 2 * 7 * 480  # two people, seven days, nine to five
    assert (seen.services, seen.sources, seen.lead, seen.median_lead_hours) == ([], {}, (0,) * 7, None)
    assert seen.hours == ((0,) * 24,) * 7
    assert [len(seen.dates), len(seen.dates_before)] == [7, 7]


def test_visits_and_prices_by_date(salon: World) -> None:
    salon.visit("2026-06-15 09:00", status=Status.COMPLETED, price=3000)
    salon.visit("2026-06-15 10:00", status=Status.CHECKED_IN, price=2000)
    salon.visit("2026-06-15 11:00", status=Status.NO_SHOW, price=9000)
    salon.visit("2026-06-15 11:00", status=Status.CANCELLED, price=9000)
    salon.visit("2026-06-21 16:00", status=Status.CONFIRMED, price=1000)
    salon.visit("2026-06-21 15:00", status=Status.CONFIRMED, price=None)
    salon.visit("2026-06-20 15:00", status=Status.PENDING, price=9000)
    salon.visit("2026-06-20 16:00", currency="EUR", price=700)
    salon.visit("2026-06-20 09:00", live=False)
    salon.visit("2026-06-14 16:00", status=Status.COMPLETED, price=500)  # the week before
    salon.visit("2026-06-08 09:00", status=Status.NO_SHOW)
    salon.visit("2026-06-07 16:00")  # before that
    salon.visit("2026-06-22 09:00")  # after it
    seen = salon.seen(WEEK)
    total, before = seen.now.total, seen.before.total
    assert (total.visits, total.cancelled, total.attended, total.no_shows, total.finished) == (7, 1, 2, 1, 3)
    assert (total.worth_cents, total.completed_cents, total.other_currency) == (6000, 3000, 1)
    assert (before.visits, before.no_shows, before.finished, before.worth_cents) == (2, 1, 2, 500)
    assert [tally.visits for tally in seen.dates] == [3, 0, 0, 0, 0, 2, 2]
    assert [tally.visits for tally in seen.dates_before] == [1, 0, 0, 0, 0, 0, 1]


def test_dates_begin_at_the_midnight_of_the_business(salon: World) -> None:
    """In Chicago it is still Sunday when it is Monday in Athens."""
    salon.visit("2026-06-14 23:59")
    salon.visit("2026-06-15 00:59", who="Joe")
    salon.visit("2026-06-21 23:00")
    seen = salon.seen(WEEK)
    assert [tally.visits for tally in seen.dates] == [1, 0, 0, 0, 0, 0, 1]
    Business.objects.filter(id=salon.business.id).update(timezone="Europe/Athens")  # 8 hours ahead
    salon.business.refresh_from_db()
    assert [tally.visits for tally in salon.seen(WEEK).dates] == [2, 0, 0, 0, 0, 0, 0]


MORNINGS = {"monday": ["09:00-13:00"], "tuesday": ["08:00-12:00"]}


def test_time_used_of_time_open(db: None) -> None:
    """Jim works Monday and Tuesday mornings; Maria is away on Wednesday, and all are closed from Thursday noon."""
    salon = World(
        factories.business(
            resources=[
                {"key": "maria", "name": "Maria", "kind": "staff"},
                {
                    "key": "jim",
                    "name": "Jim",
                    "kind": "staff",
                    "hours": {"monday": ["09:00-13:00"], "tuesday": ["08:00-12:00"]},
                },
            ]
        )
    )
    for resource, start, end in (
        ("maria", "2026-06-17 00:00", "2026-06-18 00:00"),
        (None, "2026-06-18 12:00", "2026-06-22 00:00"),
    ):
        salon.business.closures.create(
            resource=salon.resources[resource] if resource else None,
            starts_at=salon.local(start),
            ends_at=salon.local(end),
        )
    salon.visit("2026-06-15 09:00", 90)
    salon.visit("2026-06-15 09:00", 45, resource="jim", status=Status.COMPLETED)
    salon.visit("2026-06-15 12:00", status=Status.CANCELLED)
    salon.visit("2026-06-15 13:00", status=Status.NO_SHOW)
    salon.visit("2026-06-08 09:00", 30)
    seen = salon.seen(WEEK)
    jim, maria = seen.use
    assert (jim.name, jim.booked) == ("Jim", (45, 0, 0, 0, 0, 0, 0))
    assert jim.open == (240, 180, 0, 0, 0, 0, 0)  # on Tuesday within the business's hours only
    assert (maria.name, maria.booked) == ("Maria", (90, 0, 0, 0, 0, 0, 0))
    assert maria.open == (480, 480, 0, 180, 0, 0, 0)
    assert (seen.now.booked, seen.now.open) == (135, 1560)
    assert (seen.before.booked, seen.before.open) == (30, 240 + 180 + 7 * 480)


def test_a_special_opening_and_who_cannot_be_booked(salon: World) -> None:
    Resource.objects.filter(id=salon.resources["jim"].id).update(active=False)
    salon.visit("2026-06-15 10:00", resource="jim")
    salon.business.closures.create(
        kind="open", starts_at=salon.local("2026-06-15 17:00"), ends_at=salon.local("2026-06-15 19:00")
    )
    seen = salon.seen(WEEK)
    assert [(use.name, use.open) for use in seen.use] == [("Maria", (600, *(480,) * 6))]
    assert (seen.now.booked, seen.now.total.visits) == (0, 1)


def test_over_midnight(salon: World) -> None:
    """From before the period and beyond it: each date has its part, the visit counts where it begins."""
    salon.visit("2026-06-14 22:00", 180)
    salon.visit("2026-06-17 23:30", 45)
    salon.visit("2026-06-21 23:00", 120)
    seen = salon.seen(WEEK)
    maria = next(use for use in seen.use if use.name == "Maria")
    assert maria.booked == (60, 0, 30, 15, 0, 0, 60)
    assert (seen.now.booked, seen.before.booked) == (165, 120)
    assert [(service.name, service.visits, service.minutes) for service in seen.services] == [("Cut", 2, 165)]


DAY_AND_NIGHT = {day: ["00:00-24:00"] for day in factories.ALL_WEEK}


@pytest.mark.parametrize(
    ("zone", "first", "sunday_minutes"),
    [
        ("Europe/Athens", date(2026, 3, 23), 23 * 60),
        ("Europe/Athens", date(2026, 10, 19), 25 * 60),
        ("America/Chicago", date(2026, 3, 2), 23 * 60),
        ("America/Chicago", date(2026, 10, 26), 25 * 60),
        ("Australia/Lord_Howe", date(2026, 9, 28), 23 * 60 + 30),
        ("America/Santiago", date(2026, 8, 31), 23 * 60),  # midnight itself does not exist
    ],
)
def test_weeks_in_which_the_clock_changes(db: None, zone: str, first: date, sunday_minutes: int) -> None:
    salon = World(factories.business(business={"timezone": zone, "hours": DAY_AND_NIGHT}))
    sunday = first + timedelta(days=6)
    salon.visit(f"{sunday - timedelta(days=1)} 23:00", 120 if sunday_minutes < 1440 else 60)
    salon.visit(f"{sunday} 23:00", who="Joe")
    seen = salon.seen(Period(first, sunday))
    assert [use.open for use in seen.use] == [(*(1440,) * 6, sunday_minutes)] * 2
    assert [tally.visits for tally in seen.dates] == [0, 0, 0, 0, 0, 1, 1]
    maria = next(use for use in seen.use if use.name == "Maria")
    assert maria.booked == (0, 0, 0, 0, 0, 60, 120 if sunday_minutes < 1440 else 60)
    assert (seen.hours[5][23], seen.hours[6][23]) == (1, 1)
    assert sum(map(sum, seen.hours)) == 2


def test_hours_of_the_changes(db: None) -> None:
    """In Athens 3 o'clock does not exist in March, and comes twice in October: both count as 3."""
    salon = World(factories.business(business={"timezone": "Europe/Athens", "hours": DAY_AND_NIGHT}))
    salon.visit("2026-03-29 02:30", 15)
    salon.visit("2026-03-29 04:00", 15)
    salon.visit("2026-10-25 03:30", 15)
    salon.visit("2026-10-25 03:30", 15, fold=1)
    salon.visit("2026-10-25 04:00", 15)
    spring = salon.seen(Period(date(2026, 3, 29), date(2026, 3, 29))).hours[6]
    autumn = salon.seen(Period(date(2026, 10, 25), date(2026, 10, 25))).hours[6]
    assert {hour: count for hour, count in enumerate(spring) if count} == {2: 1, 4: 1}
    assert {hour: count for hour, count in enumerate(autumn) if count} == {3: 2, 4: 1}


def test_lead_time_and_sources(salon: World) -> None:
    hours = (-1, 1.5, 2, 23, 24, 71, 100, 200, 400, 672)
    for index, ahead in enumerate(hours):
        source = Source.STAFF if index < 3 else Source.ONLINE
        salon.visit(f"2026-06-15 {9 + index:02}:00", ahead=timedelta(hours=ahead), source=source)
    salon.visit("2026-06-16 09:00", ahead=timedelta(days=300), source=Source.IMPORT)
    salon.visit("2026-06-16 10:00", ahead=timedelta(days=300), status=Status.CANCELLED)
    seen = salon.seen(WEEK)
    assert seen.lead == (2, 2, 2, 1, 1, 1, 1)
    assert seen.median_lead_hours == 71
    assert seen.sources == {"staff": 3, "online": 7, "import": 1}


def test_new_and_returning(salon: World) -> None:
    salon.visit("2025-01-10 09:00", who="Old friend")
    salon.visit("2026-06-16 09:00", who="Old friend")
    salon.visit("2026-06-09 09:00", who="Last week's")
    salon.visit("2026-06-16 10:00", who="Last week's")
    salon.visit("2026-06-15 09:00", who="Twice this week")
    salon.visit("2026-06-17 09:00", who="Twice this week")
    salon.visit("2026-06-02 09:00", who="Cancelled before", status=Status.CANCELLED)
    salon.visit("2026-06-18 09:00", who="Cancelled before")
    salon.visit("2026-06-19 09:00", who="Cancelled", status=Status.CANCELLED)
    seen = salon.seen(WEEK)
    assert (seen.now.people.all, seen.now.people.returning, seen.now.people.new) == (4, 2, 2)
    assert (seen.before.people.all, seen.before.people.new) == (1, 1)


def test_services_by_visits(db: None) -> None:
    salon = World(
        factories.business(
            services=[
                {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"]},
                {"key": "dye", "name": "Dye", "duration_minutes": 60, "resources": ["maria"]},
                {"key": "trim", "name": "Trim", "duration_minutes": 60, "resources": ["maria"]},
            ]
        )
    )
    salon.visit("2026-06-15 09:00", 30)
    salon.visit("2026-06-15 10:00", 90, service="dye")
    salon.visit("2026-06-16 10:00", 90, service="dye", status=Status.COMPLETED)
    salon.visit("2026-06-08 10:00", service="trim")
    Service.objects.filter(name="Dye").update(deleted_at=datetime(2026, 6, 1, tzinfo=UTC))
    found = [(service.name, service.visits, service.minutes) for service in salon.seen(WEEK).services]
    assert found == [("Dye", 2, 180), ("Cut", 1, 30)]


def test_deposits_by_the_ledger(salon: World) -> None:
    inside, before = datetime(2026, 6, 15, 5, 0, tzinfo=UTC), datetime(2026, 6, 15, 4, 59, tzinfo=UTC)
    for kind, effect in (
        ("charged", 2000),
        ("captured", 1500),
        ("refunded", -500),
        ("refund_failed", 200),
        ("disputed", -300),
        ("held", 0),
        ("released", 0),
    ):
        salon.entry(kind, effect, inside)
    salon.entry("charged", 9000, inside, live=False)
    salon.entry("charged", 9000, inside, currency="EUR")
    salon.entry("charged", 700, before)  # still Sunday in Chicago
    seen = salon.seen(WEEK)
    assert (seen.now.total.paid_cents, seen.now.total.returned_cents, seen.now.total.kept_cents) == (3500, 600, 2900)
    assert (seen.before.total.paid_cents, seen.before.total.returned_cents) == (700, 0)
    assert [tally.paid_cents for tally in seen.dates] == [3500, 0, 0, 0, 0, 0, 0]


def test_another_business_is_not_in_it(salon: World) -> None:
    rival = World(factories.business(business={"slug": "rival"}))
    rival.visit("2026-06-15 09:00", status=Status.COMPLETED)
    rival.entry("charged", 700, datetime(2026, 6, 16, tzinfo=UTC))
    seen = salon.seen(WEEK)
    assert (seen.now.total.visits, seen.now.total.paid_cents, seen.now.people.all, seen.now.booked) == (0, 0, 0, 0)
    assert (seen.services, seen.sources) == ([], {})
    assert [use.booked for use in seen.use] == [NONE, NONE]


def test_the_number_of_statements_is_constant(salon: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(sql: str, params: Any) -> Any:
        asked.append(sql)
        return prepared(sql, params)

    monkeypatch.setattr("bookings.insights.prepared", counted)
    salon.visit("2026-06-15 09:00")
    salon.seen(WEEK)
    salon.visit("2026-06-16 09:00", resource="jim")
    salon.seen(Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert asked == [BY_DATE, DEPOSITS, TIME_USED, BY_KIND, CUSTOMERS] * 2


def test_periods() -> None:
    day = date(2026, 6, 15)
    assert Period.chosen(day, day).before == Period(date(2026, 6, 14), date(2026, 6, 14))
    assert WEEK.before == Period(date(2026, 6, 8), date(2026, 6, 14))
    assert len(Period.chosen(day, day + timedelta(days=399)).dates) == 400
    for last in (day - timedelta(days=1), day + timedelta(days=400)):
        with pytest.raises(Invalid):
            Period.chosen(day, last)


def test_the_time_of_a_class_counts_once_and_its_visits_each(db: None) -> None:
    yoga = {"key": "cut", "name": "Yoga", "duration_minutes": 60, "places": 3, "resources": ["maria"], "default": True}
    salon = World(factories.business(services=[yoga]))
    for _ in range(3):
        visit(salon.business, "2026-06-15", "10:00")
    visit(salon.business, "2026-06-16", "10:00")
    seen = salon.seen(WEEK)
    assert seen.now.booked == 120
    assert [(service.name, service.visits, service.minutes) for service in seen.services] == [("Yoga", 4, 120)]
