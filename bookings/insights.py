"""How a business does: visits, time, customers and money of a period, beside the period before.

A few aggregates on indexed ranges, whatever the number of bookings. Dates begin at the midnights of
`businesses/localtime.py`, which are handed to the database as edges: it knows of no time zones here.

Words: a visit is a booking that is not cancelled. What has no other name counts visits, by the date they begin.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bookings.availability import Calendar, WeekMinutes, for_reckoning, open_minutes
from bookings.insight_queries import (
    BY_CELL,
    BY_DATE,
    BY_KIND,
    BY_SOURCE,
    CUSTOMERS,
    DEPOSITS,
    TIME_USED,
)
from bookings.models import Source, Status
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from businesses.db import prepared
from businesses.errors import Invalid
from businesses.localtime import moment_of, offsets
from businesses.models import Business, Service

MOST_DAYS = 400
TOO_LONG = "Choose at most 400 days."
BACKWARDS = "The last day is before the first."

ATTENDED = (Status.CHECKED_IN, Status.COMPLETED)
WORTH = (Status.CONFIRMED, *ATTENDED)
LEAD_HOURS = (2, 24, 72, 168, 336, 672)  # the edges of the classes of lead time
MOST_LEAD_HOURS = 400 * 24


@dataclass(frozen=True, slots=True)
class Period:
    """The dates first..last, both included."""

    first: date
    last: date

    @classmethod
    def chosen(cls, first: date, last: date) -> "Period":
        """Raises Invalid for what is too long, or ends before it begins."""
        if last < first:
            raise Invalid(BACKWARDS, {"to": [BACKWARDS]})
        if (last - first).days >= MOST_DAYS:
            raise Invalid(TOO_LONG, {"to": [TOO_LONG]})
        return cls(first, last)

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> "Period":
        """As many dates, right before."""
        return Period(self.first - timedelta(days=len(self.dates)), self.first - timedelta(days=1))


@dataclass(slots=True)
class Tally:
    """What is counted of one date, or of several. Money is of the business's currency."""

    visits: int = 0
    cancelled: int = 0
    attended: int = 0
    no_shows: int = 0
    worth_cents: int = 0  # the prices of confirmed, arrived and completed visits
    completed_cents: int = 0  # of these, what is completed
    other_currency: int = 0  # visits with a price in another currency, which is not in the sums
    paid_cents: int = 0  # deposits charged or captured, by the ledger
    returned_cents: int = 0  # refunded, or lost to a dispute, by the ledger

    def add(self, other: "Tally") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def finished(self) -> int:
        """Visits of which is known whether the customer came."""
        return self.attended + self.no_shows

    @property
    def kept_cents(self) -> int:
        return self.paid_cents - self.returned_cents


@dataclass(frozen=True, slots=True)
class People:
    """Customers with a visit in the period; `returning` had one before it."""

    all: int
    returning: int

    @property
    def new(self) -> int:
        return self.all - self.returning


@dataclass(frozen=True, slots=True)
class Use:
    """Of one resource, by weekday: minutes of visits, and minutes open."""

    name: str
    booked: WeekMinutes
    open: WeekMinutes


