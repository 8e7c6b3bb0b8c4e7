"""What every dialect's views share: key → business, scope, throttle, and errors in the dialect's words."""

import functools
import re
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from availengine.api.authentication import admit
from availengine.api.dialect import Dialect
from availengine.api.errors import Problem, problem_of
from availengine.api.parsers import StrictJSONParser
from availengine.api.throttling import require_visitor_rate
from businesses.keys import Principal

S = TypeVar("S", bound=serializers.BaseSerializer[Any])


@functools.cache
def _reader(serializer: type[serializers.Serializer[Any]], partial: bool) -> serializers.Serializer[Any]:
    """One serializer for all requests: validation keeps nothing in it, and building one costs more than using it."""
    return serializer(partial=partial)


def check_length(request: HttpRequest) -> None:
    """Raises RequestDataTooBig or ParseError by what the request says of its body, before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not re.fullmatch("[0-9]{1,18}", length, re.ASCII):
        raise ParseError("Content-Length is not a number.")
    if int(length) > settings.MAX_BODY_BYTES:
        raise RequestDataTooBig


def plain_body(request: HttpRequest) -> bytes:
    """The JSON body of a request that goes without DRF's, as it was sent; `parsed` reads it.

    Raises UnsupportedMediaType, RequestDataTooBig, ParseError.
    """
    check_length(request)
    body = request.body
    if body and (request.content_type or "").strip().lower() != StrictJSONParser.media_type:
        raise UnsupportedMediaType(request.content_type or "")
    return body


class DialectView(ViewSet):
    """A view of one business's data. `scopes` names what each action needs, `reading` the actions that change nothing
    although they are a POST: a question that does not fit into an address. `visited` are those by which visitors of
    a web page book, `plain` the hot reads that make their JSON themselves.
    """

    dialect: ClassVar[Dialect]
    scopes: ClassVar[Mapping[str, str]] = {}
    reading: ClassVar[frozenset[str]] = frozenset()
    visited: ClassVar[frozenset[str]] = frozenset()
    plain: ClassVar[frozenset[str]] = frozenset()
    principal: Principal

    def error_body(self, problem: Problem) -> dict[str, Any]:
        """An error in this dialect's words."""
        return self.dialect.words(problem)

    def tenant(self) -> dict[str, Any]:
        """Whose data, live or test, as the core wants to be told."""
        return {"business_id": self.principal.business_id, "live": self.principal.live}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hot reads go without DRF's request, negotiation and renderer."""
        action = self.action_map.get((request.method or "").lower())
        if action in self.plain:
            return self._plainly(action, request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Admission; a visitor is counted once per request, whatever becomes of it, before there is a transaction."""
        raw, action = request._request, self.action or ""
        self._admit(raw, action)
        check_length(raw)
        if action in self.visited:
            require_visitor_rate(self.principal, raw)

    def _admit(self, request: HttpRequest, action: str) -> None:
        self.principal = admit(request, self.dialect, self.scopes.get(action), reading=action in self.reading)

    def _plainly(self, action: str, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same admission and the same errors as elsewhere."""
        try:
            self._admit(request, action)
            body: bytes = getattr(self, action)(request, *args, **kwargs)
            return HttpResponse(body, content_type="application/json")
        except Exception as error:
            problem = problem_of(error)
            body = orjson.dumps(self.error_body(problem))
            return HttpResponse(body, "application/json", problem.status, headers=problem.headers)

    @staticmethod
    def read(serializer: type[serializers.Serializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
        """Validated input. Raises DRF's ValidationError (400); unknown fields have no effect."""
        return dict(_reader(serializer, partial).run_validation(data))

    def query(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Validated query parameters."""
        return self.read(serializer, self.request.query_params.dict())
