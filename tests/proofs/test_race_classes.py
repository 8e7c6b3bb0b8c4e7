"""No class is oversold and no place that is free is refused, by any writer, also beside bookings that share nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from availengine.clock import current_minute
from bookings.integrity import broken_promises
from bookings.models import Allocation, ClassSession
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs import race
from tests.proofs.server import running_server
from tests.proofs.sizes import CLIENTS, ROUNDS
from tests.proofs.test_race import assert_kept

pytestmark = pytest.mark.django_db(transaction=True)

RESOURCES, PLACES = 2, 4  # resources hold four, so do classes
SLOTS = race.slots()[:5]  # few enough to be sold out by small rounds


@pytest.fixture
def studio() -> Outcome:
    return factories.business(**race.class_business(RESOURCES, PLACES))


def new_race(studio: Outcome, call: race.Call) -> race.Race:
    return race.Race(studio, call, race.next_monday(date.today()), SLOTS)


def sold() -> list[int]:
    """How many places each class has sold that anybody has booked."""
    return sorted(ClassSession.objects.filter(taken__gt=0).values_list("taken", flat=True))


def test_demand_beyond_supply_sells_every_place_once_over_services(studio: Outcome) -> None:
    tally = new_race(studio, race.over_services(studio, current_minute())).run(CLIENTS, ROUNDS, race.CREATORS)
    assert_kept(tally)
    assert tally.statuses[201] == len(SLOTS) * RESOURCES * PLACES
    assert sold() == [PLACES] * len(SLOTS) * RESOURCES


def test_demand_beyond_supply_sells_every_place_once_over_http(studio: Outcome) -> None:
    with running_server() as port, race.over_http(port, str(studio.keys["full"])) as call:
        tally = new_race(studio, call).run(CLIENTS, ROUNDS, race.CREATORS)
    assert_kept(tally)
    assert tally.statuses[201] == len(SLOTS) * RESOURCES * PLACES
    assert sold() == [PLACES] * len(SLOTS) * RESOURCES


def test_classes_and_bookings_that_share_nothing_fill_every_resource(studio: Outcome) -> None:
    tally = new_race(studio, race.over_services(studio, current_minute())).run(
        CLIENTS, ROUNDS, ("public", "public", "public_alone")
    )
    assert_kept(tally)
    held = Allocation.objects.filter(active=True, exclusive=True)
    assert held.count() == len(SLOTS) * RESOURCES
    alone = held.filter(session=None).count()
    assert sold() == [PLACES] * (len(SLOTS) * RESOURCES - alone)
    assert tally.statuses[201] == alone + sum(sold())


def test_all_writers_of_classes(studio: Outcome) -> None:
    tally = new_race(studio, race.over_services(studio, current_minute())).run(CLIENTS, ROUNDS, race.CLASS_WRITERS)
    assert_kept(tally)
    assert tally.statuses[200] > 0
    assert Counter(found for _, findings in broken_promises() for found in findings) == Counter()


@pytest.fixture
def without_counting(owner: psycopg.Connection[Any]) -> Iterator[None]:
    """A database that says of every class that somebody is booked that one place is taken."""
    (definition,) = owner.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'availengine_take_places'"
    ).fetchone() or ("",)
    assert "taken = taken + change" in definition
    owner.execute(definition.replace("taken = taken + change", "taken = 1"))
    yield
    owner.execute(definition)


@pytest.mark.usefixtures("without_counting")
def test_negative_control_without_counting_the_harness_reports_overselling(studio: Outcome) -> None:
    new_race(studio, race.over_services(studio, current_minute())).run(CLIENTS, ROUNDS, race.CREATORS)
    assert race.oversold() > 0
    broken = [promise for promise, findings in broken_promises() if findings]
    assert "no class has more bookings than places, and the places that are taken are those of its bookings" in broken
