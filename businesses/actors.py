"""Who acts: told once by the edge, written beside every change that is made meanwhile.

An actor reads `kind:name`, such as `member:Maria Gomez` or `key:website`; empty is the system itself.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from businesses.db import prepared, transactional

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 200

_actor: ContextVar[str] = ContextVar("actor", default="")


def acting() -> str:
    """Who acts now."""
    return _actor.get()


def act_as(kind: str, name: str = "") -> None:
    """From here on, until the surrounding `nobody_acting` ends."""
    _actor.set(f"{kind}:{name}"[:LONGEST])


@contextmanager
def nobody_acting() -> Iterator[None]:
    """Begins with nobody, and ends with who acted before: around each request."""
    token = _actor.set("")
    try:
        yield
    finally:
        _actor.reset(token)


def sign() -> None:
    """Tell the database who makes the changes of this transaction: its audit reads it."""
    prepared("SELECT set_config('availengine.actor', %s, true)", (acting(),))


def signed(function: Callable[P, R]) -> Callable[P, R]:
    """As `transactional`, for changes that are audited: of configuration, keys, members and endpoints."""

    @transactional
    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        sign()
        return function(*args, **kwargs)

    return wrapped
