"""Prepared statements, and transactions that are run again."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from psycopg import errors as pg

from businesses.db import ATTEMPTS, RACES, Raced, prepared, transactional
from businesses.errors import Busy
from businesses.models import Business


def test_hot_reads_are_prepared_on_the_server(db: Any) -> None:
    for _ in range(2):
        assert prepared("SELECT %s::int + 1", [41]) == [(42,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'")
        assert cursor.fetchone() == (1,)


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = pg.DeadlockDetected()
    return error


def failing(times: int, make: Any) -> tuple[Any, list[int]]:
    calls: list[int] = []

    @transactional
    def work() -> str:
        calls.append(1)
        Business.objects.create(slug=f"b{len(calls)}", name="B", timezone="UTC")
        if len(calls) <= times:
            raise make()
        return "done"

    return work, calls


@pytest.mark.parametrize("make", [deadlock, Raced])
def test_deadlocks_and_lost_races_are_run_again_from_nothing(db: Any, make: Any) -> None:
    work, calls = failing(2, make)
    assert work() == "done"
    assert len(calls) == 3
    assert list(Business.objects.values_list("slug", flat=True)) == ["b3"]


@pytest.mark.parametrize(("make", "most"), [(deadlock, ATTEMPTS), (Raced, RACES)])
def test_who_never_gets_through_is_told_to_come_back(db: Any, make: Any, most: int) -> None:
    work, calls = failing(1000, make)
    with pytest.raises(Busy) as refusal:
        work()
    assert refusal.value.retry_after == 1
    assert len(calls) == most
    assert Business.objects.count() == 0


def test_other_database_errors_are_not_run_again(db: Any) -> None:
    work, calls = failing(1, lambda: OperationalError("server closed the connection"))
    with pytest.raises(Busy):
        work()
    assert len(calls) == 1


def test_inside_another_it_only_joins_in(db: Any) -> None:
    inner, inner_calls = failing(1, Raced)
    outer_calls: list[int] = []

    @transactional
    def outer() -> str:
        outer_calls.append(1)
        answer: str = inner()
        return answer

    assert outer() == "done"
    assert (len(outer_calls), len(inner_calls)) == (2, 2)
