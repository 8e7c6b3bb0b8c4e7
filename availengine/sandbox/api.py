"""One request of the API: who asks, which faults are due, idempotency, execution, and the answer."""

import base64
import binascii
import hashlib
import hmac
import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from availengine.sandbox import intents
from availengine.sandbox.cards import GENERIC
from availengine.sandbox.errors import (
    ApiError,
    InvalidParameter,
    Json,
    KeyInUse,
    KeyReused,
    RateLimited,
    ServerError,
    Unauthorized,
)
from availengine.sandbox.faults import EARLY, LATE, Fault, Faults
from availengine.sandbox.ledger import API_VERSION, PLATFORM, Ledger, random_text
from availengine.sandbox.lists import expanded
from availengine.sandbox.params import Params, decode
from availengine.sandbox.routes import Route, find
from availengine.sandbox.wire import Logged, Request, Response

KEY_LIFE = 24 * 3600
LONGEST_KEY = 255
MALFORMED = b'{"id": "pi_'
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """A request that has been understood: what to do, with what, for whom."""

    request: Request
    route: Route
    ids: tuple[str, ...]
    params: Json
    account: str
    request_id: str

    @property
    def key(self) -> str | None:
        return self.request.headers.get("idempotency-key") if self.request.method == "POST" else None

    @property
    def fingerprint(self) -> str:
        said = json.dumps([self.request.method, self.request.path, self.params], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


class Api:
    def __init__(
        self, secret_key: str, ledger: Callable[[str], Ledger], faults: Faults, pause: Callable[[float], None]
    ) -> None:
        """`ledger` makes one for an account; `pause` waits, but not beyond the end of the sandbox."""
        self._secret_key = secret_key
        self._ledger = ledger
        self._faults = faults
        self._pause = pause
        self._running: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self.requests: deque[Logged] = deque(maxlen=2000)

    def answer(self, request: Request) -> Response:
        fault = self._faults.take(EARLY, request.method, request.path)
        kind = fault.kind if fault else ""
        seconds = fault.seconds if fault else 0.0
        if kind in ("timeout_before", "reset"):
            self._log(request, 0, {}, "")
            return Response(0, ending="reset" if kind == "reset" else "hold", seconds=seconds)
        if kind == "rate_limit":
            self._log(request, 429, {}, "")
            return _refusal(RateLimited(), _request_id(), {"Stripe-Should-Retry": "false"})
        if kind == "malformed_before":
            self._log(request, 200, {}, "")
            return Response(200, MALFORMED)
        response = self._respond(request)
        if kind in ("timeout_after", "reset_after"):
            return replace(response, ending="reset" if kind == "reset_after" else "hold", seconds=seconds)
        return replace(response, body=MALFORMED) if kind == "malformed" else response

    def is_owner(self, request: Request) -> bool:
        """Does the request carry the secret key?"""
        return hmac.compare_digest(_token(request).encode(), self._secret_key.encode())

    def _respond(self, request: Request) -> Response:
        request_id, params, account = _request_id(), {}, ""
        try:
            params = decode(request.query if request.method in ("GET", "DELETE") else request.body.decode())
            account = self._account(request, params)
            route, ids = find(request.method, request.path)
            response = self._idempotent(Call(request, route, ids, params, account, request_id))
        except UnicodeDecodeError:
            response = _refusal(ApiError("The body is not UTF-8."), request_id)
        except ApiError as error:
            response = _refusal(error, request_id)
        self._log(request, response.status, params, account)
        return response

    def _account(self, request: Request, params: Json) -> str:
        """Whose objects the request works with. Raises Unauthorized."""
        if self.is_owner(request):
            return request.headers.get("stripe-account") or PLATFORM
        token = _token(request)
        if token and not token.startswith("pk_test_"):
            raise Unauthorized(f"Invalid API Key provided: {token[:8]}****")
        secret = params.get("client_secret")
        intent = intents.by_secret(self._ledger(PLATFORM), secret) if isinstance(secret, str) else None
        # The route is checked here as well: a browser may do nothing else with its secret.
        if intent is None or not find(request.method, request.path)[0].for_browsers or intent["id"] not in request.path:
            raise Unauthorized("You did not provide an API key, or this request needs a secret one.")
        account: str = intent["_account"]
        return account

    def _idempotent(self, call: Call) -> Response:
        if call.key is None:
            return self._execute(call)
        if not 1 <= len(call.key) <= LONGEST_KEY:
            raise InvalidParameter(f"Idempotency keys have 1 to {LONGEST_KEY} characters.", "Idempotency-Key")
        claim = (call.account, call.key)
        with self._lock:
            if claim in self._running:
                raise KeyInUse(call.key)
            self._running.add(claim)
        try:
            return self._replay(call, call.key) or self._execute(call)
        finally:
            with self._lock:
                self._running.discard(claim)

    def _replay(self, call: Call, key: str) -> Response | None:
        reply = self._ledger(call.account).store.reply(call.account, key)
        if reply is None:
            return None
        fingerprint, status, body = reply
        if fingerprint != call.fingerprint:
            raise KeyReused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request."
            )
        return Response(status, body.encode(), headers=_headers(call.request_id, {"Idempotent-Replayed": "true"}))

    def _execute(self, call: Call) -> Response:
        fault = self._faults.take(LATE, call.request.method, call.request.path)
        if fault and fault.kind == "slow":
            self._pause(fault.seconds)
        ledger = self._ledger(call.account)
        ledger.request_id, ledger.idempotency_key = call.request_id, call.key
        ledger.api_version = call.request.headers.get("stripe-version", API_VERSION)[:40]
        with ledger.store.transaction():
            status, body, stored = self._outcome(ledger, call, fault)
            text = json.dumps(body, indent=2)
            if call.key is not None and stored:
                kept = (call.fingerprint, status, text)
                ledger.store.keep_reply(call.account, call.key, kept, ledger.clock.now())
        echo = {"Idempotency-Key": call.key} if call.key is not None else {}
        return Response(status, text.encode(), headers=_headers(call.request_id, echo))

    def _outcome(self, ledger: Ledger, call: Call, fault: Fault | None) -> tuple[int, Json, bool]:
        """(status, body, whether it is kept under the key). A refusal undoes its changes, a decline does not."""
        try:
            return 200, self._run(ledger, call, fault.kind if fault else ""), True
        except ApiError as error:
            return error.status, error.body(), error.stored
        except Exception:  # a defect of the sandbox must not take the connection down
            logger.exception("%s %s", call.request.method, call.request.path)
            return 500, ServerError().body(), True

    def _run(self, ledger: Ledger, call: Call, fault: str) -> Json:
        if fault == "error_500":
            raise ServerError
        kept: ApiError | None = None
        with ledger.store.transaction():
            ledger.declining = fault == "decline"
            params = Params(call.params)
            try:
                result = expanded(ledger, call.route.handler(ledger, params, *call.ids), params)
            except ApiError as error:
                if not error.keeps_changes:
                    raise
                kept = error
            if fault == "decline" and kept is None:
                raise GENERIC.error()
        if fault == "error_500_after":
            raise ServerError
        if kept:
            raise kept
        return result

    def _log(self, request: Request, status: int, params: Json, account: str) -> None:
        key = request.headers.get("idempotency-key")
        self.requests.append(Logged(request.method, request.path, key, status, params, account))


def _token(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _request_id() -> str:
    return f"req_{random_text(14)}"


def _headers(request_id: str, more: dict[str, str] | None = None) -> dict[str, str]:
    return {"Request-Id": request_id, "Access-Control-Allow-Origin": "*", **(more or {})}


def _refusal(error: ApiError, request_id: str, more: dict[str, str] | None = None) -> Response:
    return Response(error.status, json.dumps(error.body(), indent=2).encode(), headers=_headers(request_id, more))
