"""The courier and the stream as real processes on the test database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from availengine.embedded import services
from tests.proofs.server import free_port

ROOT = Path(services.ROOT)


def environment(**env: str) -> dict[str, str]:
    database = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
    return {**os.environ, "DATABASE_URL": database, "OUTGOING_ALLOW_NETWORKS": "127.0.0.0/8", **env}


class Courier:
    """`manage.py courier`, which may be killed and started again."""

    def __init__(self, **env: str) -> None:
        self.env = env
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "courier", "--skip-checks"]
        self.process = subprocess.Popen(command, env=environment(**self.env), stdout=sys.stderr, stderr=sys.stderr)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> tuple[int, float]:
        """Exit code, and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30), time.monotonic() - began


@contextmanager
def running_courier(**env: str) -> Iterator[Courier]:
    courier = Courier(**env)
    try:
        yield courier
    finally:
        courier.kill()


class Stream:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def stop(self) -> tuple[int, float]:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30), time.monotonic() - began


@contextmanager
def running_stream(**env: str) -> Iterator[Stream]:
    port = free_port()
    command = [sys.executable, "-m", *services.stream("127.0.0.1", port).arguments]
    process = subprocess.Popen(command, env=environment(**env), stdout=sys.stderr, stderr=sys.stderr)
    try:
        _wait_until_it_answers(port, process)
        yield Stream(port, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as client:
                client.request("GET", "/v1/events/stream")
                if client.getresponse().status == 401:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the stream did not become ready")
