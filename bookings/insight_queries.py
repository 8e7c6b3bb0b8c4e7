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

# What goes past midnight is divided between its dates; it counts as a visit on the first. What begins before
# `start` is read from `reach` on: no allocation is longer than that.
TIME_USED = """
SELECT resource_id, (%(columns)s::int[])[place] AS in_column, service_id,
    count(*) FILTER (WHERE place = first AND NOT additional),
    round(sum(extract(epoch FROM least(ends_at, edges[place + 1]) - greatest(starts_at, edges[place]))) / 60)::bigint
FROM (
    SELECT a.resource_id, a.service_id, a.additional, a.starts_at, a.ends_at, e.edges,
        width_bucket(a.starts_at, e.edges) AS first, width_bucket(a.ends_at - interval '1 us', e.edges) AS last
    FROM bookings_allocation a, (SELECT %(edges)s::timestamptz[] AS edges) e
    WHERE a.business_id = %(business)s AND a.live = %(live)s AND a.active
        AND a.blocked_from >= %(reach)s AND a.blocked_from < %(end)s AND a.ends_at > %(start)s AND a.starts_at < %(end)s
) taken, generate_series(greatest(first, 1), least(last, cardinality(edges) - 1)) AS place
GROUP BY GROUPING SETS ((resource_id, in_column), (service_id, in_column))
"""

BY_CELL, BY_SOURCE, BY_LEAD, ALL = 0b011, 0b101, 0b110, 0b111  # what `grouping` says of a row of BY_KIND

# Lead time is not known of what was taken over from another system.
BY_KIND = """
SELECT grouping(cell, source, ahead), cell, source, ahead, count(*),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY lead_minutes)
FROM (
    SELECT (%(cells)s::int[])[width_bucket(starts_at, %(hours)s::timestamptz[])] AS cell, source,
        CASE WHEN source <> %(imported)s
            THEN width_bucket(starts_at - created_at, %(leads)s::interval[]) END AS ahead,
        CASE WHEN source <> %(imported)s
            THEN (extract(epoch FROM starts_at - created_at) / 60)::bigint END AS lead_minutes
    FROM bookings_booking
    WHERE business_id = %(business)s AND live = %(live)s AND starts_at >= %(middle)s AND starts_at < %(end)s
        AND status <> 'cancelled'
) visits
GROUP BY GROUPING SETS ((cell), (source), (ahead), ())
"""

CUSTOMERS = """
SELECT count(*) FILTER (WHERE now), count(*) FILTER (WHERE now AND (before OR earlier)),
    count(*) FILTER (WHERE before), count(*) FILTER (WHERE before AND earlier)
FROM (
    SELECT now, before, EXISTS (
        SELECT 1 FROM bookings_booking p
        WHERE p.business_id = %(business)s AND p.customer_id = v.customer_id AND p.starts_at < %(start)s
            AND p.live = %(live)s AND p.status <> 'cancelled') AS earlier
    FROM (
        SELECT customer_id, bool_or(starts_at >= %(middle)s) AS now, bool_or(starts_at < %(middle)s) AS before
        FROM bookings_booking
        WHERE business_id = %(business)s AND live = %(live)s AND starts_at >= %(start)s AND starts_at < %(end)s
            AND status <> 'cancelled'
        GROUP BY customer_id
    ) v
) known
"""
