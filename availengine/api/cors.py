"""Cross-origin requests: which page may read an answer depends on the key, so this is not a setting.

A preflight carries no key: it says what a browser may send. The answer itself is readable for a page only
when the key allows its origin.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from availengine.api.authentication import origin_allowed
from availengine.api.dialect import Dialect
from availengine.api.dialects import dialect_of

METHODS = "GET, POST, PATCH, PUT, DELETE, OPTIONS"
RESPONSE_HEADERS = "Retry-After, Idempotent-Replayed"


class CorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        dialect = dialect_of(request.path_info)
        if dialect is None:
            return self.get_response(request)
        origin = request.headers.get("Origin")
        if request.method == "OPTIONS" and (origin or dialect.open_options):
            return _preflight(dialect, origin or "*")
        response = self.get_response(request)
        return _readable(response, request, dialect, origin) if origin else response


def _readable(response: HttpResponse, request: HttpRequest, dialect: Dialect, origin: str) -> HttpResponse:
    """The answer, for the page that asked. Without a valid key there is nothing to protect, and a page should be able
    to read why it failed.
    """
    patch_vary_headers(response, ["Origin"])
    principal = getattr(request, "principal", None)
    if principal is None or origin_allowed(principal, origin, dialect):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = RESPONSE_HEADERS
    return response


def _preflight(dialect: Dialect, origin: str) -> HttpResponse:
    body, status = (b"{}", 200) if dialect.open_options else (b"", 204)
    return HttpResponse(
        body,
        status=status,
        content_type="application/json" if body else None,
        headers={
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": ", ".join((dialect.key_header, "Content-Type", *dialect.more_headers)),
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        },
    )
