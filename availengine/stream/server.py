"""Server-sent events over ASGI: one poll of the outbox serves all listeners.

`granian --interface asgi availengine.stream.asgi:application`. In production the proxy sends /v1/events/stream
here; without that the API answers there with a redirect and a ticket.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from django.db import DatabaseError

from availengine.stream.hub import (
    BATCH,
    Hub,
    Row,
    Seat,
    events_after,
    key_is_good,
    position_of_event,
    present,
    principal,
)
from availengine.stream.tickets import Listener, listener_of
from businesses.keys import Scope
from webhooks import feed
from webhooks.envelope import envelope

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

CHECKED_EVERY = 3.0  # whether the key is still good (GUARANTEES A1: within 5 seconds)
QUIET = 15.0  # seconds after which a comment keeps proxies from hanging up, and shows who has gone
LONGEST_SEND = 30.0  # seconds in which a listener must take an event
RETRY = b"retry: 2000\n\n"


hub = Hub()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    if scope["path"].rstrip("/") != "/v1/events/stream" or scope["method"] != "GET":
        await _refuse(send, 404, "not_found", "Not found.")
        return
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    question = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        listener = await _listener(headers, question)
        good = listener is not None and await key_is_good(listener.key_id)
    except DatabaseError:
        await _refuse(send, 503, "temporarily_unavailable", "Try again.")
        return
    if listener is None or not good:
        await _refuse(send, 401, "invalid_token", "Missing or invalid API key.")
        return
    last = headers.get("last-event-id") or (question.get("last_event_id") or [""])[0]
    await _stream(listener, last, receive, send, headers.get("origin", ""))


async def _listener(headers: dict[str, str], question: dict[str, list[str]]) -> Listener | None:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        who = await principal(secret.strip())
        allowed = who is not None and who.may(Scope.BOOKINGS_READ)
        return Listener(who.key_id, who.business_id, who.live) if allowed else None
    return listener_of((question.get("ticket") or [""])[0])


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    body = orjson.dumps({"error": {"code": code, "message": message}})
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


async def _stream(listener: Listener, last: str, receive: Receive, send: Send, origin: str) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    if origin:
        headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
    try:
        seat = await hub.join(listener)
    except TimeoutError:
        await _refuse(send, 503, "temporarily_unavailable", "Try again.")
        return
    send = _in_time(send, seat)
    tasks: list[asyncio.Task[Any]] = []
    try:
        start = await _start(listener, last)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": RETRY, "more_body": True})
        ends = (_talk(listener, start, seat, send), _until_bad(listener), _until_gone(receive), seat.lost.wait())
        tasks += [asyncio.create_task(work) for work in ends]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(listener, seat)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    with suppress(Exception):  # who has left cannot be told that it is over
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _in_time(send: Send, seat: Seat) -> Send:
    """Who does not take what is sent for too long is let go."""

    async def sent(message: Message) -> None:
        try:
            await asyncio.wait_for(send(message), LONGEST_SEND)
        except TimeoutError:
            seat.lost.set()
            raise

    return sent


async def _until_bad(listener: Listener) -> None:
    """Beside the talking, which may be waiting for a listener that does not read."""
    while await key_is_good(listener.key_id):
        await asyncio.sleep(CHECKED_EVERY)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(listener: Listener, last: str) -> feed.Position:
    """Behind the event that was heard last; where that says nothing, behind all that there is now."""
    position: feed.Position | None = None
    with suppress(ValueError):
        position = await position_of_event(listener.business_id, UUID(last), live=listener.live) if last else None
    return position or await present()


async def _talk(listener: Listener, start: feed.Position, seat: Seat, send: Send) -> None:
    """What was missed since, then what comes, each event once and in order."""
    position = await _catch_up(listener, start, send)
    while True:
        try:
            row = await asyncio.wait_for(seat.queue.get(), QUIET)
        except TimeoutError:
            await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
            continue
        if feed.position_of(row) > position:
            await _tell(row, send)


async def _catch_up(listener: Listener, position: feed.Position, send: Send) -> feed.Position:
    while rows := await events_after(listener.business_id, position, live=listener.live, most=BATCH):
        for row in rows:
            await _tell(row, send)
        position = feed.position_of(rows[-1])
    return position


async def _tell(row: Row, send: Send) -> None:
    told = b"id: %s\nevent: %s\ndata: %s\n\n" % (
        str(row["uuid"]).encode(),
        row["type"].encode(),
        orjson.dumps(envelope(row)),
    )
    await send({"type": "http.response.body", "body": told, "more_body": True})
