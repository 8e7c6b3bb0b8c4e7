"""Starts PostgreSQL and Valkey for the tests, unless DATABASE_URL and REDIS_URL name servers already."""

import atexit
import os
from pathlib import Path

from availengine.embedded.errors import StackInUse
from availengine.embedded.stack import Stack

ROOT = Path(__file__).resolve().parents[2] / ".run-test"
RUNS_AT_ONCE = 8

# For the crash tests. None where the servers are the user's.
stack: Stack | None = None


def start() -> Stack:
    """The first directory that no other test run holds; the data in it is reused."""
    for number in range(1, RUNS_AT_ONCE + 1):
        candidate = Stack(ROOT / str(number), tests=True, given=os.environ)
        try:
            candidate.acquire()
        except StackInUse:
            if number == RUNS_AT_ONCE:
                raise
            continue
        candidate.start()
        break
    return candidate


def pytest_unconfigure() -> None:
    if stack is not None:
        stack.stop()


# At import, because a plugin named with -p is imported before pytest-django reads the settings.
# Workers of a parallel run find the variables in their environment and start nothing.
if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    stack = start()
    atexit.register(stack.stop)
    os.environ.update(stack.environment())
