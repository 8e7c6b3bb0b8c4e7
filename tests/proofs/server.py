"""The real server for proofs: granian as `make run` starts it, on the test database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from availengine.embedded import services


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(**env: str) -> Iterator[int]:
    """The port of a server on the test database; ended by SIGTERM, with exit code 0."""
    port = free_port()
    database = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": database, "WEB_WORKERS": "2", **env}
    command = [sys.executable, "-m", *services.web("127.0.0.1", port).arguments]
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=sys.stderr)
    try:
        wait_until_ready(port, process)
        yield port
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(30)


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as client:
                client.request("GET", "/readyz")
                if client.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not become ready")
