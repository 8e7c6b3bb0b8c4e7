"""The statements of `bookings/insights.py`: each reads one indexed range of one business.

`edges` are the first moments of all dates of the period before and of this one, and the end; `middle` is where this
period begins.
"""

BY_DATE = """
SELECT width_bucket(starts_at, %(edges)s::timestamptz[]) AS place, status, count(*),
    coalesce(sum(price_cents) FILTER (WHERE currency = %(currency)s), 0)::bigint,
    count(price_cents) FILTER (WHERE currency <> %(currency)s)
FROM bookings_booking
WHERE business_id = %(business)s AND live = %(live)s AND starts_at >= %(start)s AND starts_at < %(end)s
    AND held_until IS NULL
GROUP BY 1, 2
"""

# By when it moved. A refund that failed came back, a dispute that was won too: they count against what went.
DEPOSITS = """
SELECT width_bucket(e.created_at, %(edges)s::timestamptz[]) AS place,
    coalesce(sum(e.effect_cents) FILTER (WHERE e.kind IN ('charged', 'captured')), 0)::bigint,
    coalesce(-sum(e.effect_cents) FILTER (WHERE e.kind NOT IN ('charged', 'captured')), 0)::bigint
FROM payments_ledgerentry e JOIN payments_deposit d ON d.id = e.deposit_id
WHERE e.business_id = %(business)s AND e.created_at >= %(start)s AND e.created_at < %(end)s
    AND d.live = %(live)s AND d.currency = %(currency)s
GROUP BY 1
"""

# What goes past midnight is divided between its dates; it counts as a visit on the first. The time of a class is that
# of its own hold, its visits are those who booked it. What begins before `start` is read from `reach` on: no
# allocation is longer than that.
TIME_USED = """
WITH taken AS NOT MATERIALIZED (
    SELECT resource_id, service_id, exclusive, booking_id IS NOT NULL AND NOT additional AS visit, starts_at, ends_at,
        width_bucket(starts_at, %(edges)s::timestamptz[]) AS first,
        width_bucket(ends_at - interval '1 us', %(edges)s::timestamptz[]) AS last
    FROM bookings_allocation
    WHERE business_id = %(business)s AND live = %(live)s AND exclusive IN (true, false) AND active
        AND blocked_from >= %(reach)s AND blocked_from < %(end)s AND ends_at > %(start)s AND starts_at < %(end)s
), parts AS (
    SELECT resource_id, service_id, first AS place, visit AS begins,
        CASE WHEN NOT exclusive THEN interval '0'
            ELSE CASE WHEN first = last THEN ends_at ELSE (%(edges)s::timestamptz[])[first + 1] END - starts_at
        END AS lasts
    FROM taken WHERE first > 0
    UNION ALL
    SELECT resource_id, service_id, place, false,
        least(ends_at, (%(edges)s::timestamptz[])[place + 1]) - (%(edges)s::timestamptz[])[place]
    FROM taken, generate_series(first + 1, least(last, cardinality(%(edges)s::timestamptz[]) - 1)) AS place
    WHERE last > first AND exclusive
)
SELECT resource_id, in_column, service_id, count(*) FILTER (WHERE begins), (extract(epoch FROM sum(lasts)) / 60)::bigint
FROM (SELECT resource_id, service_id, begins, lasts, (%(columns)s::int[])[place] AS in_column FROM parts) known
GROUP BY GROUPING SETS ((resource_id, in_column), (service_id, in_column))
"""

BY_CELL, BY_SOURCE, BY_LEAD = 0b011, 0b101, 0b110  # what `grouping` says of a row of BY_KIND

# `changes` says from when on the local clock is how many minutes (`ahead_of_utc`) ahead of UTC. The week of cells
# begins on Monday, 1970 on a Thursday: 72 hours later. Lead time is not known of what came from another system.
BY_KIND = """
SELECT grouping(cell, source, ahead), cell, source, ahead, sum(visits)::bigint
FROM (
    SELECT source, count(*) AS visits,
        ((date_part('epoch', starts_at)::bigint / 60
            + (%(ahead_of_utc)s::int[])[width_bucket(starts_at, %(changes)s::timestamptz[])]) / 60 + 72) %% 168 AS cell,
        CASE WHEN source <> %(imported)s THEN
            least(greatest(date_part('epoch', starts_at - created_at)::bigint / 3600, 0), %(most)s)::int END AS ahead
    FROM bookings_booking
    WHERE business_id = %(business)s AND live = %(live)s AND starts_at >= %(middle)s AND starts_at < %(end)s
        AND status <> 'cancelled' AND held_until IS NULL
    GROUP BY cell, source, ahead
) visits
GROUP BY GROUPING SETS ((cell), (source), (ahead))
"""

CUSTOMERS = """
SELECT count(*) FILTER (WHERE now), count(*) FILTER (WHERE now AND (before OR earlier)),
    count(*) FILTER (WHERE before), count(*) FILTER (WHERE before AND earlier)
FROM (
    SELECT now, before, EXISTS (
        SELECT 1 FROM bookings_booking p
        WHERE p.business_id = %(business)s AND p.customer_id = v.customer_id AND p.starts_at < %(start)s
            AND p.live = %(live)s AND p.status <> 'cancelled' AND p.held_until IS NULL) AS earlier
    FROM (
        SELECT customer_id, bool_or(starts_at >= %(middle)s) AS now, bool_or(starts_at < %(middle)s) AS before
        FROM bookings_booking
        WHERE business_id = %(business)s AND live = %(live)s AND starts_at >= %(start)s AND starts_at < %(end)s
            AND status <> 'cancelled' AND held_until IS NULL
        GROUP BY customer_id
    ) v
) known
"""
