"""When each of many resources is free next, in a constant number of queries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from bookings import availability as engine
from bookings.queries import Occupancy, occupancy, snapshot_of
from bookings.snapshot import Snapshot
from businesses.localtime import date_of
from businesses.models import Resource, Service

NEAR_DAYS = 14

Offers = Mapping[Resource, Sequence[Service]]


def next_starts(
    business_id: int, *, live: bool, offers_of: Callable[[Snapshot], Offers], now: int
) -> tuple[Snapshot, dict[int, int]]:
    """For each offered resource, by id, the first minute of the booking window at which it can begin any of its
    services, for the smallest party. Who has no time is left out.

    Taken time is read for the near future, where most answers lie, and at most once more for the rest. Raises what
    `offers_of` raises.
    """
    snapshot = snapshot_of(business_id)
    today, days = date_of(snapshot.business.zone, now), snapshot.calendar.rules.window_days + 1
    starts: dict[int, int] = {}

    def longest(current: Snapshot) -> engine.Wish:
        wishes = (wish for several in _wishes(current, offers_of(current)).values() for wish in several)
        return max(wishes, key=lambda wish: wish.longest_visit, default=engine.Wish(services=()))

    for near, far in ((0, min(NEAR_DAYS, days)), (NEAR_DAYS, days)):
        first, last = today + timedelta(days=near), today + timedelta(days=far - 1)
        found = occupancy(business_id, live=live, first=first, last=last, wish_of=longest)
        wishes = _wishes(found.snapshot, offers_of(found.snapshot))
        missing = {key: several for key, several in wishes.items() if key not in starts}
        starts.update(_first_starts(found, missing, first, last, now))
        if far == days or len(starts) == len(wishes):
            break
    return found.snapshot, starts


def _wishes(snapshot: Snapshot, offers: Offers) -> dict[int, list[engine.Wish]]:
    compiled = snapshot.calendar.services
    return {
        resource.id: [
            engine.Wish(services=(compiled[service.id],), party=service.party_min, resource=resource.id)
            for service in services
        ]
        for resource, services in offers.items()
    }


def _first_starts(
    found: Occupancy, wishes: Mapping[int, list[engine.Wish]], first: date, last: date, now: int
) -> Iterator[tuple[int, int]]:
    """(resource id, minute) of those who have time on the dates first..last."""
    calendar, busy = found.snapshot.calendar, found.busy()
    missing, on = dict(wishes), first
    while missing and on <= last:
        for resource in list(missing):
            if not calendar.open_starts(calendar.resources[resource], on, 1, 0):
                continue  # not there all day: no need to look service by service
            free = 0
            for wish in missing[resource]:
                free |= engine.DayView(calendar, wish, on, busy).free_starts(now)
            if free:
                yield resource, calendar.day(on).start + engine.positions(free)[0]
                del missing[resource]
        on += timedelta(days=1)
