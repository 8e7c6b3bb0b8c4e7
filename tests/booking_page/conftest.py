"""A business in Athens whose clock stands at ten on the first of May 2026, a Friday, and somebody who visits it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from availengine.api import remembered
from availengine.sandbox import Sandbox
from tests import factories
from tests.api.calls import Tenant
from tests.booking_page.visiting import Visitor
from tests.money import empty, quiet_sandbox, settings_of

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
MakeBusiness = Callable[..., Tenant]

STUDIO: dict[str, Any] = {
    "business": {
        "slug": "studio",
        "name": "Studio Elm",
        "description": "Cuts and colours",
        "category": "Salon",
        "address": "1 Elm Street, Athens",
        "phone": "+302101234567",
        "email": "desk@studio.example",
        "timezone": "Europe/Athens",
        "currency": "EUR",
        "plan": "premium",
    },
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
def make(db: None) -> MakeBusiness:
    """Open 9 to 17 every day, an hour's cut by Maria or Jim; `changes` are laid over its document."""

    def store(**changes: Any) -> Tenant:
        return Tenant(factories.business(**factories.merged(STUDIO, changes)))

    return store


@pytest.fixture
def studio(make: MakeBusiness) -> Tenant:
    return make()


@pytest.fixture
def visitor(clock: time_machine.Traveller) -> Visitor:
    return Visitor(clock)


@pytest.fixture(scope="module")
def _sandbox() -> Iterator[Sandbox]:
    with quiet_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def stripe(_sandbox: Sandbox, settings: Any) -> Sandbox:
    """The payment sandbox, empty, and configured."""
    empty(_sandbox)
    for name, value in settings_of(_sandbox).items():
        setattr(settings, name, value)
    return _sandbox
