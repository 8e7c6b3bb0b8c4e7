"""Places in classes: several bookings that share one time of a resource.

The places are counted by the database (migration 0017), whoever writes; what is here sees to it that writers wait for
each other instead of failing. See docs/classes.md and docs/locking.md.
"""

from collections.abc import Sequence

from bookings import availability as engine
from bookings.models import Allocation, Booking, ClassSession
from businesses.db import Raced, execute
from businesses.errors import Conflict
from businesses.localtime import minute_of, moment_of
from businesses.models import Resource

COLUMNS = (
    "business_id, service_id, resource_id, companion_id, live, starts_at, ends_at, blocked_from, blocked_until, "
    "capacity, updated_at"
)
OPEN = f"""
INSERT INTO bookings_classsession ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
ON CONFLICT DO NOTHING
"""  # noqa: S608  (all our own text)

HOLD = """
INSERT INTO bookings_allocation (business_id, session_id, service_id, resource_id, sequence, additional, live, active,
    starts_at, ends_at, blocked_from, blocked_until, updated_at)
SELECT s.business_id, s.id, s.service_id, r.id, 0, r.additional, s.live,
    true, s.starts_at, s.ends_at, s.blocked_from, s.blocked_until, now()
FROM bookings_classsession s
CROSS JOIN LATERAL (VALUES (s.resource_id, false), (s.companion_id, true)) r (id, additional)
WHERE s.id = %s AND r.id IS NOT NULL
ORDER BY r.id
ON CONFLICT DO NOTHING
"""


class Full(Raced):
    """The places that were free are taken."""


def join_classes(booking: Booking, picks: Sequence[engine.Pick]) -> dict[int, int]:
    """The classes that a visit's picks are parts of: {place in the visit: session}, locked, with room for the party.

    Raises Raced when one is full meanwhile, or what it needs is held by somebody else.
    """
    parts: dict[int, list[engine.Pick]] = {}
    for pick in picks:
        if pick.places:
            parts.setdefault(pick.sequence, []).append(pick)
    return {sequence: _join(booking, part) for sequence, part in parts.items()}


def _join(booking: Booking, part: Sequence[engine.Pick]) -> int:
    main = next(pick for pick in part if not pick.additional)
    companion = next((pick.resource for pick in part if pick.additional), None)
    session = _locked(booking, main) or _opened(booking, main, companion)
    if session.taken == 0:
        _begin(session, main, companion)
    elif not _is_at(session, main, companion):
        raise Raced
    if session.taken + booking.party_size > session.capacity:
        raise Full
    return session.id


def _locked(booking: Booking, main: engine.Pick) -> ClassSession | None:
    found = ClassSession.objects.select_for_update(no_key=True).filter(
        service_id=main.service, resource_id=main.resource, live=booking.live, starts_at=moment_of(main.start)
    )
    return found.first()


def _opened(booking: Booking, main: engine.Pick, companion: int | None) -> ClassSession:
    """A new one; whoever opens it at the same time waits here."""
    times = [moment_of(minute) for minute in (main.start, main.end, main.blocked_from, main.blocked_until)]
    execute(OPEN, (booking.business_id, main.service, main.resource, companion, booking.live, *times, main.places))
    session = _locked(booking, main)
    if session is None:
        raise Raced
    return session


def _begin(session: ClassSession, main: engine.Pick, companion: int | None) -> None:
    """Nobody is in it: it becomes what is wanted today, and takes its time."""
    if not _is_at(session, main, companion) or session.capacity != main.places:
        session.ends_at = moment_of(main.end)
        session.blocked_from, session.blocked_until = moment_of(main.blocked_from), moment_of(main.blocked_until)
        session.companion_id, session.capacity = companion, main.places
        session.save(
            update_fields=["ends_at", "blocked_from", "blocked_until", "companion_id", "capacity", "updated_at"]
        )
    if execute(HOLD, (session.id,)) != (1 if companion is None else 2):
        raise Raced


def _is_at(session: ClassSession, main: engine.Pick, companion: int | None) -> bool:
    has = (session.ends_at, session.blocked_from, session.blocked_until, session.companion_id)
    return has == (moment_of(main.end), moment_of(main.blocked_from), moment_of(main.blocked_until), companion)


def require_places(booking: Booking, held: Sequence[Allocation], party: int) -> None:
    """Raises Conflict when the classes of a booking have no room for a larger party."""
    keys = {row.session_id for row in held if row.session_id and row.places and row.active}
    if party <= booking.party_size or not keys:
        return
    found = ClassSession.objects.select_for_update(no_key=True).filter(business_id=booking.business_id, id__in=keys)
    for session in found.order_by("id"):
        if session.taken - booking.party_size + party > session.capacity:
            left = session.capacity - session.taken
            raise Conflict("The class has no room for them.", {"reason": str(engine.Reason.FULL), "places_left": left})


def change_class(booking: Booking, row: Allocation, target: Resource) -> None:
    """Move a booking's part in a class to the same class of another resource, at its time: the others stay.

    Raises Conflict when there is none with room for it and none can be opened. A class with a second resource is not
    opened anew here: `moving.relocate` finds another one for it.
    """
    session = ClassSession.objects.get(business_id=booking.business_id, allocations=row)
    if session.companion_id is not None:
        raise Conflict("The class has a second resource.", {"reason": str(engine.Reason.BUSY)})
    start, end, since, until = (
        minute_of(moment) for moment in (row.starts_at, row.ends_at, row.blocked_from, row.blocked_until)
    )
    pick = engine.Pick(
        sequence=row.sequence,
        service=row.service_id,
        resource=target.id,
        additional=False,
        start=start,
        end=end,
        blocked_from=since,
        blocked_until=until,
        places=session.capacity,
    )
    try:
        row.session_id = _join(booking, [pick])
    except Full as full:
        raise Conflict("The class has no room for them.", {"reason": str(engine.Reason.FULL)}) from full
    except Raced as taken:
        raise Conflict("The resource is not free at that time.", {"reason": str(engine.Reason.BUSY)}) from taken
    row.resource = target
    row.save(update_fields=["resource", "session_id", "updated_at"])
