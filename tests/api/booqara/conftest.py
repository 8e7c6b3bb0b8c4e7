"""The salons of the endpoint tests, speaking the Booqara dialect."""

from typing import Any

import pytest

from availengine.api.booqara.dialect import BOOQARA
from tests.api.calls import Tenant


@pytest.fixture
def salon(db: None, _salon: Tenant) -> Tenant:
    """Two stylists, one service of an hour, open 9 to 17 every day, starts on the hour, in Chicago."""
    return _salon.speaking(BOOQARA)


@pytest.fixture
def rival(db: None, _rival: Tenant) -> Tenant:
    """Another tenant."""
    return _rival.speaking(BOOQARA)


@pytest.fixture
def native(db: None, _salon: Tenant) -> Tenant:
    """The salon, in the native dialect."""
    return _salon


@pytest.fixture
def studio(db: None, _studio: Tenant) -> Tenant:
    """A salon that may ask for deposits."""
    return _studio.speaking(BOOQARA)


@pytest.fixture(scope="module")
def _parlour(stored: Any) -> Tenant:
    day = {"resource": "ann", "from": "2026-05-16", "to": "2026-05-16"}
    tenant: Tenant = stored(
        "booqara-parlour",
        business={
            "name": "Parlour",
            "address": "1 Main St",
            "hours": {"monday": ["09:00-12:00", "13:00-17:00"], "friday": ["18:00-02:00"], "sunday": []},
        },
        resources=[
            {"key": "ann", "name": "Ann", "kind": "staff", "job_title": "Stylist", "color": "#ff0000"},
            {"key": "bob", "name": "Bob", "kind": "staff"},
            {"key": "idle", "name": "Idle", "kind": "staff"},
            {"key": "gone", "name": "Gone", "kind": "staff", "active": False},
            {"key": "desk", "name": "Desk", "kind": "staff", "bookable_online": False},
            {"key": "room", "name": "Room", "kind": "room", "capacity_max": 4},
        ],
        services=[
            {
                "key": "cut",
                "name": "Cut",
                "category": "Hair",
                "duration_minutes": 60,
                "price": "35.00",
                "resources": ["ann", {"resource": "bob", "price": "42.50"}, "gone", "desk"],
            },
            {"key": "spa", "name": "Spa", "duration_minutes": 120, "price": "80.00", "resources": ["bob", "room"]},
            {"key": "color", "name": "Color", "category": "Hair", "duration_minutes": 90, "resources": ["ann"]},
            {"key": "old", "name": "Old", "duration_minutes": 30, "resources": ["ann"], "active": False},
            {
                "key": "secret",
                "name": "Secret",
                "duration_minutes": 30,
                "resources": ["idle"],
                "bookable_online": False,
            },
            {
                "key": "pair",
                "name": "For two",
                "category": "Body",
                "duration_minutes": 60,
                "party_min": 2,
                "party_max": 4,
                "resources": ["room"],
            },
        ],
        closures=[day],
    )
    return tenant


@pytest.fixture
def parlour(db: None, _parlour: Tenant) -> Tenant:
    """Professionals and services of all kinds, a break on Mondays, open past midnight on Fridays."""
    return _parlour.speaking(BOOQARA)
