"""A venue with rooms of every sort, speaking BookingFlow; stored once per module."""

from typing import Any

import pytest

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from tests.api.calls import Tenant

VENUE: dict[str, Any] = {
    "business": {
        "timezone": "Europe/Athens",
        "currency": "EUR",
        "plan": "premium",
        "email": "desk@venue.example",
        "description": "Rooms to get out of",
        "rules": {"slot_interval_minutes": 60, "lead_time_minutes": 60, "window_days": 60},
    },
    "resources": [
        {"key": "vault", "name": "The Vault", "kind": "room", "capacity_min": 2, "capacity_max": 6, "about": "A safe."},
        {"key": "attic", "name": "The Attic", "kind": "room", "capacity_min": 2, "capacity_max": 4},
        {"key": "north", "name": "Studio North", "kind": "room", "capacity_max": 8},
        {"key": "south", "name": "Studio South", "kind": "room", "capacity_max": 8},
        {"key": "cabin", "name": "Cabin", "kind": "room"},
        {"key": "guide", "name": "Guide", "kind": "staff"},
    ],
    "services": [
        {
            "key": "vault-game",
            "name": "The Vault",
            "duration_minutes": 60,
            "buffer_after_minutes": 30,
            "price": "168.50",
            "party_min": 2,
            "party_max": 6,
            "resources": ["vault"],
        },
        {
            "key": "attic-game",
            "name": "A night in the attic",
            "description": "Dark.",
            "duration_minutes": 90,
            "price": "90.00",
            "resources": ["attic"],
        },
        {
            "key": "rehearsal",
            "name": "Rehearsal",
            "duration_minutes": 120,
            "price": "40.00",
            "party_max": 5,
            "resources": ["north", {"resource": "south", "price": "60.00"}],
        },
        {"key": "tour", "name": "Tour", "duration_minutes": 60, "price": "10.00", "resources": ["guide"]},
    ],
}


@pytest.fixture(scope="module")
def _venue(stored: Any) -> Tenant:
    tenant: Tenant = stored("bookingflow-venue", **VENUE)
    return tenant


@pytest.fixture
def venue(db: None, _venue: Tenant) -> Tenant:
    """Open 9 to 17 every day in Athens, starts on the hour; it may ask for deposits."""
    return _venue.speaking(BOOKINGFLOW)


@pytest.fixture(scope="module")
def _neighbour(stored: Any) -> Tenant:
    tenant: Tenant = stored("bookingflow-neighbour", **VENUE)
    return tenant


@pytest.fixture
def neighbour(db: None, _neighbour: Tenant) -> Tenant:
    """Another tenant of the same kind."""
    return _neighbour.speaking(BOOKINGFLOW)
