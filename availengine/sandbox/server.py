"""The HTTP server: keep-alive, one thread per connection, bounded bodies, connections that can be broken on purpose."""

import contextlib
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from availengine.sandbox.wire import Request, Response

LARGEST_BODY = 1_000_000
IDLE = 75  # seconds that a connection may be silent
logger = logging.getLogger(__name__)
App = Callable[[Request], Response]


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], app: App) -> None:
        self.app = app
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without the reverse look-up of the base class, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are no news."""

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            left = list(self._open)
        for connection in left:  # idle ones: their threads wait for a next request
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def pause(self, seconds: float) -> None:
        self.stopping.wait(seconds)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet

    def _handle(self) -> None:
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not self.path.startswith("/"):
            self._refuse(400, "Bad request target.")
            return
        try:
            response = self.server.app(Request(self.command, self.path, headers, body))
        except Exception:  # a defect of the sandbox; clients are used to that answer
            logger.exception("%s %s", self.command, self.path)
            self._refuse(500, "Internal error.")
            return
        self._send(response)

    do_GET = do_HEAD = do_POST = do_DELETE = do_OPTIONS = _handle

    def _body(self) -> bytes | None:
        """None after a refusal."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding"):
            self._refuse(411, "Send a Content-Length.")
            return None
        if not (length.isascii() and length.isdigit()) or len(self.headers.get_all("Content-Length") or []) > 1:
            self._refuse(400, "Bad Content-Length.")
            return None
        if len(length) > 9 or int(length) > LARGEST_BODY:
            self._refuse(413, "The body is too large.")
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        body = b'{"error": {"type": "invalid_request_error", "message": "%s"}}' % text.encode()
        self._send(Response(status, body))

    def _send(self, response: Response) -> None:
        if response.ending:
            self._break_off(response)
            return
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in response.headers.items():
            self.send_header(name, value.replace("\r", "").replace("\n", ""))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _break_off(self, response: Response) -> None:
        self.close_connection = True
        if response.ending == "hold":
            self.server.pause(response.seconds)
            return
        # Closing with a linger time of zero sends RST; the file objects of the handler would keep it open.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def version_string(self) -> str:
        return "sandbox"

    def log_message(self, format: str, *args: object) -> None:
        """Stripe's side is quiet; what was asked is in `Sandbox.requests`."""
