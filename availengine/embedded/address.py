"""Where the web server listens, and how it is reached from this machine."""

import errno
import http.client
import socket
from dataclasses import dataclass

import psutil

from availengine.embedded.errors import StackError

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what the user may ask for


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, bind: str, port: str) -> "Address":
        """From BIND and PORT. Raises StackError."""
        if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            raise StackError(f"PORT is {port!r}, but must be a number from 1 to 65535.")
        return cls("127.0.0.1" if bind == "localhost" else bind.strip("[]"), int(port))

    @property
    def local_host(self) -> str:
        return ANYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The base URL on this machine."""
        return f"http://{_in_url(self.local_host)}:{self.port}"

    def names(self) -> list[str]:
        """The hosts that a URL to us may name: this machine's own, however many addresses it has."""
        own = ["localhost", "127.0.0.1", "[::1]"]
        if self.host not in ANYWHERE:
            return [*own, _in_url(self.host)]
        found = [address for interface in psutil.net_if_addrs().values() for address in interface]
        numbers = [item.address.split("%")[0] for item in found if item.family in (socket.AF_INET, socket.AF_INET6)]
        return [*own, socket.gethostname(), *map(_in_url, numbers)]

    def require_free(self) -> None:
        """Raises StackError when somebody listens there already, or when we may not."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, kind, _, _, address in found:
                with socket.socket(family, kind) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StackError(
                    f"Port {self.port} on {self.host} is taken by another program. "
                    f"Choose another one: make run PORT={self.port % 65535 + 1}"
                ) from error
            raise StackError(f"Cannot listen on {self.host}, port {self.port}: {error.strerror}") from error

    def get(self, path: str, *, token: str = "", timeout: float = 5.0) -> tuple[int, bytes]:
        """The answer to a GET, asked directly: proxies of the environment have no say here. Raises OSError."""
        connection = http.client.HTTPConnection(self.local_host, self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"no proper answer: {error}") from error
        finally:
            connection.close()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def beside(application: Address, wanted: str, last: int | None, offset: int) -> Address:
    """Where another server listens on the application's host: the port asked for; else the last one, so that links
    go on working; else the one so much above the application's; else any that is free. Raises StackError.
    """
    if wanted:
        address = Address.parse(application.host, wanted)
        address.require_free()
        return address
    for port in filter(None, (last, application.port + offset)):
        try:
            address = Address.parse(application.host, str(port))
            address.require_free()
        except StackError:
            continue
        return address
    with socket.socket(socket.AF_INET6 if ":" in application.host else socket.AF_INET) as probe:
        probe.bind((application.host, 0))
        return Address(application.host, probe.getsockname()[1])
