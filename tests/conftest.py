"""Fixtures for all tests. The suite runs as the application role: neither superuser nor owner of the tables."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg.conninfo import make_conninfo

from availengine.api.throttling import client
from bookings.snapshot import forget_snapshots
from businesses.keys import forget_principals
from tests.template import copied, keep
from tests.thrift import cheap_passwords, static_files_are_found_once


def owner_url(database: str) -> str:
    return make_conninfo(settings.DATABASE_OWNER_URL, dbname=database)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A fresh database made and migrated by the owner; tests connect as the application role."""
    name = f"test_{connection.settings_dict['NAME']}"
    application = dict(connection.settings_dict)
    parts = psycopg.conninfo.conninfo_to_dict(settings.DATABASE_OWNER_URL)
    with django_db_blocker.unblock():
        with psycopg.connect(owner_url("postgres"), autocommit=True) as owner:
            if not copied(owner, name):
                _connect(NAME=name, USER=parts["user"], PASSWORD=parts.get("password", ""))
                call_command("migrate", verbosity=0)
                _connect()
                keep(owner, name)
        _connect(NAME=name, USER=application["USER"], PASSWORD=application["PASSWORD"])
        yield
        connections.close_all()
        connection.close_pool()


def _connect(**described: Any) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(described)


@pytest.fixture(scope="session", autouse=True)
def _thrift() -> Iterator[None]:
    with cheap_passwords(), static_files_are_found_once():
        yield


@pytest.fixture(autouse=True)
def _fresh_memory() -> None:
    """No test sees what another left in memory or in Valkey."""
    client().flushdb()
    forget_snapshots()
    forget_principals()


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the tables' owner, outside the test's transaction."""
    with psycopg.connect(owner_url(connection.settings_dict["NAME"]), autocommit=True) as found:
        yield found
