"""Sending a letter again: the same one, queued once more, however often the button is pressed."""

from datetime import datetime
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from bookings import reminders
from bookings.models import Booking, Message, MessageState
from businesses.db import transactional
from businesses.errors import Conflict, NotFound
from payments.models import DepositStatus

AGAIN = ":again:"  # between what a letter tells of, which its copies share, and the message that is sent again
OVER = (MessageState.SENT, MessageState.FAILED)
COPIED = ("booking", "kind", "channel", "live", "recipient", "reply_to", "subject", "text", "html", "calendar")


def messages_of(booking: Booking) -> QuerySet[Message]:
    """The letters of a booking, the latest first; `sent_again`: there is a copy that followed."""
    own = Message.objects.filter(business_id=booking.business_id, booking=booking)
    copy = Concat(Value(AGAIN), Cast(OuterRef("uuid"), CharField()))
    return own.annotate(sent_again=Exists(own.filter(key__endswith=copy))).order_by("-id")


def may_be_resent(message: Message, booking: Booking, *, now: datetime) -> bool:
    """Not what is on its way, was never to be sent, has been sent again, or would no longer be true."""
    if message.state not in OVER or message.sent_again or not message.text:  # type: ignore[attr-defined]
        return False
    if message.kind == "payment_link":
        return booking.deposit is not None and booking.deposit.status == DepositStatus.PENDING
    message.booking = booking
    return not reminders.is_stale(message, now=now)


@transactional
def resend(booking: Booking, message_id: UUID, *, now: datetime) -> Message:
    """Queue a letter once more; a second time it is the same copy. Raises NotFound, Conflict."""
    locked = messages_of(booking).select_for_update(no_key=True, of=("self",))
    message = locked.filter(uuid=message_id).first()
    if message is None:
        raise NotFound
    key = f"{message.key.split(AGAIN)[0]}{AGAIN}{message.uuid}"
    made = Message.objects.filter(business_id=message.business_id, booking=booking, key=key).first()
    if made:
        return made
    if not may_be_resent(message, booking, now=now):
        raise Conflict("This message cannot be sent again.")
    copied = {name: getattr(message, name) for name in COPIED}
    return Message.objects.create(business_id=message.business_id, key=key, next_try_at=now, **copied)
