"""What every dialect's views share: key → business, scope, throttle, and errors in the dialect's words."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from availengine.api.authentication import admit
from availengine.api.dialect import Dialect
from availengine.api.errors import Problem, problem_of
from businesses.keys import Principal

S = TypeVar("S", bound=serializers.BaseSerializer[Any])


@functools.cache
def _reader(serializer: type[serializers.Serializer[Any]], partial: bool) -> serializers.Serializer[Any]:
    """One serializer for all requests: validation keeps nothing in it, and building one costs more than using it."""
    return serializer(partial=partial)


class DialectView(ViewSet):
    """A view of one business's data. `scopes` names what each action needs."""

    dialect: ClassVar[Dialect]
    scopes: ClassVar[Mapping[str, str]] = {}
    principal: Principal

    def error_body(self, problem: Problem) -> dict[str, Any]:
        """An error in this dialect's words."""
        return self.dialect.words(problem)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raw = request._request
        self.principal = admit(raw, self.dialect, self.scopes.get(self.action or ""))
        length = raw.META.get("CONTENT_LENGTH") or "0"
        if not re.fullmatch("[0-9]{1,18}", length, re.ASCII):
            raise ParseError("Content-Length is not a number.")
        if int(length) > settings.MAX_BODY_BYTES:
            raise RequestDataTooBig

    def plainly(self, action: Callable[..., bytes], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Run a reading action that makes its JSON itself; the same admission and the same errors as elsewhere."""
        try:
            self.principal = admit(request, self.dialect, self.scopes.get(action.__name__))
            return HttpResponse(action(request, *args, **kwargs), content_type="application/json")
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
