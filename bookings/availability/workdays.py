"""The day as a desk works it: what happens after midnight belongs to the evening before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.availability.calendar import Calendar, Resource
from bookings.availability.spans import Span, intersect, subtract
from businesses.localtime import DAY, date_of, earliest_instant, latest_instant


@dataclass(frozen=True, slots=True)
class WorkDay:
    """From `begin` on, until the next one begins. It differs from the date where hours pass midnight."""

    date: date
    begin: int
    end: int


def work_day(calendar: Calendar, on: date) -> WorkDay:
    return WorkDay(on, _begin(calendar, on), _begin(calendar, on + timedelta(days=1)))


def work_date(calendar: Calendar, minute: int) -> date:
    """The work day in which a moment lies."""
    on = date_of(calendar.zone, minute)
    return on if minute >= _begin(calendar, on) else on - timedelta(days=1)


def _begin(calendar: Calendar, on: date) -> int:
    """Midnight, or when the evening before ends, but not later than the hours of this date begin."""
    midnight = calendar.day(on).start
    evening = [end for start, end in _hours(calendar, on - timedelta(days=1)) if start < midnight < end]
    morning = [start for start, _ in _hours(calendar, on) if start >= midnight]
    return min([max(evening, default=midnight), *morning])


def _hours(calendar: Calendar, on: date) -> Iterator[Span]:
    """The hours that begin on a date: weekly ones, and special openings of less than a day."""
    for opens, closes in calendar.week[on.weekday()]:
        yield earliest_instant(calendar.zone, on, opens), latest_instant(calendar.zone, on, closes)
    openings = [*calendar.openings, *(span for resource in calendar.resources.values() for span in resource.openings)]
    for start, end in openings:
        if end - start < DAY and date_of(calendar.zone, start) == on:
            yield start, end


def open_spans(calendar: Calendar, resource: Resource, day: WorkDay) -> list[Span]:
    """When a resource is open in a work day."""
    return intersect(calendar.open_spans(resource, day.date, 2), [(day.begin, day.end)])


def shut_spans(calendar: Calendar, resource: Resource, on: date, window: Span) -> list[tuple[int, int, bool]]:
    """(from, until, closed) of the time in a window in which a resource is not open.

    `closed` tells a closure from what lies outside the hours anyway.
    """
    scheduled = calendar.scheduled_spans(resource, on, 2)
    outside = [(start, end, False) for start, end in subtract([window], scheduled)]
    closed = subtract(intersect(scheduled, [window]), calendar.open_spans(resource, on, 2))
    return sorted([*outside, *((start, end, True) for start, end in closed)])
