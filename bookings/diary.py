"""What a desk needs of its days: who comes when, to whom, who is late, who has paid. A constant number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from bookings import availability as engine
from bookings.asking import MOST_SERVICES
from bookings.models import Booking, Status
from bookings.snapshot import Snapshot
from businesses.db import prepared
from businesses.localtime import minute_of, moment_of
from businesses.models import Closure, ClosureKind
from payments.models import DepositStatus
from webhooks import feed

LATE_AFTER = 10  # minutes
MOST_EVENTS = 200  # told at once
COMING = (Status.PENDING, Status.CONFIRMED)
ARRIVED = (Status.CHECKED_IN, Status.COMPLETED)
GONE = (Status.CANCELLED, Status.NO_SHOW)
OWING = (DepositStatus.PENDING, DepositStatus.FAILED)

# By the start of the visit, which may lie up to the longest visit before the stretch that is shown. First the visits,
# then what each holds, by its booking: whatever the planner believes of the tables.
ENTRIES = """
WITH visit AS MATERIALIZED (
    SELECT id, uuid, version, status, party_size, guest_first_name, guest_last_name, starts_at, ends_at,
        customer_notes <> '' OR staff_notes <> '' AS noted, customer_id, deposit_id, currency, held_until
    FROM bookings_booking
    WHERE business_id = %s AND live = %s AND starts_at >= %s AND starts_at < %s AND ends_at > %s
        AND (held_until IS NULL OR status = 'pending')
)
SELECT v.uuid, v.version, v.status, v.party_size, v.guest_first_name, v.guest_last_name,
    (extract(epoch FROM v.starts_at) / 60)::bigint, (extract(epoch FROM v.ends_at) / 60)::bigint,
    v.noted, coalesce(v.customer_id, 0), (extract(epoch FROM v.held_until) / 60)::bigint,
    coalesce(d.status, ''), coalesce(d.amount_cents, 0)::bigint, v.currency,
    a.resource_id, r.name, s.name, a.sequence::int, a.additional,
    (extract(epoch FROM a.starts_at) / 60)::bigint, (extract(epoch FROM a.ends_at) / 60)::bigint,
    (extract(epoch FROM a.blocked_from) / 60)::bigint, (extract(epoch FROM a.blocked_until) / 60)::bigint,
    a.session_id, coalesce(c.taken, 0)::int, coalesce(c.capacity, 0)::int
FROM visit v
CROSS JOIN LATERAL (SELECT * FROM bookings_allocation WHERE booking_id = v.id OFFSET 0) a
JOIN businesses_resource r ON r.id = a.resource_id
JOIN businesses_service s ON s.id = a.service_id
LEFT JOIN payments_deposit d ON d.id = v.deposit_id
LEFT JOIN bookings_classsession c ON c.id = a.session_id
ORDER BY v.starts_at, v.id, a.sequence, a.additional
"""

NO_SHOWS = """
SELECT customer_id, count(*) FROM bookings_booking
WHERE business_id = %s AND live = %s AND customer_id = ANY(%s) AND status = 'no_show' AND starts_at < %s
GROUP BY customer_id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource held for one service of a booking, and what the desk wants to know of it. Times in minutes.

    With `held_until` it is not booked yet: `customer` is 0 as long as nobody is known.
    `starts` and `ends` are those of the whole visit, `start` and `end` of this part. Of a class: its `session`, and how
    many of its places are taken.
    """

    booking: UUID
    version: int
    status: str
    party: int
    first_name: str
    last_name: str
    starts: int
    ends: int
    noted: bool
    customer: int
    held_until: int | None
    deposit: str
    deposit_cents: int
    currency: str
    resource: int
    resource_name: str
    service_name: str
    sequence: int
    additional: bool
    start: int
    end: int
    blocked_from: int
    blocked_until: int
    session: int | None = None
    session_taken: int = 0
    session_capacity: int = 0

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def unpaid(self) -> bool:
        """A deposit is asked for, and is not there."""
        return self.deposit in OWING and self.status not in GONE and self.status != Status.COMPLETED

    def late(self, now: int) -> bool:
        return self.status == Status.CONFIRMED and now - self.starts > LATE_AFTER


@dataclass(frozen=True, slots=True)
class Totals:
    """Of visits, not of their parts. Who cancelled or did not come counts nowhere."""

    bookings: int
    covers: int
    arrived: int
    late: int
    unpaid: int
    pending: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Bookings that something was told of, with the minute at which each starts now."""

    position: feed.Position
    starts: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Diary:
    """Some days in a row. `position`: the events up to which all changes are in it (`webhooks.feed`)."""

    snapshot: Snapshot
    days: tuple[engine.WorkDay, ...]
    entries: tuple[Entry, ...]
    closures: tuple[Closure, ...]
    position: feed.Position

    @property
    def begin(self) -> int:
        return self.days[0].begin

    @property
    def end(self) -> int:
        return self.days[-1].end

    def reason_of(self, resource: int, start: int, end: int) -> str:
        """Why a resource is closed, in the words of whoever closed it; its own reason before the business's."""
        found = [
            closure
            for closure in self.closures
            if closure.resource_id in (None, resource)
            and minute_of(closure.starts_at) < end
            and minute_of(closure.ends_at) > start
        ]
        if not found:
            return ""
        said = max(found, key=lambda closure: (closure.resource_id is not None, closure.feed_id is None))
        return said.feed.name if said.feed else said.reason


