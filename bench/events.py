"""`python -m bench.events`: what events cost a booking, how many deliveries go out a second, and how soon.

Shortened by BENCH_SECONDS (of each measurement, 2) and BENCH_EVENTS (deliveries in a row, 2000).
"""

import os
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django

from availengine.embedded import services
from availengine.embedded.console import Console
from availengine.embedded.services import ROOT, Service
from availengine.embedded.stack import Stack
from bench import workloads
from bench.client import Client, measure
from bench.report import save
from bench.server import Web, environment, migrate, running_stack
from bench.tenants import Tenants, provision

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONNECTIONS = 8
SINGLE = 300  # events one after another, for the delay
WITHIN = 1000.0  # milliseconds that 99 of 100 may take from commit to arrival


class Receiver:
    """Answers 200 to everything, and remembers when each request came."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []
        self._changed = threading.Condition()
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                receiver._take(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 512

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def _take(self, rfile: Any, wfile: Any) -> None:
        length = 0
        for line in iter(rfile.readline, b"\r\n"):
            if not line:
                return
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        rfile.read(length)
        with self._changed:
            self.arrivals.append(time.monotonic())
            self._changed.notify_all()
        wfile.write(ANSWER)

    def wait(self, count: int) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.arrivals) >= count, 300):
                raise TimeoutError(f"only {len(self.arrivals)} of {count} arrived")


@contextmanager
def running_courier(stack: Stack) -> Iterator[None]:
    env = {**os.environ, **environment(stack), "OUTGOING_ALLOW_NETWORKS": "127.0.0.0/8"}
    service = Service(services.courier(), env, Console(sys.stderr))
    service.start()
    try:
        yield
    finally:
        service.ask_to_stop()
        service.finish(threading.Event())


def register(tenants: Tenants, url: str) -> None:
    """One endpoint for each business that takes bookings."""
    from django.conf import settings

    from webhooks.endpoints import register_endpoint

    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    for taker in tenants.takers:
        register_endpoint(taker.number, live=True, url=url)


def write(tenants: Tenants, count: int) -> None:
    """Events of all takers in turn, each with its delivery."""
    from webhooks.models import Event

    data = {"booking": {"id": "0" * 36, "items": [{"resource_id": "0" * 36}], "customer": {"first_name": "x" * 200}}}
    numbers = [taker.number for taker in tenants.takers]
    Event.objects.bulk_create(
        Event(business_id=numbers[n % len(numbers)], live=True, type="booking.updated", data=data) for n in range(count)
    )


def bookings(port: int, tenants: Tenants, first: Any, seconds: float) -> tuple[float, float]:
    """Bookings a second, and how many events they wrote a second."""
    from webhooks.models import Event

    client = Client(port, CONNECTIONS)
    try:
        requests = workloads.creations(client, tenants.takers, first)
        before = Event.objects.count()
        sample = measure(client, requests, warm_up=0.3, seconds=seconds, status=201, least=100)
    finally:
        client.close()
    share = (Event.objects.count() - before) / (seconds + 0.3)
    return sample.rate, share


def delays(tenants: Tenants, receiver: Receiver) -> list[float]:
    """Milliseconds from the commit of one event to its arrival, with nothing else to do."""
    found = []
    for _ in range(SINGLE):
        seen = len(receiver.arrivals)
        write(tenants, 1)
        committed = time.monotonic()
        receiver.wait(seen + 1)
        found.append(max(0.0, 1000 * (receiver.arrivals[seen] - committed)))
        time.sleep(0.01)
    return sorted(found)


def run(stack: Stack, say: Callable[[str], None]) -> bool:
    """Says what it measured; whether the promise is kept."""
    seconds, count = float(os.environ.get("BENCH_SECONDS") or 2), int(os.environ.get("BENCH_EVENTS") or 2_000)
    tenants = provision(lambda text: None, others=1)
    today = datetime.now(UTC).date()  # noqa: TID251 - measures the clock
    receiver = Receiver()
    with Web(stack) as web:
        for told, offset in (("no endpoint", 1), ("an endpoint each", 100)):
            rate, events = bookings(web.port, tenants, today + timedelta(days=offset), seconds)
            say(f"{CONNECTIONS} clients, {told}: {rate:.0f} bookings/s, {events:.0f} events/s")
            if offset == 1:
                register(tenants, receiver.url)
    from webhooks.models import Delivery

    Delivery.objects.update(state="failed", next_try_at=None)
    write(tenants, count)
    with running_courier(stack):
        receiver.wait(count)
        took = receiver.arrivals[count - 1] - receiver.arrivals[0]
        say(f"{count} deliveries to 10 endpoints: {count / took:.0f} a second")
        time.sleep(1)
        found = delays(tenants, receiver)
    p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
    say(f"from commit to arrival, idle: p50 {p50:.1f} ms, p99 {p99:.1f} ms (target: below {WITHIN:.0f} ms)")
    return p99 < WITHIN


def main() -> int:
    with running_stack(ROOT / (os.environ.get("VAR") or "var")) as stack:
        migrate(stack)
        os.environ.update(environment(stack))
        django.setup()
        lines: list[str] = []
        kept = run(stack, lines.append)
        from django.db import connection

        connection.close_pool()  # type: ignore[attr-defined]
    today = datetime.now(UTC).date()  # noqa: TID251
    save(today, "-events", "\n".join([f"# Events on {today}", "", *(f"- {line}" for line in lines), ""]))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
