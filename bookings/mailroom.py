"""The mailroom reads the outbox and writes the messages that events call for: exactly once, as its position and what
it wrote commit together. Nothing about messages is in the way of who books.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from bookings import letters, links, money_words, posting
from bookings.calendar_files import calendar_file
from bookings.letters import Letter, Visit
from bookings.lifecycle import HOLDING
from bookings.models import Booking, EventReader, Status
from bookings.series import first_of
from bookings.wording import in_language_of, spoken_moment
from payments.models import Action, Channel, DepositStatus, Progress
from payments.money import spoken
from webhooks import feed

READER = "mailroom"
MOST = 100  # events in one transaction

Row = dict[str, Any]
logger = logging.getLogger(__name__)


def read_on(*, most: int = MOST) -> int:
    """Write the messages of the next events; how many events that were. Zero as well while another is reading."""
    first = dict(zip(("transaction", "event"), feed.present(), strict=True))
    EventReader.objects.get_or_create(name=READER, defaults=first)
    with transaction.atomic():
        reader = EventReader.objects.select_for_update(skip_locked=True).filter(name=READER).first()
        if reader is None:
            return 0
        rows = feed.all_events_after((reader.transaction, reader.event), most=most)
        for row in rows:
            _take(row)
        if rows:
            _remember(reader, feed.position_of(rows[-1]))
    return len(rows)


def _remember(reader: EventReader, position: feed.Position) -> None:
    reader.transaction, reader.event = position
    reader.save()


def _take(row: Row) -> None:
    """What one event calls for. One that cannot be composed is shown as failed, and does not hold up the others."""
    if row["type"] not in COMPOSERS:
        return
    try:
        with transaction.atomic():
            write(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("no message could be written of event %s", row["uuid"])
        problem = f"{type(error).__name__}: {error}"
        posting.unwritten(row["business_id"], row["type"], problem, live=row["live"], key=str(row["uuid"]))


def write(row: Row) -> None:
    """The messages of one event, in the business's language."""
    told = row["data"].get("booking") or row["data"]["deposit"]
    key = told.get("booking_id") or told["id"]
    found = Booking.objects.select_related("business", "deposit")
    booking = found.get(business_id=row["business_id"], uuid=key)
    visit = Visit.of(booking)
    if "booking" in row["data"]:
        visit = visit.as_told(told)
    with in_language_of(booking.business):
        COMPOSERS[row["type"]](visit, str(row["uuid"]))


# --- what each event calls for: the composers get the visit and the event's key ------------------------------------


def _created(visit: Visit, key: str) -> None:
    """Where a deposit is asked for, there is nothing to tell before it is paid. A series is told of once."""
    if visit.booking.series_id and visit.booking.id != first_of(visit.booking.series_id):
        return
    visit = replace(visit, further=tuple(_further(visit)))
    if visit.status == Status.CONFIRMED:
        _confirmed(visit, key)
    elif visit.booking.deposit is None or visit.booking.deposit.standing:
        _requested(visit, key)


def _further(visit: Visit) -> Iterator[str]:
    """When the other visits of a series are."""
    if visit.booking.series_id:
        others = Booking.objects.filter(business=visit.business, series=visit.booking.series_id, status__in=HOLDING)
        for starts_at in others.exclude(id=visit.booking.id).order_by("starts_at").values_list("starts_at", flat=True):
            yield spoken_moment(starts_at, visit.business)


def _confirmed(visit: Visit, key: str) -> None:
    if not _is_over(visit):
        _with_link(visit, letters.confirmation, key)
        _confirm_by_sms(visit, key)


def _requested(visit: Visit, key: str) -> None:
    if not _is_over(visit):
        _with_link(visit, letters.request, key)


def _reinstated(visit: Visit, key: str) -> None:
    (_confirmed if visit.status == Status.CONFIRMED else _requested)(visit, key)


def _secured(visit: Visit, key: str) -> None:
    """A deposit was paid or held. Where that does not confirm the booking, its customer is told that it has come."""
    standing = visit.booking.deposit is not None and visit.booking.deposit.standing
    if visit.status == Status.PENDING and not standing:
        _requested(visit, f"secured:{visit.booking.uuid}")


