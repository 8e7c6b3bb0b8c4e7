"""The reads: what is free, which bookings there are. A constant number of queries, whatever the range."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, FilteredRelation, Q, QuerySet

from bookings import availability as engine
from bookings.asking import MOST_SERVICES
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, Status
from bookings.snapshot import Snapshot, kept_snapshot, load_snapshot
from businesses.db import prepared
from businesses.errors import DomainError, NotFound
from businesses.localtime import minute_of, moment_of
from businesses.models import Business, Resource, Service

BOTH = (True, False)  # of a column of an index that does not matter: whoever names no value cannot use the ones behind

# Everything that blocks a resource in a stretch of time, as one string of 24-byte records. The lower bound is
# the stretch's start minus the longest allocation there is: a plain range scan at any size.
BUSY_TIME = """
SELECT b.config_version,
    (SELECT string_agg(int8send(a.resource_id) || timestamptz_send(a.blocked_from)
                       || timestamptz_send(a.blocked_until), '')
     FROM bookings_allocation a
     WHERE a.business_id = b.id AND a.live = %(live)s AND a.exclusive AND a.active
       AND a.blocked_from >= %(start)s AND a.blocked_from < %(end)s){classes}
FROM businesses_business b WHERE b.id = %(business)s
"""

# The classes that somebody has booked in the same stretch, in 80 bytes each. Only asked of who has classes.
CLASSES = """,
    (SELECT string_agg(int8send(s.id) || int8send(s.service_id) || int8send(s.resource_id)
                       || int8send(coalesce(s.companion_id, 0)) || timestamptz_send(s.starts_at)
                       || timestamptz_send(s.ends_at) || timestamptz_send(s.blocked_from)
                       || timestamptz_send(s.blocked_until) || int8send(s.capacity) || int8send(s.taken), '')
     FROM bookings_classsession s
     WHERE s.business_id = b.id AND s.live = %(live)s AND s.taken > 0
       AND s.blocked_from >= %(start)s AND s.blocked_from < %(end)s)"""

ALONE, WITH_CLASSES = BUSY_TIME.format(classes=", NULL::bytea"), BUSY_TIME.format(classes=CLASSES)

_RECORD = struct.Struct("!qqq")
_SESSION = struct.Struct("!10q")
_MICROSECONDS = 60_000_000
_YEAR_2000 = 15_778_080  # minutes from 1970 to 2000, where PostgreSQL's binary timestamps begin


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One consistent read: the configuration, the taken time, and the wish as that configuration reads it.

    `packed` and `classes` identify the taken time exactly.
    """

    snapshot: Snapshot
    wish: engine.Wish
    packed: bytes
    classes: bytes

    def busy(self, without: Iterable[Allocation] = ()) -> engine.Busy:
        """The taken time, less what is given: a booking's own, when it moves. A class that others are in stays."""
        gone, places = set(), dict[int, int]()
        for own in without:
            if own.session_id is None:
                gone.add(blocked_record(own))
            else:
                places[own.session_id] = places.get(own.session_id, 0) + own.places
        sessions = []
        for session in unpack_sessions(self.classes):
            taken = session.taken - places.get(session.id, 0)
            if taken:
                sessions.append(session if taken == session.taken else replace(session, taken=taken))
            else:
                gone |= {(key, session.blocked_from, session.blocked_until) for key in session.resources}
        return engine.Busy((record for record in unpack(self.packed) if record not in gone), sessions)


