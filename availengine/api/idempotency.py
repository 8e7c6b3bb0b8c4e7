"""Idempotency-Key: the answer is stored in the transaction that does the work (GUARANTEES I1-I5).

The record is inserted first. A second request with the same key waits on the unique index until the first
transaction ends: committed, it replays; rolled back or crashed, it does the work itself.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, OperationalError
from psycopg import errors as pg
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.errors import ApiError, problem_of
from businesses.db import execute, prepared, transactional
from businesses.errors import Conflict, InProgress, Undone
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
class Unfinished:
    """The work is committed, but Stripe has yet to be asked: `reference` names what is to be carried out."""

    reference: UUID


Answer = Response | Unfinished
Finish = Callable[..., Response]


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

    def replay(self) -> Answer:
        """The stored answer, byte for byte, or where to go on. Raises ApiError 422 when the body differs."""
        ((digest, status, body, sealed),) = prepared(
            f"SELECT body_digest, status, body, sealed FROM edge_idempotencyrecord WHERE {THIS_RECORD}",  # noqa: S608
            self.scope,
        )
        if bytes(digest) != self.digest:
            raise ApiError("idempotency_key_reused", "This Idempotency-Key was used with a different body.")
        if status is None:
            return Unfinished(UUID(bytes(body).decode()))
        try:
            answer = unseal(bytes(body)) if sealed else bytes(body)
        except InvalidToken as error:  # SECRET_KEY has changed since
            raise ApiError("conflict", "The answer to this Idempotency-Key can no longer be read.") from error
        return Response(answer, status=status, headers={"Idempotent-Replayed": "true"})

    def store(self, response: Response) -> Response:
        """Keep the answer; what is sent now are the bytes that are stored."""
        body = orjson.dumps(response.data)
        sealed = isinstance(response, SecretResponse)
        kept = execute(
            f"UPDATE edge_idempotencyrecord SET status = %s, body = %s, sealed = %s "  # noqa: S608
            f"WHERE {THIS_RECORD} AND status IS NULL",
            [response.status_code, seal(body) if sealed else body, sealed, *self.scope],
        )
        response.data = body
        return response if kept else self._stored_meanwhile(response)

    def _stored_meanwhile(self, response: Response) -> Response:
        """What another request with this key has stored; ours, should the record be gone."""
        found = prepared(f"SELECT 1 FROM edge_idempotencyrecord WHERE {THIS_RECORD}", self.scope)  # noqa: S608
        replayed = self.replay() if found else response
        return replayed if isinstance(replayed, Response) else response

    def leave(self, unfinished: Unfinished) -> Unfinished:
        """Keep where to go on."""
        execute(
            f"UPDATE edge_idempotencyrecord SET body = %s WHERE {THIS_RECORD}",  # noqa: S608
            [str(unfinished.reference).encode(), *self.scope],
        )
        return unfinished

    def forget(self) -> None:
        """Nothing came of it: the key may be used again."""
        execute(f"DELETE FROM edge_idempotencyrecord WHERE {THIS_RECORD} AND status IS NULL", self.scope)  # noqa: S608


def forget_answers(business_id: int, ids: Sequence[UUID]) -> int:
    """Empty the stored answers that tell of somebody who was erased; how many. Their requests stay done."""
    needles = [str(key).encode() for key in ids]
    return execute(
        "UPDATE edge_idempotencyrecord SET body = '{}' WHERE business_id = %s AND status IS NOT NULL AND NOT sealed "
        "AND EXISTS (SELECT FROM unnest(%s::bytea[]) AS told (id) WHERE position(told.id IN body) > 0)",
        [business_id, needles],
    )


def idempotent(action: Callable[..., Answer]) -> Callable[..., Response]:
    """For POST actions of a dialect view: one transaction, and at most one effect per Idempotency-Key."""
    return idempotent_then(_all_done)(action)


def _all_done(view: Any, reference: UUID, *args: Any, **kwargs: Any) -> Response:
    raise TypeError(f"{view} leaves {reference} unfinished, but is not marked with idempotent_then")


def idempotent_then(finish: Finish) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
    """For actions that go on after their transaction: `finish(view, reference, …)` makes the answer.

    The reference is kept with the key, so that a retry after a crash goes on where the first request ended.
    """

    def decorate(action: Callable[..., Answer]) -> Callable[..., Response]:
        @functools.wraps(action)
        def wrapped(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            claim = _claim(view.principal, request)

            def work() -> Answer:
                return action(view, request, *args, **kwargs)

            answer = work() if claim is None else _once(claim, work, view.error_body)
            if isinstance(answer, Response):
                return answer
            reference = answer.reference
            if claim is None:
                return finish(view, reference, *args, **kwargs)
            return _finished(claim, lambda: finish(view, reference, *args, **kwargs), view.error_body)

        wrapped.idempotent = True  # type: ignore[attr-defined]
        return wrapped

    return decorate


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


def _once(claim: Claim, work: Callable[[], Answer], words: Callable[[Any], Any]) -> Answer:
    try:
        return _first_or_replay(claim, work)
    except InProgress:
        raise
    except (Conflict, IntegrityError) as refusal:
        problem = problem_of(refusal)
        return _first_or_replay(claim, lambda: Response(words(problem), status=problem.status))


@transactional
def _first_or_replay(claim: Claim, work: Callable[[], Answer]) -> Answer:
    if not claim.insert():
        return claim.replay()
    answer = work()
    return claim.leave(answer) if isinstance(answer, Unfinished) else claim.store(answer)


def _finished(claim: Claim, finish: Callable[[], Response], words: Callable[[Any], Any]) -> Response:
    """The answer of what went on after its transaction, stored; of several that finish at once the first is kept."""
    try:
        answer = finish()
    except Undone:
        claim.forget()
        raise
    except InProgress:
        raise
    except Conflict as refusal:
        problem = problem_of(refusal)
        answer = Response(words(problem), status=problem.status)
    return claim.store(answer)
