"""How far the background work is behind: what waits, since when, and what was given up. Of all businesses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models import Model as Row

from bookings.models import EventReader, Message, MessageState
from payments.models import Instruction, Progress, StripeEvent
from webhooks.models import Delivery, State

STUCK_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """`oldest` is when the one that waits longest was to be done."""

    name: str
    waiting: int
    oldest: datetime | None
    failed: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A job that reads the outbox, and when it last went on."""

    name: str
    at: datetime


def backlogs(*, now: datetime) -> list[Backlog]:
    """One query each."""
    lately = now - timedelta(days=7)
    undelivered = Q(state=State.FAILED, created_at__gte=lately)
    unsent = Q(state=MessageState.FAILED, created_at__gte=lately)
    refused = Q(progress=Progress.REFUSED, created_at__gte=lately)
    unhandled = Q(handled_at=None, next_try_at=None, received_at__gte=lately)
    asked = (
        ("Webhook deliveries", Delivery, Q(state=State.PENDING), "next_try_at", undelivered),
        ("Messages", Message, Q(next_try_at__isnull=False), "next_try_at", unsent),
        ("Instructions to Stripe", Instruction, Q(progress=Progress.PENDING), "created_at", refused),
        ("Events of Stripe", StripeEvent, Q(handled_at=None, next_try_at__isnull=False), "received_at", unhandled),
    )
    return [_backlog(*kind, now=now) for kind in asked]


def readings() -> list[Reading]:
    return [Reading(name=reader.name, at=reader.updated_at) for reader in EventReader.objects.order_by("name")]


def _backlog(name: str, model: type[Row], waiting: Q, since: str, failed: Q, *, now: datetime) -> Backlog:
    found = model._default_manager.filter(waiting | failed).aggregate(
        waiting=Count("id", filter=waiting), oldest=Min(since, filter=waiting), failed=Count("id", filter=failed)
    )
    oldest: datetime | None = found["oldest"]
    late = oldest is not None and oldest < now - STUCK_AFTER
    return Backlog(name=name, waiting=found["waiting"], oldest=oldest, failed=found["failed"], late=late)
