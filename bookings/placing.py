"""Taking time: from a wish to allocations. The protocol is written down in docs/locking.md."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings import availability as engine
from bookings.classes import join_classes
from bookings.errors import SlotTaken, wire_start
from bookings.events import BookedItem
from bookings.models import Allocation, Booking
from bookings.queries import Occupancy, occupancy
from bookings.snapshot import Snapshot, within_reach
from businesses.db import Raced, execute
from businesses.errors import Conflict, Invalid
from businesses.localtime import instants, local_of, minute_of, moment_of
from businesses.models import Business, Resource

NEAREST = 5
NEAREST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Start:
    """A start in the business's wall-clock time; `instant` (a UTC minute) picks one of the two hours of a fold."""

    date: date
    minutes: int
    instant: int | None = None

    @classmethod
    def at(cls, zone: ZoneInfo, minute: int) -> "Start":
        """An instant as a start of the zone's."""
        local = local_of(zone, minute)
        return cls(local.date(), local.hour * 60 + local.minute, minute)


@dataclass(frozen=True, slots=True)
class Placement:
    """What was decided: the picks, for how many, and the configuration they were decided with."""

    snapshot: Snapshot
    services: tuple[engine.Service, ...]
    party: int
    picks: tuple[engine.Pick, ...]

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.picks[0].start)

    @property
    def ends_at(self) -> datetime:
        return moment_of(max(pick.end for pick in self.picks))

    def prices(self) -> list[tuple[int, int | None]]:
        """(service id, price) per service of the visit, at the resource's own price where it has one."""
        by_id = {service.id: service for service in self.snapshot.services.values()}
        return [
            (pick.service, self.snapshot.prices.get((pick.service, pick.resource), by_id[pick.service].price_cents))
            for pick in self.picks
            if not pick.additional
        ]

    @property
    def price_cents(self) -> int | None:
        """The sum over the services; None when all are without a price."""
        known = [price for _, price in self.prices() if price is not None]
        return sum(known) if known else None

    def held(self, booking: Booking) -> list[Allocation]:
        """What `hold` stores for a new booking, with services and resources, without asking the database for it."""
        calendar = self.snapshot.calendar
        return [
            Allocation(
                business_id=booking.business_id,
                booking=booking,
                service=self.snapshot.services[calendar.services[pick.service].uuid],
                resource=self.snapshot.resources[calendar.resources[pick.resource].uuid],
                sequence=pick.sequence,
                additional=pick.additional,
                live=booking.live,
                starts_at=moment_of(pick.start),
                ends_at=moment_of(pick.end),
                blocked_from=moment_of(pick.blocked_from),
                blocked_until=moment_of(pick.blocked_until),
            )
            for pick in self.picks
        ]

    def items(self) -> list[BookedItem]:
        """What the picks become, as events tell it."""
        return [
            BookedItem(
                sequence=pick.sequence,
                additional=pick.additional,
                service_id=self.services[pick.sequence].uuid,
                resource_id=self.snapshot.calendar.resources[pick.resource].uuid,
                starts_at=moment_of(pick.start),
                ends_at=moment_of(pick.end),
            )
            for pick in self.picks
        ]


def placed(booking: Booking, held: Sequence[Allocation], snapshot: Snapshot) -> Placement:
    """What was decided for a booking, by what it holds. Raises Conflict when a service is not there any more."""
    services = [snapshot.calendar.services.get(a.service_id) for a in held if not a.additional]
    known = tuple(service for service in services if service is not None)
    if len(known) != len(services):
        raise Conflict("This service is not offered any more.", {"reason": "no_service"})
    picks = tuple(
        engine.Pick(
            a.sequence,
            a.service_id,
            a.resource_id,
            a.additional,
            *(minute_of(moment) for moment in (a.starts_at, a.ends_at, a.blocked_from, a.blocked_until)),
        )
        for a in held
    )
    return Placement(snapshot, known, booking.party_size, picks)


def possible_starts(snapshot: Snapshot, start: Start, now: int) -> tuple[int, ...]:
    """The minutes that the wall clock means, two in a fold. Raises Invalid for a gap or a far-off date."""
    zone = snapshot.business.zone
    found = instants(zone, start.date, start.minutes)
    if not found:
        raise Invalid("This local time does not exist.", {"start_time": ["The clocks skip this time on this date."]})
    if start.instant is not None:
        if start.instant not in found:
            raise Invalid(
                "The times disagree.", {"starts_at": ["Is not the given date and time in the business's zone."]}
            )
        found = (start.instant,)
    if not within_reach(snapshot, found[0], now):
        raise Invalid("This date is out of range.", {"booking_date": ["Must be near the present."]})
    return found


