"""How the tests have messages written, and read them."""

from datetime import datetime
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

from django.core import mail
from icalendar import Calendar

from bookings import mailroom, tasks
from bookings.models import Allocation, Booking, Message
from businesses.models import Business
from payments.models import Deposit
from tests.api.calls import Tenant, desk, ok
from webhooks.models import Event

_COLUMNS = ("id", "uuid", "type", "created_at", "live", "data", "business_id")


def collect() -> list[Message]:
    """What the mailroom writes of the events so far; it forgets them. (The feed shows what is committed only.)"""
    before = set(Message.objects.values_list("id", flat=True))
    for row in Event.objects.order_by("id").values(*_COLUMNS):
        mailroom._take(row)
    Event.objects.all().delete()
    return list(Message.objects.exclude(id__in=before).order_by("id"))


def kinds(messages: list[Message]) -> list[tuple[str, str, str]]:
    return [(message.kind, message.channel, message.recipient) for message in messages]


def configure(tenant: Tenant, **values: Any) -> None:
    """Change columns of the business."""
    Business.objects.filter(id=tenant.business.id).update(**values)


def at_the_desk(tenant: Tenant, **changes: Any) -> str:
    """The id of a booking that staff have made."""
    made: str = ok(tenant.staff.post("/v1/manage/bookings/staff", desk(**changes)), 201)["booking"]["id"]
    return made


def with_deposit(booking: str, **values: Any) -> Deposit:
    """Give a booking a deposit in some state."""
    row = Booking.objects.get(uuid=booking)
    found = {"kind": "charge", "status": "paid", "amount_cents": 2000, "currency": row.currency, **values}
    row.deposit = Deposit.objects.create(business_id=row.business_id, **found)
    row.save()
    return row.deposit


def made_at(booking: str, moment: datetime) -> None:
    """As if it had been booked then: the database has its own clock."""
    row = Booking.objects.get(uuid=booking)
    Booking.objects.filter(id=row.id).update(created_at=moment)
    Allocation.objects.filter(booking=row).update(created_at=moment)
    Message.objects.filter(booking=row).update(created_at=moment)


def sent() -> list[Mail]:
    """The mails that go out now, as they travel."""
    mail.outbox.clear()
    tasks.send_messages()
    return [message_from_bytes(letter.message().as_bytes()) for letter in mail.outbox]


def calendar_in(text: str) -> tuple[str, Any]:
    """(METHOD, the one event) of an iCalendar object."""
    parsed = Calendar.from_ical(text)
    (event,) = parsed.walk("VEVENT")
    return str(parsed["METHOD"]), event


def link_in(message: Message) -> str:
    """The path of the manage link that a message carries."""
    (link,) = {word.strip(".") for word in message.text.split() if "/b/" in word}
    return link.removeprefix("https://book.example")
