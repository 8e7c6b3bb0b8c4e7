"""What the pages of a booking say: of its history, its deposit, and of what was refused. In the active language."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from availengine.dashboard.words import STATUSES
from bookings.history import REQUESTED, Difference, Happening
from bookings.models import MessageState, Status
from bookings.wording import CLOCK, CLOCKS, spoken_span, spoken_time
from businesses.errors import DomainError
from businesses.models import Business
from payments.models import Action, DepositStatus, EntryKind
from payments.money import spoken

Words = Mapping[str, str | Promise]

BECOMES: Words = {
    Status.CONFIRMED: gettext_lazy("Confirm"),
    Status.CHECKED_IN: gettext_lazy("Check in"),
    Status.COMPLETED: gettext_lazy("Complete"),
    Status.NO_SHOW: gettext_lazy("No-show"),
}

DEPOSITS: Words = {
    DepositStatus.PENDING: gettext_lazy("Not paid yet"),
    DepositStatus.SAVED: gettext_lazy("Card saved"),
    DepositStatus.HELD: gettext_lazy("Held on the card"),
    DepositStatus.PAID: gettext_lazy("Paid"),
    DepositStatus.CAPTURED: gettext_lazy("Charged"),
    DepositStatus.RELEASED: gettext_lazy("Released"),
    DepositStatus.REFUND_PENDING: gettext_lazy("Refund on its way"),
    DepositStatus.REFUNDED: gettext_lazy("Refunded"),
    DepositStatus.REFUND_FAILED: gettext_lazy("Refund failed"),
    DepositStatus.FAILED: gettext_lazy("Card not accepted"),
    DepositStatus.EXPIRED: gettext_lazy("Not paid in time"),
    DepositStatus.CANCELED: gettext_lazy("Given up"),
}
DEPOSIT_BADGES = {
    DepositStatus.PENDING: "warn",
    DepositStatus.SAVED: "info",
    DepositStatus.HELD: "info",
    DepositStatus.PAID: "good",
    DepositStatus.CAPTURED: "good",
    DepositStatus.REFUND_PENDING: "warn",
    DepositStatus.REFUND_FAILED: "bad",
    DepositStatus.FAILED: "bad",
}

MESSAGES: Words = {
    MessageState.PENDING: gettext_lazy("On its way"),
    MessageState.SENT: gettext_lazy("Sent"),
    MessageState.FAILED: gettext_lazy("Not delivered"),
    MessageState.SKIPPED: gettext_lazy("Not sent"),
}
MESSAGE_BADGES = {
    MessageState.PENDING: "info",
    MessageState.SENT: "good",
    MessageState.FAILED: "bad",
    MessageState.SKIPPED: "warn",
}

HAPPENED: Words = {
    "booking.created": gettext_lazy("Booked"),
    "booking.held": gettext_lazy("Time held"),
    "booking.hold_expired": gettext_lazy("Time let go"),
    "booking.updated": gettext_lazy("Changed"),
    "booking.confirmed": gettext_lazy("Confirmed"),
    "booking.checked_in": gettext_lazy("Arrived"),
    "booking.completed": gettext_lazy("Completed"),
    "booking.canceled": gettext_lazy("Cancelled"),
    "booking.no_show": gettext_lazy("Recorded as a no-show"),
    "booking.rescheduled": gettext_lazy("Moved"),
    "booking.reinstated": gettext_lazy("Paid late, and booked again: its time was still free"),
    "deposit.saved": gettext_lazy("Card saved, to be held later"),
    REQUESTED: gettext_lazy("A deposit of %(amount)s was asked for"),
    "deposit.expired": gettext_lazy("The deposit was not paid in time"),
    "payment.failed": gettext_lazy("The card was declined"),
    EntryKind.HELD: gettext_lazy("%(amount)s held on the card"),
    EntryKind.RELEASED: gettext_lazy("The hold of %(amount)s was released"),
    EntryKind.CHARGED: gettext_lazy("%(amount)s paid"),
    EntryKind.CAPTURED: gettext_lazy("%(amount)s charged"),
    EntryKind.REFUNDED: gettext_lazy("%(amount)s refunded"),
    EntryKind.REFUND_FAILED: gettext_lazy("A refund of %(amount)s did not reach the customer"),
    EntryKind.DISPUTED: gettext_lazy("The bank took %(amount)s back"),
    EntryKind.DISPUTE_WON: gettext_lazy("The bank gave %(amount)s back"),
}

SHORT = {"en": "j M Y", "de": "j. M Y", "el": "j M Y"}


def brief_moment(moment: datetime, business: Business, language: str) -> str:
    """`15 May 2026, 14:30`, in the zone of the business."""
    form = f"{SHORT[language]}, {CLOCKS.get(business.language, CLOCK)}"
    return date_format(moment.astimezone(business.zone), form)


def who(actor: str) -> str:
    """Who made a change, as `businesses.actors` writes it."""
    kind, _colon, name = actor.partition(":")
    if kind == "key":
        return _("API key %(name)s") % {"name": name}
    return name or {"customer": _("Customer"), "": _("Automatic")}.get(kind, kind)


def sentence(happening: Happening, currency: str) -> str:
    if happening.kind == "booking.updated" and not happening.differences:
        return _("Notes or details saved")
    text = str(HAPPENED.get(happening.kind, happening.kind))
    return text % {"amount": spoken(happening.amount_cents, currency)} if happening.amount_cents is not None else text


def spelled_out(difference: Difference, business: Business) -> str:
    """One difference between two versions; empty for what the sentence has said already."""
    before, after = difference.before, difference.after
    if difference.what == "times":
        pair = _times(before, after, business)
        return _("Time: from %(before)s to %(after)s") % dict(zip(("before", "after"), pair, strict=True))
    if difference.what == "party":
        return _("Party: from %(before)s to %(after)s") % {"before": before, "after": after}
    if difference.what == "resources":
        names = {"before": ", ".join(before), "after": ", ".join(after)}
        return _("With: from %(before)s to %(after)s") % names
    return ""


def _times(before: tuple[datetime, datetime], after: tuple[datetime, datetime], business: Business) -> tuple[str, str]:
    """With their days where those differ."""
    zone = business.zone
    if before[0].astimezone(zone).date() != after[0].astimezone(zone).date():
        return spoken_span(*before, business), spoken_span(*after, business)
    first, second = (
        f"{spoken_time(start, business)} – {spoken_time(end, business)}"  # noqa: RUF001
        for start, end in (before, after)
    )
    return first, second


# What the core says, so that it is translated here.
SAID = (
    gettext_noop("This booking has been changed meanwhile."),
    gettext_noop("The deposit has changed meanwhile."),
    gettext_noop("Somebody else has changed the notes meanwhile."),
    gettext_noop("This form was sent before. Please fill in a new one."),
    gettext_noop("This message cannot be sent again."),
    gettext_noop("This booking has no held deposit."),
    gettext_noop("There is nothing to refund."),
    gettext_noop("The resource is too small for this party."),
    gettext_noop("This resource does not perform the service."),
    gettext_noop("The resource is not free at that time."),
    gettext_noop("There is no such resource."),
    gettext_noop("There is no such service."),
    gettext_noop("Which service?"),
    gettext_noop("How much?"),
    gettext_noop("Not an amount."),
    gettext_noop("A deposit is needed, and payments are not set up here."),
    gettext_noop("A deposit is needed, and the link to pay it is sent by e-mail."),
    gettext_noop("The deposit is being worked on. Try again in a moment."),
    gettext_noop("This local time does not exist."),
    gettext_noop("This date is out of range."),
    gettext_noop("The service is busy. Try again shortly."),
    gettext_noop("The payment provider gave no answer yet. Try again shortly."),
    gettext_noop("There is a deposit already."),
    gettext_noop("This service cannot be booked online."),
    gettext_noop("Nobody and nothing performs this service."),
    gettext_noop("No resource takes a party of this size."),
    gettext_noop("No resource can take the whole visit."),
    gettext_noop("This time is outside the opening hours."),
    gettext_noop("Closed at this time."),
    gettext_noop("This time is no longer available."),
    gettext_noop("This time is too close to another booking."),
)

FAILED: Words = {
    Action.OPEN: gettext_lazy("The deposit could not be requested"),
    Action.CLOSE: gettext_lazy("The payment could not be closed"),
    Action.HOLD: gettext_lazy("The hold could not be placed"),
    Action.CAPTURE: gettext_lazy("The hold could not be charged, and nothing was charged"),
    Action.RELEASE: gettext_lazy("The hold could not be released"),
    Action.REFUND: gettext_lazy("The refund failed"),
}


def said(error: DomainError) -> str:
    """A refusal in the active language."""
    details = error.details or {}
    status = str(details.get("status", ""))
    if status in STATUSES:
        return _("That is not possible any more: the booking is now “%(status)s”.") % {"status": STATUSES[status]}
    return _(error.message)
