"""What the core's words are called on pages: of roles, of the states of bookings and deposits, of resources."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Source, Status
from businesses.models import ResourceKind, Role
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

# Of several: the heading over resources that are in no section.
KINDS: Mapping[str, str | Promise] = {
    ResourceKind.STAFF: _("Staff"),
    ResourceKind.TABLE: _("Tables"),
    ResourceKind.ROOM: _("Rooms"),
    ResourceKind.EQUIPMENT: _("Equipment"),
}

SOURCES: Mapping[str, str | Promise] = {
    Source.ONLINE: _("Online"),
    Source.STAFF: _("At the desk"),
    Source.IMPORT: _("Imported"),
}
