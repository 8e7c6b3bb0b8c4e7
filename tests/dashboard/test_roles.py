"""The table of roles, word for word."""

import pytest

from businesses.models import Role
from businesses.roles import PERMISSIONS, Permission, may, roles_to_give

TABLE = {
    "view": "owner manager staff viewer",
    "bookings": "owner manager staff",
    "money": "owner manager",
    "setup": "owner manager",
    "members": "owner manager",
    "integrations": "owner manager",
    "billing": "owner",
}


@pytest.mark.parametrize("permission", list(Permission))
def test_who_has_it(permission: Permission) -> None:
    assert " ".join(role for role in Role.values if may(role, permission)) == TABLE[permission]


def test_every_role_is_in_the_table_and_no_other() -> None:
    assert set(PERMISSIONS) == set(Role.values)
    assert not may("stranger", Permission.VIEW)


def test_who_gives_which_role() -> None:
    assert {role: " ".join(roles_to_give(role)) for role in Role.values} == {
        "owner": "owner manager staff viewer",
        "manager": "manager staff viewer",
        "staff": "",
        "viewer": "",
    }
