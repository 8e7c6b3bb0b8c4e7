"""What became of one booking: every change with who made it, as the outbox tells it, and its money by the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField
from django.db.models.expressions import RawSQL

from bookings.models import Booking
from businesses.models import Resource
from payments.models import Action, EntryKind, Instruction, LedgerEntry
from webhooks.models import Event

# The expression of the index event_of_booking (migration 0008_desk).
ABOUT = "coalesce(data #>> '{booking,id}', data #>> '{deposit,booking_id}')"

# The event that tells of an entry of the ledger: it knows who made it.
TOLD_BY: Mapping[str, str] = {
    EntryKind.HELD: "deposit.held",
    EntryKind.RELEASED: "deposit.released",
    EntryKind.CHARGED: "payment.succeeded",
    EntryKind.CAPTURED: "payment.succeeded",
    EntryKind.REFUNDED: "payment.refunded",
    EntryKind.REFUND_FAILED: "payment.refund_failed",
    EntryKind.DISPUTED: "payment.disputed",
}
IN_LEDGER = frozenset((*TOLD_BY.values(), "deposit.captured"))
ASKED_BY: Mapping[str, str] = {
    EntryKind.RELEASED: Action.RELEASE,
    EntryKind.CAPTURED: Action.CAPTURE,
    EntryKind.REFUNDED: Action.REFUND,
}
CUSTOMER = "customer:"
REQUESTED = "deposit.requested"  # not an event of its own
SAME_TRANSACTION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one version to the next: `times`, `party`, `resources`, `status`."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`kind` is the type of an event, the kind of a ledger entry, or REQUESTED; those of money have an amount."""

    at: datetime
    kind: str
    actor: str
    differences: tuple[Difference, ...] = ()
    amount_cents: int | None = None


def happenings(booking: Booking) -> list[Happening]:
    """From the first to the last. Four queries, whatever the length."""
    events = _events_of(booking)
    names = _names_in(booking, events)
    changes = [_as_request(booking, change) for change in _changes(events, names)]
    return sorted([*changes, *_movements(booking, events)], key=lambda happening: happening.at)


def _as_request(booking: Booking, change: Happening) -> Happening:
    """The change that asked for a deposit later: it comes with the deposit, and differs in nothing else."""
    deposit = booking.deposit
    if deposit is None or not deposit.standing or change.kind != "booking.updated" or change.differences:
        return change
    if not timedelta(0) <= change.at - deposit.created_at < SAME_TRANSACTION:
        return change
    return replace(change, kind=REQUESTED, amount_cents=deposit.amount_cents)


def _events_of(booking: Booking) -> list[Event]:
    about = RawSQL(ABOUT, (), output_field=CharField())  # noqa: S611  (our own text)
    found = Event.objects.filter(business_id=booking.business_id, live=booking.live).annotate(about=about)
    return list(found.filter(about=str(booking.uuid)).order_by("id"))


def _names_in(booking: Booking, events: Sequence[Event]) -> dict[str, str]:
    """The resources that the events speak of, by their ids of the wire; also those that are removed since."""
    told = {item["resource_id"] for event in events for item in event.data.get("booking", {}).get("items", ())}
    found = Resource.objects.filter(business_id=booking.business_id, uuid__in=told)
    return {str(uuid): name for uuid, name in found.values_list("uuid", "name")}


def _changes(events: Sequence[Event], names: Mapping[str, str]) -> Iterator[Happening]:
    """Of the events of one change the first is the specific one; the general `booking.updated` adds nothing."""
    before: dict[str, Any] | None = None
    for event in events:
        after = event.data.get("booking")
        if after is None:
            if event.type not in IN_LEDGER:
                yield Happening(at=event.created_at, kind=event.type, actor=event.actor)
        elif before is None or after["version"] != before["version"] or event.type != "booking.updated":
            found = tuple(_differences(before, after, names)) if before else ()
            yield Happening(at=event.created_at, kind=event.type, actor=event.actor, differences=found)
            before = after


def _differences(before: dict[str, Any], after: dict[str, Any], names: Mapping[str, str]) -> Iterator[Difference]:
    times = [
        (datetime.fromisoformat(told["starts_at"]), datetime.fromisoformat(told["ends_at"])) for told in (before, after)
    ]
    pairs = {
        "times": times,
        "party": [told["capacity"] for told in (before, after)],
        "resources": [_resources(told, names) for told in (before, after)],
        "status": [told["status"] for told in (before, after)],
    }
    return (Difference(what, old, new) for what, (old, new) in pairs.items() if old != new)


def _times(told: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(told["starts_at"]), datetime.fromisoformat(told["ends_at"])


def _resources(told: dict[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.get(item["resource_id"], "?") for item in told["items"]))


def _movements(booking: Booking, events: Sequence[Event]) -> Iterator[Happening]:
    if booking.deposit_id is None:
        return
    own = {"business_id": booking.business_id, "deposit_id": booking.deposit_id}
    asked = list(Instruction.objects.filter(**own).order_by("-id"))
    for entry in LedgerEntry.objects.filter(**own):
        actor = _who_asked(entry, asked) or _who_told(entry, events)
        yield Happening(at=entry.created_at, kind=entry.kind, actor=actor, amount_cents=entry.amount_cents)


def _who_asked(entry: LedgerEntry, asked: Sequence[Instruction]) -> str:
    """What was instructed is entered by whoever reads it back first; a charge is what the customer does."""
    if entry.kind == EntryKind.CHARGED:
        return CUSTOMER
    before = (i for i in asked if i.action == ASKED_BY.get(entry.kind) and i.created_at <= entry.created_at)
    return next((instruction.actor for instruction in before), "")


def _who_told(entry: LedgerEntry, events: Sequence[Event]) -> str:
    """Entries are made just before the event that tells of them."""
    telling = (event for event in events if event.type == TOLD_BY.get(entry.kind))
    return next((event.actor for event in telling if event.created_at >= entry.created_at), "")
