"""What the API refuses, with Stripe's statuses, types and codes. One class per kind of answer."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in Stripe's envelope.

    `stored`: kept under the idempotency key. `keeps_changes`: what was written before it stays written.
    """

    status = 400
    type = "invalid_request_error"
    stored = True
    keeps_changes = False

    def __init__(
        self, message: str, *, code: str | None = None, param: str | None = None, more: Json | None = None
    ) -> None:
        super().__init__(message)
        self.details = {"code": code, "message": message, "param": param, **(more or {})}

    def body(self) -> Json:
        told = {name: value for name, value in self.details.items() if value is not None}
        return {"error": {"type": self.type, **told}}


class InvalidParameter(ApiError):
    """Found before the execution began: the same key may be used again with better parameters."""

    stored = False

    def __init__(self, message: str, param: str, code: str | None = None) -> None:
        super().__init__(message, code=code, param=param)


class Unauthorized(ApiError):
    status = 401
    stored = False


class NoSuchObject(ApiError):
    status = 404

    def __init__(self, kind: str, identifier: str, param: str = "id") -> None:
        super().__init__(f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


class UnknownRoute(ApiError):
    status = 404
    stored = False


class CardError(ApiError):
    """A decline. The intent has changed, and that stays."""

    status = 402
    type = "card_error"
    keeps_changes = True


class KeyReused(ApiError):
    type = "idempotency_error"
    stored = False


class KeyInUse(ApiError):
    status = 409
    type = "idempotency_error"
    stored = False

    def __init__(self, key: str) -> None:
        text = "There is currently another in-progress request using this Idempotent Key"
        super().__init__(f"{text} (that probably means you submitted twice): {key}", code="idempotency_key_in_use")


class RateLimited(ApiError):
    status = 429
    stored = False

    def __init__(self) -> None:
        super().__init__("Request rate limit exceeded. Try again later.", code="rate_limit")


class ServerError(ApiError):
    status = 500
    type = "api_error"

    def __init__(self) -> None:
        super().__init__("An unknown error occurred")


class UnexpectedState(ApiError):
    """The object is in no state for this; it travels in the error, as Stripe does it."""

    def __init__(self, kind: str, obj: Json, message: str) -> None:
        shown = {name: value for name, value in obj.items() if not name.startswith("_")}
        super().__init__(message, code=f"{kind}_unexpected_state", more={kind: shown})
