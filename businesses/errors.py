"""What can go wrong in the core, as classes with a code; the edge turns them into answers in each dialect's words."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Something the caller asked for cannot be done. `code` is stable, `message` is for people.

    `retry_after`: the seconds after which it may succeed, when waiting helps.
    """

    code = "error"
    retry_after: int | None = None

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Invalid(DomainError):
    """The request itself is wrong. `details` maps field names to lists of messages."""

    code = "validation_error"


class NotFound(DomainError):
    """No such thing in this business: another tenant's id and a random one look the same."""

    code = "not_found"

    def __init__(self, message: str = "Not found.") -> None:
        super().__init__(message)


class Conflict(DomainError):
    """The state of things does not allow it: slot taken, transition not allowed, name used twice."""

    code = "conflict"


class Stale(Conflict):
    """What is to be changed is not what was seen: somebody else has changed it meanwhile."""

    def __init__(self, message: str = "Somebody else has changed this meanwhile.") -> None:
        super().__init__(message)


class Forbidden(DomainError):
    """Known, but not allowed to do this."""

    code = "insufficient_permissions"


class PaymentRequired(DomainError):
    """The business's subscription is past due."""

    code = "payment_required"


class Busy(DomainError):
    """The database could not serve the request now; trying again after `retry_after` seconds may succeed."""

    code = "temporarily_unavailable"

    def __init__(self, message: str = "The service is busy. Try again shortly.", retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InProgress(Conflict):
    """Somebody else is doing the same just now; trying again shows the outcome."""

    retry_after = 1


class Undone(Busy):
    """It could not be finished and was taken back: asking again begins anew."""