def _rescheduled(visit: Visit, key: str) -> None:
    links.prolong(visit.booking)
    if not _is_over(visit) and not money_words.is_unknown_to_customer(visit.booking):
        _with_link(visit, letters.reschedule, key)


def _canceled(visit: Visit, key: str) -> None:
    booking = visit.booking
    if money_words.is_unknown_to_customer(booking):
        return
    if booking.deposit and booking.deposit.status == DepositStatus.EXPIRED and not booking.deposit.standing:
        letter = letters.expired(visit)
    else:
        letter = letters.cancellation(visit, money_words.after_cancellation(booking))
    _send(visit, letter, key, link="")


def _no_show(visit: Visit, key: str) -> None:
    charged, kept = money_words.after_no_show(visit.booking)
    _post(visit, letters.no_show(visit, charged, kept), key)


def _refunded(visit: Visit, key: str) -> None:
    """Refunds that staff have made; the one of a cancellation is told with the cancellation."""
    deposit = visit.booking.deposit
    if deposit is None:
        return
    made = deposit.instructions.filter(action=Action.REFUND, purpose="refund", progress=Progress.DONE)
    for instruction in made.order_by("id"):
        letter = letters.refund(visit, spoken(instruction.amount_cents, deposit.currency))
        _post(visit, letter, f"refund:{instruction.uuid}")


def _payment_failed(visit: Visit, key: str) -> None:
    """A card that a payment link's page did not take: told once. Holds that fail are told as they fail."""
    deposit = visit.booking.deposit
    if deposit is None or deposit.channel != Channel.LINK or deposit.status != DepositStatus.PENDING:
        return
    if not deposit.checkout_url or not deposit.expires_at or deposit.expires_at <= timezone.now():
        return
    until = spoken_moment(deposit.expires_at, visit.business)
    amount = spoken(deposit.amount_cents, deposit.currency)
    letter = letters.payment_failed(visit, deposit.checkout_url, amount, until)
    _post(visit, letter, f"failed:{deposit.uuid}")


COMPOSERS: dict[str, Callable[[Visit, str], None]] = {
    "booking.created": _created,
    "booking.confirmed": _confirmed,
    "booking.reinstated": _reinstated,
    "booking.rescheduled": _rescheduled,
    "booking.canceled": _canceled,
    "booking.no_show": _no_show,
    "payment.succeeded": _secured,
    "deposit.held": _secured,
    "deposit.saved": _secured,
    "payment.refunded": _refunded,
    "payment.failed": _payment_failed,
}


def _is_over(visit: Visit) -> bool:
    """After a long outage nobody is told to come to what has been."""
    return visit.ends_at <= timezone.now()


def _with_link(visit: Visit, compose: Callable[[Visit, str], Letter], key: str) -> None:
    if visit.booking.guest_email or not visit.booking.live:
        link = links.new_link(visit.booking)
        _send(visit, compose(visit, link), key, link=link)


def _send(visit: Visit, letter: Letter, key: str, *, link: str) -> None:
    """With the calendar file of the visit as it is told."""
    _post(visit, replace(letter, calendar=calendar_file(visit, now=timezone.now(), link=link)), key)


def _post(visit: Visit, letter: Letter, key: str) -> None:
    posting.to_customer(visit.booking, letter, address=visit.booking.guest_email, key=key)


def _confirm_by_sms(visit: Visit, key: str) -> None:
    booking, business = visit.booking, visit.business
    if business.sms_reminders and booking.guest_phone and not booking.guest_email:
        text = letters.short_confirmation(visit, links.new_link(booking))
        posting.by_sms(booking, "confirmation", text, key=key)


def remind(visit: Visit, key: str) -> None:
    """The reminder of a visit: by mail, and by SMS where the business wants that."""
    booking = visit.booking
    with in_language_of(booking.business):
        _with_link(visit, letters.reminder, key)
        if booking.business.sms_reminders and booking.guest_phone:
            posting.by_sms(booking, "reminder", letters.short_reminder(visit, links.new_link(booking)), key=key)
