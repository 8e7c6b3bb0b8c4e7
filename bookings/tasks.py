"""Jobs over what is waiting in the database. A task is one more interface: it finds, and calls the service.

Each item is claimed by itself, so that runs may overlap, come twice, or be killed anywhere.
"""

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from celery import shared_task
from django.utils import timezone

from bookings import alerts, execution, holds, links, mailroom, messages, reminders, upkeep
from bookings.feeds import fetching, polling
from bookings.waitlist import entries, offers, turns
from bookings.waitlist import links as waitlist_links
from businesses.errors import Busy, DomainError
from payments import billing, inbox, instructions
from payments.gateway import NotConfigured, Refused, Unreached

T = TypeVar("T")

MOST = 200  # items per run; the next run goes on
LONGEST_RUN = 30.0  # seconds
ENOUGH_SILENCE = 3
FEEDS_AT_ONCE = 8
NO_LUCK = (DomainError, Unreached, Refused, NotConfigured)

logger = logging.getLogger(__name__)


def _each(items: Iterable[T], do: Callable[[T, datetime], object]) -> int:
    """Every item, whatever becomes of the others. Returns how many went well.

    Ends early when it has taken long, or when one after another found Stripe out of reach: others want to run too.
    """
    done = silent = 0
    until = time.monotonic() + LONGEST_RUN
    for item in items:
        if silent == ENOUGH_SILENCE or time.monotonic() > until:
            break
        try:
            do(item, timezone.now())
            done, silent = done + 1, 0
        except NO_LUCK as error:
            logger.info("%s: %s", type(error).__name__, error)
            silent = silent + 1 if isinstance(error, (Busy, Unreached)) else 0
        except Exception:
            logger.exception("a job failed and will be tried again")
    return done


@shared_task  # type: ignore[untyped-decorator]
def handle_stripe_events() -> int:
    return _each(inbox.due(now=timezone.now(), most=MOST), lambda event, now: handle_event(event, now=now))


@shared_task  # type: ignore[untyped-decorator]
def handle_stripe_event(event_id: int) -> None:
    """At once, when an event has come; if this is lost, the sweep above handles it."""
    _each([event_id], lambda event, now: handle_event(event, now=now))


def handle_event(event_id: int, *, now: datetime) -> bool:
    """Follow one stored event. False when it is not to be handled now."""
    event = inbox.claim(event_id, now=now)
    if event is None:
        return False
    try:
        if event.type.startswith("customer.subscription."):
            billing.catch_up(event)
        else:
            execution.catch_up(inbox.deposit_of(event), now=now)
    except Exception as error:
        inbox.postpone(event, f"{type(error).__name__}: {error}", now=now)
        if not isinstance(error, (inbox.UnknownObject, *NO_LUCK)):
            raise
        return False
    inbox.handled(event, now=now)
    return True


@shared_task  # type: ignore[untyped-decorator]
def carry_out_instructions() -> int:
    found = instructions.due(now=timezone.now(), most=MOST)
    return _each(found, lambda reference, now: execution.carry_out(reference, now=now))


@shared_task  # type: ignore[untyped-decorator]
def expire_unpaid() -> int:
    found = upkeep.unpaid(now=timezone.now(), most=MOST)
    return _each(found, lambda deposit, now: upkeep.expire(deposit, now=now))


@shared_task  # type: ignore[untyped-decorator]
def expire_held() -> int:
    return _each(holds.overdue(now=timezone.now(), most=MOST), lambda booking, now: holds.expire_hold(booking, now=now))


@shared_task  # type: ignore[untyped-decorator]
def purge_held() -> int:
    return holds.purge(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def offer_freed() -> int:
    """Read on in the outbox, then go through the waitlists that it marked. Returns how many offers were made."""
    turns.read_on(now=timezone.now())
    due, made = turns.due(now=timezone.now(), most=MOST), []
    _each(due, lambda turn, now: made.append(offers.go_through(turn, now=now)))
    return sum(made)


@shared_task  # type: ignore[untyped-decorator]
def settle_offers() -> int:
    return _each(offers.to_settle(now=timezone.now(), most=MOST), lambda offer, now: offers.settle(offer, now=now))


@shared_task  # type: ignore[untyped-decorator]
def tend_waitlists() -> int:
    """What is past ends, what has ended is forgotten; and every list is gone through now and then, come what may."""
    now = timezone.now()
    ended = entries.end_past(now=now) + entries.purge(now=now) + waitlist_links.purge(now=now)
    turns.mark_all(now=now)
    return ended


@shared_task  # type: ignore[untyped-decorator]
def place_holds() -> int:
    found = upkeep.holds_to_place(now=timezone.now(), most=MOST)
    return _each(found, lambda deposit, now: upkeep.place_hold(deposit, now=now))


@shared_task  # type: ignore[untyped-decorator]
def watch_holds() -> int:
    found = upkeep.lapsing_holds(now=timezone.now(), most=MOST)
    return _each(found, lambda deposit, now: upkeep.tend_hold(deposit, now=now))


@shared_task  # type: ignore[untyped-decorator]
def reconcile_deposits() -> int:
    found = upkeep.to_look_at(now=timezone.now(), most=MOST)
    return _each(found, lambda deposit, now: upkeep.reconcile(deposit, now=now))


@shared_task  # type: ignore[untyped-decorator]
def write_messages() -> int:
    """Read on in the outbox until its end. Returns how many events were read."""
    read, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until:
        batch = mailroom.read_on()
        read += batch
        if batch < mailroom.MOST:
            break
    return read


@shared_task  # type: ignore[untyped-decorator]
def remind_customers() -> int:
    found = reminders.due(now=timezone.now(), most=MOST)
    return _each(found, lambda item, now: reminders.remind(*item, now=now))


@shared_task  # type: ignore[untyped-decorator]
def tell_of_endpoints() -> int:
    return _each(alerts.switched_off(most=MOST), lambda endpoint, now: alerts.tell_of_endpoint(endpoint))


@shared_task  # type: ignore[untyped-decorator]
def poll_feeds() -> int:
    """Ask several at once, so that those who do not answer keep nobody waiting. Returns how many were read."""
    read, until = 0, time.monotonic() + LONGEST_RUN

    def enter(asked: "tuple[fetching.Job, Future[fetching.Answered]]", now: datetime) -> None:
        job, answer = asked
        polling.settle(job, fetching.outcome_of(job, answer.result()), now=now)

    with ThreadPoolExecutor(FEEDS_AT_ONCE) as pool:
        while time.monotonic() < until:
            jobs = polling.claim(now=timezone.now(), most=FEEDS_AT_ONCE)
            if not jobs:
                break
            read += _each([(job, pool.submit(fetching.ask, job)) for job in jobs], enter)
    return read


@shared_task  # type: ignore[untyped-decorator]
def purge_links() -> int:
    return links.purge(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def send_messages() -> int:
    return _each(messages.due(now=timezone.now(), most=MOST), lambda message, now: messages.send(message, now=now))
