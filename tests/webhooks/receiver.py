"""A webhook receiver on loopback that remembers what it got and answers as it is told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request. Header names are lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = ()
    pause: float = 0.0


class Receiver:
    """`reply` decides about each answer; requests are kept in the order in which they came."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.reply: Callable[[Got], Reply] = lambda got: Reply()
        self._changed = threading.Condition()
        self.most_at_once = 0
        self._at_once = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._handle(self)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: Any, client_address: Any) -> None:
                """The courier was killed in the middle: no news here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        got = Got(request.path, headers, body, time.monotonic())
        with self._changed:
            self.got.append(got)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self._changed.notify_all()
        try:
            with suppress(OSError):
                self._answer(request, self.reply(got))
        finally:
            with self._changed:
                self._at_once -= 1

    @staticmethod
    def _answer(request: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.pause)
        request.send_response(reply.status)
        for name, value in reply.headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(reply.body)))
        request.end_headers()
        request.wfile.write(reply.body)

    def wait(self, enough: Callable[[list[Got]], bool], seconds: float = 20.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self.got), seconds), f"only {len(self.got)} requests came"

    def ids(self, path: str = "") -> list[str]:
        return [got.id for got in self.got if got.path.startswith(path)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
