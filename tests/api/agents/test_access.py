"""Who may call which tool: keys, scopes, origins, limits, subscriptions, tenants and modes."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from availengine.agents.tools import TOOLS
from bookings.models import Booking
from tests.api.agents.calls import GUEST, SLOT, Agent, error_of, message
from tests.api.calls import DAY, Caller, Tenant, nothing_changes, strangers
from tests.api.paying import configure
from webhooks.models import Event

PUBLIC = ["search_services", "find_availability", "hold_slot", "confirm_booking", "release_hold"]
PUBLIC += ["get_booking", "reschedule_booking", "cancel_booking"]
READING = ["search_services", "find_availability", "get_booking"]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "search_services": {},
    "find_availability": {"date": DAY},
    "hold_slot": SLOT,
    "confirm_booking": {"hold_id": str(uuid4()), **GUEST},
    "release_hold": {"hold_id": str(uuid4())},
    "get_booking": {"booking_id": str(uuid4())},
    "reschedule_booking": {"booking_id": str(uuid4()), **SLOT},
    "cancel_booking": {"booking_id": str(uuid4())},
}


def test_every_tool_is_asked_here() -> None:
    assert set(ARGUMENTS) == set(TOOLS)


@pytest.mark.parametrize(
    ("key", "tools"), [("widget", PUBLIC), ("staff", PUBLIC), ("full", PUBLIC), ("test", PUBLIC), ("read", READING)]
)
def test_what_is_listed_is_what_the_key_may(salon: Tenant, key: str, tools: list[str]) -> None:
    agent = Agent(getattr(salon, key))
    assert agent.tools() == tools
    for name in set(TOOLS) - set(tools):
        with nothing_changes():
            error = error_of(
                agent.send(message("tools/call", {"name": name, "arguments": ARGUMENTS[name]})), 200, -32602
            )
        assert error["message"] == f"This key may not use {name}: it lacks the scope bookings:create."


def test_every_tool_says_what_it_does(agent: Agent) -> None:
    listed = {tool["name"]: tool for tool in agent.ask("tools/list")["tools"]}
    hints = {name: tool["annotations"] for name, tool in listed.items()}
    assert {name for name in hints if hints[name]["readOnlyHint"]} == set(READING)
    assert {name for name in hints if hints[name]["destructiveHint"]} == {"cancel_booking"}
    assert {name for name in hints if not hints[name]["idempotentHint"]} == {"hold_slot"}
    for tool in listed.values():
        assert set(tool) == {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["outputSchema"]["required"]


def test_needs_a_key(salon: Tenant) -> None:
    callers = strangers(salon)
    with nothing_changes():
        for kind, caller in callers.items():
            for said in (message("initialize", {"protocolVersion": "2025-11-25"}), message("tools/list"), [], 5):
                response = Agent(caller).send(said)
                assert response.headers["WWW-Authenticate"] == "Bearer", kind
                error = error_of(response, 401, -32010, key=None)
                assert error["data"] == {"code": "invalid_token"}


def test_a_key_in_the_address_is_none(salon: Tenant) -> None:
    response = Client().post(f"/mcp?key={salon.full.secret}", message("ping"), content_type="application/json")
    assert response.status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver:81", "file://"])
@pytest.mark.parametrize("key", ["staff", "full", "read", "test"])
def test_pages_do_not_use_keys_of_servers(salon: Tenant, key: str, origin: str) -> None:
    """Nor a page that has had its name point to this host."""
    with nothing_changes():
        error_of(Agent(getattr(salon, key)).send(message("ping"), Origin=origin), 403, -32010, key=None)


def test_a_name_that_is_not_this_hosts(salon: Tenant) -> None:
    response = Agent(salon.full).send(message("ping"), Host="evil.example", Origin="http://evil.example")
    error_of(response, 400, -32010, key=None)


def test_own_pages_and_allowed_origins(salon: Tenant) -> None:
    limited = Agent(salon.caller("widget", allowed_origins=["https://shop.example"]))
    for agent, origin, status in (
        (Agent(salon.full), "http://testserver", 200),
        (Agent(salon.widget), "https://any.example", 200),
        (limited, "https://shop.example", 200),
        (limited, "https://other.example", 403),
    ):
        response = agent.send(message("ping"), Origin=origin)
        assert response.status_code == status
        readable = response.headers.get("Access-Control-Allow-Origin") == origin
        assert readable is (status == 200 and origin != "http://testserver")  # a page of this host needs no leave


def test_a_preflight_lets_the_headers_of_the_protocol_pass(db: None) -> None:
    response = Caller().send("OPTIONS", "/mcp", headers={"Origin": "https://any.example"})
    assert response.status_code == 204
    allowed = "Authorization, Content-Type, Mcp-Protocol-Version, Mcp-Method, Mcp-Name"
    assert response.headers["Access-Control-Allow-Headers"] == allowed


def test_requests_of_a_key_are_counted(salon: Tenant) -> None:
    agent = Agent(salon.caller("widget", requests_per_minute=2))
    assert [agent.send(message("ping")).status_code for _ in range(3)] == [200, 200, 429]
    response = agent.send(message("ping"))
    assert response.headers["Retry-After"] == "60"
    assert error_of(response, 429, -32010, key=None)["data"] == {"code": "rate_limit_exceeded"}


def test_visitors_are_counted_where_the_key_is_everybodys(salon: Tenant, settings: Any) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 2
    agent = Agent(salon.widget)
    held = [agent.hold(start_time=time)["hold_id"] for time in ("09:00", "10:00")]
    with nothing_changes():
        words, error = agent.refused("hold_slot", **{**SLOT, "start_time": "11:00"})
        agent.refused("confirm_booking", hold_id=held[0], **GUEST)
    assert error["code"] == "rate_limit_exceeded"
    assert words.endswith("Try again in 60 s.")
    Agent(salon.staff).hold(start_time="12:00")


@pytest.mark.parametrize("tool", list(TOOLS))
def test_past_due_businesses_are_only_looked_at(salon: Tenant, tool: str) -> None:
    booking = salon.book(start_time="15:00")["id"]
    configure(salon, billing_status="past_due")
    agent = Agent(salon.caller("full"))
    arguments = {**ARGUMENTS[tool], **({"booking_id": booking} if "booking_id" in ARGUMENTS[tool] else {})}
    if tool in READING:
        agent.call(tool, **arguments)
    else:
        with nothing_changes():
            words, error = agent.refused(tool, **arguments)
        assert (error["code"], words) == ("payment_required", "The subscription of this business is past due.")


def test_who_acts_is_the_key(salon: Tenant) -> None:
    Agent(salon.staff).book()
    assert set(Event.objects.filter(type__startswith="booking.").values_list("actor", flat=True)) == {"key:staff"}


def test_other_tenants_and_the_other_mode(salon: Tenant, rival: Tenant) -> None:
    """What is not one's own is not there, the same as what there is not at all."""
    own = Agent(salon.staff)
    hold, booking = own.hold(start_time="09:00")["hold_id"], own.book()
    by_id, link = booking["booking_id"], booking["manage_link"]
    for other in (Agent(rival.full), Agent(salon.test)):
        with nothing_changes():
            for theirs, nobodys in ((by_id, str(uuid4())), (link, "http://localhost/b/aaaaaaaaaaaaaaaaaaaaaa")):
                name = "manage_link" if theirs == link else "booking_id"
                for tool, more in (("get_booking", {}), ("reschedule_booking", SLOT), ("cancel_booking", {})):
                    seen = other.refused(tool, **{name: theirs}, **more)
                    assert seen == other.refused(tool, **{name: nobodys}, **more)
                    assert seen[1] == {"code": "not_found", "message": "There is no such booking here."}
            for tool, more in (("confirm_booking", GUEST), ("release_hold", {})):
                seen = other.refused(tool, hold_id=hold, **more)
                assert seen == other.refused(tool, hold_id=str(uuid4()), **more)
                assert seen[1]["code"] == "not_found"
            service = salon.service("cut") if other.caller.secret == rival.full.secret else str(uuid4())
            assert other.refused("find_availability", service_id=service)[1]["code"] == "not_found"
            assert other.refused("hold_slot", service_id=service, **SLOT)[1]["code"] == "not_found"


