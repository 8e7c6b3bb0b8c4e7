"""The load generator: kept connections, prepared bytes, one epoll loop. It shares the cores with the server."""

import gc
import select
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from bench.errors import BenchError

SILENCE = 20.0
CHUNK = 256 * 1024
LENGTH = b"content-length: "
HEAD_END = b"\r\n\r\n"


@dataclass
class Sample:
    """What one measurement gave: seconds per answer, how long it took in all, and what was not as expected."""

    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    unexpected: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Connection:
    """One kept connection with at most one request under way."""

    __slots__ = ("answer", "began", "size", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SILENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.size = 0
        self.began = 0.0

    def send(self, request: bytes) -> None:
        self.answer, self.size = b"", 0
        self.began = perf_counter()
        self.socket.sendall(request)  # smaller than the socket's buffer, so that it never waits

    def receive(self) -> bool:
        """Take what has arrived; whether the answer is whole."""
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise BenchError("The server closed a connection.")
        self.answer = self.answer + chunk if self.answer else chunk
        if not self.size:
            end = self.answer.find(HEAD_END)
            if end < 0:
                return False
            at = self.answer.lower().find(LENGTH, 0, end)
            if at < 0:
                raise BenchError(f"An answer without Content-Length: {self.answer[:300]!r}")
            stop = self.answer.index(b"\r", at)
            self.size = end + len(HEAD_END) + int(self.answer[at + len(LENGTH) : stop])
        return len(self.answer) >= self.size

    @property
    def status(self) -> int:
        return int(self.answer[9:12])

    @property
    def body(self) -> bytes:
        return self.answer[self.answer.index(HEAD_END) + len(HEAD_END) :]


class Client:
    """Some connections that are kept busy."""

    def __init__(self, port: int, connections: int) -> None:
        self.connections = [Connection(port) for _ in range(connections)]
        self._by_number = {connection.socket.fileno(): connection for connection in self.connections}
        self._epoll = select.epoll()
        for number in self._by_number:
            self._epoll.register(number, select.EPOLLIN)

    def close(self) -> None:
        self._epoll.close()
        for connection in self.connections:
            connection.socket.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """One request outside any measurement."""
        connection = self.connections[0]
        connection.send(request)
        while not connection.receive():
            pass
        return connection.status, connection.body

    def drive(self, requests: Iterator[bytes], seconds: float, sample: Sample, *, status: int, least: int) -> None:
        """Send until the time is over or nothing is left, then wait for what is under way.

        An answer that has another status, or fewer bytes than `least`, is counted as unexpected.
        """
        latencies, wanted, active = sample.latencies, str(status).encode(), 0
        began = finished = perf_counter()
        deadline = began + seconds
        for connection in self.connections:
            active += _send_next(connection, requests)
        while active:
            events = self._epoll.poll(SILENCE)
            if not events:
                raise BenchError(f"No answer within {SILENCE:.0f} s.")
            for number, _ in events:
                connection = self._by_number[number]
                if not connection.receive():
                    continue
                finished = perf_counter()
                latencies.append(finished - connection.began)
                if connection.answer[9:12] != wanted or connection.size < least:
                    sample.unexpected[_describe(connection)] += 1
                active -= 1
                if finished < deadline:
                    active += _send_next(connection, requests)
        sample.elapsed += finished - began


def _send_next(connection: Connection, requests: Iterator[bytes]) -> int:
    request = next(requests, None)
    if request is None:
        return 0
    connection.send(request)
    return 1


def _describe(connection: Connection) -> str:
    return f"{connection.status} {connection.body[:160].decode(errors='replace')}"


def measure(
    client: Client, requests: Iterator[bytes], *, warm_up: float, seconds: float, status: int, least: int
) -> Sample:
    """A steady stream of requests."""
    sample, warming = Sample(), Sample()
    with _quiet():
        client.drive(requests, warm_up, warming, status=status, least=least)
        client.drive(requests, seconds, sample, status=status, least=least)
    sample.unexpected += warming.unexpected
    return sample


def measure_sweeps(
    client: Client,
    sweep: Sequence[bytes],
    before: Callable[[], None],
    after: Callable[[], None],
    *,
    warm_up: float,
    seconds: float,
    status: int,
    least: int,
) -> Sample:
    """The same requests again and again, with a change before each pass whose time does not count."""
    sample, warming = Sample(), Sample()
    with _quiet():
        for into, length in ((warming, warm_up), (sample, seconds)):
            while into.elapsed < length:
                before()
                client.drive(iter(sweep), SILENCE, into, status=status, least=least)
    after()
    sample.unexpected += warming.unexpected
    return sample


@contextmanager
def _quiet() -> Iterator[None]:
    """No garbage collection of the client's within a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


BEARER = "Authorization: Bearer "  # what the native dialect has in front of a key


def get(path: str, key: str = "", header: str = BEARER, **headers: str) -> bytes:
    """The bytes of a GET; `HX_Request` stands for the header HX-Request."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return _request("GET", path, [*([header + key] if key else []), *lines])


def post(path: str, key: str, body: bytes, idempotency_key: str = "", header: str = BEARER) -> bytes:
    """The bytes of a POST with JSON."""
    lines = [header + key, "Content-Type: application/json", f"Content-Length: {len(body)}"]
    if idempotency_key:
        lines.append(f"Idempotency-Key: {idempotency_key}")
    return _request("POST", path, lines) + body


def _request(method: str, path: str, headers: Iterable[str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
