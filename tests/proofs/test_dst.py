"""Every change of the clocks in 2026 and 2027 in the zones of GUARANTEES B7, against a brute-force oracle."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import Service, Wish, positions
from businesses.localtime import date_of, instants, local_of, minute_of
from tests.core.build import calendar, view, week

ZONES = (
    "Europe/Athens",
    "America/New_York",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "Asia/Kathmandu",
)
FIRST, LAST = (minute_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (2026, 2028))
STEP = 15


def changes(zone: ZoneInfo) -> Iterator[date]:
    """The dates on which the offset changes, and the day before and after."""
    before = local_of(zone, FIRST).utcoffset()
    for minute in range(FIRST, LAST, STEP):
        offset = local_of(zone, minute).utcoffset()
        if offset != before:
            day = date_of(zone, minute)
            yield from (day - timedelta(days=1), day, day + timedelta(days=1))
            before = offset


def test_the_zones_change_as_often_as_they_should() -> None:
    counts = {name: len(list(changes(ZoneInfo(name)))) // 3 for name in ZONES}
    assert counts == {**dict.fromkeys(ZONES, 4), "Asia/Kathmandu": 0}


DAYS = [(name, day) for name in ZONES for day in (*changes(ZoneInfo(name)), date(2026, 7, 15))]


@pytest.mark.parametrize(("name", "day"), DAYS, ids=str)
def test_a_venue_that_never_closes_offers_every_real_quarter_of_the_day(name: str, day: date) -> None:
    """Each real quarter of an hour exactly once: nothing in a gap, both hours of a fold."""
    zone = ZoneInfo(name)
    cal = calendar(
        zone=name, interval=STEP, week=week((0, 1440)), window=730, services=(Service(1, "s", 30, performers={1: 30}),)
    )
    seen = view(cal, Wish((cal.services[1],)), day)
    offered = [seen.day.start + at for at in positions(seen.free_starts(FIRST - 60 * 24 * 7))]
    noon = minute_of(datetime(day.year, day.month, day.day, 12, tzinfo=zone))
    real = [m for m in range(noon - 30 * 60, noon + 30 * 60) if date_of(zone, m) == day and m % STEP == 0]
    assert offered == real
    for minute in offered:
        local = local_of(zone, minute)
        assert minute in instants(zone, day, local.hour * 60 + local.minute)
    shown = {f"{local_of(zone, minute):%H:%M}" for minute in offered}
    for at in range(0, 1440, STEP):
        exists = bool(instants(zone, day, at))
        assert exists == (f"{at // 60:02}:{at % 60:02}" in shown)


@pytest.mark.parametrize(("name", "day"), DAYS, ids=str)
def test_hours_are_wall_clock_time_and_services_last_as_long_as_they_last(name: str, day: date) -> None:
    """Open 01:15 to 04:45 by the clock on the wall; every start fits its 45 minutes of real time."""
    zone = ZoneInfo(name)
    service = Service(1, "s", 45, performers={1: 45})
    cal = calendar(zone=name, interval=STEP, week=week((75, 285)), window=730, services=(service,))
    seen = view(cal, Wish((service,)), day)
    offered = [seen.day.start + at for at in positions(seen.free_starts(FIRST - 60 * 24 * 7))]
    opened = [m for m in range(seen.day.start, seen.day.end) if _clock(zone, m) >= 75]
    closed = [m for m in range(seen.day.start, seen.day.end) if _clock(zone, m) < 285]
    first, last = min(opened), max(closed) + 1
    assert offered == list(range(first, last - 45 + 1, STEP))


def _clock(zone: ZoneInfo, minute: int) -> int:
    local = local_of(zone, minute)
    return local.hour * 60 + local.minute
