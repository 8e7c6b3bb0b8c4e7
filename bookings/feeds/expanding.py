"""Events laid out over some days: when exactly somebody is busy. Pure, and bounded whatever the events say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from dateutil.rrule import rrulestr

from bookings.availability.spans import Span, union
from bookings.feeds.lines import NotUnderstood
from bookings.feeds.reading import Busy, Occurrence, Rule, require_time
from businesses.localtime import minute_of, moment_of, utc_of

MOST_SPANS = 5_000
CHECKED_EVERY = 500  # occurrences
A_WHILE = timedelta(days=2)  # more than any two clocks are apart
JUST_UNDER = timedelta(minutes=1, microseconds=-1)


@dataclass(frozen=True, slots=True)
class Window:
    """From the first minute to the last, exclusively, in which anything matters."""

    start: int
    end: int


def spans(events: Iterable[Busy], window: Window, *, until: float) -> list[Span]:
    """The busy time of all events that touch the window, in order; what overlaps or meets is one.

    Raises NotUnderstood for what would take too long, or is too much.
    """
    found: set[Span] = set()
    for event in events:
        for occurrence in _occurrences(event, window, until):
            start, end = _minutes(event, occurrence)
            if start < window.end and end > window.start:
                found.add((start, end))
            if len(found) > MOST_SPANS:
                raise NotUnderstood("it has too many events")
        require_time(until)
    return union(found)


def _occurrences(event: Busy, window: Window, until: float) -> Iterator[Occurrence]:
    """Those that may touch the window: the first, what the rules say, what is listed, less what is excluded."""
    lower = _naive(window.start) - event.first.length - A_WHILE
    upper = _naive(window.end) + A_WHILE
    candidates = [event.first, *event.more]
    yield from (one for one in candidates if _may_touch(one, window) and not _is_excluded(event, one.start))
    for rule in event.rules:
        for start in _starts(rule, event, upper, until):
            if start >= lower and start != event.first.start and not _is_excluded(event, start):
                yield Occurrence(start, event.first.length)


def _starts(rule: Rule, event: Busy, upper: datetime, until: float) -> Iterator[datetime]:
    last = min(upper, rule.until) if rule.until else upper
    try:
        found = iter(rrulestr(rule.text, dtstart=event.first.start))
        for number in count(1):
            start = next(found, None)
            if start is None or start > last:
                return
            if number % CHECKED_EVERY == 0:
                require_time(until)
            yield start
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood("how an event repeats cannot be read") from error


def _is_excluded(event: Busy, start: datetime) -> bool:
    """By its moment, or by its day: some programs write dates for times, or midnights for days."""
    if not event.excluded:
        return False
    return start.date() in event.excluded or utc_of(event.zone, start) in event.excluded


def _may_touch(one: Occurrence, window: Window) -> bool:
    """Roughly, without asking a clock: dates at the end of time cannot be converted."""
    return _naive(window.start) - A_WHILE - one.length <= one.start <= _naive(window.end) + A_WHILE


def _minutes(event: Busy, one: Occurrence) -> Span:
    """Rounded so that nothing of it is left out. Days end when the clock shows midnight again."""
    start = utc_of(event.zone, one.start)
    end = utc_of(event.zone, one.start + one.length) if event.whole_days else start + one.length
    return minute_of(start), minute_of(end + JUST_UNDER)


def _naive(minute: int) -> datetime:
    return moment_of(minute).replace(tzinfo=None)
