"""A day told start by start: what is offered, and why the rest is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bookings import availability as engine
from bookings.asking import Ask
from bookings.queries import Occupancy, next_open_dates, occupancy
from bookings.snapshot import Snapshot
from businesses.localtime import date_of, moment_of
from businesses.models import Business, Closure, ClosureKind

SHOWN_STARTS = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Starts that follow each other and have the same reason; None: they are offered, by these resources.

    `open`: outside of hours, although within those of the business.
    """

    first: int
    last: int
    count: int
    reason: engine.Reason | None
    resources: tuple[int, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A day as a wish sees it. `closures`: what closes the business or a performer on it."""

    snapshot: Snapshot
    wish: engine.Wish
    day: date
    stretches: list[Stretch]
    closures: list[Closure]

    @property
    def offered(self) -> int:
        return sum(stretch.count for stretch in self.stretches if stretch.reason is None)


def explained_day(business: Business, ask: Ask, on: date, *, live: bool, now: int) -> Explained:
    """Two reads. Raises NotFound, Invalid for an ask that means nothing here."""
    found = occupancy(business.id, live=live, first=on, last=on, wish_of=ask.wish)
    view = engine.DayView(found.snapshot.calendar, found.wish, on, found.busy())
    performing = {key for service in found.wish.services for key in service.performers if _asked(found.wish, key)}
    closures = Closure.objects.filter(
        business=business,
        kind=ClosureKind.CLOSED,
        starts_at__lt=moment_of(view.day.end),
        ends_at__gt=moment_of(view.day.start),
    ).select_related("resource", "feed")
    concerning = [row for row in closures.order_by("starts_at") if row.resource_id in {None, *performing}]
    return Explained(found.snapshot, found.wish, on, _stretches(view, now), concerning)


def _asked(wish: engine.Wish, resource: int) -> bool:
    return wish.resource in (None, resource)


def _stretches(view: engine.DayView, now: int) -> list[Stretch]:
    offered = dict(view.offers(now, view.day.start, view.day.end))
    starts: list[tuple[int, engine.Reason | None]] = [(start, None) for start in offered]
    starts = sorted([*starts, *engine.unavailable(view, now)])

    def kind(item: tuple[int, engine.Reason | None]) -> tuple[engine.Reason | None, bool]:
        """Outside of the hours it matters whose hours they are."""
        start, reason = item
        return reason, reason == engine.Reason.OUTSIDE_HOURS and _is_open(view, start)

    return [
        _stretch([start for start, _ in group], reason, offered, is_open=is_open)
        for (reason, is_open), group in groupby(starts, key=kind)
    ]


def _is_open(view: engine.DayView, start: int) -> bool:
    at = start - view.day.start
    return any(opens <= at < closes for opens, closes in view.calendar.week[view.day.date.weekday()])


def _stretch(
    starts: Sequence[int], reason: engine.Reason | None, offered: dict[int, tuple[int, ...]], *, is_open: bool
) -> Stretch:
    takers = sorted({key for start in starts for key in offered.get(start, ())})
    return Stretch(starts[0], starts[-1], len(starts), reason, tuple(takers), is_open)


def next_starts(business: Business, ask: Ask, *, live: bool, now: int) -> list[int]:
    """The first starts of the next day that has any, within the booking window. At most two reads."""
    first = date_of(business.zone, now)

    def read(start: date, end: date) -> Occupancy:
        return occupancy(business.id, live=live, first=start, last=end, wish_of=ask.wish)

    found, dates = next_open_dates(read, first=first, count=1, horizon=business.window_days + 1, now=now)
    if not dates:
        return []
    view = engine.DayView(found.snapshot.calendar, found.wish, dates[0][0], found.busy())
    return [view.day.start + at for at in engine.positions(view.free_starts(now))[:SHOWN_STARTS]]


def last_day(business: Business, now: int) -> date:
    """The last date that can be booked."""
    return date_of(business.zone, now) + timedelta(days=business.window_days)


def weekly_hours(snapshot: Snapshot, on: date, resource: int | None = None) -> list[tuple[int, int]]:
    """The opening hours of a weekday, in minutes after midnight; of a resource that has its own."""
    own = snapshot.calendar.resources[resource].week if resource is not None else None
    return list((snapshot.calendar.week if own is None else own)[on.weekday()])