def test_holds_belong_to_their_key(salon: Tenant) -> None:
    hold = Agent(salon.staff).hold()["hold_id"]
    with nothing_changes():
        for caller in (salon.full, salon.widget):
            assert Agent(caller).refused("confirm_booking", hold_id=hold, **GUEST)[1]["code"] == "not_found"
            assert Agent(caller).refused("release_hold", hold_id=hold)[1]["code"] == "not_found"


def test_live_and_test_hold_apart(salon: Tenant) -> None:
    Agent(salon.full).book()
    Agent(salon.test).book()
    assert sorted(Booking.objects.values_list("live", flat=True)) == [False, True]


def test_a_website_names_no_booking_by_its_id(salon: Tenant) -> None:
    agent = Agent(salon.widget)
    booking = agent.book()["booking_id"]
    with nothing_changes():
        for tool, more in (("get_booking", {}), ("reschedule_booking", SLOT), ("cancel_booking", {})):
            words, error = agent.refused(tool, booking_id=booking, **more)
            assert error["code"] == "insufficient_permissions"
            assert "bookings:" in words
    assert Agent(salon.read).call("get_booking", booking_id=booking)["booking_id"] == booking


@pytest.mark.parametrize("arguments", [{}, {"booking_id": str(uuid4()), "manage_link": "x" * 22}])
@pytest.mark.parametrize("tool", ["get_booking", "cancel_booking"])
def test_one_of_link_and_id(desk: Agent, tool: str, arguments: dict[str, Any]) -> None:
    with nothing_changes():
        _, error = desk.refused(tool, **arguments)
    assert error["details"] == {"manage_link": ["Give either manage_link or booking_id."]}
