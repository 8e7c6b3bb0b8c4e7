"""/mcp: the Model Context Protocol over streamable HTTP, without sessions and streams. One POST, one JSON answer."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from availengine.agents.dialect import MCP
from availengine.agents.jsonrpc import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RpcError,
    failed,
    id_of,
    message_of,
    succeeded,
)
from availengine.agents.protocol import LATEST, WITH_BATCHES, Headers, answer, version_of
from availengine.agents.tool import Caller
from availengine.api.authentication import admit
from availengine.api.errors import ApiError, problem_of
from availengine.api.throttling import require_key_rate
from availengine.api.views import plain_body
from availengine.clock import current_minute

MOST_IN_A_BATCH = 20
JSON = "application/json"
# Until 2025-11-25 an error of the protocol is an answer like any other; since then the status says it too.
STATUS = {METHOD_NOT_FOUND: 404, INVALID_PARAMS: 400}

Answer = tuple[Any, int]  # what is said, None for nothing, and the status


@csrf_exempt
def endpoint(request: HttpRequest) -> HttpResponse:
    """One message, or a batch of them. There is no stream to GET, and no session to DELETE."""
    if request.method != "POST":
        refusal = MCP.words(ApiError("method_not_allowed", "Send messages by POST; there is no stream.").problem)
        return HttpResponse(orjson.dumps(refusal), JSON, 405, headers={"Allow": "POST"})
    try:
        said, status = _answered(request)
    except Exception as error:
        problem = problem_of(error)
        return HttpResponse(orjson.dumps(MCP.words(problem)), JSON, problem.status, headers=problem.headers)
    if said is None:
        return HttpResponse(status=status, content_type=JSON)
    return HttpResponse(orjson.dumps(said), JSON, status, headers={"Cache-Control": "no-store"})


def _answered(request: HttpRequest) -> Answer:
    """Raises what turns somebody away before any message is read."""
    principal = admit(request, MCP, None, reading=True)
    _require_acceptance(request)
    body = plain_body(request)
    caller = Caller(principal, request, current_minute())
    headers = Headers(*(request.headers.get(name) for name in ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name")))
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        return failed(None, RpcError(PARSE_ERROR, "The body is not valid JSON.")), 400
    if isinstance(raw, list):
        return _batch(raw, headers, caller)
    return _one(raw, headers, caller)


def _require_acceptance(request: HttpRequest) -> None:
    """Raises ApiError (406) for who cannot take JSON."""
    accepted = request.headers.get("Accept", "*/*")
    kinds = {kind.split(";")[0].strip().lower() for kind in accepted.split(",")}
    if not kinds & {"*/*", "application/*", JSON}:
        raise ApiError("not_acceptable", "Answers are JSON: send Accept: application/json, text/event-stream.")


def _one(raw: Any, headers: Headers, caller: Caller) -> Answer:
    try:
        message = message_of(raw)
        version = version_of(message, headers)
    except RpcError as error:
        return failed(id_of(raw), error), 400
    if message.id is None:
        if not message.method and version == LATEST:
            return failed(None, RpcError(INVALID_REQUEST, "Nothing was asked, so there is nothing to answer.")), 400
        return None, 202
    try:
        return succeeded(message.id, answer(message, version, caller)), 200
    except RpcError as error:
        return failed(message.id, error), STATUS.get(error.code, 200) if version == LATEST else 200


def _batch(raw: list[Any], headers: Headers, caller: Caller) -> Answer:
    """Several messages, one after another, each counted as a request. Only one version has this."""
    problem = _wrong_with(raw, headers)
    if problem:
        return failed(None, RpcError(INVALID_REQUEST, problem)), 400
    for _ in raw[1:]:
        require_key_rate(caller.principal)
    told = [said for said, _ in (_one(message, headers, caller) for message in raw) if said is not None]
    return (told, 200) if told else (None, 202)


def _wrong_with(raw: list[Any], headers: Headers) -> str:
    if headers.version not in (None, WITH_BATCHES):
        return f"{headers.version} has no batches: send one message."
    if not 1 <= len(raw) <= MOST_IN_A_BATCH:
        return f"A batch has 1 to {MOST_IN_A_BATCH} messages."
    if any(isinstance(message, dict) and message.get("method") == "initialize" for message in raw):
        return "initialize is sent alone."
    return ""