def unpack_sessions(packed: bytes) -> Iterator[engine.Session]:
    """The classes that somebody has booked."""
    for key, service, resource, companion, *times, capacity, taken in _SESSION.iter_unpack(packed):
        start, end, since, until = (moment // _MICROSECONDS + _YEAR_2000 for moment in times)
        yield engine.Session(key, service, resource, companion, start, end, since, until, capacity, taken)


def unpack(packed: bytes) -> Iterator[tuple[int, int, int]]:
    """(resource id, blocked from, blocked until) in minutes."""
    for resource, start, end in _RECORD.iter_unpack(packed):
        yield resource, start // _MICROSECONDS + _YEAR_2000, end // _MICROSECONDS + _YEAR_2000


def snapshot_of(business_id: int) -> Snapshot:
    """The current configuration: one read of the version when it is in memory."""
    kept = kept_snapshot(business_id)
    rows = prepared("SELECT config_version FROM businesses_business WHERE id = %s", (business_id,))
    if not rows:
        raise NotFound
    return kept if kept and kept.version == rows[0][0] else load_snapshot(business_id)


def business_id_of(slug: str) -> int:
    """Whose page an address is. Raises NotFound."""
    rows = prepared("SELECT id FROM businesses_business WHERE slug = %s", (slug,))
    if not rows:
        raise NotFound
    return int(rows[0][0])


def occupancy(
    business_id: int, *, live: bool, first: date, last: date, wish_of: Callable[[Snapshot], engine.Wish]
) -> Occupancy:
    """Configuration and taken time for the local dates first..last and the length of a visit beyond, in one read.

    Raises what `wish_of` raises: NotFound, Invalid.
    """
    return occupancy_on(business_id, live=live, dates_of=lambda snapshot: (first, last), wish_of=wish_of)


def occupancy_on(
    business_id: int,
    *,
    live: bool,
    dates_of: Callable[[Snapshot], tuple[date, date]],
    wish_of: Callable[[Snapshot], engine.Wish],
) -> Occupancy:
    """The same where the dates depend on the business: on its time zone, for who asks in instants."""
    snapshot = kept_snapshot(business_id) or load_snapshot(business_id)
    while True:
        try:
            wish, (first, last) = wish_of(snapshot), dates_of(snapshot)
        except DomainError:
            if snapshot_of(business_id) is snapshot:
                raise
        else:
            taken = _taken(snapshot, live, first, last, wish.longest_visit)
            if taken is not None:
                return Occupancy(snapshot, wish, *taken)
        snapshot = load_snapshot(business_id)


def _taken(snapshot: Snapshot, live: bool, first: date, last: date, margin: int) -> tuple[bytes, bytes] | None:
    """The packed taken time and classes, or None when the configuration has changed since the snapshot."""
    calendar = snapshot.calendar
    start = calendar.day(first).start - margin - snapshot.longest_block
    end = calendar.day(last).end + margin
    asked = {"live": live, "start": moment_of(start), "end": moment_of(end), "business": snapshot.business.id}
    version, packed, classes = prepared(WITH_CLASSES if snapshot.has_classes else ALONE, asked)[0]
    return (packed or b"", classes or b"") if version == snapshot.version else None


def next_open_dates(
    read: Callable[[date, date], Occupancy], *, first: date, count: int, horizon: int, now: int
) -> tuple[Occupancy, list[tuple[date, int]]]:
    """The next dates with at least one free start, each with the number of starts.

    `read` gives the occupancy of a range of dates: it is asked for the near future, where most answers lie, and at
    most once more for the rest.
    """
    near = min(horizon, 2 * count)
    dates: list[tuple[date, int]] = []
    for start, end in ((0, near), (near, horizon)):
        if start < end and len(dates) < count:
            found = read(first + timedelta(days=start), first + timedelta(days=end - 1))
            dates += _open_dates(found, first + timedelta(days=start), end - start, now)
    return found, dates[:count]


def _open_dates(found: Occupancy, first: date, days: int, now: int) -> Iterator[tuple[date, int]]:
    busy = found.busy()
    for offset in range(days):
        on = first + timedelta(days=offset)
        starts = engine.DayView(found.snapshot.calendar, found.wish, on, busy).free_starts(now)
        if starts:
            yield on, starts.bit_count()


def listed_bookings(business_id: int, *, live: bool, held: bool = False) -> QuerySet[Booking]:
    """A business's bookings joined with the allocation that leads each: the first service's main resource.

    `held`: with what is only held now. Holds that have ended were never bookings.
    """
    lead = FilteredRelation("allocations", condition=Q(allocations__sequence=0, allocations__additional=False))
    booked = Q(held_until=None) | Q(status=Status.PENDING) if held else Q(held_until=None)
    return Booking.objects.filter(booked, business_id=business_id, live=live).annotate(lead=lead)


def held_allocations(booking: Booking) -> list[Allocation]:
    """What a booking holds, or held, with resources and services, in the order of the visit."""
    found = Allocation.objects.filter(business_id=booking.business_id, booking=booking)
    return list(found.select_related("resource", "service").order_by("sequence", "additional"))


STAMPS = """
SELECT c.uuid, b.created_at FROM bookings_booking b JOIN bookings_customer c ON c.id = b.customer_id WHERE b.id = %s
"""


def stamps(booking: Booking) -> tuple[UUID, datetime]:
    """What the database has given a new booking: (its customer's id, when it was made)."""
    ((customer, created_at),) = prepared(STAMPS, (booking.id,))
    return customer, created_at


def blocked_record(allocation: Allocation) -> tuple[int, int, int]:
    """An allocation as `engine.Busy` takes it."""
    return allocation.resource_id, minute_of(allocation.blocked_from), minute_of(allocation.blocked_until)


def free_resources(business_id: int, booking_id: UUID, *, live: bool) -> list[Resource]:
    """The other resources that could take a booking at its time (seed 001, "Resource Reassignment")."""
    booking = Booking.objects.filter(business_id=business_id, live=live, uuid=booking_id).first()
    if booking is None:
        raise NotFound
    held = [a for a in held_allocations(booking) if not a.additional]
    own = {a.resource_id for a in held}
    snapshot = snapshot_of(business_id)
    taken = _time_taken(snapshot, booking, min(a.blocked_from for a in held), max(a.blocked_until for a in held))
    return [
        resource
        for resource in snapshot.resources.values()
        if resource.id not in own
        and resource.active
        and (resource.capacity_max >= booking.party_size or all(a.session_id for a in held))
        and _could_take(snapshot, resource, held, taken)
    ]


def _time_taken(snapshot: Snapshot, booking: Booking, start: datetime, end: datetime) -> engine.Busy:
    taken = Allocation.objects.filter(
        business_id=booking.business_id,
        live=booking.live,
        exclusive=True,
        active=True,
        blocked_from__gt=start - timedelta(minutes=snapshot.longest_block),
        blocked_from__lt=end,
        blocked_until__gt=start,
    )
    return engine.Busy(blocked_record(allocation) for allocation in taken)


def _could_take(snapshot: Snapshot, resource: Resource, held: list[Allocation], busy: engine.Busy) -> bool:
    for allocation in held:
        service = snapshot.calendar.services.get(allocation.service_id)
        if service is not None and resource.id not in service.performers:
            return False
        if busy.overlaps(resource.id, minute_of(allocation.blocked_from), minute_of(allocation.blocked_until)):
            return False
    return True


def bookings_in_each(
    business_id: int, spans: Sequence[tuple[datetime, datetime]], *, live: bool, resource: Resource | None = None
) -> list[int]:
    """How many bookings that hold time lie, wholly or partly, in each span; of one resource, or of all."""
    if not spans:
        return []
    first = min(start for start, _ in spans)
    found = Booking.objects.filter(business_id=business_id, live=live, status__in=HOLDING, ends_at__gt=first)
    # No visit is longer than this: one range of the index by time, however long the history is.
    longest = timedelta(minutes=snapshot_of(business_id).longest_block * MOST_SERVICES)
    found = found.filter(starts_at__gt=first - longest, starts_at__lt=max(end for _, end in spans))
    if resource:
        found = found.filter(allocations__resource=resource, allocations__active=True)
    counts = {
        f"span{number}": Count("id", filter=Q(starts_at__lt=end, ends_at__gt=start), distinct=True)
        for number, (start, end) in enumerate(spans)
    }
    told = found.aggregate(**counts)
    return [told[name] for name in counts]


def bookings_to_come(
    business: Business, now: datetime, *, live: bool, resource: Resource | None = None, service: Service | None = None
) -> int:
    """How many bookings that hold time have not ended yet, of a resource or of a service."""
    found = Booking.objects.filter(business_id=business.id, live=live, status__in=HOLDING, ends_at__gt=now)
    if resource:
        found = found.filter(allocations__resource=resource, allocations__active=True)
    if service:
        found = found.filter(allocations__service=service, allocations__active=True)
    return found.distinct().count()
