"""Wall-clock time and UTC: gaps, folds, days without midnight (GUARANTEES B7)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from businesses.localtime import (
    date_of,
    day_bounds,
    earliest_instant,
    instants,
    latest_instant,
    local_of,
    minute_of,
    moment_of,
    offsets,
)

ATHENS = ZoneInfo("Europe/Athens")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def utc(text: str) -> int:
    return minute_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_ordinary_time() -> None:
    assert instants(ATHENS, date(2026, 6, 15), 600) == (utc("2026-06-15T07:00"),)
    assert moment_of(utc("2026-06-15T07:00")) == datetime(2026, 6, 15, 7, tzinfo=UTC)


def test_minutes_beyond_midnight_are_of_the_next_date() -> None:
    assert instants(ATHENS, date(2026, 6, 15), 1440 + 90) == (utc("2026-06-15T22:30"),)


def test_a_gap_has_no_instants_and_its_edges_are_the_change() -> None:
    assert instants(ATHENS, SPRING, 3 * 60 + 30) == ()
    assert earliest_instant(ATHENS, SPRING, 3 * 60 + 30) == utc("2026-03-29T01:00")
    assert latest_instant(ATHENS, SPRING, 3 * 60 + 30) == utc("2026-03-29T01:00")


def test_a_fold_has_two_instants() -> None:
    assert instants(ATHENS, AUTUMN, 3 * 60 + 30) == (utc("2026-10-25T00:30"), utc("2026-10-25T01:30"))
    assert earliest_instant(ATHENS, AUTUMN, 3 * 60 + 30) == utc("2026-10-25T00:30")
    assert latest_instant(ATHENS, AUTUMN, 3 * 60 + 30) == utc("2026-10-25T01:30")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Athens", SPRING, 23),
        ("Europe/Athens", AUTUMN, 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("America/Havana", date(2026, 3, 8), 23),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("Asia/Beirut", date(2026, 3, 29), 23),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ],
)
def test_the_length_of_a_day(zone: str, day: date, hours: float) -> None:
    start, end = day_bounds(ZoneInfo(zone), day)
    assert (end - start) / 60 == hours
    assert date_of(ZoneInfo(zone), start) == day
    assert date_of(ZoneInfo(zone), start - 1) == day - timedelta(days=1)
    assert date_of(ZoneInfo(zone), end - 1) == day
    assert date_of(ZoneInfo(zone), end) == day + timedelta(days=1)


def test_a_day_without_midnight_begins_at_one() -> None:
    start, _ = day_bounds(ZoneInfo("Africa/Cairo"), date(2026, 4, 24))
    assert f"{local_of(ZoneInfo('Africa/Cairo'), start):%H:%M}" == "01:00"


@pytest.mark.parametrize(
    ("zone", "first", "last", "changes"),
    [
        ("Europe/Athens", date(2026, 1, 1), date(2026, 12, 31), [("2026-03-29T01:00", 180), ("2026-10-25T01:00", 120)]),
        ("Australia/Lord_Howe", date(2026, 10, 4), date(2026, 10, 4), [("2026-10-03T15:30", 660)]),
        ("Asia/Kathmandu", date(2026, 1, 1), date(2026, 12, 31), []),
    ],
)
def test_how_the_clock_runs(zone: str, first: date, last: date, changes: list[tuple[str, int]]) -> None:
    start, end = day_bounds(ZoneInfo(zone), first)[0], day_bounds(ZoneInfo(zone), last)[1]
    found = offsets(ZoneInfo(zone), start, end)
    before = {"Europe/Athens": 120, "Australia/Lord_Howe": 630, "Asia/Kathmandu": 345}[zone]
    assert found == [(start, before), *((utc(moment), offset) for moment, offset in changes)]
