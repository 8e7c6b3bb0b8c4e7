"""A made-up past and future for a new business: who came, who will, decided by the availability engine in memory."""

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from bookings import availability as engine
from bookings.availability.spans import intersect
from bookings.lifecycle import HOLDING
from bookings.models import Source, Status
from bookings.placing import Placement
from bookings.snapshot import Snapshot
from businesses.localtime import DAY, date_of
from businesses.models import ResourceKind

PAST_DAYS = 60
FULLEST, FADING_DAYS = 0.5, 4  # how much of today is taken, and how fast that fades away from today
PAST_VISITS, FUTURE_VISITS = 4, 3  # on a day far from today
MISSES = 8  # wishes in a row of one day that could not be met: it is full
BY_STAFF = 0.35
USUAL_NOTICE = 5 * DAY

PARTIES = {1: 2.0, 2: 10.0, 3: 6.0, 4: 8.0, 5: 4.0, 6: 4.0, 7: 1.5, 8: 1.5}
RARE_PARTY = 0.7


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking to be. `booked_at` is the minute at which it was made."""

    placement: Placement
    source: Source
    status: Status
    booked_at: int


class Diary:
    """Finds visits that fit into what is free, and remembers what they take."""

    def __init__(self, snapshot: Snapshot, rng: random.Random, now: int) -> None:
        self._snapshot, self._rng, self._now = snapshot, rng, now
        self._calendar = snapshot.calendar
        self._today = date_of(snapshot.calendar.zone, now)
        self._taken: defaultdict[date, list[tuple[int, int, int]]] = defaultdict(list)

    def fill(self) -> list[Visit]:
        """Two months back and as far ahead as can be booked."""
        visits = []
        for offset in range(-PAST_DAYS, self._calendar.rules.window_days + 1):
            share = FULLEST * math.exp(-abs(offset) / FADING_DAYS) * self._rng.uniform(0.8, 1.2)
            least = FUTURE_VISITS if offset > 0 else PAST_VISITS
            visits += self._fill_day(self._today + timedelta(days=offset), share, least)
        return visits

    def scatter(self, count: int) -> list[Visit]:
        """A few visits around today."""
        days = (self._today + timedelta(days=self._rng.randint(-6, 14)) for _ in range(10 * count))
        return [visit for visit in map(self._book, days) if visit][:count]

    def _fill_day(self, on: date, share: float, least: int) -> list[Visit]:
        visits: list[Visit] = []
        missing, misses = share * self._open_minutes(on), 0
        while (missing > 0 or len(visits) < least) and misses < MISSES:
            visit = self._book(on)
            if visit is None:
                misses += 1
                continue
            visits.append(visit)
            if visit.status in HOLDING:
                missing -= sum(p.blocked_until - p.blocked_from for p in visit.placement.picks if not p.additional)
        return visits

    def _open_minutes(self, on: date) -> int:
        """How long all resources that perform a service are open on a date, added up."""
        day = self._calendar.day(on)
        performing = {key for service in self._calendar.services.values() for key in service.performers}
        # Two days, because that is what a DayView asks for: the answers are remembered.
        spans = (self._calendar.open_spans(self._calendar.resources[key], on, 2) for key in performing)
        return sum(end - start for open_spans in spans for start, end in intersect(open_spans, [(day.start, day.end)]))

    def _book(self, on: date) -> Visit | None:
        """A visit at one of the offered starts of a date, or None when none suits."""
        wish = self._wish(staff=self._rng.random() < BY_STAFF)
        view = engine.DayView(self._calendar, wish, on, self._busy(on))
        # What lies in the past was booked before that day began.
        asked = min(self._now, view.day.start - self._calendar.rules.lead_minutes)
        free = engine.positions(view.free_starts(asked) & self._grid(on))
        picks = view.assign(view.day.start + self._rng.choice(free), asked) if free else None
        if not picks:
            return None
        start, end = picks[0].start, max(pick.end for pick in picks)
        source = Source.STAFF if wish.staff else Source.ONLINE
        status = self._status(start, end, source)
        if status in HOLDING:
            self._taken[on] += [(pick.resource, pick.blocked_from, pick.blocked_until) for pick in picks]
        placement = Placement(self._snapshot, wish.services, wish.party, picks)
        return Visit(placement, source, status, self._booked_at(start))

    def _busy(self, on: date) -> engine.Busy:
        """What is taken around a date: visits may pass midnight."""
        day = timedelta(days=1)
        return engine.Busy([*self._taken[on - day], *self._taken[on], *self._taken[on + day]])

    def _grid(self, on: date) -> int:
        """The usual starts, which staff keep to as well although they need not."""
        return self._calendar.grid(next(iter(self._calendar.resources.values())), on)

    # --- who wants what -----------------------------------------------------------------------------------

    def _wish(self, *, staff: bool) -> engine.Wish:
        offered = [s for s in self._calendar.services.values() if s.performers and (staff or s.online) and not s.places]
        usual = self._snapshot.default_service()
        weights = [len(s.performers) * (2 if usual and s.id == usual.id else 1) for s in offered]
        [service] = self._rng.choices(offered, weights)
        services, resource = [service], None
        performers = [self._calendar.resources[key] for key in service.performers]
        if performers[0].kind == ResourceKind.STAFF:
            others = [s for s in offered if s is not service and s.performers.keys() & service.performers.keys()]
            if others and self._rng.random() < 0.1:
                services.append(self._rng.choice(others))
            if self._rng.random() < 0.4:
                resource = self._rng.choice(performers).id
        party = self._party(service, performers)
        return engine.Wish(tuple(services), party, resource, same_resource=True, staff=staff)

    def _party(self, service: engine.Service, performers: list[engine.Resource]) -> int:
        least = max(service.party_min, min(resource.capacity_min for resource in performers))
        most = min(service.party_max, max(resource.capacity_max for resource in performers))
        sizes = range(least, most + 1)
        [size] = self._rng.choices(sizes, [PARTIES.get(size, RARE_PARTY) for size in sizes])
        return size

    # --- what became of it --------------------------------------------------------------------------------

    def _status(self, start: int, end: int, source: Source) -> Status:
        chance = self._rng.random()
        if end <= self._now:
            return Status.NO_SHOW if chance < 0.04 else Status.CANCELLED if chance < 0.12 else Status.COMPLETED
        if start <= self._now:
            return Status.CONFIRMED if chance < 0.15 else Status.CHECKED_IN
        if chance < 0.05:
            return Status.CANCELLED
        undecided = 0.05 if self._snapshot.business.auto_confirm else 0.3
        return Status.PENDING if source == Source.ONLINE and chance < 0.05 + undecided else Status.CONFIRMED

    def _booked_at(self, start: int) -> int:
        """Some days before the start, within the booking window, and not later than now."""
        rules = self._calendar.rules
        latest = min(self._now, start - rules.lead_minutes)
        room = latest - (start - (rules.window_days - 1) * DAY)
        notice = min(int(self._rng.expovariate(1 / USUAL_NOTICE)), room)
        return latest - max(notice, self._rng.randrange(10 * 60))
