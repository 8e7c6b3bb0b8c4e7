"""A resource is away: which bookings are hit, who could take them over, and what is done about each.

The closure comes first, so that nothing new is booked. Then every booking is a transaction of its own, and only as it
was when somebody looked at it: what has changed since is said, and left alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction

from bookings import availability as engine
from bookings import letters, links, posting
from bookings.asking import wish_to_move
from bookings.letters import Visit
from bookings.models import Allocation, Booking, Message, Status
from bookings.queries import BOTH, Occupancy, occupancy, unpack, unpack_sessions
from bookings.services import BookingChange, locked_booking, require_version, update_booking
from bookings.snapshot import Snapshot
from bookings.wording import in_language_of
from businesses.catalogue import save_closure
from businesses.db import transactional
from businesses.errors import Conflict, Invalid
from businesses.localtime import date_of, minute_of, moment_of
from businesses.models import Business, Closure, ClosureKind, Resource

LONGEST_DAYS = 366
MOST_HIT = 500
MOVABLE = (Status.PENDING, Status.CONFIRMED)
Taken = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A resource that is not there from one moment to another. `key`: the closure's id, told before it is made."""

    business: Business
    resource: Resource
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A booking that the absence hits; `others` could take it over, the proposed one first."""

    booking: Booking
    held: tuple[Allocation, ...]
    others: tuple[Resource, ...]


# --- what would happen --------------------------------------------------------------------------------------------


def hits(absence: Absence, *, live: bool, now: int) -> list[Hit]:
    """The bookings in order of time, each with who could take it over: proposals that all work out together.

    A constant number of queries. Raises Invalid for more bookings than one can look at.
    """
    held = _held(absence, live, now)
    visits = [tuple(group) for _, group in groupby(held, key=lambda row: row.booking_id)]
    if len(visits) > MOST_HIT:
        raise Invalid("Too many bookings at once. Choose fewer days.", {"last": ["Too many bookings."]})
    visits.sort(key=lambda rows: (_booking(rows).starts_at, rows[0].booking_id))
    if not visits:
        return []
    found = _occupancy(absence, visits, live)
    return list(_assigned(absence, found, visits, now))


def _held(absence: Absence, live: bool, now: int) -> Sequence[Allocation]:
    """All that the bookings hold of which a part, at this resource, lies within the absence and has not begun."""
    part = Allocation.objects.filter(
        business=absence.business,
        live=live,
        exclusive__in=BOTH,
        active=True,
        resource=absence.resource,
        starts_at__lt=absence.ends_at,
        ends_at__gt=absence.starts_at,
        booking__status__in=MOVABLE,
        booking__starts_at__gte=moment_of(now),
    )
    found = Allocation.objects.filter(business=absence.business, booking__in=part.values("booking"))
    rows = found.select_related("booking", "resource", "service")
    return list(rows.order_by("booking_id", "sequence", "additional")[: MOST_HIT * 20])


def _booking(held: Sequence[Allocation]) -> Booking:
    """Whose the rows are: they were found by their bookings."""
    return cast(Booking, held[0].booking)


def _occupancy(absence: Absence, visits: Sequence[tuple[Allocation, ...]], live: bool) -> Occupancy:
    zone, first, last = absence.business.zone, _booking(visits[0]), _booking(visits[-1])
    longest = max(visits, key=lambda rows: _booking(rows).ends_at - _booking(rows).starts_at)
    return occupancy(
        absence.business.id,
        live=live,
        first=date_of(zone, minute_of(first.starts_at)),
        last=date_of(zone, minute_of(last.ends_at)),
        wish_of=partial(wish_to_move, _booking(longest), longest, None),
    )


def _assigned(absence: Absence, found: Occupancy, visits: Sequence[tuple[Allocation, ...]], now: int) -> Iterator[Hit]:
    """Each booking with the resources that are left for it; what is proposed is taken for those that follow."""
    snapshot, taken, sessions = found.snapshot, list(unpack(found.packed)), list(unpack_sessions(found.classes))
    by_id = {resource.id: resource for resource in snapshot.resources.values()}
    for held in visits:
        booking = _booking(held)
        busy = engine.Busy(taken, sessions)
        free = list(_takers(absence, snapshot, held, busy, now))
        others = tuple(by_id[key] for key in free)
        if others:
            for row in held:
                if not row.additional:
                    _take(snapshot, row, free[0], taken, sessions)
        yield Hit(booking, held, others)


def _take(snapshot: Snapshot, row: Allocation, key: int, taken: list[Taken], sessions: list[engine.Session]) -> None:
    """A part of a visit is given to a resource, in mind: its time, or its places in a class that may be new there."""
    start, since, until = minute_of(row.starts_at), minute_of(row.blocked_from), minute_of(row.blocked_until)
    for index, other in enumerate(sessions):
        if row.places and (other.service, other.resource, other.start) == (row.service_id, key, start):
            sessions[index] = replace(other, taken=other.taken + row.places)
            return
    taken.append((key, since, until))
    if row.places:
        service, end = snapshot.calendar.services.get(row.service_id), minute_of(row.ends_at)
        places = service.places if service else row.places
        sessions.append(engine.Session(0, row.service_id, key, 0, start, end, since, until, places, row.places))


def _takers(
    absence: Absence, snapshot: Snapshot, held: tuple[Allocation, ...], busy: engine.Busy, now: int
) -> Iterator[int]:
    """Who could take over all of a visit at its time: does it, is there, is free, is large enough.

    A room that a visit needs besides cannot be given up for another, nor shared by two classes: such visits are moved
    to another time.
    """
    if any(row.additional and (row.session_id or row.resource_id == absence.resource.id) for row in held):
        return
    booking, own = _booking(held), {row.resource_id for row in held}
    wish = wish_to_move(booking, held, None, snapshot)
    alone = replace(wish, services=tuple(replace(service, also_needs="") for service in wish.services))
    start = minute_of(booking.starts_at)
    day = date_of(snapshot.business.zone, start)
    for key in sorted(snapshot.calendar.resources, key=lambda key: _preference(snapshot, busy, day, key)):
        if key not in own:
            view = engine.DayView(snapshot.calendar, replace(alone, resource=key, same_resource=True), day, busy)
            if view.assign(start, now):
                yield key


def _preference(snapshot: Snapshot, busy: engine.Busy, day: date, key: int) -> tuple[int, int, int]:
    bounds = snapshot.calendar.day(day)
    return snapshot.calendar.resources[key].capacity_max, busy.load(key, bounds.start, bounds.end), key


# --- what is done -------------------------------------------------------------------------------------------------


def close(absence: Absence) -> Closure:
    """Nothing new is booked with the resource from here on. The same absence twice is one closure."""
    made = Closure.objects.filter(business=absence.business, uuid=absence.key).first() if absence.key else None
    if made:
        return made
    values = {"kind": ClosureKind.CLOSED, "starts_at": absence.starts_at, "ends_at": absence.ends_at}
    values |= {"reason": absence.reason, **({"uuid": absence.key} if absence.key else {})}
    try:
        with transaction.atomic():
            return save_closure(absence.business.id, values, resource=absence.resource.uuid)
    except IntegrityError as error:
        raise Conflict("This was entered just now. Look at it again.") from error


def hand_over(hit: Booking, to: UUID, *, version: int, now: int) -> Booking:
    """Give a booking to another resource at its time. Raises Conflict when it has changed, or who shall is not free."""
    change = BookingChange(resource=to, version=version)
    return update_booking(hit.business_id, hit.uuid, change, live=hit.live, now=now)


@transactional
def ask_to_choose(hit: Booking, closure: Closure, *, version: int) -> bool:
    """Write to who booked that another time is needed, once per closure; False when there is no address to write to.

    Raises Conflict when the booking has changed, NotFound.
    """
    booking = locked_booking(hit.business_id, hit.uuid, live=hit.live)
    require_version(booking, version)
    if booking.status not in MOVABLE:
        raise Conflict("The booking has changed meanwhile.", {"status": booking.status})
    if booking.live and posting.problem_of(booking.guest_email):
        return False
    key = f"repick:{closure.uuid}:{booking.uuid}"
    if not Message.objects.filter(business_id=booking.business_id, key=key).exists():
        with in_language_of(booking.business):
            letter = letters.another_time(Visit.of(booking), links.new_link(booking))
            posting.to_customer(booking, letter, address=booking.guest_email, key=key)
    return True
