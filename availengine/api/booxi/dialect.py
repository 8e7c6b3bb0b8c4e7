"""The Booxi dialect: /booking/v1, the key in the Booxi-APIKey header, ids as integers (seed 002)."""

from typing import Any

from availengine.api.dialect import Dialect
from availengine.api.errors import Problem
from availengine.api.views import DialectView
from businesses.errors import NotFound

CODES = {
    "validation_error": "InvalidRequest",
    "invalid_token": "InvalidApiKey",
    "payment_required": "PaymentRequired",
    "insufficient_permissions": "Forbidden",
    "not_found": "NotFound",
    "method_not_allowed": "MethodNotAllowed",
    "conflict": "Conflict",
    "payload_too_large": "PayloadTooLarge",
    "unsupported_media_type": "UnsupportedMediaType",
    "idempotency_key_reused": "IdempotencyKeyReused",
    "rate_limit_exceeded": "TooManyRequests",
    "internal_error": "InternalError",
    "temporarily_unavailable": "ServiceUnavailable",
}


def words(problem: Problem) -> dict[str, Any]:
    """`{"code", "message"}`, and `details` where there are some."""
    body: dict[str, Any] = {"code": CODES[problem.code], "message": problem.message}
    if problem.details:
        body["details"] = {name: _value(name, value) for name, value in problem.details.items()}
    return body


def _value(name: str, value: Any) -> Any:
    return pascal(value) if name == "reason" and isinstance(value, str) else value


def pascal(text: str) -> str:
    """`off_grid` as this dialect spells its words: `OffGrid`."""
    return "".join(part.capitalize() for part in text.split("_"))


BOOXI = Dialect(
    name="booxi",
    title="AvailEngine API, Booxi dialect",
    description="Free time slots for several services in sequence, and booking one of them. Start with "
    "`POST /booking/v1/availability/search`.",
    prefix="/booking/v1",
    key_header="Booxi-APIKey",
    words=words,
    problem_schema={
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "string", "enum": list(CODES.values())},
            "message": {"type": "string"},
            "details": {"type": "object", "additionalProperties": True},
        },
    },
)


class BooxiView(DialectView):
    """A view in Booxi's words."""

    dialect = BOOXI

    def require_merchant(self, merchant: int) -> None:
        """The merchant must be the key's own: any other is a 404, same as a random id."""
        if merchant != self.principal.business_id:
            raise NotFound
