"""From a request to who calls: the key in the dialect's header, then rate, origin, subscription and scope."""

from django.http import HttpRequest

from availengine.api.dialect import Dialect
from availengine.api.errors import ApiError
from availengine.api.throttling import require_key_rate
from businesses.actors import act_as
from businesses.errors import PaymentRequired
from businesses.keys import Principal, principal_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def admit(request: HttpRequest, dialect: Dialect, scope: str | None, *, reading: bool = False) -> Principal:
    """Let a request in. Raises ApiError 401, 403, 429 or PaymentRequired (402); remembers who called.

    `reading`: it changes nothing, whatever its method.
    """
    secret = dialect.secret(request)
    principal = principal_of(secret) if secret else None
    if principal is None:
        challenge = {"WWW_Authenticate": "Bearer"} if dialect.bearer else {}
        raise ApiError("invalid_token", "Missing or invalid API key.", **challenge)
    request.principal = principal  # type: ignore[attr-defined]
    act_as("key", principal.name)
    require_key_rate(principal)
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"  # the pages of this very server, such as the documents
    if origin and origin != own and not origin_allowed(principal, origin, dialect):
        raise ApiError("insufficient_permissions", "This key may not be used from this origin.")
    if scope is not None and not principal.may(scope):
        raise ApiError("insufficient_permissions", f"This key lacks the scope {scope}.")
    if principal.past_due and not reading and request.method not in SAFE_METHODS:
        raise PaymentRequired("The subscription of this business is past due.")
    return principal


def origin_allowed(principal: Principal, origin: str, dialect: Dialect) -> bool:
    """A key without listed origins may be used from any page when it is a browser key, or the dialect says so."""
    if principal.allowed_origins:
        return origin in principal.allowed_origins
    return principal.browser or dialect.any_page
