"""Events from Stripe: stored when they come, handled later, as often as it takes (GUARANTEES M3).

An event is a trigger, not the truth: whatever it says, the deposit it is about is compared with Stripe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from payments.models import Deposit, StripeEvent

# Anything about money; what is not listed is acknowledged and forgotten.
FAMILIES = (
    "payment_intent.",
    "setup_intent.",
    "checkout.session.",
    "charge.",
    "refund.",
    "customer.subscription.",
)
LEASE = timedelta(minutes=2)
PAUSES = (2, 5, 15, 60, 300, 900, 3600)  # seconds before an event that led nowhere is tried again
KEPT_TRYING_FOR = timedelta(days=3)
KEPT_FOR = timedelta(days=90)


class UnknownObject(Exception):
    """Nothing here is about this object, or not yet."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: its object, the payment intent that the object belongs to, and our name for it."""

    object_ref: str
    related_ref: str
    name: str


def subject_of(event: Mapping[str, Any]) -> Subject:
    """Raises KeyError, TypeError for what is no event."""
    about = event["data"]["object"]
    if not isinstance(about, Mapping) or not isinstance(metadata := about.get("metadata") or {}, Mapping):
        raise TypeError("This is no object of Stripe's.")
    related = about.get("payment_intent") or about.get("setup_intent") or ""
    name = metadata.get("deposit") or metadata.get("business") or ""
    return Subject(str(about["id"]), str(related if isinstance(related, str) else related["id"]), str(name)[:64])


def store(event: Mapping[str, Any], *, now: datetime) -> int | None:
    """Keep an event that was verified; its key, or None when it is here already or about nothing of ours.

    Raises KeyError, TypeError for what is no event.
    """
    if not str(event["type"]).startswith(FAMILIES):
        return None
    subject = subject_of(event)
    row = StripeEvent(
        event_ref=event["id"],
        account_ref=event.get("account") or "",
        type=event["type"],
        object_ref=subject.object_ref,
        related_ref=subject.related_ref,
        subject=subject.name,
        next_try_at=now,
    )
    StripeEvent.objects.bulk_create([row], ignore_conflicts=True)
    return StripeEvent.objects.filter(event_ref=row.event_ref, handled_at=None).values_list("id", flat=True).first()


def due(*, now: datetime, most: int) -> list[int]:
    found = StripeEvent.objects.filter(handled_at=None, next_try_at__lte=now)
    return list(found.order_by("next_try_at").values_list("id", flat=True)[:most])


def claim(event_id: int, *, now: datetime) -> StripeEvent | None:
    """The event, kept from others for a while; None when it is handled or being handled."""
    mine = StripeEvent.objects.filter(id=event_id, handled_at=None, next_try_at__lte=now)
    if not mine.update(next_try_at=now + LEASE, tries=F("tries") + 1):
        return None
    return StripeEvent.objects.get(id=event_id)


def handled(event: StripeEvent, *, now: datetime) -> None:
    StripeEvent.objects.filter(id=event.id).update(handled_at=now, next_try_at=None, problem="")


def postpone(event: StripeEvent, problem: str, *, now: datetime) -> None:
    """Try again later; after three days it stays, unhandled, with what was wrong."""
    pause = timedelta(seconds=PAUSES[min(event.tries, len(PAUSES)) - 1])
    again = now + pause if now - event.received_at < KEPT_TRYING_FOR else None
    StripeEvent.objects.filter(id=event.id).update(next_try_at=again, problem=problem[:500])


def deposit_of(event: StripeEvent) -> int:
    """The deposit that an event is about, by any of the ids. Raises UnknownObject."""
    refs = [ref for ref in (event.object_ref, event.related_ref) if ref]
    known = Q(intent_ref__in=refs) | Q(setup_ref__in=refs) | Q(session_ref__in=refs)
    if named := uuid_of(event.subject):
        known |= Q(uuid=named)
    found = Deposit.objects.filter(known, account_ref=event.account_ref).values_list("id", flat=True).first()
    if found is None:
        raise UnknownObject(f"No deposit belongs to {event.object_ref}.")
    return int(found)


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


PURGE = """
DELETE FROM payments_stripeevent WHERE id IN (
    SELECT id FROM payments_stripeevent WHERE received_at < %s ORDER BY received_at LIMIT 1000
    FOR UPDATE SKIP LOCKED
)
"""


def purge(*, now: datetime) -> int:
    """Remove what is older than 90 days, handled or not: Stripe itself forgets events after 30. Returns how many."""
    removed: int = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PURGE, [now - KEPT_FOR])
            batch: int = cursor.rowcount
            removed += batch
            if batch < 1000:
                return removed
