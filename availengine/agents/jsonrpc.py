"""JSON-RPC 2.0 as MCP speaks it: from parsed JSON to messages, from results and errors to answers. Nothing of HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
REFUSED = -32010  # of our own: turned away before any message was read; `data.code` says why
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

Id = str | int


class RpcError(Exception):
    """An error of the protocol: who calls has done something that no model can mend by other arguments."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass(frozen=True, slots=True)
class Message:
    """A request; without `id` a notification, which gets no answer; without `method` an answer to us, who never ask."""

    id: Id | None
    method: str
    params: dict[str, Any]


def message_of(raw: Any) -> Message:
    """Raises RpcError for all that is none."""
    if not isinstance(raw, dict) or raw.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, 'Not a JSON-RPC message: an object with "jsonrpc": "2.0" is.')
    if "method" not in raw and ("result" in raw or "error" in raw):
        return Message(None, "", {})
    method, params = raw.get("method"), raw.get("params")
    params = {} if params is None else params
    if not isinstance(method, str) or not method:
        raise RpcError(INVALID_REQUEST, '"method" must be a string.')
    if not isinstance(params, dict):
        raise RpcError(INVALID_REQUEST, '"params" must be an object.')
    if "id" in raw and not is_id(raw["id"]):
        raise RpcError(INVALID_REQUEST, '"id" must be a string or an integer.')
    return Message(raw.get("id"), method, params)


def is_id(value: Any) -> bool:
    return type(value) in (str, int)


def id_of(raw: Any) -> Id | None:
    """The id of something that may be no message, for the answer that says so."""
    value = raw.get("id") if isinstance(raw, dict) else None
    return value if is_id(value) else None


def succeeded(key: Id, result: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "result": dict(result)}


def failed(key: Id | None, error: RpcError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        told["data"] = dict(error.data)
    return {"jsonrpc": "2.0", "id": key, "error": told}
