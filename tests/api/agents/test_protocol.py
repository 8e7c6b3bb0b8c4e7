"""MCP over HTTP to the letter: versions, messages, batches, headers; and whatever else is sent."""

import json
from typing import Any

import pytest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from availengine.agents import protocol
from tests.api import hostile
from tests.api.agents.calls import META, Agent, error_of, message
from tests.api.calls import Caller, Tenant, nothing_changes, ok

ANY = {"Accept": "application/json"}


def test_the_versions_are_those_of_the_official_types() -> None:
    """But for the oldest one, whose transport was another."""
    assert tuple(reversed(HANDSHAKE_PROTOCOL_VERSIONS[1:])) == protocol.AGREED_FIRST
    assert (protocol.LATEST,) == MODERN_PROTOCOL_VERSIONS


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("tomorrow", "2025-11-25"),
    ],
)
def test_the_beginning(agent: Agent, asked: str, agreed: str) -> None:
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    told = agent.ask("initialize", params)
    assert told == {
        "protocolVersion": agreed,
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "availengine", "title": "AvailEngine", "version": "1"},
        "instructions": protocol.INSTRUCTIONS,
    }


def test_a_beginning_without_a_version(agent: Agent) -> None:
    error_of(agent.send(message("initialize", {})), 200, -32602)


@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled", "notifications/other"])
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_notifications_are_accepted_and_not_answered(agent: Agent, method: str, version: str) -> None:
    response = agent.send({"jsonrpc": "2.0", "method": method}, MCP_Protocol_Version=version)
    assert (response.status_code, response.content) == (202, b"")


