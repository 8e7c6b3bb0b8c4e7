"""Polling feeds: which are due, one request each, and what follows from its outcome (GUARANTEES E5, E6).

A request holds the feed's lease and no transaction. A crash lets the lease run out, and the feed is read again:
what it blocks is compared with what is there, so that the same text twice changes nothing.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.db.models import Q

from bookings import posting
from bookings.availability.spans import Span
from bookings.feeds import letters
from bookings.feeds.expanding import Window
from bookings.feeds.fetching import Job, Outcome, target_of
from bookings.wording import in_language_of
from businesses.calendars import secret_url
from businesses.db import transactional
from businesses.localtime import date_of, day_bounds, minute_of, moment_of
from businesses.models import Business, CalendarFeed, Closure, ClosureKind

EVERY = timedelta(minutes=15)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120))  # after one failure, two, …
JITTER = 0.1
LEASE = timedelta(minutes=5)  # longer than a batch can take
TELL_AFTER_FAILURES = 3
TELL_AFTER = timedelta(hours=1)
KEPT = timedelta(days=31)  # what was blocked, once it is over
BEYOND = 30  # days after the booking window: the desk books further ahead


# --- which are due ------------------------------------------------------------------------------------------------


@transactional
def claim(*, now: datetime, most: int) -> list[Job]:
    """Feeds that are due and nobody reads, leased to the caller; those that work come first."""
    free = CalendarFeed.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    due = free.filter(Q(leased_until=None) | Q(leased_until__lte=now), next_poll_at__lte=now, resource__deleted_at=None)
    feeds = list(due.select_related("business").order_by("failures", "next_poll_at", "id")[:most])
    lease = now + LEASE
    CalendarFeed.objects.filter(id__in=[feed.id for feed in feeds]).update(leased_until=lease)
    return [_job(feed, lease, now) for feed in feeds]


def _job(feed: CalendarFeed, lease: datetime, now: datetime) -> Job:
    window = window_of(feed.business, now)
    known = feed.expanded_for == target_of(feed.business, window)
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified} if known else {}
    try:
        url = secret_url(feed)
    except InvalidToken:
        url = ""
    return Job(
        feed_id=feed.id,
        business=feed.business,
        lease=lease,
        url=url,
        headers={name: value for name, value in conditions.items() if value},
        digest=bytes(feed.digest or b""),
        expanded_for=feed.expanded_for,
        window=window,
    )


def window_of(business: Business, now: datetime) -> Window:
    """Whole days, so that what lies in it changes once a day: from yesterday until after all that can be booked."""
    today = date_of(business.zone, minute_of(now))
    last = today + timedelta(days=business.window_days + BEYOND)
    return Window(day_bounds(business.zone, today - timedelta(days=1))[0], day_bounds(business.zone, last)[1])


# --- what follows -------------------------------------------------------------------------------------------------


@transactional
def settle(job: Job, outcome: Outcome, *, now: datetime) -> bool:
    """Enter what became of a request. False when the feed was changed, removed or read by another meanwhile."""
    rows = CalendarFeed.objects.select_for_update(no_key=True, of=("self",)).select_related("business", "resource")
    feed = rows.filter(id=job.feed_id, leased_until=job.lease).first()
    if feed is None:
        return False
    feed.leased_until = None
    if outcome.problem:
        _failed(feed, outcome, now)
    else:
        _succeeded(feed, job, outcome, now)
    feed.save()
    return True


def _failed(feed: CalendarFeed, outcome: Outcome, now: datetime) -> None:
    """What it blocks stays. The owner is told once that it does not work, when that was no passing trouble."""
    feed.failures += 1
    feed.failing_since = feed.failing_since or now
    feed.problem, feed.problem_detail = outcome.problem, outcome.detail[:200]
    feed.next_poll_at = now + _about(PAUSES[min(feed.failures, len(PAUSES)) - 1])
    lasting = feed.failures >= TELL_AFTER_FAILURES or now - feed.failing_since >= TELL_AFTER
    if lasting and feed.told_at is None:
        with in_language_of(feed.business):
            posting.to_business(feed.business, letters.failing(feed), live=True)
        feed.told_at = now


def _succeeded(feed: CalendarFeed, job: Job, outcome: Outcome, now: datetime) -> None:
    feed.last_success_at, feed.next_poll_at = now, now + _about(EVERY)
    if feed.told_at is not None:
        with in_language_of(feed.business):
            posting.to_business(feed.business, letters.works_again(feed), live=True)
    feed.failures, feed.failing_since, feed.told_at = 0, None, None
    feed.problem = feed.problem_detail = ""
    feed.etag, feed.last_modified = outcome.etag, outcome.last_modified
    if outcome.blocked is None:
        return
    if not outcome.blocked and feed.emptied_at is None and _blocks_ahead(feed, now):
        feed.emptied_at = now  # perhaps a mistake of the other side: believed when it says so twice
        feed.etag, feed.last_modified, feed.digest = "", "", None
        return
    _block(feed, outcome.blocked, job.window)
    feed.emptied_at, feed.digest, feed.expanded_for = None, outcome.digest, job.target


def _blocks_ahead(feed: CalendarFeed, now: datetime) -> bool:
    return Closure.objects.filter(feed=feed, ends_at__gt=now).exists()


def _block(feed: CalendarFeed, blocked: Sequence[Span], window: Window) -> None:
    """Write only what differs. What is over stays for a while: the diary shows it."""
    start = moment_of(window.start)
    wanted = {(moment_of(begin), moment_of(end)) for begin, end in blocked}
    rows = Closure.objects.filter(feed=feed)
    there = {(begin, end): key for key, begin, end in rows.values_list("id", "starts_at", "ends_at")}
    outdated = [key for span, key in there.items() if span[1] > start and span not in wanted]
    outdated += [key for span, key in there.items() if span[1] <= start - KEPT]
    if outdated:
        rows.filter(id__in=outdated).delete()
    new = sorted(wanted - set(there))
    if new:
        Closure.objects.bulk_create(
            [
                Closure(
                    business_id=feed.business_id,
                    feed=feed,
                    resource_id=feed.resource_id,
                    kind=ClosureKind.CLOSED,
                    starts_at=begin,
                    ends_at=end,
                )
                for begin, end in new
            ],
            batch_size=1000,
        )


def _about(pause: timedelta) -> timedelta:
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spreads the load)
