"""OpenAPI documents: one per dialect, made by drf-spectacular from views and serializers."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {"$ref": "#/components/schemas/Problem"}
PROBLEMS = {
    "400": "The request is not valid.",
    "401": "Missing or invalid API key.",
    "402": "The subscription is past due.",
    "403": "The key lacks the scope, or may not be used from this origin.",
    "404": "Not found.",
    "405": "This method is not supported here.",
    "409": "The state of things does not allow it: slot taken, transition not allowed.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used with a different body.",
    "429": "Too many requests: see Retry-After.",
    "503": "Busy: try again after Retry-After seconds.",
}
READS = ("400", "401", "403", "404", "405", "429", "503")
CHANGES = (*READS, "402", "409", "413", "415")
CODES = {"GET": READS, "DELETE": CHANGES, "PATCH": CHANGES, "PUT": CHANGES, "POST": CHANGES}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x20-\x7e]+$"},
    "description": "At most one effect per key: a repeated request gets the stored answer.",
}


class DialectSchema(AutoSchema):
    """Adds to each operation the refusals that any view may give, and the Idempotency-Key where it is taken."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Lists answer with a page, which is one object."""
        return False

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        takes_key = getattr(getattr(self.view, self.view.action), "idempotent", False)  # type: ignore[attr-defined]
        for code in sorted((*CODES[self.method], *(["422"] if takes_key else []))):
            operation["responses"].setdefault(
                code, {"description": PROBLEMS[code], "content": {"application/json": {"schema": PROBLEM}}}
            )
        if takes_key:
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        return operation


def one_spelling_of_each_path(
    endpoints: list[tuple[str, str, str, Callable[..., Any]]], **kwargs: Any
) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """Every route answers with and without the slash; the document shows the reference's spelling."""
    kept = []
    for path, pattern, method, view in endpoints:
        if path.endswith("/") == (path.rstrip("/") + "/" in SLASHED):
            kept.append((path, pattern, method, view))
    return kept


SLASHED = {"/v1/bookings/"}
