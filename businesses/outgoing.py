"""The one way out to addresses that users give us: webhooks and calendar feeds (GUARANTEES E6).

A name is resolved once, all its addresses must be public, and what was checked is what is dialled. No redirects, no
proxies of the environment, https only; what OUTGOING_ALLOW_NETWORKS lists may be reached as well, also over http.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LONGEST_URL = 2000
HOST = re.compile(r"[a-z0-9_.-]{1,253}\Z")
TIMEOUT = 15.0  # seconds for everything: name, connection, request, answer
MOST_READ = 65_536

IPv4 = ipaddress.IPv4Network
IPv6 = ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's registries of special-purpose addresses; what is not listed is public.
V4 = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
240.0.0.0/4
"""
NOT_PUBLIC_V4 = [IPv4(text) for text in V4.split()]
# Of IPv6 only global unicast is public, less what carries other addresses inside or is for documentation.
GLOBAL_V6 = IPv6("2000::/3")
NOT_PUBLIC_V6 = [IPv6(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")]


class NotAllowed(ValueError):
    """An address that is not to be asked."""


class NoAnswer(OSError):
    """Nobody answered properly in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: at most as many bytes as were wanted."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: Ip) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    return address in GLOBAL_V6 and not any(address in network for network in NOT_PUBLIC_V6)


@cache
def _networks(listed: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text, strict=False) for text in listed if text]


def is_allowed_besides(address: Ip) -> bool:
    """In a network that the operator lists."""
    return any(address in network for network in _networks(tuple(settings.OUTGOING_ALLOW_NETWORKS)))


def checked_url(url: str) -> SplitResult:
    """The parts of a URL that may be asked as far as can be seen without its name's addresses. Raises NotAllowed."""
    if len(url) > LONGEST_URL or not url.isascii() or any(character <= " " for character in url):
        raise NotAllowed("Not a URL.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if "[" in parts.netloc:
            ipaddress.IPv6Address(host)
    except ValueError as error:
        raise NotAllowed("Not a URL.") from error
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise NotAllowed("Use a URL that begins with https://.")
    if not HOST.match(host) and (":" not in host or "%" in host):
        raise NotAllowed("This name cannot be used.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("A URL must not carry a name or password.")
    if parts.scheme == "http" and not settings.OUTGOING_ALLOW_NETWORKS:
        raise NotAllowed("Use https.")
    return parts


def refuse_private_literal(url: str) -> None:
    """For the moment a URL is registered: literal addresses that are not public are refused. Raises NotAllowed."""
    parts = checked_url(url)
    with suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(parts.hostname, None, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)
        _require_allowed(parts, [str(entry[4][0]) for entry in found])


def _require_allowed(parts: SplitResult, addresses: Iterable[str]) -> None:
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        besides = is_allowed_besides(address)
        if not besides and not is_public(address):
            raise NotAllowed("This address is not public.")
        if parts.scheme == "http" and not besides:
            raise NotAllowed("Use https.")


def resolved(parts: SplitResult, timeout: float = TIMEOUT) -> str:
    """The address to dial: the first of a name whose addresses are all allowed. Raises NotAllowed, NoAnswer."""
    addresses = _addresses(parts.hostname or "", timeout)
    _require_allowed(parts, addresses)
    return addresses[0]


def _addresses(name: str, timeout: float) -> list[str]:
    """Asked for in a thread of its own: the system's resolver has no time limit. Raises NoAnswer."""
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    if asking.is_alive() or not found:
        raise NoAnswer("The name cannot be resolved.")
    return found


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Dialled(http.client.HTTPConnection):
    """A connection to an address that was checked, whatever the name says by now."""

    def __init__(self, parts: SplitResult, address: str, timeout: float) -> None:
        self._encrypted = parts.scheme == "https"
        self.default_port = 443 if self._encrypted else 80  # what `Host` leaves out
        super().__init__(parts.hostname or "", parts.port or self.default_port, timeout=timeout)
        self._address = address
        self.late = False
        self._held: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._hold(socket.create_connection((self._address, self.port), self.timeout))
        if self._encrypted:  # the handshake comes when `cut` already knows the socket
            held = _tls().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self._hold(held)
            held.do_handshake()

    def _hold(self, sock: socket.socket) -> socket.socket:
        """`http.client` lets go of its socket before the body is read."""
        self._held = sock
        if self.late:
            raise TimeoutError
        return sock

    def cut(self) -> None:
        """End everything from another thread: a receiver that drips never runs into a socket's own timeout."""
        self.late = True
        if self._held is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)  # below TLS, which may be busy


def fetch(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT, most: int = MOST_READ,
) -> Answer:  # fmt: skip
    """One request, one answer, within `timeout` seconds in all, and `most` bytes of its body.

    Redirects are answers. Raises NotAllowed, NoAnswer.
    """
    began = time.monotonic()
    parts = checked_url(url)
    address = resolved(parts, timeout)
    left = max(0.1, timeout - (time.monotonic() - began))
    connection = _Dialled(parts, address, left)
    watchdog = threading.Timer(left, connection.cut)
    watchdog.daemon = True
    watchdog.start()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.headers.items()), answer.read(most))
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = connection.late or isinstance(error, TimeoutError)
        raise NoAnswer("No answer in time." if late else f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        watchdog.cancel()
        connection.close()
    if connection.late:  # cut short, it looks complete
        raise NoAnswer("No answer in time.")
    return found
