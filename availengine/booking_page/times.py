"""Which days and times are free, as the page shows them: a month at once, remembered by content."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import orjson

from availengine.api.remembered import remembered
from availengine.booking_page.plan import Plan
from bookings import availability as engine
from bookings.asking import Ask
from bookings.queries import Occupancy, next_open_dates, occupancy
from businesses.localtime import DAY, date_of, local_of

NEXT_DATES = 4
HORIZON = 120  # days that are searched when a month has nothing
LIVE = True

Free = dict[date, list[int]]  # the starts of each day, as minutes


@dataclass(frozen=True, slots=True)
class Question:
    """What answers are remembered by."""

    first: date
    last: date
    ask: Ask


@dataclass(frozen=True, slots=True)
class Window:
    """The dates that can be booked."""

    first: date
    last: date

    def clamp(self, day: date) -> date:
        return min(max(day, self.first), self.last)


@dataclass(frozen=True, slots=True)
class Month:
    """A month and its free starts. `closed`: the days on which nothing could start even if all was free.

    `left`: how many places there are at a start of a class.
    """

    first: date
    last: date
    free: Free
    closed: frozenset[date]
    left: dict[int, int]

    def weeks(self) -> Iterator[list[date | None]]:
        """Monday to Sunday; None for days of other months."""
        for week in calendar.Calendar().monthdatescalendar(self.first.year, self.first.month):
            yield [day if self.first <= day <= self.last else None for day in week]


def window(plan: Plan, *, now: int) -> Window:
    business = plan.snapshot.business
    today = date_of(business.zone, now)
    return Window(today, today + timedelta(days=business.window_days))


def month_of(plan: Plan, day: date, *, now: int) -> Month:
    """The month of a date. Raises NotFound, Invalid."""
    first = day.replace(day=1)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    bounds = window(plan, now=now)
    start, end = bounds.clamp(first), bounds.clamp(last)
    found = _read(plan.snapshot.business.id, plan.ask, start, end)
    body = remembered(
        found, Question(start, end, plan.ask), start, end, now=now, make=lambda: _free(found, start, end, now)
    )
    told, left = orjson.loads(body)
    days = {date.fromisoformat(key): starts for key, starts in told.items()}
    closed = frozenset(on for on, starts in days.items() if starts is None)
    return Month(first, last, {on: starts or [] for on, starts in days.items()}, closed, dict(left))


def _free(found: Occupancy, first: date, last: date, now: int) -> bytes:
    """Of each day the free starts, none of a day that is closed; of a class also the places that are left at each."""
    busy, days, left = found.busy(), {}, []
    for offset in range((last - first).days + 1):
        view = engine.DayView(found.snapshot.calendar, found.wish, first + timedelta(days=offset), busy)
        starts = [view.day.start + at for at in engine.positions(view.free_starts(now))]
        days[view.day.date.isoformat()] = starts if starts or view.timetable() else None
        left += _places_left(view, starts, now)
    return orjson.dumps([days, left])


def _places_left(view: engine.DayView, starts: list[int], now: int) -> list[tuple[int, int]]:
    if not any(service.places for service in view.wish.services):
        return []
    masks = view.starts(now)
    found = [
        (start, view.places_left(start, [key for key, mask in masks.items() if mask >> (start - view.day.start) & 1]))
        for start in starts
    ]
    return [(start, left) for start, left in found if left is not None]


def next_dates(plan: Plan, after: date, *, now: int, count: int = NEXT_DATES) -> list[date]:
    """The next dates after one with free starts."""
    read = partial(_read, plan.snapshot.business.id, plan.ask)
    first = after + timedelta(days=1)
    horizon = min(HORIZON, (window(plan, now=now).last - after).days)
    if horizon < 1:
        return []
    _, dates = next_open_dates(read, first=first, count=count, horizon=horizon, now=now)
    return [on for on, _ in dates]


def _read(business_id: int, ask: Ask, first: date, last: date) -> Occupancy:
    return occupancy(business_id, live=LIVE, first=first, last=last, wish_of=ask.wish)


def occupancy_of(plan: Plan, on: date) -> Occupancy:
    return _read(plan.snapshot.business.id, plan.ask, on, on)


# Until when each part of the day lasts, in minutes after midnight.
PARTS = (("night", 5 * 60), ("morning", 12 * 60), ("afternoon", 17 * 60), ("evening", DAY))


def parts_of_day(plan: Plan, starts: list[int]) -> list[tuple[str, list[int]]]:
    """The starts of a day by morning, afternoon and evening."""
    zone = plan.snapshot.business.zone
    grouped: dict[str, list[int]] = {name: [] for name, _ in PARTS}
    for start in starts:
        local = local_of(zone, start)
        minutes = local.hour * 60 + local.minute
        grouped[next(name for name, until in PARTS if minutes < until)].append(start)
    return [(name, found) for name, found in grouped.items() if found]
