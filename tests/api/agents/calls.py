"""How the tests speak MCP without a client: raw messages, and tools whose answers are held against their schemas."""

import functools
import json
from typing import Any

import jsonschema
from django.http import HttpResponse

from availengine.agents.dialect import MCP
from availengine.agents.tool import as_listed
from availengine.agents.tools import TOOLS
from tests.api.calls import DAY, Caller, ok

VERSION = "2025-11-25"
GUEST = {"first_name": "Jane", "last_name": "Doe", "phone": "+301234567890", "email": "jane@example.com"}
SLOT = {"booking_date": DAY, "start_time": "10:00"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


@functools.cache
def validator(tool: str) -> jsonschema.Draft202012Validator:
    schema = as_listed(TOOLS[tool])["outputSchema"]
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def message(method: str, params: Any = None, key: Any = 1, **more: Any) -> dict[str, Any]:
    said = {"jsonrpc": "2.0", "id": key, "method": method, **more}
    return said if params is None else {**said, "params": params}


class Agent:
    """Somebody who calls tools with one key."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller.speaking(MCP)

    def send(self, body: Any, **headers: str) -> HttpResponse:
        given = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": VERSION}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.caller.send("POST", "/mcp", body, headers={**given, **named})

    def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """The result of a request."""
        told = ok(self.send(message(method, params)))
        assert set(told) == {"jsonrpc", "id", "result"}, told
        result: dict[str, Any] = told["result"]
        return result

    def ask_now(self, method: str, params: Any = None) -> HttpResponse:
        """The same in the version without a beginning."""
        said = message(method, {**(params or {}), "_meta": META})
        named = {"Mcp-Name": params["name"]} if method == "tools/call" and params else {}
        return self.send(said, MCP_Protocol_Version="2026-07-28", Mcp_Method=method, **named)

    def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """What a tool answers."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert result["isError"] is False, result["content"]
        told: dict[str, Any] = result["structuredContent"]
        validator(tool).validate(told)
        assert set(told) <= set(as_listed(TOOLS[tool])["outputSchema"]["properties"])
        (text,) = result["content"]
        assert text["type"] == "text"
        assert json.loads(text["text"]) == told
        return told

    def refused(self, tool: str, /, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """The words of a refusal by a tool, and the error as the API tells it."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert set(result) == {"content", "isError"}, result
        assert result["isError"] is True
        words, envelope = (block["text"] for block in result["content"])
        return words, json.loads(envelope)["error"]

    def tools(self) -> list[str]:
        return [tool["name"] for tool in self.ask("tools/list")["tools"]]

    def hold(self, **changes: Any) -> dict[str, Any]:
        return self.call("hold_slot", **{**SLOT, **changes})

    def book(self, **changes: Any) -> dict[str, Any]:
        """Held and confirmed."""
        return self.call("confirm_booking", hold_id=self.hold(**changes)["hold_id"], **GUEST)


def error_of(response: HttpResponse, status: int, code: int, key: Any = 1) -> dict[str, Any]:
    """The error of the protocol that a request was answered with."""
    told = ok(response, status)
    assert set(told) == {"jsonrpc", "id", "error"}, told
    assert (told["jsonrpc"], told["id"], told["error"]["code"]) == ("2.0", key, code), told
    assert told["error"]["message"]
    error: dict[str, Any] = told["error"]
    return error
