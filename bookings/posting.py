"""Storing messages: to whom they go, in which mode, each once. A job sends them (`messages.send`)."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import sms
from bookings.letters import Letter
from bookings.models import Booking, Message, MessageChannel, WaitlistEntry
from bookings.wording import language_of
from businesses.models import Business, Member, Role

NO_ADDRESS = "There is no e-mail address."
BAD_ADDRESS = "Not a valid e-mail address."
LONGEST_ADDRESS = 254


def to_customer(booking: Booking, letter: Letter, *, address: str, key: str = "") -> None:
    """A mail to who booked; of a test booking it goes to the business. Without an address there is nobody to tell."""
    if booking.live and not address:
        return
    recipients = [address] if booking.live else addresses_of(booking.business) or [""]
    _store(booking.business, letter, recipients, booking=booking, live=booking.live, key=key, meant_for=address)


def to_business(
    business: Business, letter: Letter, *, live: bool, booking: Booking | None = None, key: str = ""
) -> None:
    """To the business's own address, else to its owners; where there are none, nobody can be told."""
    _store(business, letter, addresses_of(business), booking=booking, live=live, key=key)


def to_waiting(entry: WaitlistEntry, letter: Letter, *, key: str) -> None:
    """A mail to who is on the waitlist; of a test entry it goes to the business."""
    recipients = [entry.guest_email] if entry.live else addresses_of(entry.business) or [""]
    _store(entry.business, letter, recipients, entry=entry, live=entry.live, key=key, meant_for=entry.guest_email)


def to_member(member: Member, letter: Letter, *, key: str = "") -> None:
    _store(member.business, letter, [member.user.email], key=key)


def addresses_of(business: Business) -> list[str]:
    if business.email:
        return [business.email]
    owners = Member.objects.filter(business_id=business.id, role=Role.OWNER).exclude(accepted_at=None).order_by("id")
    return list(owners.values_list("user__email", flat=True))


def by_sms(booking: Booking, kind: str, text: str, *, key: str) -> None:
    """A text message to who booked. Where it cannot go it is stored with the reason."""
    _text(booking, kind, text, key=key, booking=booking)


def sms_to_waiting(entry: WaitlistEntry, kind: str, text: str, *, key: str) -> None:
    """A text message to who is on the waitlist."""
    _text(entry, kind, text, key=key, entry=entry)


def _text(to: Booking | WaitlistEntry, kind: str, text: str, *, key: str, **about: Booking | WaitlistEntry) -> None:
    number = sms.number_of(to.guest_phone, to.business)
    problem = "" if number else "Not a phone number that can be written to."
    if not sms.is_set_up():
        problem = "No SMS provider is set up."
    if not to.live:
        problem = "Test bookings send no SMS."
    message = Message(
        business=to.business,
        kind=kind,
        channel=MessageChannel.SMS,
        key=key,
        live=to.live,
        recipient=number or to.guest_phone[:20],
        text=text,
        **about,
    )
    _save([message], problem)


def unwritten(business_id: int, kind: str, problem: str, *, live: bool, key: str) -> None:
    """Something kept a message from being composed: it is shown as failed."""
    message = Message(business_id=business_id, kind=kind[:30], live=live, key=key, text="", problem=problem[:500])
    Message.objects.bulk_create([message], ignore_conflicts=True)


def _store(
    business: Business,
    letter: Letter,
    recipients: Sequence[str],
    *,
    booking: Booking | None = None,
    entry: WaitlistEntry | None = None,
    live: bool = True,
    key: str = "",
    meant_for: str = "",
) -> None:
    if not live:
        letter = replace(letter, subject=f"[TEST] {letter.subject}")
    context = {"letter": letter, "business": business, "language": language_of(business), "notice": ""}
    if not live:
        context["notice"] = _test_notice(meant_for)
    text, html = (render_to_string(f"mail/message.{form}", context) for form in ("txt", "html"))
    for recipient in recipients:
        message = Message(
            business=business,
            booking=booking,
            entry=entry,
            kind=letter.kind,
            key=key,
            live=live,
            recipient=recipient[:LONGEST_ADDRESS],
            reply_to=business.email if recipient != business.email else "",
            subject=" ".join(letter.subject.split())[:300],
            text=text,
            html=html,
            calendar=letter.calendar,
        )
        _save([message], problem_of(recipient))


def _test_notice(meant_for: str) -> str:
    if not meant_for:
        return _("Test mode.")
    return _("Test mode: the customer, %(address)s, is not told.") % {"address": meant_for}


def _save(messages: Sequence[Message], problem: str) -> None:
    for message in messages:
        message.problem, message.skipped = problem, bool(problem)
        message.next_try_at = None if problem else timezone.now()
    Message.objects.bulk_create(messages, ignore_conflicts=True)


def problem_of(address: str) -> str:
    """Why nothing is sent to an address, or an empty text."""
    if not address:
        return NO_ADDRESS
    try:
        validate_email(address)
    except ValidationError:
        return BAD_ADDRESS
    return "" if len(address) <= LONGEST_ADDRESS else BAD_ADDRESS
