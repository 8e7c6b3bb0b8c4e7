"""What a business is: rules, hours, resources, services, compiled once per configuration.

Times are minutes since 1970 UTC (`businesses.localtime`); masks have one bit per minute of a local day.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bookings.availability.spans import Span, bits, every, intersect, subtract, touching, union
from businesses.localtime import DAY, day_bounds, earliest_instant, instants, latest_instant

Week = tuple[tuple[Span, ...], ...]  # for Monday to Sunday: (opens, closes) in minutes after midnight
Timetable = tuple[int, ...]  # minutes after Monday's midnight, ascending

CACHED_MASKS = 20_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    interval: int
    lead_minutes: int
    window_days: int


@dataclass(frozen=True)
class Resource:
    """`week` None: open whenever the business is. `openings` hold even when the business is closed."""

    id: int
    uuid: str
    kind: str
    capacity_min: int = 1
    capacity_max: int = 1
    active: bool = True
    online: bool = True
    location: str = ""
    week: Week | None = None
    closures: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()

    @cached_property
    def follows_business(self) -> bool:
        return self.week is None and not self.closures and not self.openings


@dataclass(frozen=True, slots=True)
class Service:
    """`performers` maps the resources that can do it to the minutes they take.

    `places`: how many may share one start, 0 when nobody shares. `starts`: its own, that take the place
    of the grid.
    """

    id: int
    uuid: str
    duration: int
    before: int = 0
    after: int = 0
    party_min: int = 1
    party_max: int = 50
    active: bool = True
    online: bool = True
    also_needs: str = ""
    places: int = 0
    starts: Timetable = ()
    performers: Mapping[int, int] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        return max(self.performers.values(), default=self.duration)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    start: int
    end: int


@dataclass(eq=False)
class Calendar:
    """One configuration of a business. Answers are remembered: a calendar never changes."""

    zone: ZoneInfo
    rules: Rules
    week: Week
    resources: Mapping[int, Resource]
    services: Mapping[int, Service]
    closures: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()
    _remembered: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def _remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= CACHED_MASKS:
                self._remembered.clear()
            found = self._remembered[key] = compute()
        return found

    def day(self, on: date) -> Day:
        return self._remember(on, lambda: Day(on, *day_bounds(self.zone, on)))

    def open_spans(self, resource: Resource, on: date, days: int) -> list[Span]:
        """When the resource is open around a date: from the day before until `days` after it."""
        key = ("open", 0 if resource.follows_business else resource.id, on, days)
        return self._remember(key, lambda: self._open_spans(resource, on, days))

    def _open_spans(self, resource: Resource, on: date, days: int) -> list[Span]:
        business = self._weekly(self.week, on, days)
        business = union([*subtract(union(business), self.closures), *self.openings])
        if resource.week is not None:
            business = intersect(business, union(self._weekly(resource.week, on, days)))
        return union([*subtract(business, touching(resource.closures, business)), *resource.openings])

    def scheduled_spans(self, resource: Resource, on: date, days: int) -> list[Span]:
        """Weekly hours and special openings, as if there were no closures: tells "closed" from "outside hours"."""
        key = ("scheduled", 0 if resource.follows_business else resource.id, on, days)
        return self._remember(key, lambda: self._scheduled_spans(resource, on, days))

    def _scheduled_spans(self, resource: Resource, on: date, days: int) -> list[Span]:
        business = union([*self._weekly(self.week, on, days), *self.openings])
        if resource.week is not None:
            business = intersect(business, union(self._weekly(resource.week, on, days)))
        return union([*business, *resource.openings])

    def _weekly(self, week: Week, on: date, days: int) -> list[Span]:
        return self._remember(("week", week, on, days), lambda: self._weekly_spans(week, on, days))

    def _weekly_spans(self, week: Week, on: date, days: int) -> list[Span]:
        spans = []
        for offset in range(-1, days + 1):
            day = on + timedelta(days=offset)
            for opens, closes in week[day.weekday()]:
                spans.append((earliest_instant(self.zone, day, opens), latest_instant(self.zone, day, closes)))
        return spans

    def grid(self, resource: Resource, on: date) -> int:
        """The starts that the public may choose on a date, counted from each opening in steps of the interval."""
        own = resource.id if resource.openings else 0
        return self._remember(("grid", own, on), lambda: self._grid(resource, on))

    def _grid(self, resource: Resource, on: date) -> int:
        day = self.day(on)
        mask = self.weekly_grid(on)
        for start, end in self.closures:
            mask &= ~bits(start - day.start, min(end, day.end) - day.start)
        for start, end in (*self.openings, *resource.openings):
            mask |= every(self.rules.interval, start - day.start, min(end, day.end) - day.start)
        return mask

    def timetable(self, starts: Timetable, on: date) -> int:
        """The fixed starts of a service on a date: none where the clocks skip it, the first of two."""
        return self._remember(("timetable", starts, on), lambda: self._timetable(starts, on))

    def _timetable(self, starts: Timetable, on: date) -> int:
        day, mask = self.day(on), 0
        for start in starts:
            weekday, minutes = divmod(start, DAY)
            if weekday == on.weekday():
                for instant in instants(self.zone, on, minutes)[:1]:
                    mask |= 1 << (instant - day.start)
        return mask

    def weekly_grid(self, on: date) -> int:
        """The grid of the weekly hours alone, as if there were no closures and special openings."""
        day = self.day(on)
        mask = 0
        for start, end in self._weekly(self.week, on, 0):
            mask |= every(self.rules.interval, start - day.start, min(end, day.end) - day.start)
        return mask & bits(0, day.end - day.start)

    def open_starts(self, resource: Resource, on: date, duration: int, lookahead: int) -> int:
        """The minutes of a date, and `lookahead` more, at which something of this duration fits the open time."""
        own = 0 if resource.follows_business else resource.id
        key = (own, on, duration, lookahead)
        known: int | None = self._remembered.get(key)  # asked most often of all: found without a call
        return (
            known
            if known is not None
            else self._remember(key, lambda: self._open_starts(resource, on, duration, lookahead))
        )

    def _open_starts(self, resource: Resource, on: date, duration: int, lookahead: int) -> int:
        day = self.day(on)
        mask = 0
        for start, end in self.open_spans(resource, on, 2 + lookahead // DAY):
            mask |= bits(start - day.start, end - duration + 1 - day.start)
        return mask & bits(0, day.end - day.start + lookahead)
