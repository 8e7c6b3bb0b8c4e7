"""Does the stored data keep the promises? Each finding is a query that must return nothing (GUARANTEES B9)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Promise:
    """`sql` returns a readable line for every row that breaks it."""

    name: str
    sql: str


PROMISES = (
    Promise(
        "no two active allocations of a resource overlap",
        """
        SELECT format('resource %s: allocations %s and %s overlap', a.resource_id, a.id, b.id)
        FROM (
            SELECT id, resource_id, blocked_from, blocked_until,
                lead(id) OVER lane AS next_id, lead(blocked_from) OVER lane AS next_from
            FROM bookings_allocation WHERE active AND (booking_id IS NULL OR session_id IS NULL)
            WINDOW lane AS (PARTITION BY lane ORDER BY blocked_from, id)
        ) a JOIN bookings_allocation b ON b.id = a.next_id
        WHERE a.next_from < a.blocked_until
        """,
    ),
    Promise(
        "the exclusion constraint is in place",
        """
        SELECT 'allocation_no_overlap is missing or not valid' WHERE NOT EXISTS (
            SELECT 1 FROM pg_constraint WHERE conname = 'allocation_no_overlap' AND contype = 'x' AND convalidated)
        """,
    ),
    Promise(
        "no class has more bookings than places, and the places that are taken are those of its bookings",
        """
        SELECT format('class %s: %s of %s places are taken, its bookings have %s', s.id, s.taken, s.capacity,
                      coalesce(b.places, 0))
        FROM bookings_classsession s LEFT JOIN (
            SELECT session_id, sum(places) AS places FROM bookings_allocation
            WHERE session_id IS NOT NULL AND booking_id IS NOT NULL AND active GROUP BY session_id
        ) b ON b.session_id = s.id
        WHERE s.taken <> coalesce(b.places, 0) OR s.taken > s.capacity
        """,
    ),
    Promise(
        "a class holds the time of its resources while somebody has booked it, and only then",
        """
        SELECT format('class %s: %s places are taken, but %s of its %s resources are held', s.id, s.taken,
                      coalesce(h.held, 0), 1 + (s.companion_id IS NOT NULL)::int)
        FROM bookings_classsession s LEFT JOIN (
            SELECT a.session_id, count(*) AS held FROM bookings_allocation a JOIN bookings_classsession s
                ON s.id = a.session_id AND s.live = a.live
                AND a.resource_id = CASE WHEN a.additional THEN s.companion_id ELSE s.resource_id END
                AND (a.blocked_from, a.blocked_until) = (s.blocked_from, s.blocked_until)
            WHERE a.booking_id IS NULL AND a.active GROUP BY a.session_id
        ) h ON h.session_id = s.id
        WHERE coalesce(h.held, 0) <> CASE WHEN s.taken > 0 THEN 1 + (s.companion_id IS NOT NULL)::int ELSE 0 END
        """,
    ),
    Promise(
        "a booking takes as many places of a class as people come",
        """
        SELECT format('booking %s: %s people, %s places of class %s', b.id, b.party_size, a.places, a.session_id)
        FROM bookings_allocation a JOIN bookings_booking b ON b.id = a.booking_id
        WHERE a.places > 0 AND a.places <> b.party_size
        """,
    ),
    Promise(
        "the database counts the places of classes",
        """
        SELECT format('the trigger %s is missing or off', name)
        FROM unnest(ARRAY['class_places_insert', 'class_places_update', 'class_places_delete',
                          'booking_party_changed', 'class_stays']) AS name
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = name AND tgenabled IN ('O', 'A'))
        """,
    ),
    Promise(
        "cancelled bookings and no-shows hold nothing, all others hold their time",
        """
        SELECT format('booking %s is %s but allocation %s is %s', b.id, b.status, a.id,
                      CASE WHEN a.active THEN 'active' ELSE 'not active' END)
        FROM bookings_booking b JOIN bookings_allocation a ON a.booking_id = b.id
        WHERE a.active = (b.status IN ('cancelled', 'no_show'))
        """,
    ),
    Promise(
        "every booking has its allocations, and lasts from the first to the last",
        """
        SELECT format('booking %s: its times are not those of its allocations', b.id)
        FROM bookings_booking b LEFT JOIN (
            SELECT booking_id, min(starts_at) AS starts_at, max(ends_at) AS ends_at, bool_and(sequence >= 0) AS known
            FROM bookings_allocation WHERE booking_id IS NOT NULL GROUP BY booking_id
        ) a ON a.booking_id = b.id
        WHERE a.booking_id IS NULL OR (a.starts_at, a.ends_at) <> (b.starts_at, b.ends_at)
        """,
    ),
    Promise(
        "live and test bookings do not mix",
        """
        SELECT format('allocation %s is in the other mode than booking %s', a.id, b.id)
        FROM bookings_allocation a JOIN bookings_booking b ON b.id = a.booking_id WHERE a.live <> b.live
        """,
    ),
    Promise(
        "no row points into another business",
        """
        SELECT format('allocation %s mixes businesses', a.id)
        FROM bookings_allocation a
        JOIN bookings_booking b ON b.id = a.booking_id
        LEFT JOIN bookings_customer c ON c.id = b.customer_id
        JOIN businesses_resource r ON r.id = a.resource_id
        JOIN businesses_service s ON s.id = a.service_id
        WHERE NOT (a.business_id = b.business_id AND b.business_id = coalesce(c.business_id, b.business_id)
                   AND a.business_id = r.business_id AND a.business_id = s.business_id)
        """,
    ),
    Promise(
        "deposits say of their money what the ledger says",
        """
        SELECT format('deposit %s: captured %s, refunded %s, but the ledger has %s', d.id, d.captured_cents,
                      d.refunded_cents, coalesce(l.effect, 0))
        FROM payments_deposit d LEFT JOIN (
            SELECT deposit_id, sum(effect_cents) AS effect FROM payments_ledgerentry
            WHERE kind NOT IN ('disputed', 'dispute_won') GROUP BY deposit_id
        ) l ON l.deposit_id = d.id
        WHERE d.captured_cents - d.refunded_cents <> coalesce(l.effect, 0)
        """,
    ),
    Promise(
        "the ledger can only grow",
        """
        SELECT 'the trigger ledger_only_grows is missing or off' WHERE NOT EXISTS (
            SELECT 1 FROM pg_trigger WHERE tgname = 'ledger_only_grows' AND tgenabled IN ('O', 'A'))
        """,
    ),
    Promise(
        "nothing is confirmed that still waits for its deposit, nothing cancelled that is paid as if it were not",
        """
        SELECT format('booking %s is %s, but its deposit %s is %s', b.id, b.status, d.id, d.status)
        FROM bookings_booking b JOIN payments_deposit d ON d.id = b.deposit_id
        WHERE (d.status = 'pending' AND b.status <> 'pending'
                   AND NOT (d.standing AND b.status IN ('confirmed', 'checked_in'))
               OR d.status IN ('expired', 'canceled')
                   AND (b.status = 'pending' AND NOT d.standing OR d.captured_cents > 0)
               OR d.status IN ('held', 'saved') AND b.status IN ('cancelled', 'completed', 'no_show'))
          AND NOT EXISTS (SELECT 1 FROM payments_instruction i
                          WHERE i.deposit_id = d.id AND i.progress = 'pending')
        """,
    ),
    Promise(
        "no hold lasts beyond its end",
        """
        SELECT format('booking %s was held until %s', b.id, b.held_until) FROM bookings_booking b
        WHERE b.status = 'pending' AND b.held_until < now() - interval '1 hour'
        """,
    ),
    Promise(
        "who is offered a time on the waitlist has it held, or is to pay for it",
        """
        SELECT format('waitlist entry %s is %s, its offer %s, the booking %s', e.id, e.state, coalesce(o.state, 'none'),
                      coalesce(b.status, 'none'))
        FROM bookings_waitlistentry e
        LEFT JOIN bookings_waitlistoffer o ON o.entry_id = e.id AND o.state IN ('open', 'accepted')
        LEFT JOIN bookings_booking b ON b.id = o.booking_id
        WHERE (e.state = 'offered') <> (o.id IS NOT NULL)
           OR o.state = 'open' AND (b.id IS NULL OR b.held_until IS NULL OR b.holder <> 'waitlist')
           OR o.state = 'accepted' AND (b.id IS NULL OR b.held_until IS NOT NULL)
        """,
    ),
    Promise(
        "what Stripe was to do is done within a day",
        """
        SELECT format('instruction %s: %s since %s (%s)', i.id, i.action, i.created_at, i.problem)
        FROM payments_instruction i WHERE i.progress = 'pending' AND i.created_at < now() - interval '1 day'
        """,
    ),
    Promise(
        "what a calendar blocks is time of its resource",
        """
        SELECT format('closure %s is of resource %s, its feed of resource %s', c.id, c.resource_id, f.resource_id)
        FROM businesses_closure c JOIN businesses_calendarfeed f ON f.id = c.feed_id
        WHERE c.resource_id <> f.resource_id
        """,
    ),
    Promise(
        "no allocation is longer than the bound of busy-time scans",
        """
        SELECT format('business %s: allocation %s is longer than %s minutes', b.id, a.id, b.longest_block_minutes)
        FROM bookings_allocation a JOIN businesses_business b ON b.id = a.business_id
        WHERE a.active AND a.blocked_until - a.blocked_from > make_interval(mins => b.longest_block_minutes)
        """,
    ),
)


def broken_promises(limit: int = 100) -> Iterator[tuple[str, list[str]]]:
    """Each promise with what breaks it, at most `limit` findings each; none is what one wants to see."""
    for promise in PROMISES:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(f"SELECT * FROM ({promise.sql}) findings LIMIT {limit:d}")  # noqa: S608  (all our own text)
            yield promise.name, [finding for (finding,) in cursor.fetchall()]
