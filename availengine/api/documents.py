"""The OpenAPI documents as they are served: made once per process, because making one takes half a second."""

import functools
from threading import Lock
from typing import Any

from csp.decorators import csp_update
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.dialect import Dialect
from availengine.api.routes import both

# Swagger UI and ReDoc write styles as they run, ReDoc searches in a worker.
STYLED = csp_update({"style-src": ["'self'", "'unsafe-inline'"], "worker-src": ["'self'", "blob:"]})

_one_at_a_time = Lock()  # drf-spectacular's settings are the process's


@functools.cache
def document(dialect: Dialect) -> dict[str, Any]:
    """The OpenAPI document of one dialect."""
    described = {
        "TITLE": dialect.title,
        "DESCRIPTION": dialect.description,
        "SCHEMA_PATH_PREFIX": dialect.prefix,
        "APPEND_COMPONENTS": {
            "securitySchemes": {"apiKey": dialect.security_scheme},
            "schemas": {"Problem": dialect.problem_schema},
        },
    }
    generator = SchemaGenerator(urlconf=f"availengine.api.{dialect.name}.root")  # type: ignore[no-untyped-call]
    with _one_at_a_time, patched_settings(described):
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


class DocumentView(SpectacularJSONAPIView):
    """Public: it says no more than the reference does."""

    dialect: Dialect | None = None  # given by `document_routes`

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(document(self.dialect))


def document_routes(dialect: Dialect) -> list[URLPattern]:
    """The document and the pages that show it, below the dialect's prefix."""
    prefix, name = dialect.prefix.lstrip("/"), f"{dialect.name}-schema"
    swagger = STYLED(SpectacularSwaggerSplitView.as_view(url_name=name))
    redoc = STYLED(SpectacularRedocView.as_view(url_name=name, template_name="redoc.html"))
    return [
        *both(f"{prefix}/schema", DocumentView.as_view(dialect=dialect), name=name),
        *both(f"{prefix}/docs", swagger, name=f"{dialect.name}-docs"),
        *both(f"{prefix}/redoc", redoc, name=f"{dialect.name}-redoc"),
    ]
