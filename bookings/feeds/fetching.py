"""One request for a feed, and what its answer says. No transaction is open meanwhile."""

import hashlib
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from bookings.availability.spans import Span
from bookings.calendar_files import our_domain
from bookings.feeds.expanding import Window, spans
from bookings.feeds.lines import NotACalendar, NotUnderstood
from bookings.feeds.reading import Busy, busy_events
from bookings.models import Booking
from businesses import outgoing
from businesses.models import Business

TIMEOUT = 15.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
LONGEST_READING = 10.0  # seconds
REDIRECTS = (301, 302, 303, 307, 308)
OK: Final = 200
NOT_MODIFIED: Final = 304
STAMPS = re.compile(rb"(?mi)^DTSTAMP[:;].*$")  # some servers write the present into it

logger = logging.getLogger(__name__)


def target_of(business: Business, window: Window) -> str:
    """What a reading depends on besides the text."""
    return f"{window.start} {window.end} {business.timezone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A feed to be read, leased until `lease`. `url` is empty where it cannot be unsealed."""

    feed_id: int
    business: Business
    lease: datetime
    url: str = field(repr=False)
    headers: Mapping[str, str]
    digest: bytes
    expanded_for: str
    window: Window

    @property
    def target(self) -> str:
        return target_of(self.business, self.window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`problem`: a code of `letters.PROBLEMS`, or nothing. `blocked`: None where nothing has changed."""

    problem: str = ""
    detail: str = ""
    blocked: Sequence[Span] | None = None
    etag: str = ""
    last_modified: str = ""
    digest: bytes = field(default=b"", repr=False)


Answered = outgoing.Answer | Outcome


def ask(job: Job) -> Answered:
    """One request, without the database. Where there is no answer, what that means."""
    if not job.url:
        return Outcome(problem="sealed")
    try:
        return _fetched(job)
    except outgoing.NotAllowed as error:
        return Outcome(problem="not_allowed", detail=str(error))
    except outgoing.NoAnswer as error:
        return Outcome(problem="unreachable", detail=str(error).partition(":")[0])  # the rest may tell the address


def outcome_of(job: Job, answered: Answered) -> Outcome:
    """What an answer says. Whatever is wrong with it is an outcome."""
    if isinstance(answered, Outcome):
        return answered
    if answered.status == NOT_MODIFIED and job.headers:
        return Outcome(
            etag=job.headers.get("If-None-Match", ""),
            last_modified=job.headers.get("If-Modified-Since", ""),
        )
    if answered.status != OK:
        return Outcome(problem="status", detail=str(answered.status))
    if len(answered.body) > MOST_BYTES:
        return Outcome(problem="too_large")
    return _understood(job, answered)


def _fetched(job: Job) -> outgoing.Answer:
    """Follows a few redirects; each address is checked like the first."""
    named = {"User-Agent": "AvailEngine-Calendars/1", "Accept": "text/calendar, */*;q=0.1", "Connection": "close"}
    url, headers = job.url, {**named, **job.headers}
    until = time.monotonic() + TIMEOUT
    for _ in range(MOST_REDIRECTS + 1):
        left = max(0.1, until - time.monotonic())
        answer = outgoing.fetch("GET", url, headers=headers, timeout=left, most=MOST_BYTES + 1)
        to = _header(answer, "location", 2000)
        if answer.status not in REDIRECTS or not to:
            return answer
        url = urljoin(url, to)
    return answer


def _header(answer: outgoing.Answer, name: str, longest: int) -> str:
    """A header that can be kept and sent back; empty where it is none."""
    value = next((value for key, value in answer.headers.items() if key.lower() == name), "")
    return value if value.isascii() and value.isprintable() and len(value) <= longest else ""


def _understood(job: Job, answer: outgoing.Answer) -> Outcome:
    digest = hashlib.sha256(STAMPS.sub(b"", answer.body)).digest()
    kept = partial(
        Outcome,
        etag=_header(answer, "etag", 300),
        last_modified=_header(answer, "last-modified", 100),
        digest=digest,
    )
    if digest == job.digest and job.expanded_for == job.target:
        return kept()
    until = time.monotonic() + LONGEST_READING
    try:
        events = busy_events(answer.body, job.business.zone, until=until)
        blocked = spans(_not_ours(job.business, events), job.window, until=until)
    except NotACalendar:
        return Outcome(problem="not_a_calendar")
    except NotUnderstood as error:
        return Outcome(problem="not_understood", detail=str(error))
    except Exception as error:
        logger.warning("a feed could not be read: %s", type(error).__name__)  # its text is nobody's business
        return Outcome(problem="not_understood")
    return kept(blocked=blocked)


def _not_ours(business: Business, events: list[Busy]) -> list[Busy]:
    """Without the bookings of this very business: they block already. Those of another one here do count."""
    keys = {event.uid: _booking_key(event.uid) for event in events}
    asked = {key for key in keys.values() if key}
    own = set(Booking.objects.filter(business=business, uuid__in=asked).values_list("uuid", flat=True)) if asked else ()
    return [event for event in events if keys[event.uid] not in own]


def _booking_key(uid: str) -> UUID | None:
    name, _, domain = uid.partition("@")
    if domain != our_domain():
        return None
    try:
        return UUID(name.partition(".")[0])
    except ValueError:
        return None
