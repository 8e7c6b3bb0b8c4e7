"""The server as `make run` starts it: embedded PostgreSQL and Valkey, granian with the same arguments."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from availengine.embedded import services
from availengine.embedded.address import Address
from availengine.embedded.console import Console
from availengine.embedded.services import Service
from availengine.embedded.stack import Stack
from bench.errors import BenchError

READY_WITHIN = 60.0
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """Resident memory of the web server in MB: of its largest process, and of all of them."""

    largest: float
    total: float
    processes: int


@contextmanager
def running_stack(root: Path) -> Iterator[Stack]:
    """Servers with fresh data in a directory of their own, which is removed in the end."""
    root.mkdir(parents=True, exist_ok=True)
    var = Path(tempfile.mkdtemp(prefix="bench-", dir=root))
    var.chmod(0o755)
    stack = Stack(var)
    try:
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()
    finally:
        shutil.rmtree(var, ignore_errors=True)


def environment(stack: Stack) -> dict[str, str]:
    """What the programs get beside the caller's environment."""
    return {**stack.environment(), "VAR": str(stack.var), "DJANGO_SETTINGS_MODULE": "bench.settings"}


def migrate(stack: Stack) -> None:
    """As the owner of the tables."""
    owner = {**os.environ, **environment(stack), "DATABASE_URL": stack.environment()["DATABASE_OWNER_URL"]}
    command = [sys.executable, str(services.ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    if subprocess.run(command, env=owner, cwd=services.ROOT, check=False).returncode:
        raise BenchError("The database could not be migrated; what it said is above.")


def checkpoint(stack: Stack) -> None:
    """Write out what loading has left, so that no measurement pays for it."""
    with psycopg.connect(host=str(stack.postgres.sockets), user="postgres", autocommit=True) as connection:
        connection.execute("CHECKPOINT")


class Web:
    """granian in front of the product with the yardsticks."""

    def __init__(self, stack: Stack) -> None:
        self.port = _free_port()
        self.address = Address("127.0.0.1", self.port)
        self.program = services.web("127.0.0.1", self.port)
        env = {**os.environ, **environment(stack), "PORT": str(self.port), "BIND": "127.0.0.1"}
        self.service = Service(self.program, env, Console(sys.stderr))

    def __enter__(self) -> "Web":
        self.service.start()
        deadline = time.monotonic() + READY_WITHIN
        try:
            while not self._ready():
                if not self.service.alive() or time.monotonic() > deadline:
                    raise BenchError("The web server did not start; what it said is above.")
                time.sleep(0.1)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.service.ask_to_stop()
        self.service.finish(threading.Event())

    def option(self, name: str) -> str:
        """A value of granian's command line."""
        arguments = list(self.program.arguments)
        return arguments[arguments.index(name) + 1] if name in arguments else "default"

    def memory(self) -> Memory:
        if self.service.process is None:
            raise BenchError("The web server is not running.")
        main = psutil.Process(self.service.process.pid)
        sizes = [process.memory_info().rss / MEGABYTE for process in [main, *main.children(recursive=True)]]
        return Memory(max(sizes), sum(sizes), len(sizes))

    def _ready(self) -> bool:
        try:
            return self.address.get("/readyz")[0] == 200
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
