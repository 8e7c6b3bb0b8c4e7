"""Where errors become answers. Each dialect has its own words; this is the envelope of the native one.

`{"error": {"code", "message"}}`, field errors under `error.details` (seed 000, "Error Handling").
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg_pool
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from psycopg import errors as pg
from rest_framework import exceptions as drf
from rest_framework.response import Response

from businesses import errors as domain
from businesses.db import violated

logger = logging.getLogger(__name__)

STATUS = {
    "validation_error": 400,
    "invalid_token": 401,
    "payment_required": 402,
    "insufficient_permissions": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "idempotency_key_reused": 422,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
    "temporarily_unavailable": 503,
}


@dataclass(frozen=True)
class Problem:
    """An error as every dialect sees it, before it is put into words."""

    code: str
    message: str
    details: Mapping[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return STATUS[self.code]


class ApiError(Exception):
    """A refusal by the edge itself: wrong key, too many requests, key reused."""

    def __init__(self, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, None, {k.replace("_", "-"): v for k, v in headers.items()})


def problem_of(error: Exception) -> Problem:
    """What any exception means to a caller. What nobody expected is logged and told as an internal error."""
    if isinstance(error, ApiError):
        return error.problem
    if isinstance(error, domain.DomainError):
        wait = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        return Problem(error.code, error.message, error.details, wait)
    found = _framework_problem(error) or _database_problem(error)
    if found:
        return found
    logger.error("unexpected %s", type(error).__name__, exc_info=error)
    return Problem("internal_error", "Something went wrong on our side.")


# What Django and DRF raise, by class; the first that fits counts.
FRAMEWORK: list[tuple[tuple[type[Exception], ...], str, str]] = [
    ((drf.MethodNotAllowed,), "method_not_allowed", "This method is not supported here."),
    ((drf.UnsupportedMediaType,), "unsupported_media_type", "Send JSON, with Content-Type: application/json."),
    ((RequestDataTooBig,), "payload_too_large", "The body is too large."),
    ((drf.NotFound, Http404), "not_found", "Not found."),
    ((drf.PermissionDenied, PermissionDenied), "insufficient_permissions", "Not allowed."),
    ((SuspiciousOperation,), "validation_error", "The request is not valid."),
]


def _framework_problem(error: Exception) -> Problem | None:
    if isinstance(error, drf.ValidationError):
        detail = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
        return Problem("validation_error", "The request is not valid.", _plain(detail))
    if isinstance(error, drf.ParseError):
        return Problem("validation_error", str(error.detail))
    return next((Problem(code, text) for classes, code, text in FRAMEWORK if isinstance(error, classes)), None)


def _plain(detail: Any) -> Any:
    """DRF's nested error details as plain structures."""
    if isinstance(detail, Mapping):
        return {str(key): _plain(value) for key, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [_plain(value) for value in detail]
    return str(detail)


UNAVAILABLE = Problem("temporarily_unavailable", "The service is busy. Try again shortly.", None, {"Retry-After": "1"})
REFUSED = {
    "customer_once_per_phone": "Another customer has this phone number.",
    "category_once": "There is a category with this name already.",
    "key_name_once": "There is a key with this name already.",
    "service_one_default": "Another service is the default one.",
}


def _database_problem(error: Exception) -> Problem | None:
    """What the database refuses is a conflict; what it cannot do now may be tried again (GUARANTEES B4)."""
    if isinstance(error, IntegrityError):
        name = violated(error)
        logger.warning("refused by constraint %s", name)
        return Problem("conflict", REFUSED.get(name, "This conflicts with what is stored."))
    if isinstance(error, OperationalError | InterfaceError | psycopg_pool.PoolTimeout):
        logger.warning("database unavailable: %s", error)
        return UNAVAILABLE
    if isinstance(error, DatabaseError) and isinstance(error.__cause__, pg.DataError):
        logger.warning("refused by the database: %s", error)
        return Problem("validation_error", "A value is out of range.")
    return None


ENVELOPE_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object", "additionalProperties": True},
            },
        }
    },
}


def envelope(problem: Problem) -> dict[str, Any]:
    """The body in the native words."""
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.details:
        body["details"] = problem.details
    return {"error": body}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's hook: every exception of a view becomes an answer in the words of its dialect."""
    problem = problem_of(error)
    words = getattr(context.get("view"), "error_body", envelope)
    headers = dict(problem.headers)
    if isinstance(error, drf.MethodNotAllowed):
        view = context.get("view")
        headers["Allow"] = ", ".join(getattr(view, "allowed_methods", []))
    return Response(words(problem), status=problem.status, headers=headers)
