"""A sandbox of its own for each test, the real `stripe` client talking to it, and a webhook to deliver to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from availengine.sandbox import Sandbox

Connect = Callable[[Sandbox], stripe.V1Services]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients, with a timeout that is short enough to try silence."""
    made = []

    def make(running: Sandbox) -> stripe.V1Services:
        http = stripe.RequestsClient(timeout=2)
        made.append(http)
        bases = {"api": running.url}
        return stripe.StripeClient(running.secret_key, base_addresses=bases, http_client=http, max_network_retries=0).v1

    yield make
    for http in made:
        http.close()


@pytest.fixture
def api(sandbox: Sandbox, connect: Connect) -> stripe.V1Services:
    return connect(sandbox)


class Receiver:
    """A webhook. `statuses` are answered one after the other, then 200; while `blocked` is clear it is silent."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.statuses: list[int] = []
        self.blocked: set[str] = set()
        self._news = threading.Condition()
        self.release = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(body, self.headers["Stripe-Signature"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/stripe?test=1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def take(self, body: bytes, signature: str) -> int:
        if any(word.encode() in body for word in self.blocked):
            self.release.wait(10)
        with self._news:
            self.received.append((body, signature))
            self._news.notify_all()
            return self.statuses.pop(0) if self.statuses else 200

    def wait_for(self, count: int) -> list[tuple[bytes, str]]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.received) >= count, timeout=10), self.received
            return list(self.received)

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with closing(Receiver()) as found:
        yield found
