"""How far the set-up of a business has come: what is there, and the first start that somebody could book."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bookings import availability as engine
from bookings.queries import Occupancy, occupancy
from bookings.snapshot import Snapshot
from businesses.localtime import date_of
from businesses.models import Business

MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class FirstStart:
    """A minute at which a service can be booked."""

    minute: int
    service: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """`performed`: there is a service that can be booked online, and somebody performs it."""

    hours: bool
    resources: bool
    services: bool
    performed: bool
    first: FirstStart | None

    @property
    def bookable(self) -> bool:
        return self.first is not None


def readiness(business: Business, *, live: bool, now: int) -> Readiness:
    """One read of configuration and taken time, whatever there is. `first` looks 62 days ahead at most."""
    today = date_of(business.zone, now)
    days = min(business.window_days, MOST_DAYS)
    found = occupancy(business.id, live=live, first=today, last=today + timedelta(days=days), wish_of=_longest)
    calendar = found.snapshot.calendar
    offered = list(_offered(found.snapshot))
    return Readiness(
        hours=any(calendar.week) or bool(calendar.openings),
        resources=any(resource.active for resource in calendar.resources.values()),
        services=any(service.active for service in calendar.services.values()),
        performed=bool(offered),
        first=_first(found, offered, today, days, now),
    )


def _longest(snapshot: Snapshot) -> engine.Wish:
    """The wish whose visits reach furthest: what has to be read for any of them."""
    wishes = [wish for _, wish in _offered(snapshot)]
    return max(wishes, key=lambda wish: wish.longest_visit, default=engine.Wish(services=()))


def _offered(snapshot: Snapshot) -> Iterator[tuple[str, engine.Wish]]:
    """Each service that customers can book, for the smallest party that it and its resources take."""
    resources = snapshot.calendar.resources
    for row in snapshot.services.values():
        service = snapshot.calendar.services[row.id]
        able = [resources[key] for key in service.performers if key in resources]
        parties = [max(service.party_min, r.capacity_min) for r in able if r.active and r.online]
        if service.active and service.online and parties:
            yield row.name, engine.Wish(services=(service,), party=min(parties))


def _first(
    found: Occupancy, offered: list[tuple[str, engine.Wish]], today: date, days: int, now: int
) -> FirstStart | None:
    calendar, busy = found.snapshot.calendar, found.busy()
    if not offered or not (any(calendar.week) or calendar.openings):
        return None
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        starts = []
        for name, wish in offered:
            view = engine.DayView(calendar, wish, day, busy)
            mask = view.free_starts(now)
            if mask:
                starts.append(FirstStart(view.day.start + next(iter(engine.positions(mask))), name))
        if starts:
            return min(starts, key=lambda start: start.minute)
    return None
