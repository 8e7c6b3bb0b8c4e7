"""How long resources are open in a stretch of dates: what booked time is compared with."""

from dataclasses import replace
from datetime import date, timedelta

from bookings.availability.calendar import Calendar, Resource
from bookings.availability.spans import Span

CHUNK = 7  # spans are compared with each other: short stretches keep that quick

WeekMinutes = tuple[int, ...]  # for Monday to Sunday


def for_reckoning(calendar: Calendar, first: date, last: date) -> Calendar:
    """The same calendar with a memory of its own and the exceptions of these dates only.

    Looking at years would push what booking needs out of the calendar's memory.
    """
    start, end = calendar.day(first).start, calendar.day(last).end

    def near(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(span for span in spans if span[0] < end and span[1] > start)

    resources = {
        key: replace(resource, closures=near(resource.closures), openings=near(resource.openings))
        for key, resource in calendar.resources.items()
    }
    return replace(
        calendar,
        resources=resources,
        closures=near(calendar.closures),
        openings=near(calendar.openings),
        _remembered={},
    )


def open_minutes(calendar: Calendar, resource: Resource, first: date, last: date) -> WeekMinutes:
    """The minutes a resource is open on first..last, by weekday. A date is as long as its clock has it."""
    minutes = [0] * 7
    for offset in range(0, (last - first).days + 1, CHUNK):
        on = first + timedelta(days=offset)
        spans = calendar.open_spans(resource, on, CHUNK)
        for day in (on + timedelta(days=step) for step in range(min(CHUNK, (last - on).days + 1))):
            minutes[day.weekday()] += _within(spans, calendar.day(day).start, calendar.day(day).end)
    return tuple(minutes)


def _within(spans: list[Span], start: int, end: int) -> int:
    return sum(max(0, min(until, end) - max(since, start)) for since, until in spans)
