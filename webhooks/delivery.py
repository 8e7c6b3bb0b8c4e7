"""Telling endpoints: what is due, one attempt at a time, and what follows from its outcome (GUARANTEES E2-E6).

An attempt holds the delivery's lease and no transaction. A crash lets the lease run out: the event is then sent once
more, under the same id.
"""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import connection

from businesses import outgoing
from businesses.db import transactional
from webhooks.endpoints import valid_secrets
from webhooks.envelope import body_of
from webhooks.models import Attempt, Delivery, Endpoint, State
from webhooks.signing import headers

PER_ENDPOINT = 4  # requests at once; of one that fails, one
PER_BUSINESS = 16  # of all its endpoints together
LEASE = timedelta(seconds=60)  # longer than an attempt can take
GIVE_UP_AFTER = timedelta(days=5)  # of nothing but failures
LONGEST_WAIT = 86_400  # of a Retry-After, in seconds
JITTER = 0.2
SHOWN = 500  # characters of an answer
GONE = 410
CLAIMING = 5_001_001  # the lock of those who claim

# Of every endpoint with something due the oldest, not more than it and its business may have at once, the businesses
# in turn: whoever is slow, or far behind, takes nothing from the others.
CLAIM = """
WITH busy AS MATERIALIZED (
    SELECT business_id, endpoint_id, count(*) AS n FROM webhooks_delivery
    WHERE leased_until >= %(now)s AND state = 'pending' GROUP BY business_id, endpoint_id
), due AS (
    SELECT d.id, e.failing_since IS NOT NULL AS failing,
        row_number() OVER (PARTITION BY e.business_id ORDER BY e.failing_since IS NOT NULL, d.next_try_at, d.id)
            + coalesce((SELECT sum(n) FROM busy b WHERE b.business_id = e.business_id), 0) AS turn,
        row_number() OVER (PARTITION BY e.failing_since IS NOT NULL ORDER BY d.next_try_at, d.id) AS nth
    FROM webhooks_endpoint e CROSS JOIN LATERAL (
        SELECT id, next_try_at FROM webhooks_delivery
        WHERE endpoint_id = e.id AND state = 'pending' AND next_try_at <= %(now)s
          AND (leased_until IS NULL OR leased_until < %(now)s)
        ORDER BY next_try_at, id
        LIMIT greatest(0, (CASE WHEN e.failing_since IS NULL THEN %(each)s ELSE 1 END)
            - coalesce((SELECT n FROM busy b WHERE b.endpoint_id = e.id), 0))
        FOR UPDATE SKIP LOCKED
    ) d
    WHERE e.active AND e.deleted_at IS NULL
), chosen AS (
    SELECT id FROM due WHERE turn <= %(business)s AND (NOT failing OR nth <= %(failing)s)
    ORDER BY failing, turn, id LIMIT %(most)s
)
UPDATE webhooks_delivery SET leased_until = %(until)s FROM chosen WHERE webhooks_delivery.id = chosen.id
RETURNING webhooks_delivery.id
"""


