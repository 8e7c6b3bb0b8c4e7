"""What all pages have, and the API has not: a content policy, and a language."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from availengine.api.dialects import dialect_of

ADMIN = "/admin/"  # the host's own pages are in English


class PagePolicyMiddleware(CSPMiddleware):
    """The Content-Security-Policy of settings, for HTML: an answer of the API has nothing to run, and is in a hurry."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            return super().process_response(request, response)
        return response


class PageLanguageMiddleware:
    """The visitor's language, for pages that belong to no business; the others take their business's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(ADMIN) or dialect_of(request.path_info):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            return self.get_response(request)
