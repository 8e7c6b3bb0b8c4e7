"""Requests and responses, as the HTTP server hands them over."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def argument(self, name: str) -> str:
        """A value of the query; empty when it is not there. Raises ValueError."""
        return dict(parse_qsl(self.query, max_num_fields=50)).get(name, "")


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    # How the connection ends: "" as usual, "hold" keeps silent for `seconds` and closes, "reset" breaks it.
    ending: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Logged:
    """One request to the API. The status is what was decided; faults may have kept it from the client."""

    method: str
    path: str
    idempotency_key: str | None
    status: int
    params: dict[str, object]
    account: str
