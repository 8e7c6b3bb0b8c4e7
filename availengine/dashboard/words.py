"""What the core's words are called on pages: of roles, states of bookings and deposits, kinds of resources."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.models import EntryState, Source, Status
from bookings.wording import spoken_time
from businesses.models import Business, DepositAudience, DepositBasis, DepositType, ResourceKind, Role
from payments.models import DepositStatus

ROLES: Mapping[str, str | Promise] = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.STAFF: _("Staff"),
    Role.VIEWER: _("Viewer"),
}

ROLE_MEANS: Mapping[str, str | Promise] = {
    Role.OWNER: _("Everything, also the subscription and other owners."),
    Role.MANAGER: _("Everything except the subscription and owners."),
    Role.STAFF: _("Makes and changes bookings and customers."),
    Role.VIEWER: _("Looks, and changes nothing."),
}

STATUSES: Mapping[str, str | Promise] = {
    Status.PENDING: _("Not confirmed"),
    Status.CONFIRMED: _("Confirmed"),
    Status.CHECKED_IN: _("Arrived"),
    Status.COMPLETED: _("Completed"),
    Status.CANCELLED: _("Cancelled"),
    Status.NO_SHOW: _("No-show"),
}


def state_of(business: Business, status: str, held_until: datetime | None) -> str:
    """The state of a booking; of a hold, until when it lasts."""
    if held_until is None or status != Status.PENDING:
        return str(STATUSES[Status(status)])
    return gettext("Held until %(time)s") % {"time": spoken_time(held_until, business)}


DEPOSITS: Mapping[str, str | Promise] = {
    DepositStatus.PENDING: _("Unpaid"),
    DepositStatus.SAVED: _("Card saved"),
    DepositStatus.HELD: _("Held"),
    DepositStatus.PAID: _("Paid"),
    DepositStatus.CAPTURED: _("Charged"),
    DepositStatus.RELEASED: _("Released"),
    DepositStatus.REFUND_PENDING: _("Refund under way"),
    DepositStatus.REFUNDED: _("Refunded"),
    DepositStatus.REFUND_FAILED: _("Refund failed"),
    DepositStatus.FAILED: _("Card not accepted"),
    DepositStatus.EXPIRED: _("Not paid in time"),
    DepositStatus.CANCELED: _("Given up"),
}

ENTRY_STATES: Mapping[str, str | Promise] = {
    EntryState.WAITING: _("Waiting"),
    EntryState.OFFERED: _("Offer made"),
    EntryState.BOOKED: _("Booked"),
    EntryState.WITHDRAWN: _("Left the list"),
    EntryState.EXPIRED: _("Ended"),
}
ENTRY_BADGES = {
    EntryState.WAITING: "info",
    EntryState.OFFERED: "warn",
    EntryState.BOOKED: "good",
    EntryState.WITHDRAWN: "plain",
    EntryState.EXPIRED: "plain",
}

KINDS: Mapping[str, str | Promise] = {
    ResourceKind.STAFF: _("Person"),
    ResourceKind.TABLE: _("Table"),
    ResourceKind.ROOM: _("Room"),
    ResourceKind.EQUIPMENT: _("Equipment"),
}

KINDS_OF_MANY: Mapping[str, str | Promise] = {
    ResourceKind.STAFF: _("People"),
    ResourceKind.TABLE: _("Tables"),
    ResourceKind.ROOM: _("Rooms"),
    ResourceKind.EQUIPMENT: _("Equipment"),
}

SOURCES: Mapping[str, str | Promise] = {
    Source.ONLINE: _("Online"),
    Source.STAFF: _("At the desk"),
    Source.IMPORT: _("Imported"),
}

DEPOSIT_TYPES: Mapping[str, str | Promise] = {
    "": _("As the business says"),
    DepositType.NONE: _("None"),
    DepositType.CHARGE: _("Paid when booking"),
    DepositType.AUTHORIZATION_HOLD: _("Held on the card, charged only for a no-show (premium plan)"),
}

BASES: Mapping[str, str | Promise] = {
    DepositBasis.FIXED: _("An amount per booking"),
    DepositBasis.PER_PERSON: _("An amount per person"),
    DepositBasis.PERCENT: _("A share of the price"),
}

AUDIENCES: Mapping[str, str | Promise] = {
    DepositAudience.NEW_CUSTOMERS: _("New customers"),
    DepositAudience.EARLIER_NO_SHOWS: _("Customers who did not come before"),
}

COLORS: Mapping[str, str | Promise] = {
    "": _("Automatic"),
    "#2f7d5b": _("Green"),
    "#2f6db5": _("Blue"),
    "#7b4fb0": _("Violet"),
    "#b5487d": _("Pink"),
    "#b8452f": _("Red"),
    "#b5752a": _("Orange"),
    "#8a7a22": _("Olive"),
    "#35808a": _("Teal"),
    "#5f6670": _("Grey"),
}

LANGUAGES: Mapping[str, str | Promise] = {
    "en": "English",
    "en-US": "English (US)",
    "de": "Deutsch",
    "el": "Ελληνικά",
}
