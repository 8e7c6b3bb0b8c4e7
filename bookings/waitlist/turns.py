"""Whose turn it is: what frees time marks a business's list, and a job goes through it in order until its end.

One at a time goes through a list. How far it was, and that it is due, are in the database: whoever is killed, the next
run goes on.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from bookings.models import EntryState, EventReader, WaitlistEntry, WaitlistTurn
from bookings.placing import Start
from businesses.db import execute
from webhooks import feed

READER = "waitlist"
MOST_EVENTS = 500  # in one transaction
FREEING = frozenset(
    (
        "booking.canceled",
        "booking.hold_expired",
        "booking.no_show",
        "booking.rescheduled",
        "booking.updated",
        "resource.updated",
        "schedule.updated",
        "service.updated",
    )
)

# Only where somebody waits. A mark begins the list anew: the freed time may fit who was passed by.
MARK = """
INSERT INTO bookings_waitlistturn (business_id, live, mark, due_at, updated_at)
SELECT DISTINCT business_id, live, 1, %s::timestamptz, now() FROM bookings_waitlistentry
WHERE state = 'waiting' AND (business_id, live) IN (SELECT * FROM unnest(%s::bigint[], %s::bool[]))
ON CONFLICT (business_id, live) DO UPDATE SET mark = bookings_waitlistturn.mark + 1, due_at = excluded.due_at,
    after_queued_at = NULL, after_id = NULL, updated_at = now()
"""
MARK_ALL = """
UPDATE bookings_waitlistturn t SET mark = mark + 1, due_at = %s, after_queued_at = NULL, after_id = NULL
WHERE due_at IS NULL AND EXISTS (SELECT FROM bookings_waitlistentry e
    WHERE e.business_id = t.business_id AND e.live = t.live AND e.state = 'waiting')
"""


def mark(business_id: int, *, live: bool, now: datetime) -> None:
    """A business's list is to be gone through."""
    mark_each({(business_id, live)}, now=now)


def mark_each(lists: set[tuple[int, bool]], *, now: datetime) -> None:
    ordered = sorted(lists)
    execute(MARK, (now, [business for business, _ in ordered], [live for _, live in ordered]))


def mark_all(*, now: datetime) -> int:
    """Every list that somebody waits on: for what frees time without an event."""
    return execute(MARK_ALL, (now,))


def read_on(*, now: datetime, most: int = MOST_EVENTS) -> int:
    """Mark the lists that the next events are about; how many events that were. Zero while another is reading."""
    first = dict(zip(("transaction", "event"), feed.present(), strict=True))
    EventReader.objects.get_or_create(name=READER, defaults=first)
    with transaction.atomic():
        reader = EventReader.objects.select_for_update(skip_locked=True).filter(name=READER).first()
        if reader is None:
            return 0
        rows = feed.all_events_after((reader.transaction, reader.event), most=most)
        mark_each({(row["business_id"], row["live"]) for row in rows if row["type"] in FREEING}, now=now)
        if rows:
            reader.transaction, reader.event = feed.position_of(rows[-1])
            reader.save()
    return len(rows)


def due(*, now: datetime, most: int) -> list[int]:
    found = WaitlistTurn.objects.filter(due_at__lte=now).order_by("due_at")
    return list(found.values_list("id", flat=True)[:most])


# --- going through a list -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A list that is being gone through by us alone, until the transaction ends."""

    row: WaitlistTurn

    def _all(self) -> QuerySet[WaitlistEntry]:
        row = self.row
        found = WaitlistEntry.objects.filter(business_id=row.business_id, live=row.live, state=EntryState.WAITING)
        return found.select_related("business").order_by("queued_at", "id")

    def waiting(self) -> QuerySet[WaitlistEntry]:
        """Those who wait and were not looked at yet, in order."""
        at, key = self.row.after_queued_at, self.row.after_id
        if key is None:
            return self._all()
        return self._all().filter(Q(queued_at__gt=at) | Q(queued_at=at, id__gt=key))

    def ahead_of(self, entry: WaitlistEntry, start: Start) -> QuerySet[WaitlistEntry]:
        """Those before an entry who wait for this start as well: it may have been freed since they were looked at."""
        ahead = Q(queued_at__lt=entry.queued_at) | Q(queued_at=entry.queued_at, id__lt=entry.id)
        on = {"first_day__lte": start.date, "last_day__gte": start.date}
        at = {"from_minutes__lte": start.minutes, "until_minutes__gte": start.minutes}
        return self._all().filter(ahead, **on, **at)

    def passed(self, entry: WaitlistEntry | None) -> None:
        """Go on behind this entry; None: the list is done. A mark that was made meanwhile begins it anew instead."""
        mine = WaitlistTurn.objects.filter(id=self.row.id, mark=self.row.mark)
        if entry is None:
            mine.update(due_at=None, after_queued_at=None, after_id=None)
        else:
            mine.update(after_queued_at=entry.queued_at, after_id=entry.id)


def taken(turn_id: int, *, now: datetime) -> Turn | None:
    """The list, if it is due and nobody else is at it. Whoever marks it does not wait for us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('waitlist ' || %s, 0))", [turn_id])
        if not cursor.fetchone()[0]:
            return None
    row = WaitlistTurn.objects.filter(id=turn_id, due_at__lte=now).first()
    return Turn(row) if row else None
