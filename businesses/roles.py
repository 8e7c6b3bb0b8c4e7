"""What the roles of a business may do: the one table, for pages and services alike."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from businesses.models import Role


class Permission(StrEnum):
    VIEW = "view"  # read what happens: bookings, customers, calendar
    BOOKINGS = "bookings"  # make and change bookings, and the customers they are for
    MONEY = "money"  # refund, capture, ask for deposits, see takings
    SETUP = "setup"  # services, resources, hours, closures, rules, texts
    MEMBERS = "members"  # invite people, change roles, remove them
    INTEGRATIONS = "integrations"  # API keys, webhooks, imports, exports, erasing a person
    BILLING = "billing"  # what the business pays the host


_MANAGER: Final = frozenset(Permission) - {Permission.BILLING}

PERMISSIONS: Final[Mapping[str, frozenset[Permission]]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: _MANAGER,
    Role.STAFF: frozenset({Permission.VIEW, Permission.BOOKINGS}),
    Role.VIEWER: frozenset({Permission.VIEW}),
}


def may(role: str, permission: Permission) -> bool:
    """Whether a role has a permission; a role that is not in the table has none."""
    return permission in PERMISSIONS.get(role, frozenset())


def roles_to_give(role: str) -> tuple[Role, ...]:
    """The roles that somebody of this role may give, change and take away: nobody makes or touches those above."""
    if role == Role.OWNER:
        return tuple(Role)
    if may(role, Permission.MEMBERS):
        return tuple(other for other in Role if other != Role.OWNER)
    return ()
