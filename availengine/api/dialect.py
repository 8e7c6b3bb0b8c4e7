"""What every dialect's views share: key → business, scope, throttle, and errors in the dialect's words."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from availengine.api.authentication import admit, bearer_secret
from availengine.api.errors import Problem, envelope
from businesses.keys import Principal

S = TypeVar("S", bound=serializers.BaseSerializer[Any])


class DialectView(ViewSet):
    """A view of one business's data. `scopes` names what each action needs."""

    scopes: ClassVar[Mapping[str, str]] = {}
    principal: Principal

    def secret(self, request: HttpRequest) -> str:
        """The key as this dialect's header carries it."""
        return bearer_secret(request)

    @staticmethod
    def error_body(problem: Problem) -> dict[str, Any]:
        """An error in this dialect's words."""
        return envelope(problem)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raw = request._request
        self.principal = admit(raw, self.secret(raw), self.scopes.get(self.action or ""))
        if int(raw.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES:
            raise RequestDataTooBig

    @staticmethod
    def read(serializer: type[serializers.Serializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
        """Validated input. Raises DRF's ValidationError (400); unknown fields have no effect."""
        bound = serializer(data=data, partial=partial)
        bound.is_valid(raise_exception=True)
        return dict(bound.validated_data)

    def query(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Validated query parameters."""
        return self.read(serializer, self.request.query_params.dict())
