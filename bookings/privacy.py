"""What is known of one person: handed out, and erased (GUARANTEES A10, decision 0016)."""

import re
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.customers import locked_customers
from bookings.events import WIRE
from bookings.models import Booking, Customer, Imported, ManageLink, Message, Status, WaitlistEntry
from bookings.search import folded
from businesses.actors import signed
from businesses.errors import Conflict, Invalid, NotFound
from payments.models import Deposit, DepositStatus, Instruction, Progress
from webhooks.redaction import Subject, redact

ERASED: Final = "Erased"
OPEN_DEPOSITS = (DepositStatus.PENDING, DepositStatus.SAVED, DepositStatus.HELD, DepositStatus.REFUND_PENDING)
NOBODY: Final = {"first_name": ERASED, "last_name": "", "email": "", "phone": ""}
_GUEST: Final = {f"guest_{name}": value for name, value in NOBODY.items()}
_TO_COME = (Status.PENDING, Status.CONFIRMED)
_LINK = re.compile(r"/([bw])/[\w-]+")


def export_customer(business_id: int, key: UUID, *, live: bool) -> dict[str, Any]:
    """All that is stored of a customer, as JSON takes it. Links in messages are left out: they open bookings."""
    customer = Customer.objects.present().filter(business_id=business_id, live=live, uuid=key).first()
    if customer is None:
        raise NotFound
    bookings = _bookings(customer).select_related("deposit").prefetch_related("allocations__service")
    about = Q(booking__in=_bookings(customer)) | Q(entry__in=_entries(customer))
    messages = Message.objects.filter(about, business_id=business_id).order_by("id")
    return {
        "customer": {"id": str(customer.uuid), **_person(customer), "created_at": _moment(customer.created_at)},
        "earlier_records": [_person(row) for row in _merged(customer)],
        "bookings": [_told(booking) for booking in bookings.order_by("starts_at", "id")],
        "waitlist": [_waiting(entry) for entry in _entries(customer).order_by("id")],
        "messages": [_message(row) for row in messages],
    }


def _bookings(customer: Customer) -> QuerySet[Booking]:
    return Booking.objects.filter(business_id=customer.business_id, customer=customer)


def _entries(customer: Customer) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(business_id=customer.business_id, customer=customer)


def _merged(customer: Customer) -> QuerySet[Customer]:
    return Customer.objects.filter(business_id=customer.business_id, merged_into=customer).order_by("id")


def _moment(moment: Any) -> str | None:
    return moment.strftime(WIRE) if moment else None


def _person(row: Customer) -> dict[str, str]:
    return {name: getattr(row, name) for name in (*NOBODY, "notes")}


def _told(booking: Booking) -> dict[str, Any]:
    deposit = booking.deposit
    money = (
        "kind",
        "status",
        "amount_cents",
        "captured_cents",
        "refunded_cents",
        "currency",
        "payer_name",
        "payer_email",
    )
    plain = ("status", "source", "party_size", "price_cents", "currency", "customer_notes", "staff_notes", *_GUEST)
    return {
        "confirmation_code": booking.code,
        "starts_at": _moment(booking.starts_at),
        "ends_at": _moment(booking.ends_at),
        "created_at": _moment(booking.created_at),
        "services": list(dict.fromkeys(held.service.name for held in booking.allocations.all())),
        **{name: getattr(booking, name) for name in plain},
        "consents": booking.consents,
        "deposit": {name: getattr(deposit, name) for name in money} if deposit else None,
    }


def _waiting(entry: WaitlistEntry) -> dict[str, Any]:
    plain = ("state", "party_size", "customer_notes", "language", *_GUEST)
    return {
        "first_day": entry.first_day.isoformat(),
        "last_day": entry.last_day.isoformat(),
        "created_at": _moment(entry.created_at),
        **{name: getattr(entry, name) for name in plain},
    }


def _message(row: Message) -> dict[str, Any]:
    plain = ("kind", "channel", "recipient", "subject")
    written = {"created_at": _moment(row.created_at), "sent_at": _moment(row.sent_at)}
    return {**{name: getattr(row, name) for name in plain}, "text": _LINK.sub(r"/\1/…", row.text), **written}


@signed
def erase_customer(business_id: int, key: UUID, *, live: bool, name: str) -> list[UUID]:
    """Take a person out of customer, bookings, messages, deposits and events for ever; the ids of the bookings.

    Bookings and money stay as numbers. Raises Invalid unless `name` is the customer's, Conflict while something is
    still to come: visits, or money on its way.
    """
    customer = locked_customers(business_id, {key}, live=live)[key]
    if folded(name) != folded(str(customer)):
        raise Invalid("This is not the customer's name.", {"name": ["Type the name as it is shown."]})
    bookings = list(_bookings(customer).select_for_update(no_key=True).order_by("id"))
    _require_over(bookings)
    _entries(customer).delete()  # with their offers, links and messages
    ids = [booking.id for booking in bookings]
    people = [customer, *_merged(customer)]
    _forget_bookings(business_id, ids)
    _forget_people(people)
    _forget_events(business_id, live, people, bookings)
    return [booking.uuid for booking in bookings]


