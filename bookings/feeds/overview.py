"""How the feeds of a business are doing, and which bookings lie in what they block. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from businesses.calendars import feeds_of
from businesses.db import prepared
from businesses.models import CalendarFeed

MOST_MET = 200
STATES = ("waiting", "working", "failing")

# A booking that is itself written down in the calendar is met as well: who looks can tell.
MET = """
SELECT DISTINCT ON (b.starts_at, b.id, c.feed_id)
    c.feed_id, b.uuid, b.code, b.starts_at, b.ends_at, b.guest_first_name
FROM businesses_closure c
JOIN bookings_allocation a ON a.business_id = c.business_id AND a.live AND a.active AND a.resource_id = c.resource_id
    AND a.starts_at < c.ends_at AND a.ends_at > c.starts_at
JOIN bookings_booking b ON b.id = a.booking_id AND b.business_id = c.business_id
WHERE c.business_id = %(business)s AND c.feed_id IS NOT NULL AND c.ends_at > %(now)s
    AND b.starts_at >= %(now)s AND b.status IN ('pending', 'confirmed')
ORDER BY b.starts_at, b.id, c.feed_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Met:
    """A booking to come that lies in what a feed blocks. It stays as it is."""

    key: UUID
    code: str
    starts_at: datetime
    ends_at: datetime
    guest: str


@dataclass(frozen=True, slots=True)
class Doing:
    """`ahead`: how many periods it blocks that are not over."""

    feed: CalendarFeed
    ahead: int
    met: Sequence[Met]


def state_of(feed: CalendarFeed) -> str:
    """One of STATES: `waiting` is for its first reading."""
    if feed.problem:
        return "failing"
    return "working" if feed.last_success_at else "waiting"


def feeds_doing(business_id: int, *, now: datetime) -> list[Doing]:
    """In the order of their resources. Two queries."""
    counted = Count("blocks", filter=Q(blocks__ends_at__gt=now))
    feeds = list(feeds_of(business_id).annotate(ahead=counted))
    if not feeds:
        return []
    found: dict[int, list[Met]] = {}
    asked = {"business": business_id, "now": now, "most": MOST_MET}
    for feed_id, *columns in prepared(MET, asked):
        found.setdefault(feed_id, []).append(Met(*columns))
    return [Doing(feed, feed.ahead, found.get(feed.id, ())) for feed in feeds]
