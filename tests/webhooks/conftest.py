"""Fixtures of the tests of events: a salon, a receiver on loopback that may be reached."""

from collections.abc import Iterator
from typing import Any

import pytest

from businesses.provisioning import Outcome
from tests import factories
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def salon(db: None) -> Outcome:
    return factories.business()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with receiving() as found:
        yield found
