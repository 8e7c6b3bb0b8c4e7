"""The servers that the application needs, embedded: one start, one stop, and the settings that lead to them."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from availengine.embedded import state
from availengine.embedded.errors import StackError
from availengine.embedded.postgres import Postgres
from availengine.embedded.valkey import Valkey

DATABASE_SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL")
SERVER_SETTINGS = (*DATABASE_SETTINGS, "REDIS_URL")


class Stack:
    """PostgreSQL and Valkey with their data in `var`; each of them only where `given` names no server of the user's.

    `given` is the environment: DATABASE_URL (with DATABASE_OWNER_URL) and REDIS_URL are read from it.
    """

    def __init__(self, var: Path, *, tests: bool = False, given: Mapping[str, str] | None = None) -> None:
        self.var = Path(os.path.abspath(var))
        self.tests = tests
        self.given = {name: value for name, value in (given or {}).items() if name in SERVER_SETTINGS and value}
        self.also: dict[str, str] = {}  # settings that belong to the stack without being a server of it
        self.lock = state.Lock(self.var)
        self._postgres: Postgres | None = None
        self._valkey: Valkey | None = None

    @property
    def postgres(self) -> Postgres:
        """The embedded server of a started stack."""
        if self._postgres is None:
            raise StackError("There is no embedded PostgreSQL here.")
        return self._postgres

    @property
    def valkey(self) -> Valkey:
        if self._valkey is None:
            raise StackError("There is no embedded Valkey here.")
        return self._valkey

    def servers(self) -> list[Valkey | Postgres]:
        return [server for server in (self._valkey, self._postgres) if server is not None]

    def acquire(self, waiting: Callable[[str], None] | None = None) -> None:
        """Make `var` ours, as `start` does too; see Lock.acquire. Raises StackInUse."""
        self.var.mkdir(parents=True, exist_ok=True)
        self.var = self.var.resolve()
        self.lock.var = self.var
        self.lock.acquire(waiting)

    def prepare(self) -> None:
        """Settle where the servers will be, so that `environment` can tell. Raises StackError."""
        if not self.lock.held:
            self.acquire()
        if "REDIS_URL" not in self.given:
            self._valkey = Valkey(self.var)
        if "DATABASE_URL" not in self.given:
            self._postgres = Postgres(self.var, tests=self.tests)

    def start(self) -> None:
        """Raises StackError, and leaves nothing running then."""
        try:
            self.prepare()
            for server in self.servers():
                server.start()
            state.write_addresses(self.var, self.environment())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Valkey first, then PostgreSQL, as `servers` lists them. Harmless when stopped already."""
        self.lock.announce_stop()
        for server in self.servers():
            server.stop()
        self.lock.release()

    def environment(self) -> dict[str, str]:
        """DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and SECRET_KEY."""
        values = {"SECRET_KEY": state.secret_key(self.var)} | self.given
        if "DATABASE_URL" in values:
            values.setdefault("DATABASE_OWNER_URL", values["DATABASE_URL"])
        for server in self.servers():
            values |= server.environment()
        return values | self.also
