"""The OpenAPI documents as they are served: made once per process, because making one takes half a second."""

import functools
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response


@functools.cache
def document(urlconf: str) -> dict[str, Any]:
    """The OpenAPI document of one dialect."""
    generator = SchemaGenerator(urlconf=urlconf)  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


class DocumentView(SpectacularJSONAPIView):
    """`urlconf` names the dialect. Public: it says no more than the reference does."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(document(str(self.urlconf)))
