"""Reminders: which visits are near enough, and that each is reminded once of each time it has."""

from datetime import datetime, timedelta

from bookings import mailroom
from bookings.letters import Visit
from bookings.models import Booking, Message, Status
from businesses.db import prepared, transactional

KIND = "reminder"
LATE = timedelta(hours=6)  # a reminder that could not be written in time is still worth so much

# Per business, mode and reminder a narrow scan of booking_by_time: OFFSET 0 keeps the planner to it. What was booked,
# moved or confirmed after a reminder's moment has just been told its time: a moved booking has new allocations.
DUE = """
SELECT b.id, h.hours
FROM businesses_business s
CROSS JOIN LATERAL (SELECT DISTINCT unnest(s.reminder_hours) AS hours) h
CROSS JOIN LATERAL (SELECT make_interval(hours => h.hours) AS ahead) a
CROSS JOIN (VALUES (true), (false)) AS modes (live)
CROSS JOIN LATERAL (
    SELECT * FROM bookings_booking
    WHERE business_id = s.id AND live = modes.live
        AND starts_at > greatest(%(now)s, %(now)s + a.ahead - %(late)s) AND starts_at <= %(now)s + a.ahead
    OFFSET 0
) b
WHERE b.status = 'confirmed' AND b.created_at <= b.starts_at - a.ahead
    AND (b.guest_email <> '' OR NOT b.live OR s.sms_reminders AND b.guest_phone <> '')
    AND NOT EXISTS (
        SELECT FROM bookings_allocation l WHERE l.booking_id = b.id AND l.created_at > b.starts_at - a.ahead)
    AND NOT EXISTS (
        SELECT FROM bookings_message m WHERE m.business_id = b.business_id AND m.booking_id = b.id
        AND (m.kind IN ('confirmation', 'reschedule') AND m.created_at > b.starts_at - a.ahead
             OR m.kind = 'reminder' AND m.key = format(
                '%%s:%%s:%%s', b.uuid, extract(epoch FROM b.starts_at)::bigint, h.hours)))
ORDER BY b.starts_at, b.id LIMIT %(most)s
"""


def due(*, now: datetime, most: int) -> list[tuple[int, int]]:
    """(booking, hours ahead) of reminders that are to be written."""
    return [(row[0], row[1]) for row in prepared(DUE, {"now": now, "late": LATE, "most": most})]


@transactional
def remind(booking_id: int, hours: int, *, now: datetime) -> bool:
    """Write one reminder, unless the booking is being changed just now or there is one already."""
    free = Booking.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    booking = free.select_related("business", "deposit").filter(id=booking_id).first()
    if booking is None or booking.status != Status.CONFIRMED:
        return False
    key = key_of(booking, hours)
    if Message.objects.filter(business_id=booking.business_id, booking=booking, kind=KIND, key=key).exists():
        return False
    if not now < booking.starts_at <= now + timedelta(hours=hours):
        return False
    mailroom.remind(Visit.of(booking), key)
    return True


def key_of(booking: Booking, hours: int) -> str:
    """A booking that is moved has another key: it is reminded anew."""
    return f"{booking.uuid}:{int(booking.starts_at.timestamp())}:{hours}"


def is_stale(message: Message, *, now: datetime) -> bool:
    """A reminder that waited while its booking was cancelled, moved, or took place."""
    booking = message.booking
    if message.kind != KIND or booking is None:
        return False
    same_time = message.key.startswith(f"{booking.uuid}:{int(booking.starts_at.timestamp())}:")
    return booking.status != Status.CONFIRMED or not same_time or booking.starts_at <= now
