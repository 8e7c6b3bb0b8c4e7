"""`python -m bench.profile day`: what one kind of request costs in one process, without a server in between."""

import cProfile
import io
import itertools
import os
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import psutil

from availengine.embedded.services import ROOT
from bench import dialects, workloads
from bench.errors import BenchError
from bench.load import Changes, Loader
from bench.server import environment, migrate, running_stack
from bench.tenants import open_days, provision

NAMES = {
    "one-query": workloads.YARDSTICK,
    "day": workloads.DAY,
    "day-changed": workloads.DAY_CHANGED,
    "month": workloads.MONTH,
    "month-changed": workloads.MONTH_CHANGED,
    "dates": workloads.DATES,
    "create": workloads.CREATE,
    "list": workloads.LIST,
    "booqara-day": "day, Booqara",
    "booqara-create": "create, Booqara",
    "booxi-day": "day, Booxi",
    "booxi-create": "create, Booxi",
    "room-day": "day of a room",
    "bookingflow-day": "day of a room, BookingFlow",
    "bookingflow-create": "create, BookingFlow",
}
WARM_UP, TIMED, PROFILED, SHOWN = 100, 1000, 500, 40
OWN = r"/(availengine|bookings|businesses|payments|webhooks)/"

Ask = Callable[[bytes], tuple[int, bytes]]


def asker() -> Ask:
    """The application as a function from the bytes of a request to status and body."""
    from django.core.wsgi import get_wsgi_application

    application: Any = get_wsgi_application()

    def ask(request: bytes) -> tuple[int, bytes]:
        statuses: list[str] = []
        answer: Any = application(_environ(request), lambda status, headers: statuses.append(status))
        body = b"".join(answer)
        answer.close()
        return int(statuses[0][:3]), body

    return ask


def _environ(request: bytes) -> dict[str, Any]:
    head, body = request.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {name.upper().replace("-", "_"): value for name, value in (line.split(": ", 1) for line in lines)}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": headers.pop("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": headers.pop("CONTENT_LENGTH", ""),
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }


class _OneProcess:
    """Answers like `bench.client.Client`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def ask(self, request: bytes) -> tuple[int, bytes]:
        return self._ask(request)


def _requests(row: workloads.Row | dialects.Row, changes: Changes) -> Iterator[bytes]:
    if isinstance(row, dialects.Row) or not row.sweep:
        yield from row.requests
        return
    while True:
        changes.next()
        yield from row.sweep


def profile(row: workloads.Row | dialects.Row, requests: Iterator[bytes], ask: Ask) -> None:
    """Warm up, time, profile, print."""
    from django.db import connection

    def run(count: int) -> None:
        for request in itertools.islice(requests, count):
            status, body = ask(request)
            if status != row.status:
                raise BenchError(f"{status} {body[:300]!r}")

    run(WARM_UP)
    connection.ensure_connection()
    backend = psutil.Process(connection.connection.info.backend_pid)
    connection.close()
    before, cpu, began = sum(backend.cpu_times()[:2]), time.process_time(), time.perf_counter()
    run(TIMED)
    web, wall = time.process_time() - cpu, time.perf_counter() - began
    database = sum(backend.cpu_times()[:2]) - before
    per = 1000 / TIMED
    print(f"{row.name}: {wall * per:.2f} ms; processor: Python {web * per:.2f} ms, PostgreSQL {database * per:.2f} ms")
    profiler = cProfile.Profile()
    profiler.runcall(run, PROFILED)
    found = pstats.Stats(profiler)
    found.sort_stats("cumulative").print_stats(OWN, SHOWN)
    found.print_stats(SHOWN)
    found.sort_stats("tottime").print_stats(SHOWN)


def main() -> int:
    names = sys.argv[1:] or ["day"]
    if not set(names) <= set(NAMES):
        print(f"usage: python -m bench.profile {'|'.join(NAMES)} ...", file=sys.stderr)
        return 2
    today = datetime.now(UTC).date()  # noqa: TID251 - measures the clock
    with running_stack(ROOT / (os.environ.get("VAR") or "var")) as stack:
        migrate(stack)
        os.environ.update(environment(stack))
        django.setup()
        tenants = provision(print, others=1, kind="room")
        loader = Loader(stack.environment()["DATABASE_OWNER_URL"], today)
        loader.fill(3600, print)
        changes, ask = Changes(loader, tenants.main.number), asker()
        client = _OneProcess(ask)
        spoken = [
            *dialects.availability(tenants.main, open_days(today)),
            *dialects.bookings(client, tenants, today),
        ]
        later = today + timedelta(days=5 * workloads.LONGEST_RANGE)  # behind the dialects' bookings
        native = workloads.rows(tenants, today, workloads.creations(client, tenants.takers, later))
        rows = {row.name: row for row in (*spoken, *native)}
        for name in names:
            profile(rows[NAMES[name]], _requests(rows[NAMES[name]], changes), ask)
        loader.close()
        from django.db import connection

        connection.close_pool()  # type: ignore[attr-defined]
    return 0


if __name__ == "__main__":
    sys.exit(main())