def read_diary(snapshot: Snapshot, first: date, days: int, *, live: bool) -> Diary:
    """What is there in some days from a date on. Three queries, the position first, so that nothing is missed."""
    position = feed.present()
    shown = tuple(engine.work_day(snapshot.calendar, first + timedelta(days=offset)) for offset in range(days))
    begin, end = shown[0].begin, shown[-1].end
    longest = snapshot.longest_block * MOST_SERVICES
    business = snapshot.business.id
    rows = prepared(ENTRIES, (business, live, moment_of(begin - longest), moment_of(end), moment_of(begin)))
    closures = Closure.objects.filter(
        business_id=business, kind=ClosureKind.CLOSED, starts_at__lt=moment_of(end), ends_at__gt=moment_of(begin)
    )
    return Diary(
        snapshot,
        shown,
        tuple(Entry(*row) for row in rows),
        tuple(closures.select_related("feed").order_by("id")),
        position,
    )


def among(entries: Iterable[Entry], day: engine.WorkDay) -> list[Entry]:
    """Those that begin in a day."""
    return [entry for entry in entries if day.begin <= entry.starts < day.end]


def totals(entries: Iterable[Entry], now: int) -> Totals:
    visits = {entry.booking: entry for entry in entries if entry.status not in GONE}.values()
    return Totals(
        bookings=len(visits),
        covers=sum(visit.party for visit in visits),
        arrived=sum(visit.status in ARRIVED for visit in visits),
        late=sum(visit.late(now) for visit in visits),
        unpaid=sum(visit.unpaid for visit in visits),
        pending=sum(visit.status == Status.PENDING for visit in visits),
    )


def earlier_no_shows(diary: Diary, *, live: bool) -> dict[int, int]:
    """How often the customers of a diary did not come before, of those who ever did not."""
    keys = list({entry.customer for entry in diary.entries})
    return dict(prepared(NO_SHOWS, (diary.snapshot.business.id, live, keys, moment_of(diary.begin))))


def changed_since(business_id: int, position: feed.Position, *, live: bool) -> "Changed | None":
    """What was told of bookings and their deposits after a position; None when nothing was."""
    rows = feed.events_after(business_id, position, live=live, most=MOST_EVENTS)
    if not rows:
        return None
    keys = {key for row in rows if (key := _booking_of(row["data"]))}
    found = Booking.objects.filter(business_id=business_id, live=live, uuid__in=keys).order_by("id")
    starts = tuple((key, minute_of(starts_at)) for key, starts_at in found.values_list("uuid", "starts_at"))
    return Changed(feed.position_of(rows[-1]), starts)


def _booking_of(data: Mapping[str, Any]) -> str | None:
    """Every event of a booking or of its deposit names the booking."""
    told = data.get("booking", {}).get("id") or data.get("deposit", {}).get("booking_id")
    return str(told) if told else None
