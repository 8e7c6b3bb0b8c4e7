"""What events there are. `updated` comes with whatever more specific event applies."""

API_VERSION = "2026-11-21"  # of the payloads: it changes when a field changes its meaning or goes away

TYPES: dict[str, str] = {
    "booking.created": "A booking was made, by a customer or at the desk.",
    "booking.updated": "A booking changed in any way.",
    "booking.confirmed": "A booking became confirmed: by staff, or because its deposit was paid.",
    "booking.checked_in": "The customer has arrived.",
    "booking.completed": "The visit is over.",
    "booking.canceled": "A booking was cancelled; a refund that is due follows as payment.refunded.",
    "booking.no_show": "The customer did not come.",
    "booking.rescheduled": "A booking has another time.",
    "booking.reinstated": "A booking that had expired unpaid was paid late, and its time was still free.",
    "payment.succeeded": "Money was taken: a deposit was paid, or a hold captured.",
    "payment.failed": "A card was declined, or a hold could not be placed.",
    "payment.refunded": "A refund, in part or in full, has succeeded.",
    "payment.refund_failed": "A refund did not reach the customer.",
    "payment.disputed": "The customer's bank has taken a payment back.",
    "deposit.saved": "A card was saved; the hold is placed later.",
    "deposit.held": "An amount is held on the customer's card.",
    "deposit.captured": "A hold was taken.",
    "deposit.released": "A hold was given back.",
    "deposit.expired": "A deposit was not paid in time.",
    "schedule.updated": "Opening hours, closures or booking rules changed.",
    "resource.updated": "A resource was added, changed or removed.",
    "service.updated": "A service was added, changed or removed.",
    "customer.updated": "A customer was added, changed or removed.",
    "endpoint.test": "Sent on request, to one endpoint.",
}
