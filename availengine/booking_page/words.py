"""What the page says when something cannot be done: every code and reason in a visitor's words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.availability import SENTENCES, Reason
from bookings.errors import SlotTaken
from businesses.errors import Busy, Conflict, DomainError, InProgress, PaymentRequired

TOO_MANY = gettext_noop("That was a lot at once. Please wait a minute, and try again.")
TOO_QUICK = gettext_noop("Please look through your details once more, and send them again.")
TOO_OLD = gettext_noop("This page was open for a long time. Please look through your details, and send them again.")
LOST = gettext_noop("This time has been taken meanwhile.")

REASONS: Mapping[str, str] = {
    "payments_not_set_up": gettext_noop(
        "A deposit is due, and it cannot be paid online at the moment. Please call us."
    ),
    "payment_refused": gettext_noop("The payment could not be started, and nothing is booked. Please try again later."),
    "too_many_unpaid": gettext_noop(
        "Several of your bookings are waiting for their deposit. Pay one of them, or wait until they have ended."
    ),
}
BUSY = gettext_noop("We could not finish this just now. Please send it again in a moment: it is booked once.")
CLOSED = gettext_noop("Nothing can be booked online at the moment.")


def told(text: str) -> str:
    """One of the sentences above, in the visitor's language."""
    return _(text)


def said(error: DomainError) -> str:
    """An error of the core as the page tells it."""
    if isinstance(error, SlotTaken):
        taken = error.reason in (Reason.BUSY, Reason.BUFFER, Reason.CAPACITY)
        return _(LOST) if taken else _(SENTENCES[error.reason])
    if isinstance(error, Busy | InProgress):
        return _(BUSY)
    if isinstance(error, PaymentRequired):
        return _(CLOSED)
    if isinstance(error, Conflict):
        reason = str((error.details or {}).get("reason", ""))
        return _(REASONS.get(reason, error.message))
    return _(error.message)
