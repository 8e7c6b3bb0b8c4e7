"""Visits that repeat: their dates, all or nothing, skipping, and cancelling together."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.deposits import DepositWish
from bookings.integrity import broken_promises
from bookings.models import Booking, Customer, Series
from bookings.placing import Start
from bookings.series import Rule, SeriesRefused, cancel_series, create_series
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import minute_of
from businesses.provisioning import Outcome
from payments.models import Channel
from tests import factories
from webhooks.models import Event

NOW = minute_of(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))
DAY = date(2026, 5, 15)
WEEKLY = Rule(unit="week", count=3)


@pytest.mark.parametrize(
    ("rule", "first", "days"),
    [
        (WEEKLY, DAY, ["2026-05-15", "2026-05-22", "2026-05-29"]),
        (Rule(unit="week", every=2, until=date(2026, 6, 12)), DAY, ["2026-05-15", "2026-05-29", "2026-06-12"]),
        (Rule(unit="day", every=10, count=2), DAY, ["2026-05-15", "2026-05-25"]),
        (Rule(unit="day", count=5, until=date(2026, 5, 16)), DAY, ["2026-05-15", "2026-05-16"]),
        (
            Rule(unit="month", count=4),
            date(2026, 10, 31),
            ["2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31"],
        ),
        (Rule(unit="month", every=12, count=2), date(2028, 2, 29), ["2028-02-29", "2029-02-28"]),
    ],
)
def test_dates(rule: Rule, first: date, days: list[str]) -> None:
    assert [day.isoformat() for day in rule.dates(first)] == days


@pytest.mark.parametrize(
    "rule",
    [
        Rule(unit="week"),
        Rule(unit="week", count=53),
        Rule(unit="week", count=0),
        Rule(unit="day", until=date(2027, 5, 15)),
        Rule(unit="day", until=date(2026, 5, 14)),
    ],
)
def test_too_many_or_none(rule: Rule) -> None:
    with pytest.raises(Invalid):
        rule.dates(DAY)
    assert len(Rule(unit="week", count=52).dates(DAY)) == 52


@pytest.fixture
def salon(db: Any) -> Outcome:
    return factories.business()


def visit(salon: Outcome, day: date = DAY, hour: int = 10, who: str = "maria", **changes: Any) -> services.NewBooking:
    values: dict[str, Any] = {
        "business_id": salon.business.id,
        "live": True,
        "guest": Guest(first_name="Jane", last_name="Doe", phone="+13125550100", email="jane@example.com"),
        "start": Start(day, hour * 60),
        "ask": Ask(resource=salon.resources[who].uuid, staff=True),
    }
    return services.NewBooking(**(values | changes))


def starts() -> list[str]:
    return [f"{row:%m-%d %H:%M}" for row in Booking.objects.order_by("starts_at").values_list("starts_at", flat=True)]


def assert_sound() -> None:
    assert [(name, found) for name, found in broken_promises() if found] == []


def test_each_visit_is_a_booking(salon: Outcome) -> None:
    series, found = create_series(visit(salon), WEEKLY, conflicts="refuse", now=NOW)
    assert [(one.number, one.reason, one.booking and one.booking.code is not None) for one in found] == [
        (1, "", True),
        (2, "", True),
        (3, "", True),
    ]
    rows = Booking.objects.order_by("occurrence").values_list("occurrence", "series_id", "status", "source")
    assert list(rows) == [(n, series.id, "confirmed", "staff") for n in (1, 2, 3)]
    assert (series.unit, series.every, series.count) == ("week", 1, 3)
    assert Event.objects.filter(type="booking.created").count() == 3
    assert Customer.objects.count() == 1
    assert_sound()


def test_one_key_makes_one_series(salon: Outcome) -> None:
    key = uuid4()
    series, _ = create_series(visit(salon, key=key), WEEKLY, conflicts="refuse", now=NOW)
    with pytest.raises(Conflict, match="sent before"):
        create_series(visit(salon, key=key, hour=12), WEEKLY, conflicts="refuse", now=NOW)
    assert (series.uuid, Series.objects.count(), Booking.objects.count()) == (key, 1, 3)


def test_all_or_nothing_names_what_failed_and_what_is_free(salon: Outcome) -> None:
    services.create_booking(visit(salon, date(2026, 5, 22)), now=NOW)
    with pytest.raises(SeriesRefused) as refused:
        create_series(visit(salon), WEEKLY, conflicts="refuse", now=NOW)
    assert refused.value.details is not None
    told = refused.value.details["occurrences"]
    assert [(one["date"], one["reason"]) for one in told] == [
        ("2026-05-15", None),
        ("2026-05-22", "busy"),
        ("2026-05-29", None),
    ]
    assert [one.booking for one in refused.value.occurrences] == [None] * 3
    assert [one["start_time"] for one in told[1]["nearest"]] == ["09:00", "11:00", "12:00", "13:00", "14:00"]
    assert (Booking.objects.count(), Series.objects.count(), Event.objects.filter(type="booking.created").count()) == (
        1,
        0,
        1,
    )


def test_skipping_books_the_rest_and_names_what_is_free(salon: Outcome) -> None:
    services.create_booking(visit(salon, date(2026, 5, 22)), now=NOW)
    series, found = create_series(visit(salon), WEEKLY, conflicts="skip", now=NOW)
    assert [(one.number, one.reason, len(one.nearest)) for one in found] == [(1, "", 0), (2, "busy", 5), (3, "", 0)]
    assert list(Booking.objects.filter(series=series).order_by("id").values_list("occurrence", flat=True)) == [1, 3]
    assert series.count == 3
    assert_sound()


def test_nothing_free_is_a_refusal_also_when_skipping(salon: Outcome) -> None:
    for day in (15, 22, 29):
        services.create_booking(visit(salon, date(2026, 5, day)), now=NOW)
    with pytest.raises(SeriesRefused):
        create_series(visit(salon), WEEKLY, conflicts="skip", now=NOW)
    assert (Booking.objects.count(), Series.objects.count()) == (3, 0)


def test_the_wall_clock_counts_when_the_clocks_change(salon: Outcome) -> None:
    create_series(visit(salon, date(2026, 10, 26)), Rule(unit="week", count=2), conflicts="refuse", now=NOW)
    assert starts() == ["10-26 15:00", "11-02 16:00"]


def test_a_time_that_the_clocks_skip_fails_with_its_reason(salon: Outcome) -> None:
    night = visit(salon, date(2027, 3, 7), start=Start(date(2027, 3, 7), 150))
    night = services.NewBooking(
        business_id=night.business_id, live=True, guest=night.guest, start=night.start,
        ask=Ask(staff=True, any_hours=True),
    )  # fmt: skip
    _, found = create_series(night, WEEKLY, conflicts="skip", now=NOW)
    assert [(one.start.date.isoformat(), one.reason) for one in found] == [
        ("2027-03-07", ""),
        ("2027-03-14", "no_such_time"),
        ("2027-03-21", ""),
    ]


def test_dates_beyond_reach_fail_with_their_reason(salon: Outcome) -> None:
    _, found = create_series(visit(salon), Rule(unit="month", every=24, count=3), conflicts="skip", now=NOW)
    assert [one.reason for one in found] == ["", "", "beyond_window"]


def test_a_series_that_overlaps_itself_does_not_fit(salon: Outcome) -> None:
    long = factories.business(
        business={"slug": "inn", "hours": {day: ["00:00-24:00"] for day in factories.ALL_WEEK}},
        services=[
            {
                "key": "stay",
                "name": "Stay",
                "duration_minutes": 1440,
                "buffer_after_minutes": 60,
                "resources": ["maria"],
                "default": True,
            }
        ],
    )
    with pytest.raises(SeriesRefused) as refused:
        create_series(visit(long), Rule(unit="day", count=3), conflicts="refuse", now=NOW)
    assert [one.reason for one in refused.value.occurrences] == ["", "busy", ""]
    assert Booking.objects.count() == 0


def test_the_public_and_deposits_have_no_series(salon: Outcome) -> None:
    link = DepositWish(channel=Channel.LINK, by_rule=False)
    for changes in ({"ask": Ask()}, {"deposit": link}):
        with pytest.raises(Invalid):
            create_series(visit(salon, **changes), WEEKLY, conflicts="refuse", now=NOW)
    assert Series.objects.count() == 0


def test_cancelling_what_follows_and_all_that_is_left(salon: Outcome) -> None:
    series, _ = create_series(visit(salon), Rule(unit="week", count=5), conflicts="refuse", now=NOW)
    gone = cancel_series(series.business_id, series.uuid, live=True, now=NOW, first=4)
    assert [row.occurrence for row in gone] == [4, 5]
    later = minute_of(datetime(2026, 5, 16, tzinfo=UTC))
    assert [row.occurrence for row in cancel_series(series.business_id, series.uuid, live=True, now=later)] == [2, 3]
    statuses = Booking.objects.order_by("occurrence").values_list("status", flat=True)
    assert list(statuses) == ["confirmed", *["cancelled"] * 4]
    with pytest.raises(Conflict):
        cancel_series(series.business_id, series.uuid, live=True, now=later)
    assert_sound()


def test_another_business_and_the_other_mode_do_not_find_it(salon: Outcome) -> None:
    series, _ = create_series(visit(salon), WEEKLY, conflicts="refuse", now=NOW)
    other = factories.business(business={"slug": "rival"}).business
    for business, live, key in ((other.id, True, series.uuid), (series.business_id, False, series.uuid)):
        with pytest.raises(NotFound):
            cancel_series(business, key, live=live, now=NOW)
    with pytest.raises(NotFound):
        cancel_series(series.business_id, uuid4(), live=True, now=NOW)
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed"}


@pytest.mark.django_db
def test_a_series_joins_classes() -> None:
    studio = factories.business(
        services=[
            {
                "key": "yoga",
                "name": "Yoga",
                "duration_minutes": 60,
                "places": 2,
                "resources": ["maria"],
                "default": True,
            }
        ]
    )
    create_series(visit(studio), WEEKLY, conflicts="refuse", now=NOW)
    create_series(visit(studio), WEEKLY, conflicts="refuse", now=NOW)
    with pytest.raises(SeriesRefused) as refused:
        create_series(visit(studio), WEEKLY, conflicts="refuse", now=NOW)
    assert [one.reason for one in refused.value.occurrences] == ["full"] * 3
    assert_sound()