@dataclass(frozen=True, slots=True)
class ServiceCount:
    name: str
    visits: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One of the two periods that are compared."""

    period: Period
    total: Tally
    people: People
    booked: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """`dates` and `dates_before` have a tally per date. `hours` has visits by weekday and hour of the local clock."""

    now: Half
    before: Half
    dates: list[Tally]
    dates_before: list[Tally]
    use: list[Use]
    services: list[ServiceCount]
    sources: dict[str, int]
    lead: tuple[int, ...]  # visits by class of lead time: below each of LEAD_HOURS, and above
    median_lead_hours: int | None
    hours: tuple[tuple[int, ...], ...]


def insights(business: Business, period: Period, *, live: bool) -> Insights:
    """Everything there is to see of a period."""
    snapshot = snapshot_of(business.id)
    both = Period(period.before.first, period.last)
    edges = [moment_of(snapshot.calendar.day(day).start) for day in both.dates]
    edges.append(moment_of(snapshot.calendar.day(both.last).end))
    size = len(period.dates)
    asked = {"business": business.id, "live": live, "currency": business.currency, "edges": edges}
    asked |= {"start": edges[0], "middle": edges[size], "end": edges[-1]}
    tallies = _tallies(asked)
    used, services = _time_used(asked, both, snapshot)
    kinds = _kinds(asked, period, snapshot.calendar)
    people = _people(asked)
    open_now = _open(snapshot, period)
    open_before = _open(snapshot, period.before)
    return Insights(
        now=_half(period, tallies[size:], people[0], used[0], open_now),
        before=_half(period.before, tallies[:size], people[1], used[1], open_before),
        dates=tallies[size:],
        dates_before=tallies[:size],
        use=_uses(snapshot, used[0], open_now),
        services=services,
        **kinds,
    )


Minutes = Mapping[int, WeekMinutes]  # by resource


def _half(period: Period, tallies: list[Tally], people: People, used: Minutes, opened: Minutes) -> Half:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    booked = sum(sum(used.get(key, ())) for key in opened)
    return Half(period=period, total=total, people=people, booked=booked, open=sum(map(sum, opened.values())))


def _tallies(asked: Mapping[str, Any]) -> list[Tally]:
    """One per date of both periods."""
    tallies = [Tally() for _ in asked["edges"][1:]]
    for place, status, count, cents, foreign in prepared(BY_DATE, asked):
        tallies[place - 1].add(_tally(status, count, cents, foreign))
    for place, paid, returned in prepared(DEPOSITS, asked):
        tallies[place - 1].add(Tally(paid_cents=paid, returned_cents=returned))
    return tallies


def _tally(status: str, count: int, cents: int, foreign: int) -> Tally:
    if status == Status.CANCELLED:
        return Tally(cancelled=count)
    worth = status in WORTH
    return Tally(
        visits=count,
        attended=count if status in ATTENDED else 0,
        no_shows=count if status == Status.NO_SHOW else 0,
        worth_cents=cents if worth else 0,
        completed_cents=cents if status == Status.COMPLETED else 0,
        other_currency=foreign if worth else 0,
    )


def _time_used(
    asked: Mapping[str, Any], both: Period, snapshot: Snapshot
) -> tuple[tuple[Minutes, Minutes], list[ServiceCount]]:
    """Minutes by resource and weekday of this period and of the one before; the services of this one."""
    size = len(both.dates) // 2
    # Columns 0 to 6 are the weekdays of this period, 7 to 13 those of the one before.
    columns = [day.weekday() + (7 if place < size else 0) for place, day in enumerate(both.dates)]
    reach = asked["start"] - timedelta(minutes=snapshot.longest_block)
    rows = prepared(TIME_USED, {**asked, "columns": columns, "reach": reach})
    used: dict[int, list[int]] = {}
    counted: dict[int, tuple[int, int]] = {}
    for resource, column, service, visits, minutes in rows:
        if resource is not None:
            used.setdefault(resource, [0] * 14)[column] = minutes
        elif column < 7:
            seen = counted.get(service, (0, 0))
            counted[service] = (seen[0] + visits, seen[1] + minutes)
    halves = ({k: tuple(week[:7]) for k, week in used.items()}, {k: tuple(week[7:]) for k, week in used.items()})
    return halves, _services(asked["business"], counted)


def _services(business_id: int, counted: Mapping[int, tuple[int, int]]) -> list[ServiceCount]:
    """The most wanted first; also those that are not offered any more."""
    named = Service.objects.filter(business_id=business_id, id__in=counted).values_list("id", "name")
    found = [ServiceCount(name, *counted[key]) for key, name in named if counted[key][0]]
    return sorted(found, key=lambda service: (-service.visits, -service.minutes, service.name))


def _open(snapshot: Snapshot, period: Period) -> Minutes:
    """Of what can be booked now, by the hours and closures as they are set now."""
    calendar = for_reckoning(snapshot.calendar, period.first, period.last)
    return {
        resource.id: open_minutes(calendar, resource, period.first, period.last)
        for resource in calendar.resources.values()
        if resource.active
    }


def _uses(snapshot: Snapshot, used: Minutes, opened: Minutes) -> list[Use]:
    names = [(resource.name, resource.id) for resource in snapshot.resources.values() if resource.id in opened]
    return [Use(name, used.get(key, (0,) * 7), opened[key]) for name, key in sorted(names)]


def _kinds(asked: Mapping[str, Any], period: Period, calendar: Calendar) -> dict[str, Any]:
    """This period's visits by hour, by source, and by how long ahead they were booked."""
    grid = [[0] * 24 for _ in range(7)]
    sources: dict[str, int] = {}
    ahead: Counter[int] = Counter()
    clock = offsets(calendar.zone, calendar.day(period.first).start, calendar.day(period.last).end)
    changes, ahead_of_utc = [moment_of(since) for since, _ in clock], [offset for _, offset in clock]
    sent = {**asked, "changes": changes, "ahead_of_utc": ahead_of_utc}
    sent |= {"most": MOST_LEAD_HOURS, "imported": Source.IMPORT}
    for grouping, cell, source, lead, visits in prepared(BY_KIND, sent):
        if grouping == BY_CELL:
            grid[cell // 24][cell % 24] = visits
        elif grouping == BY_SOURCE:
            sources[source] = visits
        elif lead is not None:
            ahead[lead] = visits
    return {
        "hours": tuple(map(tuple, grid)),
        "sources": sources,
        "lead": _classes(ahead),
        "median_lead_hours": _median(ahead),
    }


def _classes(ahead: Counter[int]) -> tuple[int, ...]:
    classes = [0] * (len(LEAD_HOURS) + 1)
    for lead, visits in ahead.items():
        classes[bisect_right(LEAD_HOURS, lead)] += visits
    return tuple(classes)


def _median(ahead: Counter[int]) -> int | None:
    """The lead that at least half of the visits have."""
    missing = -(-ahead.total() // 2)
    for lead in sorted(ahead, reverse=True):
        missing -= ahead[lead]
        if missing <= 0:
            return lead
    return None


def _people(asked: Mapping[str, Any]) -> tuple[People, People]:
    """Of this period, and of the one before."""
    ((now, returning, before, returned),) = prepared(CUSTOMERS, asked)
    return People(now, returning), People(before, returned)
