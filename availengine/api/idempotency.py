"""Idempotency-Key: the answer is stored in the transaction that does the work (GUARANTEES I1-I5).

The record is inserted first. A second request with the same key waits on the unique index until the first
transaction ends: committed, it replays; rolled back or crashed, it does the work itself.
"""

import functools
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, OperationalError
from psycopg import errors as pg
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.errors import ApiError, problem_of
from businesses.db import execute, prepared, transactional
from businesses.errors import Conflict
from businesses.keys import Principal
from businesses.sealing import seal, unseal

KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")

INSERT = """
INSERT INTO edge_idempotencyrecord (business_id, api_key_id, method, path, key, body_digest)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
THIS_RECORD = "business_id = %s AND api_key_id = %s AND method = %s AND path = %s AND key = %s"


class SecretResponse(Response):
    """An answer with a secret in it: stored encrypted, so that it can be replayed but not be read."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One request under one key."""

    scope: tuple[Any, ...]
    digest: bytes

    def insert(self) -> bool:
        """Whether the key was free. Waits for a request in flight, at most the lock timeout of 5 s."""
        try:
            return bool(execute(INSERT, [*self.scope, self.digest]))
        except OperationalError as error:
            if isinstance(error.__cause__, pg.LockNotAvailable):
                raise ApiError(
                    "conflict", "A request with this Idempotency-Key is still in progress.", Retry_After="1"
                ) from error
            raise

    def replay(self) -> Response:
        """The stored answer, byte for byte. Raises ApiError 422 when the body differs."""
        ((digest, status, body, sealed),) = prepared(
            f"SELECT body_digest, status, body, sealed FROM edge_idempotencyrecord WHERE {THIS_RECORD}",  # noqa: S608
            self.scope,
        )
        if bytes(digest) != self.digest:
            raise ApiError("idempotency_key_reused", "This Idempotency-Key was used with a different body.")
        try:
            answer = unseal(bytes(body)) if sealed else bytes(body)
        except InvalidToken as error:  # SECRET_KEY has changed since
            raise ApiError("conflict", "The answer to this Idempotency-Key can no longer be read.") from error
        return Response(answer, status=status, headers={"Idempotent-Replayed": "true"})

    def store(self, response: Response) -> Response:
        """Keep the answer; what is sent now are the bytes that are stored."""
        body = orjson.dumps(response.data)
        sealed = isinstance(response, SecretResponse)
        execute(
            f"UPDATE edge_idempotencyrecord SET status = %s, body = %s, sealed = %s WHERE {THIS_RECORD}",  # noqa: S608
            [response.status_code, seal(body) if sealed else body, sealed, *self.scope],
        )
        response.data = body
        return response


def idempotent(action: Callable[..., Response]) -> Callable[..., Response]:
    """For POST actions of a dialect view: one transaction, and at most one effect per Idempotency-Key."""

    @functools.wraps(action)
    def wrapped(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        claim = _claim(view.principal, request)

        def work() -> Response:
            return action(view, request, *args, **kwargs)

        return work() if claim is None else _once(claim, work, view.error_body)

    wrapped.idempotent = True  # type: ignore[attr-defined]
    return wrapped


def _claim(principal: Principal, request: Request) -> Claim | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not KEY.match(key):
        raise ApiError("validation_error", "Idempotency-Key must be 1 to 255 printable ASCII characters.")
    raw = request._request
    scope = (principal.business_id, principal.key_id, raw.method, raw.path.rstrip("/")[:300], key)
    return Claim(scope, hashlib.sha256(raw.body).digest())


def _once(claim: Claim, work: Callable[[], Response], words: Callable[[Any], Any]) -> Response:
    try:
        return _first_or_replay(claim, work)
    except (Conflict, IntegrityError) as refusal:
        problem = problem_of(refusal)
        return _first_or_replay(claim, lambda: Response(words(problem), status=problem.status))


@transactional
def _first_or_replay(claim: Claim, work: Callable[[], Response]) -> Response:
    if not claim.insert():
        return claim.replay()
    return claim.store(work())
