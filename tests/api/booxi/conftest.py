"""The merchants of the Booxi tests."""

import pytest

from tests.api.booxi.calls import Merchant
from tests.api.calls import Tenant


@pytest.fixture
def shop(salon: Tenant) -> Merchant:
    """Two stylists, one service of an hour, open 9 to 17 every day, starts on the hour, in Chicago."""
    return Merchant(salon)


@pytest.fixture
def other(rival: Tenant) -> Merchant:
    """Another tenant."""
    return Merchant(rival)
