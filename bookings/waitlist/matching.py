"""What fits: the first free start of a wish, by the same functions that list and book."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from bookings import availability as engine
from bookings.asking import Ask
from bookings.models import WaitlistEntry
from bookings.placing import Start
from bookings.queries import Occupancy, occupancy
from businesses.errors import DomainError
from businesses.localtime import date_of, local_of


def ask_of(entry: WaitlistEntry, *, staff: bool = False) -> Ask:
    return Ask(services=tuple(entry.services), resource=entry.resource, party=entry.party_size, staff=staff)


def first_free(entry: WaitlistEntry, *, now: int, without: Collection[int] = ()) -> Start | None:
    """The earliest start that the entry waits for and that customers are offered; one read of the taken time.

    `without`: minutes that are not to be offered (again). None also where its services are not there any more.
    """
    today = date_of(entry.business.zone, now)
    first = max(entry.first_day, today)
    if first > entry.last_day:
        return None
    try:
        found = occupancy(
            entry.business_id, live=entry.live, first=first, last=entry.last_day, wish_of=ask_of(entry).wish
        )
    except DomainError:
        return None
    for minute in _starts(found, entry, now):
        if minute not in without:
            return Start.at(found.snapshot.business.zone, minute)
    return None


def _starts(found: Occupancy, entry: WaitlistEntry, now: int) -> Iterator[int]:
    zone, busy = found.snapshot.business.zone, found.busy()
    first = max(entry.first_day, date_of(zone, now))
    for offset in range((entry.last_day - first).days + 1):
        view = engine.DayView(found.snapshot.calendar, found.wish, first + timedelta(days=offset), busy)
        for at in engine.positions(view.free_starts(now)):
            local = local_of(zone, view.day.start + at)
            if entry.from_minutes <= local.hour * 60 + local.minute <= entry.until_minutes:
                yield view.day.start + at
