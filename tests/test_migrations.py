"""The migrations say what the models say, go both ways, and leave the application role no more than it needs."""

import re
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ProgrammingError


def test_nothing_is_missing(db: Any) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_they_are_named() -> None:
    """By a person, in words: not `0003_auto_20261121_0318`, not `0003_business_deposit_basis_and_more`."""
    ours = {"businesses", "payments", "webhooks", "bookings", "edge"}
    names = {name for app, name in MigrationLoader(None).disk_migrations if app in ours}
    assert names >= {"0001_initial", "0002_guards"}
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)*", name)] == []
    assert [name for name in names if "auto" in name.split("_") or name.endswith("_and_more")] == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE bookings_allocation",
        "ALTER TABLE bookings_allocation DROP CONSTRAINT allocation_no_overlap",
        "ALTER TABLE businesses_business DISABLE TRIGGER business_config",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_application_role_owns_nothing(db: Any, statement: str) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_cannot_point_into_another_business(owner: psycopg.Connection[Any]) -> None:
    """Every reference between tenant tables is by (business_id, id); the plain ones point at the business itself."""
    rows = owner.execute("""
        SELECT conrelid::regclass::text, confrelid::regclass::text, cardinality(conkey) FROM pg_constraint
        WHERE contype = 'f' AND conrelid::regclass::text ~ '^(businesses|bookings|payments|webhooks)_'
          AND confrelid::regclass::text NOT IN ('businesses_business', 'businesses_user', 'auth_group',
                                                'auth_permission', 'django_content_type')
    """).fetchall()
    single = {(child, parent) for child, parent, columns in rows if columns != 2}
    assert {pair for pair in single if not pair[0].startswith("businesses_user")} == set()
    assert len(rows) >= 10
