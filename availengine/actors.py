"""Every request begins with nobody acting: whoever is recognised then says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from businesses.actors import nobody_acting


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with nobody_acting():
            return self.get_response(request)
