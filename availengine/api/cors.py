"""Cross-origin requests: which page may read an answer depends on the key, so this is not a setting.

A preflight carries no key: it says what a browser may send. The answer itself is readable for a page only
when the key allows its origin.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from availengine.api.authentication import origin_allowed

API_PREFIXES = ("/v1/", "/v1")
METHODS = "GET, POST, PATCH, PUT, DELETE, OPTIONS"
REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key"
RESPONSE_HEADERS = "Retry-After, Idempotent-Replayed"


class CorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if not origin or not request.path_info.startswith(API_PREFIXES):
            return self.get_response(request)
        if request.method == "OPTIONS":
            return self._preflight(origin)
        response = self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        principal = getattr(request, "principal", None)
        # Without a valid key there is nothing to protect, and a page should be able to read why it failed.
        if principal is None or origin_allowed(principal, origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = RESPONSE_HEADERS
        return response

    def _preflight(self, origin: str) -> HttpResponse:
        return HttpResponse(
            status=204,
            headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": REQUEST_HEADERS,
                "Access-Control-Max-Age": "600",
                "Vary": "Origin",
            },
        )
