"""Mails about bookings: written in the transaction of what they tell of, sent by a job, once as far as mail can be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from bookings.models import Booking, Message
from businesses.models import Business, Member, Role
from payments.models import Deposit, DepositStatus
from payments.money import spoken

LEASE = timedelta(minutes=5)
PAUSES = (1, 5, 15, 60, 240, 720)  # minutes before a mail is tried again; then it is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail in parts: paragraphs, and a button where there is something to do."""

    kind: str
    subject: str
    paragraphs: Sequence[str]
    button: str = ""
    url: str = ""


def send_link(booking: Booking, deposit: Deposit) -> None:
    """The payment link of a booking that staff have made (seed 001, "staff-deposit")."""
    business = booking.business
    until = deposit.expires_at.astimezone(business.zone) if deposit.expires_at else None
    letter = Letter(
        kind="payment_link",
        subject=f"{business.name}: please pay your deposit",
        paragraphs=[
            f"Hello {booking.guest_first_name},",
            f"{business.name} has reserved {_when(booking, business)} for you ({_people(booking)}).",
            f"To keep it, please pay the deposit of {_amount(deposit)}"
            + (f" by {until:%H:%M} on {until:%A, %d %B %Y}." if until else "."),
            f"Your confirmation code is {booking.code}. If you do not pay in time, the reservation ends by itself.",
        ],
        button=f"Pay {_amount(deposit)}",
        url=deposit.checkout_url,
    )
    _write(booking, letter, [deposit.payer_email], reply_to=business.email)


def tell_of_deposit(booking: Booking, deposit: Deposit, types: Iterable[str]) -> None:
    """What went wrong with a deposit is told to those who can do something about it."""
    code, amount = booking.code, _amount(deposit)
    why = f" ({deposit.problem})" if deposit.problem else ""
    if deposit.status == DepositStatus.FAILED and "payment.failed" in types:
        _to_business(booking, "hold_failed", f"The hold for {code} failed", [
            f"The hold of {amount} for the booking {code} could not be placed{why}.",
            "The booking stands, without a deposit. You can settle it with the customer, or cancel it.",
        ])  # fmt: skip
        _to_customer(booking, "hold_failed", "Your card could not be used", [
            f"The hold of {amount} for your booking {code} could not be placed on your card.",
            f"Please contact {booking.business.name}, so that your booking stays as it is.",
        ])  # fmt: skip
    if "payment.refund_failed" in types:
        _to_business(booking, "refund_failed", f"A refund for {code} failed", [
            f"A refund for the booking {code} did not reach the customer{why}. The money is still with Stripe.",
            "Refund again, or settle it with the customer in another way.",
        ])  # fmt: skip
    if "payment.disputed" in types:
        _to_business(booking, "disputed", f"The deposit of {code} is disputed", [
            f"The customer's bank has taken back the deposit of {amount} of the booking {code}.",
            "You can answer the dispute in Stripe's dashboard.",
        ])  # fmt: skip


def tell_of_late_money(booking: Booking, deposit: Deposit) -> None:
    code, amount = booking.code, _amount(deposit)
    _to_customer(booking, "late_money", "Your payment came too late and goes back", [
        f"Your payment of {amount} for the booking {code} came after it had ended, and its time is taken.",
        "All of it goes back to your card; banks may need some days to show it. You are welcome to book again.",
    ])  # fmt: skip
    _to_business(booking, "late_money", f"A late payment for {code} goes back", [
        f"{amount} were paid for the booking {code} after it had ended. All of it goes back to the customer.",
    ])  # fmt: skip


def tell_of_lapsing_hold(booking: Booking, deposit: Deposit) -> None:
    """The visit is over, nobody has said whether the customer came, and the hold ends by itself soon."""
    until = deposit.capture_before.astimezone(booking.business.zone) if deposit.capture_before else None
    _to_business(booking, "hold_lapsing", f"The hold for {booking.code} ends soon", [
        f"The hold of {_amount(deposit)} for the booking {booking.code} ends"
        + (f" at {until:%H:%M} on {until:%A, %d %B %Y}." if until else " soon."),
        "If the customer did not come, record the no-show before that; otherwise there is nothing to do.",
    ])  # fmt: skip


def _amount(deposit: Deposit) -> str:
    return spoken(deposit.amount_cents, deposit.currency)


def _when(booking: Booking, business: Business) -> str:
    return f"{booking.starts_at.astimezone(business.zone):%A, %d %B %Y at %H:%M}"


def _people(booking: Booking) -> str:
    return "1 person" if booking.party_size == 1 else f"{booking.party_size} people"


def _to_customer(booking: Booking, kind: str, subject: str, paragraphs: Sequence[str]) -> None:
    hello = f"Hello {booking.guest_first_name},"
    letter = Letter(kind=kind, subject=f"{booking.business.name}: {subject}", paragraphs=[hello, *paragraphs])
    _write(booking, letter, [booking.guest_email], reply_to=booking.business.email)


def _to_business(booking: Booking, kind: str, subject: str, paragraphs: Sequence[str]) -> None:
    """To the business's own address, else to its owners."""
    owners = Member.objects.filter(business_id=booking.business_id, role=Role.OWNER)
    addresses = (
        [booking.business.email] if booking.business.email else list(owners.values_list("user__email", flat=True))
    )
    _write(booking, Letter(kind=kind, subject=subject, paragraphs=paragraphs), addresses)


def _write(booking: Booking, letter: Letter, recipients: Iterable[str], *, reply_to: str = "") -> None:
    """Store a mail per recipient. Staff may book without an address: then there is nobody to write to."""
    context = {"letter": letter, "business": booking.business}
    for recipient in filter(None, recipients):
        Message.objects.create(
            business_id=booking.business_id,
            booking=booking,
            kind=letter.kind,
            recipient=recipient,
            reply_to=reply_to,
            subject=" ".join(letter.subject.split())[:300],
            text=render_to_string("mail/message.txt", context),
            html=render_to_string("mail/message.html", context),
            next_try_at=timezone.now(),
        )


def due(*, now: datetime, most: int) -> list[int]:
    found = Message.objects.filter(next_try_at__lte=now).order_by("next_try_at")
    return list(found.values_list("id", flat=True)[:most])


def send(message_id: int, *, now: datetime) -> bool:
    """Send one mail unless it is sent or being sent. Its Message-ID stays the same: a mail sent twice shows once."""
    claimed = Message.objects.filter(id=message_id, next_try_at__lte=now)
    if not claimed.update(next_try_at=now + LEASE):
        return False
    message = Message.objects.select_related("business").get(id=message_id)
    try:
        _mail(message).send()
    except Exception as error:  # whatever a mail provider's client raises
        pause = PAUSES[message.tries] if message.tries < len(PAUSES) else None
        message.next_try_at = now + timedelta(minutes=pause) if pause else None
        message.problem = f"{type(error).__name__}: {error}"[:500]
    else:
        message.sent_at, message.next_try_at, message.problem = now, None, ""
    message.tries += 1
    message.save()
    return message.sent_at is not None


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
    return mail