def export_booking(booking: Booking) -> dict[str, Any]:
    """What is stored of one booking and its guest, for who has its link: without what staff have noted.

    Nobody has shown that the phone number is theirs: the customer's other bookings stay out of it.
    """
    told = _told(booking)
    del told["staff_notes"]
    messages = Message.objects.filter(business_id=booking.business_id, booking=booking).order_by("id")
    own = messages.filter(recipient__in=[value for value in (booking.guest_email, booking.guest_phone) if value])
    return {"business": booking.business.name, "booking": told, "messages": [_message(row) for row in own]}


@signed
def erase_booking(business_id: int, key: UUID, *, live: bool) -> list[UUID]:
    """Take the guest out of one booking for ever, and its customer with it if they are known from nothing else.

    The ids of who and what was erased. Raises Conflict while something is still to come.
    """
    found = Booking.objects.filter(business_id=business_id, live=live, uuid=key).first()
    if found is None:
        raise NotFound
    customer = Customer.objects.select_for_update().get(id=found.customer_id)
    booking = Booking.objects.select_for_update(no_key=True).get(id=found.id)
    _require_over([booking])
    people = [customer] if _known_from_it_alone(customer, booking) else []
    _forget_bookings(business_id, [booking.id])
    if people:
        _forget_people(people)
    _forget_events(business_id, live, people, [booking])
    return [booking.uuid, *(row.uuid for row in people)]


def _known_from_it_alone(customer: Customer, booking: Booking) -> bool:
    """Whether the customer was made with this booking, and has no other."""
    others = _bookings(customer).exclude(id=booking.id)
    made_with_it = timedelta(0) <= booking.created_at - customer.created_at < timedelta(minutes=1)
    return made_with_it and not others.exists() and not _merged(customer).exists()


TO_COME = gettext_noop("There are bookings to come. Cancel them first, or wait until they are over.")
OPEN_DEPOSIT = gettext_noop("A deposit is still open. Settle it first.")


def erasure_obstacle(booking: Booking) -> str:
    """Why a booking cannot be erased yet; empty when it can."""
    try:
        _require_over([booking])
    except Conflict as error:
        return error.message
    return ""


def _require_over(bookings: list[Booking]) -> None:
    now = timezone.now()
    coming = [b for b in bookings if b.status == Status.CHECKED_IN or (b.ends_at > now and b.status in _TO_COME)]
    if coming:
        raise Conflict(TO_COME)
    deposits = Deposit.objects.filter(id__in=[b.deposit_id for b in bookings if b.deposit_id])
    pending = Instruction.objects.filter(deposit__in=deposits, progress=Progress.PENDING)
    if deposits.filter(status__in=OPEN_DEPOSITS).exists() or pending.exists():
        raise Conflict(OPEN_DEPOSIT)


def _forget_bookings(business_id: int, ids: list[int]) -> None:
    now = timezone.now()
    mine = Booking.objects.filter(business_id=business_id, id__in=ids)
    mine.update(**_GUEST, customer_notes="", staff_notes="", updated_at=now)
    ManageLink.objects.filter(business_id=business_id, booking_id__in=ids).delete()
    deposits = Deposit.objects.filter(business_id=business_id, booking__in=mine)
    deposits.update(payer_name="", payer_email="", visitor="", description="", updated_at=now)
    messages = Message.objects.filter(business_id=business_id, booking_id__in=ids)
    messages.filter(sent_at=None).update(skipped=True, next_try_at=None)
    blank = dict.fromkeys(("key", "recipient", "reply_to", "subject", "text", "html", "calendar", "problem"), "")
    messages.update(**blank, updated_at=now)


def _forget_people(people: list[Customer]) -> None:
    for row in people:
        for name, value in {**NOBODY, "notes": "", "phone_key": ""}.items():
            setattr(row, name, value)
        row.deleted_at = row.deleted_at or timezone.now()
        row.save()
    Imported.objects.filter(business_id=people[0].business_id, customer__in=people).delete()


def _forget_events(business_id: int, live: bool, people: list[Customer], bookings: list[Booking]) -> None:
    subjects: list[tuple[str, list[Any], dict[str, Any]]] = [
        ("customer", people, {**NOBODY, "email": None, "phone": None}),
        ("booking", bookings, {"customer": NOBODY, "customer_notes": None}),
    ]
    for subject, rows, fields in subjects:
        keys = [str(row.uuid) for row in rows]
        redact(Subject(business_id=business_id, live=live, name=subject, keys=keys), fields)