def decide(found: Occupancy, start: Start, *, now: int, busy: engine.Busy | None = None) -> Placement:
    """The resources for a start. Raises SlotTaken with the reason."""
    minutes = possible_starts(found.snapshot, start, now)
    view = engine.DayView(found.snapshot.calendar, found.wish, start.date, busy or found.busy())
    for minute in minutes:
        picks = view.assign(minute, now)
        if picks:
            return Placement(found.snapshot, found.wish.services, found.wish.party, picks)
    raise SlotTaken(engine.why_not(view, minutes[0], now) or engine.Reason.BUSY)


def nearest_starts(
    business_id: int,
    wish_of: Callable[[Snapshot], engine.Wish],
    start: Start,
    *,
    live: bool,
    now: int,
    without: Iterable[Allocation] = (),
) -> list[dict[str, str]]:
    """The free starts of the grid nearest to a refused one, on its day and the next ones, in order of time.

    `without`: what does not count, a booking's own when it moves.
    """
    last = start.date + timedelta(days=NEAREST_DAYS)
    found = occupancy(business_id, live=live, first=start.date, last=last, wish_of=wish_of)
    # Staff may choose any minute: the grid is what helps them to choose.
    wish = replace(found.wish, staff=False, any_hours=False)
    busy, zone = found.busy(without), found.snapshot.business.zone
    wanted = instants(zone, start.date, start.minutes)[0]
    free: list[int] = []
    for offset in range(NEAREST_DAYS + 1):
        view = engine.DayView(found.snapshot.calendar, wish, start.date + timedelta(days=offset), busy)
        free += [view.day.start + at for at in engine.positions(view.free_starts(now))]
        if len(free) >= NEAREST:
            break
    return [wire_start(zone, minute) for minute in sorted(sorted(free, key=lambda m: abs(m - wanted))[:NEAREST])]


def lock_resources(business_id: int, keys: set[int]) -> None:
    """Lock resources in primary-key order: for writers that touch more than one allocation."""
    list(
        Resource.objects.select_for_update(no_key=True)
        .filter(business_id=business_id, id__in=keys)
        .order_by("id")
        .values_list("id", flat=True)
    )


COLUMNS = (
    "business_id, booking_id, service_id, resource_id, sequence, additional, session_id, places, live, active, "
    "starts_at, ends_at, blocked_from, blocked_until, updated_at"
)


def hold(booking: Booking, placement: Placement) -> None:
    """Insert the allocations of a booking. Raises Raced when another writer holds any of the time."""
    picks = sorted(placement.picks, key=lambda pick: (pick.resource, pick.start))
    if len(picks) > 1:
        lock_resources(booking.business_id, {pick.resource for pick in picks})
    admit_longest(placement.snapshot.business, picks)
    sessions = join_classes(booking, picks)
    if insert_allocations(booking, picks, sessions=sessions, active=True) != len(picks):
        raise Raced


NO_CLASS: Mapping[int, int] = {}


def insert_allocations(
    booking: Booking, picks: Sequence[engine.Pick], *, active: bool, sessions: Mapping[int, int] = NO_CLASS
) -> int:
    """Insert what is free of the picks; how many that were. Inactive ones hold nothing and are always inserted.

    `sessions`: the classes that they are parts of, by their place in the visit.
    """
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())"] * len(picks))
    values: list[Any] = [value for pick in picks for value in _row(booking, pick, active, sessions)]
    sql = f"INSERT INTO bookings_allocation ({COLUMNS}) VALUES {rows} ON CONFLICT DO NOTHING"  # noqa: S608
    return execute(sql, values)


def _row(booking: Booking, pick: engine.Pick, active: bool, sessions: Mapping[int, int]) -> Iterator[object]:
    session = sessions.get(pick.sequence)
    yield from (booking.business_id, booking.id, pick.service, pick.resource, pick.sequence, pick.additional)
    yield from (session, 0 if session is None or pick.additional else booking.party_size, booking.live, active)
    for minute in (pick.start, pick.end, pick.blocked_from, pick.blocked_until):
        yield moment_of(minute)


def admit_longest(business: Business, picks: Sequence[engine.Pick]) -> None:
    """Widen the bound of busy-time scans before anything longer than it is stored."""
    longest = max(pick.blocked_until - pick.blocked_from for pick in picks)
    if longest > business.longest_block_minutes:
        Business.objects.filter(id=business.id, longest_block_minutes__lt=longest).update(longest_block_minutes=longest)