def test_answers_to_questions_that_were_never_asked(agent: Agent) -> None:
    said = {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert agent.send(said).status_code == 202
    error_of(agent.send(said, MCP_Protocol_Version="2026-07-28"), 400, -32600, key=None)


def test_ping(agent: Agent) -> None:
    assert agent.ask("ping") == {}
    assert ok(agent.send({**message("ping"), "params": None}))["result"] == {}


@pytest.mark.parametrize("key", ["a", "", 0, -1, 2**53])
def test_ids_come_back_as_they_were(agent: Agent, key: Any) -> None:
    assert ok(agent.send(message("ping", key=key)))["id"] == key


@pytest.mark.parametrize("method", ["resources/list", "prompts/list", "logging/setLevel", "server/discover", "x"])
def test_methods_that_there_are_not(agent: Agent, method: str) -> None:
    error_of(agent.send(message(method, {})), 200, -32601)


@pytest.mark.parametrize("method", ["initialize", "ping", "subscriptions/listen"])
def test_methods_that_there_are_not_any_more(agent: Agent, method: str) -> None:
    error_of(agent.ask_now(method), 404, -32601)


def test_discovery(agent: Agent) -> None:
    assert ok(agent.ask_now("server/discover"))["result"] == {
        "resultType": "complete",
        "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
        "capabilities": {"tools": {"listChanged": False}},
        "instructions": protocol.INSTRUCTIONS,
        "ttlMs": 60_000,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": protocol.SERVER},
    }


def test_tools_without_a_beginning(agent: Agent) -> None:
    listed = ok(agent.ask_now("tools/list"))["result"]
    assert (listed["ttlMs"], listed["cacheScope"], listed["resultType"]) == (60_000, "private", "complete")
    called = ok(agent.ask_now("tools/call", {"name": "search_services"}))["result"]
    assert (called["resultType"], called["isError"]) == ("complete", False)
    error_of(agent.ask_now("tools/call", {"name": "x"}), 400, -32602)


@pytest.mark.parametrize("missing", list(META))
def test_a_request_without_its_envelope(agent: Agent, missing: str) -> None:
    meta = {name: value for name, value in META.items() if name != missing}
    sent = {"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "server/discover"}
    error_of(agent.send(message("server/discover", {"_meta": meta}), **sent), 400, -32602)
    error_of(agent.send(message("server/discover"), **sent), 400, -32602)


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP_Protocol_Version": "2025-11-25"},
        {"Mcp_Method": "tools/list"},
        {"Mcp_Method": ""},
        {"Mcp_Name": "cancel_booking"},
        {"Mcp_Name": ""},
        {"Mcp_Name": "=?base64?Y2FuY2Vs?="},
        {"Mcp_Name": "=?base64?!?="},
    ],
)
def test_headers_that_say_something_else(agent: Agent, headers: dict[str, str]) -> None:
    said = message("tools/call", {"name": "search_services", "_meta": META})
    fitting = {"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "tools/call", "Mcp_Name": "search_services"}
    ok(agent.send(said, **fitting))
    ok(agent.send(said, **{**fitting, "Mcp_Name": "=?base64?c2VhcmNoX3NlcnZpY2Vz?="}))
    error_of(agent.send(said, **{**fitting, **headers}), 400, -32020)


def test_an_envelope_without_its_header(agent: Agent) -> None:
    said = message("server/discover", {"_meta": META})
    response = agent.caller.send("POST", "/mcp", said, headers={**ANY, "Mcp-Method": "server/discover"})
    error_of(response, 400, -32020)


@pytest.mark.parametrize("version", ["2024-11-05", "1999-01-01", "x", "2025-11-25, 2025-11-25"])
def test_versions_that_are_not_spoken(agent: Agent, version: str) -> None:
    error = error_of(agent.send(message("ping"), MCP_Protocol_Version=version), 400, -32022)
    assert error["data"] == {"supported": list(protocol.VERSIONS), "requested": version}


def test_without_a_version_it_is_the_one_with_batches(agent: Agent) -> None:
    batch = [message("ping"), {"jsonrpc": "2.0", "method": "notifications/initialized"}, message("ping", key="b")]
    told = ok(agent.caller.send("POST", "/mcp", batch, headers=ANY))
    assert told == [{"jsonrpc": "2.0", "id": key, "result": {}} for key in (1, "b")]


def test_batches_in_the_version_that_has_them(agent: Agent) -> None:
    def sent(*messages: Any) -> Any:
        return agent.send(list(messages), MCP_Protocol_Version="2025-03-26")

    told = ok(sent(message("ping"), 5, message("x", key=2), message("ping", [], key=3)))
    assert [(each["id"], each.get("error", {}).get("code")) for each in told] == [
        (1, None),
        (None, -32600),
        (2, -32601),
        (3, -32600),
    ]
    assert sent({"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    error_of(sent(), 400, -32600, key=None)
    error_of(sent(*[message("ping")] * 21), 400, -32600, key=None)
    error_of(sent(message("initialize", {"protocolVersion": "2025-03-26"})), 400, -32600, key=None)


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2026-07-28"])
def test_no_batches_in_the_others(agent: Agent, version: str) -> None:
    error_of(agent.send([message("ping")], MCP_Protocol_Version=version), 400, -32600, key=None)


def test_each_message_of_a_batch_counts_as_a_request(salon: Tenant) -> None:
    agent = Agent(salon.caller("widget", requests_per_minute=10))
    batch = [message("ping", key=number) for number in range(11)]
    response = agent.send(batch, MCP_Protocol_Version="2025-03-26")
    error_of(response, 429, -32010, key=None)
    assert response.headers["Retry-After"] == "60"


INVALID: list[Any] = [
    5,
    "x",
    None,
    True,
    {},
    {"jsonrpc": "2.0"},
    {"jsonrpc": "1.0", "id": 1, "method": "ping"},
    {"id": 1, "method": "ping"},
    *(message("ping", key=key) for key in (None, 1.5, True, [], {}, 10**30)),
    *(message(method) for method in (None, 5, "", [], {})),
    *(message("ping", params) for params in (5, "x", [], [1], True)),
]


@pytest.mark.parametrize("said", INVALID, ids=lambda said: json.dumps(said)[:60])
def test_what_is_no_message(agent: Agent, said: Any) -> None:
    with nothing_changes():
        response = agent.send(json.dumps(said).encode())
    assert response.status_code == 400
    assert ok(response, 400)["error"]["code"] == -32600


@pytest.mark.parametrize("kind", list(hostile.BODIES))
def test_bodies_that_are_none(agent: Agent, kind: str) -> None:
    with nothing_changes():
        response = agent.send(hostile.BODIES[kind])
    assert ok(response, 400)["error"]["code"] in (-32700, -32600)
    assert ok(response, 400)["id"] is None


def test_a_body_that_is_too_large(agent: Agent) -> None:
    error_of(agent.send(hostile.HUGE), 413, -32010, key=None)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_other_kinds_of_content(agent: Agent, kind: str) -> None:
    response = agent.caller.send("POST", "/mcp", message("ping"), content_type=kind, headers=ANY)
    error_of(response, 415, -32010, key=None)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_in_all_spellings(agent: Agent, kind: str) -> None:
    assert ok(agent.caller.send("POST", "/mcp", message("ping"), content_type=kind, headers=ANY))["result"] == {}


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        ("application/json, text/event-stream", 200),
        ("application/json;q=0.9", 200),
        ("APPLICATION/*", 200),
        ("*/*", 200),
        ("text/event-stream", 406),
        ("text/html", 406),
        ("", 406),
    ],
)
def test_what_is_accepted(agent: Agent, accepted: str, status: int) -> None:
    response = agent.send(message("ping"), Accept=accepted)
    assert ok(response, status)["id"] == (1 if status == 200 else None)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_no_stream_and_no_session(agent: Agent, method: str, slash: str) -> None:
    response = agent.caller.send(method, f"/mcp{slash}", headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_with_a_slash(agent: Agent) -> None:
    assert ok(agent.caller.post("/mcp/", message("ping")))["result"] == {}


def test_below_it_there_is_nothing(db: None) -> None:
    error_of(Caller().get("/mcp/sse"), 404, -32010, key=None)


def test_nothing_is_kept(agent: Agent) -> None:
    response = agent.send(message("tools/list"))
    assert "Mcp-Session-Id" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.cookies == {}


@pytest.mark.parametrize("params", [{}, {"name": 5}, {"name": "x"}, {"name": None}, {"name": "\x00" * 5000}])
def test_tools_that_there_are_not(agent: Agent, params: Any) -> None:
    error_of(agent.send(message("tools/call", params)), 200, -32602)


@pytest.mark.parametrize("arguments", [None, 5, "x", [], True])
def test_arguments_that_are_none(agent: Agent, arguments: Any) -> None:
    error_of(agent.send(message("tools/call", {"name": "search_services", "arguments": arguments})), 200, -32602)


@pytest.mark.parametrize("cursor", ["x", 5, {}])
def test_there_are_no_further_pages(agent: Agent, cursor: Any) -> None:
    assert "nextCursor" not in agent.ask("tools/list", {})
    error_of(agent.send(message("tools/list", {"cursor": cursor})), 200, -32602)


def test_what_goes_wrong_on_our_side_says_nothing(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("availengine.agents.tools._run", broken)
    error = error_of(agent.send(message("tools/call", {"name": "search_services"})), 200, -32603)
    assert error["message"] == "Something went wrong on our side."
