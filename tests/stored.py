"""Rows that are stored once for many tests: what a test does to them is rolled back with it."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django.core.management import call_command

T = TypeVar("T")


class Stored(Generic[T]):
    def __init__(self, made: T) -> None:
        self._made = made

    def copy(self) -> T:
        """A test's own: what it does to the objects in memory stays with it."""
        return copy.deepcopy(self._made)


@contextmanager
def stored(blocker: Any, make: Callable[[], T]) -> Iterator[Stored[T]]:
    """What `make` makes, committed outside of any test; all tables are empty afterwards.

    Not for tests with transactions of their own: they empty the tables too.
    """
    with blocker.unblock():
        made = make()
    yield Stored(made)
    with blocker.unblock():
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
