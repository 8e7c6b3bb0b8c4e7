"""What keys, endpoints, messages and plans are called on pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import MessageChannel, MessageState
from businesses.models import Plan, Preset
from webhooks.models import State

Words = Mapping[str, str | Promise]

PRESETS: Words = {
    Preset.WIDGET: _("Widget"),
    Preset.READ_ONLY: _("Reading"),
    Preset.STAFF: _("Desk"),
    Preset.FULL: _("Everything"),
}

PRESET_MEANS: Words = {
    Preset.WIDGET: _("Sees free times and books. Made for web pages, where everybody can read it."),
    Preset.READ_ONLY: _("Sees free times and all bookings with their customers. Changes nothing."),
    Preset.STAFF: _("Sees, makes and changes bookings, as people at the desk do."),
    Preset.FULL: _(
        "Bookings, and the whole set-up with services, hours, keys and webhooks. Only for servers you trust."
    ),
}

DELIVERIES: Words = {
    State.PENDING: _("Waiting"),
    State.DELIVERED: _("Delivered"),
    State.FAILED: _("Given up"),
}

DELIVERY_BADGES: Mapping[str, str] = {State.PENDING: "warn", State.DELIVERED: "good", State.FAILED: "bad"}

MESSAGE_STATES: Words = {
    MessageState.PENDING: _("Waiting"),
    MessageState.SENT: _("Sent"),
    MessageState.FAILED: _("Not sent"),
    MessageState.SKIPPED: _("Left out"),
}

MESSAGE_BADGES: Mapping[str, str] = {
    MessageState.PENDING: "warn",
    MessageState.SENT: "good",
    MessageState.FAILED: "bad",
    MessageState.SKIPPED: "plain",
}

CHANNELS: Words = {MessageChannel.EMAIL: _("E-mail"), MessageChannel.SMS: _("SMS")}

MESSAGES: Words = {
    "confirmation": _("Confirmation"),
    "request": _("Request received"),
    "payment_link": _("Payment link"),
    "payment_failed": _("Card declined"),
    "expired": _("Not paid in time"),
    "reschedule": _("Moved"),
    "cancellation": _("Cancellation"),
    "repick": _("Ask to choose another time"),
    "reminder": _("Reminder"),
    "no_show": _("No-show"),
    "refund": _("Refund"),
    "hold_failed": _("Hold failed"),
    "late_money": _("Paid late"),
    "capture_failed": _("Charge failed"),
    "refund_failed": _("Refund failed"),
    "disputed": _("Payment disputed"),
    "hold_lapsing": _("Hold ends soon"),
    "endpoint_off": _("Webhook switched off"),
    "feed_failing": _("Calendar fails"),
    "feed_works": _("Calendar works again"),
    "invitation": _("Invitation"),
    "waitlist_joined": _("On the waitlist"),
    "waitlist_offer": _("Offer from the waitlist"),
    "waitlist_lapsed": _("Offer not answered"),
}

PLANS: Words = {Plan.BASIC: _("Basic"), Plan.PREMIUM: _("Premium")}

PLAN_MEANS: Words = {
    Plan.BASIC: _("Everything except deposits that are held on the card."),
    Plan.PREMIUM: _("Everything, also deposits that are held on the card."),
}

# As Stripe calls them.
SUBSCRIPTIONS: Words = {
    "active": _("Paid"),
    "trialing": _("On trial"),
    "past_due": _("A payment has failed"),
    "unpaid": _("Not paid"),
    "incomplete": _("The first payment is under way"),
    "incomplete_expired": _("The first payment did not work"),
    "canceled": _("Cancelled"),
    "paused": _("Paused"),
}
