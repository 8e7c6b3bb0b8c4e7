"""Messages that the money's own transactions write, and how all messages are sent: by a job, once as far as mail and
SMS can be.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import formataddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from bookings import deposit_letters as texts
from bookings import letters, reminders, sms
from bookings.models import Booking, Message, MessageChannel, MessageState
from bookings.posting import to_business, to_customer, to_member
from bookings.waitlist import offers
from bookings.wording import in_language_of
from businesses.db import transactional
from businesses.errors import Conflict, NotFound
from businesses.models import Member
from payments.models import Deposit, DepositStatus

LEASE = timedelta(minutes=5)
FINISHED = ("next_try_at", "sent_at", "skipped", "problem", "tries", "provider_ref", "updated_at")
PAUSES = (1, 5, 15, 60, 240, 720)  # minutes before a message is tried again; then it is given up


def send_link(booking: Booking, deposit: Deposit) -> None:
    """The payment link of a booking that staff have made (seed 001, "staff-deposit")."""
    with in_language_of(booking.business):
        to_customer(booking, texts.payment_link(booking, deposit), address=deposit.payer_email)


def tell_of_deposit(booking: Booking, deposit: Deposit, types: Iterable[str]) -> None:
    """What went wrong with a deposit is told to those who can do something about it."""
    business, live = booking.business, booking.live
    with in_language_of(business):
        if deposit.status == DepositStatus.FAILED and "payment.failed" in types:
            to_business(business, texts.hold_failed_for_business(booking, deposit), live=live, booking=booking)
            to_customer(booking, texts.hold_failed(booking, deposit), address=booking.guest_email)
        if "payment.refund_failed" in types:
            to_business(business, texts.refund_failed(booking, deposit), live=live, booking=booking)
        if "payment.disputed" in types:
            to_business(business, texts.disputed(booking, deposit), live=live, booking=booking)


def tell_of_failed_capture(booking: Booking, deposit: Deposit, problem: str) -> None:
    with in_language_of(booking.business):
        letter = texts.capture_failed(booking, deposit, problem)
        to_business(booking.business, letter, live=booking.live, booking=booking)


def tell_of_late_money(booking: Booking, deposit: Deposit) -> None:
    with in_language_of(booking.business):
        to_customer(booking, texts.late_money(booking, deposit), address=booking.guest_email)
        letter = texts.late_money_for_business(booking, deposit)
        to_business(booking.business, letter, live=booking.live, booking=booking)


def tell_of_lapsing_hold(booking: Booking, deposit: Deposit) -> None:
    """The visit is over, nobody has said whether the customer came, and the hold ends by itself soon."""
    with in_language_of(booking.business):
        letter = texts.hold_lapsing(booking, deposit)
        to_business(booking.business, letter, live=booking.live, booking=booking)


def invite(member: Member, url: str) -> None:
    """Ask somebody to work with a business's bookings; `url` is where the invitation is accepted."""
    with in_language_of(member.business):
        to_member(member, letters.invitation(member, url), key=url[-120:])


# --- sending ------------------------------------------------------------------------------------------------------


def due(*, now: datetime, most: int) -> list[int]:
    found = Message.objects.filter(next_try_at__lte=now).order_by("next_try_at")
    return list(found.values_list("id", flat=True)[:most])


@transactional
def send_again(business_id: int, key: UUID, *, now: datetime) -> None:
    """Try a message anew that was given up. Raises NotFound, and Conflict for one in another state."""
    found = Message.objects.select_for_update(no_key=True).filter(business_id=business_id, uuid=key).first()
    if found is None:
        raise NotFound
    if found.state != MessageState.FAILED or not found.recipient:
        raise Conflict("Only a message that was given up can be sent again.")
    found.tries, found.next_try_at = 0, now
    found.save(update_fields=["tries", "next_try_at", "updated_at"])


def send(message_id: int, *, now: datetime) -> bool:
    """Send one message unless it is sent or being sent. A mail's Message-ID stays: sent twice it shows once."""
    claimed = Message.objects.filter(id=message_id, next_try_at__lte=now)
    if not claimed.update(next_try_at=now + LEASE):
        return False
    message = Message.objects.select_related("business", "booking").get(id=message_id)
    if reminders.is_stale(message, now=now) or offers.is_stale(message, now=now):
        _finish(message, skipped=True, problem="What it tells of has changed since.")
        return False
    message.tries += 1
    try:
        message.provider_ref = _hand_over(message)
    except sms.Refused as refusal:
        _finish(message, problem=str(refusal))
    except Exception as error:  # whatever a mail provider's client raises
        pause = PAUSES[message.tries - 1] if message.tries <= len(PAUSES) else None
        next_try_at = now + timedelta(minutes=pause) if pause else None
        _finish(message, next_try_at=next_try_at, problem=f"{type(error).__name__}: {error}")
    else:
        _finish(message, sent_at=now)
    return message.sent_at is not None


def _finish(
    message: Message,
    *,
    next_try_at: datetime | None = None,
    sent_at: datetime | None = None,
    skipped: bool = False,
    problem: str = "",
) -> None:
    message.next_try_at, message.sent_at, message.skipped = next_try_at, sent_at, skipped
    message.problem = problem[:500]
    message.save(update_fields=FINISHED)  # not what it says: whom it was to may have been erased meanwhile


def _hand_over(message: Message) -> str:
    """Give it to the provider; the provider's id of a text message."""
    if message.channel == MessageChannel.SMS:
        return sms.send(message.recipient, message.text)[:100]
    _mail(message).send()
    return ""


def _mail(message: Message) -> EmailMultiAlternatives:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    name = " ".join(message.business.name.split())
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((name, settings.DEFAULT_FROM_EMAIL)),
        to=[message.recipient],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": f"<{message.uuid}@{host}>"},
    )
    mail.attach_alternative(message.html, "text/html")
    if message.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in message.calendar else "PUBLISH"
        mail.attach("booking.ics", message.calendar, f"text/calendar; method={method}")
    return mail