@transactional
def claim(*, now: datetime, most: int, most_failing: int | None = None) -> list[int]:
    """Deliveries that are due, leased to the caller; those of endpoints that answer come first.

    `most_failing`: how many of them may be of endpoints that fail. Couriers claim one after another, so that each
    counts what the others hold.
    """
    failing = most if most_failing is None else most_failing
    limits = {"each": PER_ENDPOINT, "business": PER_BUSINESS, "most": most, "failing": failing}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, **limits})
        return sorted(key for (key,) in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status`: of HTTP, or None when nobody answered properly. `retry_after`: the seconds that were asked for."""

    status: int | None
    answer: str
    milliseconds: int
    retry_after: int | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent where: everything that an attempt needs once the database is let go."""

    url: str
    body: bytes
    headers: dict[str, str]


def letter_of(delivery_id: int, *, now: datetime) -> Letter:
    delivery = Delivery.objects.select_related("endpoint", "event").get(id=delivery_id)
    body = body_of(delivery.event_id)
    signed = headers(valid_secrets(delivery.endpoint, now=now), str(delivery.event.uuid), int(now.timestamp()), body)
    named = {"Content-Type": "application/json", "User-Agent": "AvailEngine-Webhooks/1", "Connection": "close"}
    return Letter(delivery.endpoint.url, body, {**named, **signed})


def post(letter: Letter, *, now: datetime) -> Outcome:
    """One request. Whatever goes wrong with it is an outcome."""
    began = _clock()
    try:
        answer = outgoing.fetch("POST", letter.url, body=letter.body, headers=letter.headers)
    except (outgoing.NotAllowed, outgoing.NoAnswer) as error:
        return Outcome(None, _shown(str(error)), _clock() - began)
    text = _shown(answer.body[: 4 * SHOWN].decode("utf-8", "replace"))
    wait = _retry_after(answer, now) if answer.status in (429, 503) else None
    return Outcome(answer.status, text, _clock() - began, wait)


def _shown(text: str) -> str:
    """What the database takes: PostgreSQL knows no NUL."""
    return text.replace("\x00", "")[:SHOWN]


def _retry_after(answer: outgoing.Answer, now: datetime) -> int | None:
    """Seconds or a date, within a day."""
    text = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        seconds = (
            int(text) if text.isascii() and text.isdigit() else int((parsedate_to_datetime(text) - now).total_seconds())
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, min(seconds, LONGEST_WAIT))


@transactional
def record(delivery_id: int, outcome: Outcome, *, started: datetime, now: datetime) -> None:
    """Enter an attempt and what follows from it: done, again later, given up, or the endpoint switched off.

    The endpoint is locked before its delivery, as by all who change both. What was given up meanwhile and is
    accepted all the same is done; another outcome of it changes nothing any more.
    """
    endpoint = _concerned_endpoint(delivery_id, outcome)
    delivery = Delivery.objects.select_for_update(no_key=True).get(id=delivery_id)
    if delivery.state == State.DELIVERED or (delivery.state == State.FAILED and not outcome.accepted):
        return
    delivery.attempts += 1
    delivery.last_status, delivery.leased_until = outcome.status, None
    Attempt.objects.create(
        business_id=delivery.business_id,
        delivery=delivery,
        number=Attempt.objects.filter(delivery=delivery).count() + 1,
        started_at=started,
        milliseconds=outcome.milliseconds,
        status=outcome.status,
        answer=outcome.answer,
    )
    if outcome.accepted:
        delivery.state, delivery.next_try_at = State.DELIVERED, None
    else:
        _plan_next(delivery, outcome, now)
    delivery.save()
    if endpoint is not None:
        _judge(endpoint, outcome, now)


def _concerned_endpoint(delivery_id: int, outcome: Outcome) -> Endpoint | None:
    """The endpoint, locked, when this outcome says something new about it: successes of a good one do not queue."""
    found = Endpoint.objects.filter(deliveries=delivery_id)
    if outcome.accepted:
        found = found.filter(failing_since__isnull=False)
    return found.select_for_update(no_key=True, of=("self",)).first()


def _plan_next(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    schedule = settings.WEBHOOK_SCHEDULE
    if delivery.attempts >= len(schedule):
        delivery.state, delivery.next_try_at = State.FAILED, None
        return
    pause = schedule[delivery.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spreads the load)
    delivery.next_try_at = now + timedelta(seconds=max(pause, outcome.retry_after or 0))


def _judge(endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    if not endpoint.active:
        return
    endpoint.failing_since = None if outcome.accepted else endpoint.failing_since or now
    if outcome.status == GONE:
        switch_off(endpoint, "It answered 410 Gone.")
    elif endpoint.failing_since and now - endpoint.failing_since >= GIVE_UP_AFTER:
        switch_off(endpoint, "Nothing could be delivered for five days.")
    else:
        endpoint.save(update_fields=["failing_since", "updated_at"])


def switch_off(endpoint: Endpoint, problem: str) -> None:
    """What waits for it is given up; once it is switched on again, everything can be replayed."""
    endpoint.active, endpoint.problem = False, problem
    endpoint.save()
    Delivery.objects.filter(endpoint=endpoint, state=State.PENDING).update(state=State.FAILED, next_try_at=None)


def _clock() -> int:
    """Milliseconds of a clock that only goes forward."""
    return int(time.monotonic() * 1000)
