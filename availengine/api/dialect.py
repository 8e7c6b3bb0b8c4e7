"""What makes a dialect: its prefix, its key's header, its words for errors. The rest is shared by all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from availengine.api.errors import Problem


@dataclass(frozen=True, kw_only=True, eq=False)
class Dialect:
    """One of the wire languages over the core.

    `words` turns an error into this dialect's body, `problem_schema` is the JSON schema of such a body.
    `key_header` carries the key; the Authorization header does so as a bearer token.
    `any_page`: a key without listed origins may be used from any web page, not only when it is a browser key.
    `more_headers`: what a page may send besides, Idempotency-Key in most.
    `open_options`: every OPTIONS request is answered 200 with `{}`, also without an Origin and on unknown routes.
    """

    name: str
    title: str
    description: str
    prefix: str
    key_header: str
    words: Callable[[Problem], dict[str, Any]]
    problem_schema: Mapping[str, Any]
    more_headers: tuple[str, ...] = ("Idempotency-Key",)
    any_page: bool = False
    open_options: bool = False

    @property
    def bearer(self) -> bool:
        return self.key_header == "Authorization"

    def secret(self, request: HttpRequest) -> str:
        """The key as this dialect's header carries it, or an empty string."""
        value = request.headers.get(self.key_header, "")
        if not self.bearer:
            return value.strip()
        scheme, _, secret = value.partition(" ")
        return secret.strip() if scheme.lower() == "bearer" else ""

    def covers(self, path: str) -> bool:
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    @property
    def security_scheme(self) -> dict[str, str]:
        """In the terms of OpenAPI."""
        if self.bearer:
            return {"type": "http", "scheme": "bearer"}
        return {"type": "apiKey", "in": "header", "name": self.key_header}
