"""Agents with the keys of the salon."""

import pytest

from tests.api.agents.calls import Agent
from tests.api.calls import Tenant


@pytest.fixture
def agent(salon: Tenant) -> Agent:
    """With the key of a website."""
    return Agent(salon.widget)


@pytest.fixture
def desk(salon: Tenant) -> Agent:
    """With a key that manages bookings."""
    return Agent(salon.staff)
