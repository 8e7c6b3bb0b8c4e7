"""Fixtures of the tests of messages: time stands still, and businesses are gone with their test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from availengine.api import remembered
from tests import factories
from tests.api.calls import Tenant

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)  # a Friday


@pytest.fixture(autouse=True)
def clock(_fresh_memory: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    monkeypatch.setattr(remembered, "_answers", remembered.Remembered(remembered.REMEMBERED_BYTES))
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BASE_URL = "https://book.example"
    settings.DEFAULT_FROM_EMAIL = "bookings@host.example"


MakeStudio = Callable[..., Tenant]

STUDIO = {
    "business": {
        "slug": "studio",
        "name": "Studio",
        "email": "desk@studio.example",
        "address": "1 Elm Street, Athens",
        "phone": "+302101234567",
        "timezone": "Europe/Athens",
        "currency": "EUR",
        "rules": {"lead_time_minutes": 0, "window_days": 365},
    }
}


@pytest.fixture
def make_studio(db: None) -> MakeStudio:
    """A business in Athens, open 9 to 17 every day; `changes` are laid over its document."""

    def make(**changes: Any) -> Tenant:
        return Tenant(factories.business(**factories.merged(STUDIO, changes)))

    return make


@pytest.fixture
def studio(make_studio: MakeStudio) -> Tenant:
    return make_studio()
