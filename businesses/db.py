"""PostgreSQL as the core uses it: prepared reads, and transactions that survive deadlocks."""

import functools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import NOT_PROVIDED, Field, Model
from psycopg import errors as pg

from businesses.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
RACES = 100  # every lost race means that another writer got through
RETRIED = (pg.DeadlockDetected, pg.SerializationFailure)


_inside: ContextVar[bool] = ContextVar("inside a transactional function", default=False)


class Raced(Exception):
    """Another writer was first between reading and writing: the transaction is run again on fresh data."""


def prepared(sql: str, params: Sequence[object] | Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Rows of a hot read: a server-side prepared statement on Django's own connection, binary results."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=settings.PREPARED_STATEMENTS, binary=True)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def execute(sql: str, params: Sequence[object]) -> int:
    """A hot write as a prepared statement; the number of rows."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=settings.PREPARED_STATEMENTS)
        return cursor.rowcount


def insert(row: Model) -> None:
    """Insert a new row as a prepared statement and take over its key: `save()` without its general machinery."""
    sql, fields = _insert_statement(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    ((row.pk,),) = prepared(sql, values)
    row._state.adding = False
    row._state.db = connection.alias


@functools.cache
def _insert_statement(model: type[Model]) -> "tuple[str, list[Field[Any, Any]]]":
    """The statement, and the fields whose values it takes: not those that the database fills in."""
    fields: list[Field[Any, Any]] = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated and field.db_default is NOT_PROVIDED
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    pk = model._meta.pk
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{pk.column}"'  # noqa: S608
    return sql, fields


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction. Lost races, deadlocks and serialisation failures are tried again, then raise Busy.

    Within another transactional function it only joins in: what is tried again is the outermost one. Within a
    foreign transaction (a test, the admin) it is a savepoint.
    """

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return function(*args, **kwargs)
        token = _inside.set(True)
        try:
            return _with_retries(lambda: function(*args, **kwargs))
        finally:
            _inside.reset(token)

    return wrapped


def _with_retries(function: Callable[[], R]) -> R:
    failures = races = 0
    while True:
        try:
            with transaction.atomic():
                return function()
        except Raced as race:
            races += 1
            if races == RACES:
                raise Busy from race
        except (OperationalError, InterfaceError) as error:
            failures += 1
            if not isinstance(error.__cause__, RETRIED) or failures == ATTEMPTS:
                raise Busy from error
            time.sleep(random.uniform(0.005, 0.03) * failures)  # noqa: S311  (spreads the retries)


def violated(error: IntegrityError) -> str:
    """The name of the constraint that was violated, or an empty string."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, pg.IntegrityError) else ""
