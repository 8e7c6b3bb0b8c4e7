"""The embedded PostgreSQL: its data directory, its process, its crash recovery."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from availengine.embedded import processes
from availengine.embedded.errors import StackError
from availengine.embedded.logs import open_log, tail
from availengine.embedded.roles import APP, DATABASE, OWNER, ensure_roles_and_database
from availengine.embedded.server_user import programs, server_user
from availengine.embedded.sockets import socket_directory

SOCKET = ".s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "huge_pages": "off",
}
# synchronous_commit stays on: a hard kill of the server must not lose what it has acknowledged, in tests least of all.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
# SIGINT is PostgreSQL's "fast": SIGTERM would wait for every client to leave. SIGQUIT recovers at the next start.
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
READY_WITHIN = 120.0  # recovery after a crash counts


class Postgres:
    name = "PostgreSQL"

    def __init__(self, var: Path, *, tests: bool) -> None:
        self.tests = tests
        self.data = var / "postgres"
        self.log = var / "postgres.log"
        self.process: processes.Popen | None = None
        # Shown in the title of every process of the server, which is how left-overs are recognised.
        self.tag = "availengine-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        self.user = server_user()
        self.bin = programs(self.user)
        self._owner_uid = self.user.uid if self.user else os.geteuid()
        self.sockets = socket_directory(self.data, SOCKET, self._owner_uid)

    def url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={self.sockets}"

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url(APP), "DATABASE_OWNER_URL": self.url(OWNER)}

    def start(self) -> None:
        """Start on the data directory, which is made first when there is none. Raises StackError."""
        self._stop_leftovers()
        if not self.data.exists():
            self._initialise()
        # As root there may be no way for the server's user to its directory by name: it starts inside.
        sockets = "." if self.sockets == self.data else str(self.sockets)
        settings = SETTINGS | (TEST_SETTINGS if self.tests else {})
        settings |= {"unix_socket_directories": sockets, "cluster_name": self.tag}
        arguments = [item for name, value in settings.items() for item in ("-c", f"{name}={value}")]
        with open_log(self.log) as log:
            self.process = self._spawn("postgres", self.data, arguments, log.fileno())
        self._wait_until_ready(self.process)
        try:
            ensure_roles_and_database(str(self.sockets), tests=self.tests)
        except psycopg.Error as error:
            raise StackError(f"PostgreSQL runs, but its roles could not be set up: {error}") from error

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, STOP_STEPS)
            self.process = None

    def bury(self) -> None:
        """Nothing to do: `start` begins with what an earlier process has left."""

    def kill(self) -> None:
        """As a crash would: no shutdown, nothing flushed. Returns when no process of the server is left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        processes.stop_leftovers(self._running, [])

    def _stop_leftovers(self) -> None:
        """A supervisor that was killed may have left a server, or one that is still shutting down."""
        processes.stop_leftovers(self._running, STOP_STEPS)
        # No process of the server is left. The numbers in these files may be another program's by now, or those
        # of processes that nobody has taken note of the end of; PostgreSQL would refuse to start on either.
        for stale in (self.data / "postmaster.pid", self.sockets / f"{SOCKET}.lock", self.sockets / SOCKET):
            stale.unlink(missing_ok=True)

    def _running(self) -> list[psutil.Process]:
        return [*processes.running("postgres", self.tag), *processes.running("initdb", self.tag)]

    def _initialise(self) -> None:
        """Make the directory under another name first, so that a half-made one is never taken for whole."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        if self.user:
            os.chown(draft, self.user.uid, self.user.gid)
        options = ["--username=postgres", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        options += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        options += [f"--set=cluster_name={self.tag}"]
        options += ["--no-sync"] if self.tests else []
        process = self._spawn("initdb", draft, options, subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode:
            raise StackError(f"PostgreSQL could not be set up in {draft}:\n{output.decode(errors='replace')}")
        draft.rename(self.data)

    def _spawn(self, program: str, directory: Path, arguments: list[str], output: int) -> processes.Popen:
        here = "/proc/self/cwd" if self.user and Path("/proc/self/cwd").exists() else str(directory)
        return processes.spawn(
            [str(self.bin / program), "-D", here, *arguments],
            cwd=directory,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            output=output,
            orphan_signal=signal.SIGINT,
            user=self.user,
        )

    def _wait_until_ready(self, process: processes.Popen) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready(process.pid):
            if process.poll() is not None:
                raise StackError(f"PostgreSQL did not start ({self.log}):\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise StackError(f"PostgreSQL was not ready within {READY_WITHIN:.0f} s ({self.log})")
            time.sleep(0.02)

    def _is_ready(self, pid: int) -> bool:
        """The server writes its state into the eighth line of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
