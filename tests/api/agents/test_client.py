"""The official client against a real server: both ways of beginning, every tool, and two agents at one slot."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import httpx2
import pytest
import time_machine
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from availengine.api import remembered
from bookings.models import Booking
from tests import factories
from tests.api.agents.calls import DAY, GUEST, SLOT
from tests.browser import server

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
MODES = ["auto", "legacy", "2026-07-28"]

Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server.running() as found:
        yield found


@pytest.fixture(autouse=True)
def clock(
    _fresh_memory: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, address: str
) -> Iterator[time_machine.Traveller]:
    """It goes on: a client waits for its answers."""
    monkeypatch.setattr(remembered, "_answers", remembered.Remembered(remembered.REMEMBERED_BYTES))
    settings.BASE_URL = address
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def keys() -> dict[str, str]:
    return {name: str(secret) for name, secret in factories.business().keys.items()}


def talk(address: str, key: str, about: Talk, mode: str = "auto") -> Any:
    """One conversation of a client of its own."""

    async def conversation() -> Any:
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await about(client)

    return asyncio.run(conversation())


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers; the client has held it against the tool's schema."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    told: dict[str, Any] = result.structured_content
    return told


async def from_search_to_cancellation(client: Client) -> tuple[str, list[str]]:
    listed = [tool.name for tool in (await client.list_tools()).tools]
    services = await call(client, "search_services", query="cut")
    service = services["services"][0]["id"]
    free = await call(client, "find_availability", service_id=service, date=DAY)
    first = free["days"][0]["slots"][0]["start_time"]
    held = await call(client, "hold_slot", service_id=service, booking_date=DAY, start_time=first)
    booked = await call(client, "confirm_booking", hold_id=held["hold_id"], **GUEST)
    mine = {"manage_link": booked["manage_link"]}
    await call(client, "reschedule_booking", **mine, booking_date=DAY, start_time="12:00")
    assert (await call(client, "get_booking", **mine))["start_time"] == "12:00"
    cost = await call(client, "cancel_booking", **mine)
    assert not cost["cancelled"]
    done = await call(client, "cancel_booking", **mine, agreed_fee_cents=cost["fee_cents"])
    assert done["cancelled"]
    spare = await call(client, "hold_slot", booking_date=DAY, start_time="15:00")
    await call(client, "release_hold", hold_id=spare["hold_id"])
    return client.protocol_version, listed


@pytest.mark.parametrize("mode", MODES)
def test_from_search_to_cancellation(address: str, keys: dict[str, str], mode: str) -> None:
    version, listed = talk(address, keys["widget"], from_search_to_cancellation, mode)
    assert version == {"legacy": "2025-11-25"}.get(mode, "2026-07-28")
    assert len(listed) == 8
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["cancelled", "cancelled"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_wrong_key_is_told(address: str, keys: dict[str, str], mode: str) -> None:
    async def nothing(client: Client) -> None:
        raise AssertionError("admitted")

    with pytest.raises((MCPError, ExceptionGroup)) as refused:
        talk(address, "avail_live_wrong", nothing, mode)
    assert "Missing or invalid API key." in "".join(map(str, _leaves(refused.value)))


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_refusal_is_a_result(address: str, keys: dict[str, str], mode: str) -> None:
    async def held_three_times(client: Client) -> list[Any]:
        return [await client.call_tool("hold_slot", SLOT) for _ in range(3)]

    results = talk(address, keys["staff"], held_three_times, mode)
    assert [result.is_error for result in results] == [False, False, True]
    assert results[2].content[0].text.startswith("This time is no longer available.\nReason: busy.\nFree instead: ")


def test_of_many_agents_at_one_slot_as_many_win_as_there_are_resources(address: str, keys: dict[str, str]) -> None:
    agents, together, results = 8, Barrier(8), []

    async def take(client: Client) -> Any:
        await asyncio.to_thread(together.wait)
        return await client.call_tool("hold_slot", SLOT)

    def run() -> None:
        results.append(talk(address, keys["staff"], take, "2026-07-28"))

    threads = [Thread(target=run) for _ in range(agents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [result for result in results if not result.is_error]
    assert (len(results), len(won)) == (agents, 2)
    assert {result.structured_content["resource"] for result in won} == {"Maria", "Jim"}
    lost = {result.content[0].text.split("\n")[1] for result in results if result.is_error}
    assert lost == {"Reason: busy."}
    assert Booking.objects.count() == 2


def test_one_request_id_many_times_at_once_is_one_hold(address: str, keys: dict[str, str]) -> None:
    together, results = Barrier(4), []

    async def take(client: Client) -> Any:
        await asyncio.to_thread(together.wait)
        return await call(client, "hold_slot", **SLOT, request_id="request-0001")

    threads = [Thread(target=lambda: results.append(talk(address, keys["staff"], take))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(results), len({told["hold_id"] for told in results})) == (4, 1)
    assert Booking.objects.count() == 1
