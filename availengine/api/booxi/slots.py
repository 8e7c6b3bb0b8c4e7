"""Time slots as Booxi's JSON, page by page, remembered by content."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import orjson

from availengine.api.booxi import wire
from availengine.api.booxi.questions import Search
from availengine.api.moments import utc_text
from availengine.api.remembered import remembered
from bookings import availability as engine
from bookings.queries import Occupancy, occupancy_on
from bookings.snapshot import Snapshot, within_reach
from businesses.errors import Invalid
from businesses.keys import Principal
from businesses.localtime import date_of

PAGE = 100  # slots
NEAR = 7  # days: the first slots of a long range mostly lie there
FAR = 366  # days: more than any range has


@dataclass(frozen=True, slots=True)
class Question:
    """What a page depends on besides what is free: cursors belong to one mode."""

    search: Search
    live: bool
    days: int


def answer(who: Principal, search: Search, *, now: int) -> bytes:
    """The page that begins with `search.since`. The far part of a long range is read only when the page needs it.

    Raises NotFound for unknown services and staff, Invalid for a range that is out of reach.
    """
    return _answer(who, Question(search, who.live, NEAR), now) or _answer(who, Question(search, who.live, FAR), now)


def _answer(who: Principal, question: Question, now: int) -> bytes:
    """The page, or nothing when the days of the question do not fill it and there are more."""
    dates_of = partial(_dates, question, now)
    found = occupancy_on(who.business_id, live=who.live, dates_of=dates_of, wish_of=question.search.ask.wish)
    if not within_reach(found.snapshot, question.search.until - 1, now):
        raise Invalid("This range is out of reach.", {"range": {"endsOn": ["Must be near the present."]}})
    first, last = dates_of(found.snapshot)
    make = partial(_page, found, question, first, last, now)
    return remembered(found, question, first, last, now=now, make=make)


def _dates(question: Question, now: int, snapshot: Snapshot) -> tuple[date, date]:
    """The dates of the business to look at: none that has passed, and so many of the range as the question has."""
    zone, latest = snapshot.calendar.zone, question.search.until - 1
    first = date_of(zone, min(max(question.search.since, now), latest))
    return first, min(date_of(zone, latest), first + timedelta(days=question.days - 1))


def _page(found: Occupancy, question: Question, first: date, last: date, now: int) -> bytes:
    calendar, wish, search = found.snapshot.calendar, found.wish, question.search
    obstacle = engine.obstacle(calendar, wish)
    slots: list[dict[str, Any]] = []
    cursor = None
    if obstacle is None:
        templates = _Templates(found)
        for start, able in _offers(found, search, first, last, now):
            if len(slots) == PAGE:
                cursor = search.cursor(found.snapshot.business.id, start, live=question.live)
                break
            slots.append({"startsOn": utc_text(start), **templates[able]})
        else:
            if last < date_of(calendar.zone, search.until - 1):
                return b""
    availability: dict[str, Any] = {"timeSelectionMode": wire.TIME_SLOT, "bookingTimeSlots": slots}
    if obstacle:
        availability["noAvailabilityReason"] = wire.NO_AVAILABILITY[obstacle]
    body: dict[str, Any] = {"availability": availability}
    if search.verbose:
        body |= wire.catalogue(found.snapshot, wish)
    if cursor:
        body["cursor"] = cursor
    return orjson.dumps(body)


def _offers(
    found: Occupancy, search: Search, first: date, last: date, now: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The free starts of the search with those who can take the whole visit, day by day."""
    busy = found.busy()
    for offset in range((last - first).days + 1):
        view = engine.DayView(found.snapshot.calendar, found.wish, first + timedelta(days=offset), busy)
        yield from view.offers(now, search.since, search.until)


class _Templates(dict[tuple[int, ...], dict[str, Any]]):
    """What all slots of the same staff have in common."""

    def __init__(self, found: Occupancy) -> None:
        super().__init__()
        self._services = found.wish.services
        self._choice = found.snapshot.business.show_staff_selection

    def __missing__(self, able: tuple[int, ...]) -> dict[str, Any]:
        self[able] = {
            "staffSelectionMode": wire.staff_selection(self._choice, len(able)),
            "staffIds": able,
            "items": wire.items(self._services, able[0]),
        }
        return self[able]
