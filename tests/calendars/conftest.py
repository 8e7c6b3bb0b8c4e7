"""A studio in Athens whose staff keep calendars elsewhere, and a server at which those are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from availengine.api import remembered
from bookings import tasks
from businesses import calendars
from businesses.models import CalendarFeed, Closure
from tests import factories
from tests.api.calls import Tenant
from tests.webhooks.receiver import Got, Receiver, Reply, receiving

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)  # a Friday, 10:00 in Athens
STUDIO = {
    "business": {
        "slug": "studio",
        "name": "Studio",
        "email": "desk@studio.example",
        "address": "1 Elm Street, Athens",
        "timezone": "Europe/Athens",
        "currency": "EUR",
        "rules": {"lead_time_minutes": 0, "window_days": 60},
    }
}


@pytest.fixture(autouse=True)
def clock(_fresh_memory: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    monkeypatch.setattr(remembered, "_answers", remembered.Remembered(remembered.REMEMBERED_BYTES))
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BASE_URL = "https://book.example"


@pytest.fixture
def studio(db: None) -> Tenant:
    return Tenant(factories.business(**STUDIO))


@pytest.fixture
def other(db: None) -> Tenant:
    return Tenant(factories.business(**factories.merged(STUDIO, {"business": {"slug": "other", "name": "Other"}})))


@dataclass
class Elsewhere:
    """A calendar on a server of its own. `text` is what it says; another `reply` goes instead."""

    server: Receiver
    text: bytes = b""
    etag: str = ""
    reply: Reply | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, got: Got) -> Reply:
        self.asked.append(got.headers)
        if self.reply is not None:
            return self.reply
        if self.etag and got.headers.get("if-none-match") == self.etag:
            return Reply(304, b"")
        headers = (("ETag", self.etag),) if self.etag else ()
        return Reply(200, self.text, (("Content-Type", "text/calendar"), *headers))

    @property
    def url(self) -> str:
        return f"{self.server.url}/private/secret-of-google/basic.ics"


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[Elsewhere]:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with receiving() as server:
        found = Elsewhere(server)
        server.reply = found.answer
        yield found


def subscribe(tenant: Tenant, url: str, resource: str = "maria", name: str = "Maria's own") -> CalendarFeed:
    key = tenant.outcome.resources[resource].uuid
    return calendars.add_feed(tenant.business.id, name=name, resource=key, url=url)


def poll(clock: time_machine.Traveller, later: timedelta = timedelta(0)) -> int:
    clock.shift(later)
    return tasks.poll_feeds()


def blocked(feed: CalendarFeed) -> list[tuple[str, str]]:
    """What a feed blocks, on the clock of Athens."""
    rows = Closure.objects.filter(feed=feed).order_by("starts_at")

    def told(moment: datetime) -> str:
        return f"{moment.astimezone(feed.business.zone):%m-%d %H:%M}"

    return [(told(row.starts_at), told(row.ends_at)) for row in rows]
