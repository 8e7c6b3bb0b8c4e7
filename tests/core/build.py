"""Calendars for tests of the availability engine, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability import Busy, Calendar, DayView, Resource, Rules, Service, Wish, positions, why_not
from businesses.localtime import local_of, minute_of

MONDAY = date(2026, 6, 15)
NOW = minute_of(datetime(2026, 6, 1, tzinfo=UTC))
NINE_TO_FIVE = ((9 * 60, 17 * 60),)


def week(*spans: tuple[int, int]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The same hours on every day."""
    return (spans,) * 7


def at(calendar: Calendar, on: date, clock: str) -> int:
    """A local time as a minute; on ordinary days."""
    hours, minutes = clock.split(":")
    local = datetime(on.year, on.month, on.day, int(hours), int(minutes), tzinfo=calendar.zone)
    return minute_of(local)


def calendar(
    resources: Sequence[Resource] = (Resource(1, "r1", "staff"),),
    services: Sequence[Service] | None = None,
    zone: str = "Europe/Athens",
    interval: int = 60,
    lead: int = 0,
    window: int = 365,
    **rest: Any,
) -> Calendar:
    if services is None:
        services = (Service(1, "s1", 60, performers={r.id: 60 for r in resources}),)
    return Calendar(
        zone=ZoneInfo(zone),
        rules=Rules(interval, lead, window),
        week=rest.pop("week", week(*NINE_TO_FIVE)),
        resources={r.id: r for r in resources},
        services={s.id: s for s in services},
        **rest,
    )


def view(calendar: Calendar, wish: Wish, on: date = MONDAY, busy: Sequence[tuple[int, int, int]] = ()) -> DayView:
    return DayView(calendar, wish, on, Busy(busy))


def clocks(seen: DayView, now: int = NOW) -> list[str]:
    """The free starts as local times."""
    zone = seen.calendar.zone
    return [f"{local_of(zone, seen.day.start + p):%H:%M}" for p in positions(seen.free_starts(now))]


def reason(seen: DayView, clock: str, now: int = NOW) -> str | None:
    found = why_not(seen, at(seen.calendar, seen.day.date, clock), now)
    return str(found) if found else None
