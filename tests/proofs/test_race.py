"""No slot is sold twice, by any writer, and none that is free is refused (GUARANTEES B1, B2, B4)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from availengine.clock import current_minute
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs import race
from tests.proofs.server import running_server
from tests.proofs.sizes import CLIENTS, ROUNDS

pytestmark = pytest.mark.django_db(transaction=True)

RESOURCES = 3


@pytest.fixture
def salon() -> Outcome:
    return factories.business(**race.busy_business(RESOURCES))


def new_race(salon: Outcome, call: race.Call) -> race.Race:
    return race.Race(salon, call, race.next_monday(date.today()), race.slots())


def assert_kept(tally: race.Tally) -> None:
    """Nothing overlaps, nothing that was acknowledged is lost, nobody saw a 5xx."""
    assert (race.overlaps(), race.oversold()) == (0, 0)
    stored = {str(uuid) for uuid in Booking.objects.values_list("uuid", flat=True)}
    assert set(tally.acknowledged) <= stored
    assert len(stored) == tally.statuses[201]
    assert set(tally.statuses) <= {200, 201, 409}
    assert [findings for _, findings in broken_promises() if findings] == []


def assert_each_slot_sold_out_exactly() -> None:
    """With more demand than room, every slot ends up full: no free slot was refused, none sold twice."""
    sold: dict[Any, int] = {}
    for starts_at in Allocation.objects.filter(active=True).values_list("starts_at", flat=True):
        sold[starts_at] = sold.get(starts_at, 0) + 1
    assert sorted(sold.values()) == [RESOURCES] * race.SLOTS


def test_all_writers_over_services(salon: Outcome) -> None:
    tally = new_race(salon, race.over_services(salon, current_minute())).run(CLIENTS, ROUNDS, race.ALL_WRITERS)
    assert_kept(tally)
    assert tally.statuses[201] > race.SLOTS


def test_all_writers_and_holds_over_services(salon: Outcome) -> None:
    tally = new_race(salon, race.over_services(salon, current_minute())).run(CLIENTS, ROUNDS // 2, race.HOLDERS)
    assert_kept(tally)
    assert "held" in tally.acknowledged.values()
    assert "confirm" in tally.acknowledged.values()


def test_demand_beyond_supply_sells_every_slot_once_over_services(salon: Outcome) -> None:
    tally = new_race(salon, race.over_services(salon, current_minute())).run(CLIENTS, ROUNDS, race.CREATORS)
    assert_kept(tally)
    assert_each_slot_sold_out_exactly()


def test_all_writers_over_http(salon: Outcome) -> None:
    with running_server() as port, race.over_http(port, str(salon.keys["full"])) as call:
        tally = new_race(salon, call).run(CLIENTS, ROUNDS, race.ALL_WRITERS)
    assert_kept(tally)
    assert tally.statuses[201] > race.SLOTS


def test_all_dialects_over_http(salon: Outcome) -> None:
    with running_server() as port, race.over_http(port, str(salon.keys["full"])) as call:
        tally = new_race(salon, call).run(CLIENTS, ROUNDS // 2, race.DIALECT_WRITERS)
    assert_kept(tally)
    assert tally.statuses[201] > race.SLOTS


def test_demand_beyond_supply_in_all_dialects_sells_every_slot_once(salon: Outcome) -> None:
    with running_server() as port, race.over_http(port, str(salon.keys["full"])) as call:
        tally = new_race(salon, call).run(CLIENTS, ROUNDS // 2, race.DIALECT_CREATORS)
    assert_kept(tally)
    assert_each_slot_sold_out_exactly()


def test_two_hundred_clients_at_one_slot_of_one_resource() -> None:
    salon = factories.business(**race.busy_business(1))
    with running_server() as port, race.over_http(port, str(salon.keys["full"])) as call:
        one = race.Race(salon, call, race.next_monday(date.today()), [600])
        tally = one.run(200, 1, race.CREATORS)
    assert tally.statuses == {201: 1, 409: 199}
    assert_kept(tally)


@pytest.fixture
def without_constraint(owner: psycopg.Connection[Any]) -> Iterator[None]:
    definition = owner.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'allocation_no_overlap'"
    ).fetchone()
    assert definition is not None
    owner.execute("ALTER TABLE bookings_allocation DROP CONSTRAINT allocation_no_overlap")
    yield
    owner.execute("DELETE FROM bookings_allocation")
    owner.execute(f"ALTER TABLE bookings_allocation ADD CONSTRAINT allocation_no_overlap {definition[0]}")


@pytest.mark.usefixtures("without_constraint")
def test_negative_control_without_the_constraint_the_harness_reports_overlaps(salon: Outcome) -> None:
    new_race(salon, race.over_services(salon, current_minute())).run(CLIENTS, 10, race.CREATORS)
    assert race.overlaps() > 0
    broken = [promise for promise, findings in broken_promises() if findings]
    assert "no two active allocations of a resource overlap" in broken
    assert "the exclusion constraint is in place" in broken
