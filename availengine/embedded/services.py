"""The application's own long-running programs, and when to start one again that has died."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from availengine.embedded import processes
from availengine.embedded.console import Console

ROOT = Path(__file__).resolve().parents[2]
LONGEST_DELAY = 30.0
HEALTHY_AFTER = 30.0
POLL = 0.05
GATE = "AVAILENGINE_GATE"  # the file that web.py waits for
# Seven lines of Celery about root, which is no news in a container.
QUIET = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True)
class Program:
    """`python -m module argument…`, the seconds it may take to stop, and how it dies when the supervisor has."""

    name: str
    arguments: Sequence[str]
    grace: float
    orphan_signal: signal.Signals


def web(host: str, port: int) -> Program:
    """Waiting connections queue in the server rather than being refused: 400 clients at once are nothing special."""
    workers = os.environ.get("WEB_WORKERS") or str(min(os.cpu_count() or 1, 4))
    threads = os.environ.get("WEB_THREADS") or "2"
    arguments = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"]
    arguments += ["--workers", workers, "--blocking-threads", threads]
    arguments += ["--backlog", "2048", "--backpressure", "1024", "--no-access-log", "--log-level", "warning"]
    arguments += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10"]
    return Program("web", [*arguments, "availengine.embedded.web:application"], 15.0, signal.SIGTERM)


def worker() -> Program:
    """Tasks are acknowledged late and may run twice, so that a hard end as an orphan loses nothing."""
    arguments = ["celery", "--quiet", "-A", "availengine", "worker", "-P", "threads", "-c", "4"]
    arguments += ["--without-mingle", "--without-gossip", "-l", os.environ.get("LOG_LEVEL") or "WARNING"]
    return Program("worker", arguments, 20.0, signal.SIGKILL)


def beat(var: Path) -> Program:
    arguments = ["celery", "--quiet", "-A", "availengine", "beat", "-s", str(var / "beat-schedule"), "--pidfile="]
    arguments += ["-l", os.environ.get("LOG_LEVEL") or "WARNING"]
    return Program("beat", arguments, 5.0, signal.SIGKILL)


def courier() -> Program:
    """What it has begun to deliver when it is killed is delivered once more, under the same id."""
    return Program("courier", [str(ROOT / "manage.py"), "courier", "--skip-checks"], 20.0, signal.SIGKILL)


def stream(host: str, port: int) -> Program:
    """Listeners hold a connection each, and nothing else: one process serves thousands."""
    arguments = ["granian", "--interface", "asgi", "--host", host, "--port", str(port), "--no-ws", "--workers", "1"]
    arguments += ["--backlog", "2048", "--backpressure", "4096", "--workers-kill-timeout", "2"]
    arguments += ["--no-access-log", "--log-level", "warning"]
    return Program("stream", [*arguments, "availengine.stream.asgi:application"], 5.0, signal.SIGTERM)


def sandbox() -> Program:
    """The stand-in for Stripe; it keeps what it knows as it goes."""
    return Program("sandbox", ["availengine.sandbox"], 5.0, signal.SIGKILL)


def manage(*arguments: str) -> Program:
    """One of manage.py's commands, which ends by itself."""
    return Program(arguments[0], [str(ROOT / "manage.py"), *arguments], 5.0, signal.SIGTERM)


class Service:
    """A running program and the copying of its output."""

    def __init__(self, program: Program, env: Mapping[str, str], console: Console) -> None:
        self.program = program
        self.name = program.name
        self.env = env
        self.console = console
        self.process: processes.Popen | None = None
        self._output: threading.Thread | None = None

    def start(self) -> None:
        first, *rest = self.program.arguments
        module = [first] if first.endswith(".py") else ["-m", first]
        self.process = processes.spawn(
            [sys.executable, *module, *rest],
            cwd=ROOT,
            env={"PYTHONWARNINGS": QUIET, **self.env, "PYTHONUNBUFFERED": "1"},
            output=subprocess.PIPE,
            orphan_signal=self.program.orphan_signal,
        )
        if self.process.stdout is not None:
            self._output = self.console.follow(self.process.stdout, self.program.name)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def bury(self) -> None:
        """Take along what a dead program has left running: granian's workers answer on without it."""
        if self.process is not None:
            processes.kill_group(self.process)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.alive():
            self.process.send_signal(signal.SIGTERM)

    def finish(self, hurry: threading.Event) -> None:
        """Wait for an end that has been asked for, then enforce it."""
        self._wait(hurry)
        if self.alive() and not hurry.is_set():
            self.console.say(f"{self.name} did not stop in time and is killed")
        self.bury()
        if self._output is not None:
            self._output.join(timeout=2)

    def _wait(self, hurry: threading.Event) -> None:
        deadline = time.monotonic() + self.program.grace
        while self.alive() and time.monotonic() < deadline and not hurry.is_set():
            time.sleep(POLL)

    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()


class Restartable(Protocol):
    """A service, or one of the stack's servers."""

    name: str

    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def bury(self) -> None: ...


class Watched:
    """Starts something again when it has died: after a second, then after twice as long each time."""

    def __init__(self, item: Restartable, console: Console) -> None:
        self._item = item
        self._console = console
        self._started = time.monotonic()
        self._failures = 0
        self._retry_at: float | None = None

    def look(self, now: float) -> None:
        if self._retry_at is None:
            if not self._item.alive():
                self._plan_restart(now)
        elif now >= self._retry_at:
            self._retry_at, self._started = None, now
            try:
                self._item.start()
            except Exception as error:
                self._console.say(f"{self._item.name}: {error}")

    def _plan_restart(self, now: float) -> None:
        self._item.bury()
        self._failures = 1 if now - self._started > HEALTHY_AFTER else self._failures + 1
        delay = min(2.0 ** (self._failures - 1), LONGEST_DELAY)
        self._retry_at = now + delay
        self._console.say(f"{self._item.name} has died; starting it again in {delay:.0f} s")
