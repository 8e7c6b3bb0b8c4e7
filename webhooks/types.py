"""What events there are. `updated` comes with whatever more specific event applies."""

from django.utils.translation import gettext_noop as _

API_VERSION = "2026-11-21"  # of the payloads: it changes when a field changes its meaning or goes away

TYPES: dict[str, str] = {
    "booking.created": _("A booking was made, by a customer or at the desk."),
    "booking.held": _("A time is held for somebody, and is not booked yet."),
    "booking.hold_expired": _("A held time is free again: nobody has confirmed it, or it was let go."),
    "booking.updated": _("A booking changed in any way."),
    "booking.confirmed": _("A booking became confirmed: by staff, or because its deposit was paid."),
    "booking.checked_in": _("The customer has arrived."),
    "booking.completed": _("The visit is over."),
    "booking.canceled": _("A booking was cancelled; a refund that is due follows as payment.refunded."),
    "booking.no_show": _("The customer did not come."),
    "booking.rescheduled": _("A booking has another time."),
    "booking.reinstated": _("A booking that had expired unpaid was paid late, and its time was still free."),
    "payment.succeeded": _("Money was taken: a deposit was paid, or a hold captured."),
    "payment.failed": _("A card was declined, or a hold could not be placed."),
    "payment.refunded": _("A refund, in part or in full, has succeeded."),
    "payment.refund_failed": _("A refund did not reach the customer."),
    "payment.disputed": _("The customer's bank has taken a payment back."),
    "deposit.saved": _("A card was saved; the hold is placed later."),
    "deposit.held": _("An amount is held on the customer's card."),
    "deposit.captured": _("A hold was taken."),
    "deposit.released": _("A hold was given back."),
    "deposit.expired": _("A deposit was not paid in time."),
    "schedule.updated": _("Opening hours, closures or booking rules changed."),
    "resource.updated": _("A resource was added, changed or removed."),
    "service.updated": _("A service was added, changed or removed."),
    "customer.updated": _("A customer was added, changed or removed."),
    "endpoint.test": _("Sent on request, to one endpoint."),
}
