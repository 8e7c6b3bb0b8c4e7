"""Fixtures of the endpoint tests: a frozen clock, a salon and another tenant per module.

The businesses are stored once per module; what a test does to them is rolled back with it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from availengine.api import remembered, throttling
from availengine.models import IdempotencyRecord
from availengine.sandbox import Sandbox
from bookings.models import (
    Allocation,
    Booking,
    ClassSession,
    Customer,
    ManageLink,
    Message,
    Series,
    WaitlistEntry,
    WaitlistTurn,
)
from businesses.models import (
    ApiKey,
    AuditEntry,
    Business,
    CalendarAddress,
    CalendarFeed,
    Closure,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
)
from payments.models import Deposit
from tests import factories
from tests.api.calls import Tenant
from tests.money import empty, quiet_sandbox, settings_of
from webhooks.models import Attempt, Delivery, Endpoint, Event

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)  # a Friday, 02:00 in Chicago
DAILY = (
    IdempotencyRecord,
    ManageLink,
    Message,
    WaitlistTurn,
    WaitlistEntry,
    Allocation,
    ClassSession,
    Booking,
    Series,
    Deposit,
    Customer,
)
CONFIGURATION = (
    ServiceResource,
    Closure,
    CalendarFeed,
    CalendarAddress,
    OpeningHours,
    Service,
    ServiceCategory,
    Resource,
    ApiKey,
)
EVENTS = (Attempt, Delivery, Event, Endpoint, AuditEntry)  # last: removing the others writes them


@pytest.fixture(autouse=True)
def clock(_fresh_memory: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Time stands still. Rolled back versions of a business come again: remembered answers are forgotten."""
    monkeypatch.setattr(remembered, "_answers", remembered.Remembered(remembered.REMEMBERED_BYTES))
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Stores a business for the whole module: `stored(slug, **changes)`."""
    made: list[Business] = []

    def store(slug: str, **changes: Any) -> Tenant:
        document = factories.merged(changes, {"business": {"slug": slug}})
        with django_db_blocker.unblock():
            outcome = factories.business(**document)
        made.append(outcome.business)
        return Tenant(outcome)

    yield store
    with django_db_blocker.unblock():
        for model in (*DAILY, *CONFIGURATION, *EVENTS):
            model._default_manager.filter(business__in=made).delete()
        Business.objects.filter(id__in=[business.id for business in made]).delete()


@pytest.fixture(scope="module")
def _salon(stored: Any) -> Tenant:
    tenant: Tenant = stored("endpoint-salon")
    return tenant


@pytest.fixture(scope="module")
def _rival(stored: Any) -> Tenant:
    tenant: Tenant = stored("endpoint-rival", business={"timezone": "Europe/Athens"})
    return tenant


@pytest.fixture
def salon(db: None, _salon: Tenant) -> Tenant:
    """Two stylists, one service of an hour, open 9 to 17 every day, starts on the hour, in Chicago."""
    return _salon


@pytest.fixture
def rival(db: None, _rival: Tenant) -> Tenant:
    """Another tenant."""
    return _rival


@pytest.fixture(scope="module")
def _studio(stored: Any) -> Tenant:
    business = {"name": "Studio", "currency": "EUR", "plan": "premium", "email": "desk@studio.example"}
    tenant: Tenant = stored("endpoint-studio", business=business)
    return tenant


@pytest.fixture
def studio(db: None, _studio: Tenant) -> Tenant:
    """A salon that may ask for any kind of deposit, in euros: `paying.takes` sets the rule."""
    return _studio


@pytest.fixture(scope="session")
def _sandbox() -> Iterator[Sandbox]:
    with quiet_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def stripe(_sandbox: Sandbox, settings: Any) -> Sandbox:
    """Stripe's sandbox, empty, and configured. It sends no events by itself: see `tests.money.arrive`."""
    empty(_sandbox)
    for name, value in settings_of(_sandbox).items():
        setattr(settings, name, value)
    return _sandbox


@pytest.fixture
def without_valkey(settings: Any) -> Iterator[None]:
    """Valkey cannot be reached."""
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    throttling.client.cache_clear()
    throttling._connections.cache_clear()
    yield
    throttling.client.cache_clear()
    throttling._connections.cache_clear()
