"""Fixtures of the tests of moving in: saved answers to work on, and servers that give them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.importing.systems import CONTRACTS, FakeBookingFlow, FakeBooqara
from tests.webhooks.receiver import receiving

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(_fresh_memory: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[str], Path]:
    """A folder of one's own with the saved answers of a system."""

    def copied(source: str) -> Path:
        target = tmp_path / source
        shutil.copytree(CONTRACTS / f"{source}_import", target)
        return target

    return copied


@pytest.fixture
def booqara(settings: Any) -> Iterator[FakeBooqara]:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with receiving() as receiver:
        yield FakeBooqara(receiver)


@pytest.fixture
def bookingflow(settings: Any) -> Iterator[FakeBookingFlow]:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with receiving() as receiver:
        yield FakeBookingFlow(receiver)
