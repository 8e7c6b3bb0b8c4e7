"""Everything that `make run` runs, under one roof: started in order, watched, stopped in order."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from availengine.embedded import processes, services
from availengine.embedded.address import Address, beside
from availengine.embedded.console import Console
from availengine.embedded.errors import StackError
from availengine.embedded.sandbox import payment_sandbox, without_proxy
from availengine.embedded.services import GATE, Program, Service, Watched
from availengine.embedded.stack import Stack
from availengine.embedded.welcome import welcome

POLL = 0.1
READY_WITHIN = 120.0
LEFTOVER_STEPS = ((signal.SIGTERM, 5.0),)
ANSWER_WITHIN = 10.0
HURRY_AFTER = 0.5  # one Ctrl-C may arrive twice: from the terminal and from make


class Stopped(Exception):
    """Somebody asked us to stop while we were starting."""


@dataclass(frozen=True)
class Plan:
    var: Path
    address: Address
    parent: int | None = None  # stop when this process is not our parent any more


class Supervisor:
    def __init__(self, plan: Plan, console: Console) -> None:
        self.plan = plan
        self.console = console
        self.stack = Stack(plan.var, given=os.environ)
        self.services: list[Service] = []
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._asked_at = 0.0
        self._began = time.monotonic()

    def run(self) -> None:
        """Until a signal asks to stop. Raises StackError when something cannot be started."""
        self.stack.acquire(self.console.say)
        self._handle_signals()
        try:
            with suppress(Stopped):  # the usual end
                self._start()
                self.console.say(f"ready after {time.monotonic() - self._began:.1f} s")
                today = datetime.fromtimestamp(time.time(), UTC).date()
                self.console.write(welcome(self.plan.address, self.stack.var, today))
                self._watch()
        finally:
            self._stop()

    # --- start ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        processes.stop_leftovers(lambda: processes.marked(self.stack.var), LEFTOVER_STEPS)
        self.plan.address.require_free()
        self.console.say(f"starting in {self.stack.var}")
        self.stack.prepare()
        self._gate.unlink(missing_ok=True)
        sandbox = payment_sandbox(self.stack.var, self.plan.address, os.environ)
        self.stack.also = sandbox.settings() if sandbox else {}
        streaming = beside(self.plan.address, os.environ.get("STREAM_PORT") or "", None, 2)
        env = {"STREAM_URL": streaming.url, **self._environment()}
        if sandbox:
            self._start_service(services.sandbox(), {**env, **sandbox.environment(self.plan.address)})
        # At once, because loading it takes as long as all that follows; the gate keeps it from answering.
        web = self._start_service(services.web(self.plan.address.host, self.plan.address.port), env)
        self.stack.start()
        owner = {**env, "DATABASE_URL": self.stack.environment()["DATABASE_OWNER_URL"], "STATEMENT_TIMEOUT_MS": "0"}
        self.console.say("PostgreSQL and Valkey are up; migrating the database")
        # The checks take time and say what is wrong with a database, which can only be one that is not ours.
        skip = [] if "DATABASE_URL" in self.stack.given else ["--skip-checks"]
        if self._run_to_end(services.manage("migrate", "--verbosity", "0", *skip), owner) != 0:
            raise StackError("The database could not be migrated; what it said is above.")
        self._set_up_demo(env)
        self._wait_until_ready(web)
        # Last, so that loading them does not slow the first answer.
        self._start_service(services.courier(), env)
        self._start_service(services.stream(streaming.host, streaming.port), env)
        self._start_service(services.worker(), env)
        self._start_service(services.beat(self.stack.var), env)

    def _set_up_demo(self, env: Mapping[str, str]) -> None:
        """Answers wait for the demo businesses, but not long: at a later start, what was here is served at once."""
        known = (self.stack.var / "demo.json").exists()
        opening = threading.Timer(0 if known else ANSWER_WITHIN - (time.monotonic() - self._began), self._gate.touch)
        opening.start()
        try:
            self.console.say("setting up the demo businesses")
            if self._run_to_end(services.manage("demo", "--skip-checks"), env) != 0:
                self.console.say("the demo businesses could not be set up; going on without")
            self._gate.touch()
        finally:
            opening.cancel()

    @property
    def _gate(self) -> Path:
        return self.stack.var / "gate"

    def _environment(self) -> dict[str, str]:
        """What the programs get: the servers' addresses, and the rest of ours."""
        address = self.plan.address
        defaults = {
            "OUTGOING_ALLOW_NETWORKS": "127.0.0.0/8,::1/128",  # so that a local webhook receiver can be tried
            "ALLOWED_HOSTS": ",".join(address.names()),
            "BASE_URL": address.url,
        }
        fixed = {
            "VAR": str(self.stack.var),
            "PORT": str(address.port),
            "BIND": address.host,
            "DEMO_BASE_URL": address.url,
            GATE: str(self._gate),
            processes.MARK: str(self.stack.var),
            **without_proxy(os.environ),
        }
        return {**defaults, **self.stack.environment(), **_not_empty(os.environ), **fixed}

    def _start_service(self, program: Program, env: Mapping[str, str]) -> Service:
        self._check()
        service = Service(program, env, self.console)
        self.services.append(service)
        service.start()
        return service

    def _run_to_end(self, program: Program, env: Mapping[str, str]) -> int | None:
        service = self._start_service(program, env)
        while service.alive():
            self._check()
            time.sleep(POLL / 2)
        service.finish(self._hurry)
        self.services.remove(service)
        return service.exit_code()

    def _wait_until_ready(self, web: Service) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            self._check()
            if not web.alive():
                raise StackError("The web server did not start; what it said is above.")
            if time.monotonic() > deadline:
                raise StackError(f"The web server was not ready within {READY_WITHIN:.0f} s.")
            time.sleep(POLL)

    def _is_ready(self) -> bool:
        try:
            return self.plan.address.get("/readyz")[0] == 200
        except OSError:
            return False

    # --- watch ------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        watched = [Watched(item, self.console) for item in (*self.stack.servers(), *self.services)]
        while not self._asked_to_stop():
            for item in watched:
                item.look(time.monotonic())
            self._stopping.wait(POLL)

    def _asked_to_stop(self) -> bool:
        orphaned = self.plan.parent is not None and os.getppid() != self.plan.parent
        return orphaned or self._stopping.is_set()

    def _check(self) -> None:
        if self._asked_to_stop():
            raise Stopped

    def _handle_signals(self) -> None:
        # Explicitly also SIGINT: a background job of a shell script starts with it ignored.
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self._stopping.is_set():
            self._asked_at = now
            self._stopping.set()
        elif number == signal.SIGINT and now - self._asked_at > HURRY_AFTER:
            self._hurry.set()

    # --- stop -------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """The web server first, so that it answers what it has begun; the database last."""
        self.stack.lock.announce_stop()
        self.console.say("stopping")
        web = [service for service in self.services if service.name == "web"]
        if not self._gate.exists():
            for service in web:  # it has answered nobody yet, and does not listen to signals while it loads
                service.bury()
        others = [service for service in self.services if service not in web]
        for group in (web, others):
            for service in group:
                service.ask_to_stop()
            for service in group:
                service.finish(self._hurry)
        self.stack.stop()
        self.console.say("stopped")


def _not_empty(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
