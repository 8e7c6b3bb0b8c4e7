"""Who listens, and the one task that reads the outbox for all of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Q

from availengine.clock import current_time
from availengine.stream.tickets import Listener
from businesses.keys import Scope, principal_of
from businesses.models import ApiKey
from webhooks import feed

logger = logging.getLogger(__name__)

POLL = 0.25  # seconds
BATCH = 500
LONGEST_START = 10.0  # seconds until the database must have answered a first listener
QUEUE = 1000  # events that a slow listener may be behind; then it is let go, and resumes by Last-Event-ID
Row = dict[str, Any]


def _with_database(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return sync_to_async(called, thread_sensitive=False)


events_after = _with_database(feed.events_after)
all_events_after = _with_database(feed.all_events_after)
present = _with_database(feed.present)
principal = _with_database(principal_of)
position_of_event = _with_database(feed.position_of_event)


def _key_is_good(key_id: int) -> bool:
    """Neither revoked nor, as after a rotation, expired."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=current_time())
    key = ApiKey.objects.filter(lasting, id=key_id, revoked_at=None).first()
    return key is not None and Scope.BOOKINGS_READ in key.scopes


key_is_good = _with_database(_key_is_good)


@dataclass(eq=False)
class Seat:
    """One listener's events that are yet to be sent; `lost`: there were too many."""

    queue: "asyncio.Queue[Row]" = field(default_factory=lambda: asyncio.Queue(QUEUE))
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """All listeners, and the one task that reads events for them while there are any."""

    def __init__(self) -> None:
        self._seats: dict[tuple[int, bool], set[Seat]] = {}
        self._position: feed.Position | None = None
        self._task: asyncio.Task[None] | None = None
        self._reading = asyncio.Event()

    async def join(self, listener: Listener) -> Seat:
        """From its return on, every event that becomes visible comes to the seat."""
        seat = Seat()
        self._seats.setdefault((listener.business_id, listener.live), set()).add(seat)
        if self._task is None or self._task.done():
            self._reading.clear()
            self._position, self._task = None, asyncio.create_task(self._read())
        try:
            await asyncio.wait_for(self._reading.wait(), LONGEST_START)
        except BaseException:
            self.leave(listener, seat)
            raise
        return seat

    def leave(self, listener: Listener, seat: Seat) -> None:
        found = self._seats.get((listener.business_id, listener.live), set())
        found.discard(seat)
        if not found:
            self._seats.pop((listener.business_id, listener.live), None)

    async def _read(self) -> None:
        while self._seats:
            try:
                if self._position is None:
                    self._position = await present()
                    self._reading.set()
                rows = await all_events_after(self._position, most=BATCH)
            except Exception as error:  # the database is away: listeners wait
                logger.warning("events cannot be read: %s", error)
                rows = []
            for row in rows:
                self._position = feed.position_of(row)
                self._hand_out(row)
            if len(rows) < BATCH:
                await asyncio.sleep(POLL)

    def _hand_out(self, row: Row) -> None:
        for seat in self._seats.get((row["business_id"], row["live"]), ()):
            try:
                seat.queue.put_nowait(row)
            except asyncio.QueueFull:
                seat.lost.set()
