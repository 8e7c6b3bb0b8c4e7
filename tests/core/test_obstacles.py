"""Why services and resources cannot be combined at all, and the choice among several."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bookings.availability import Calendar, Obstacle, Resource, Service, Wish, able, obstacle
from tests.core.build import MONDAY, NOW, at, calendar, clocks, view

ANN, BEN, ROOM = Resource(1, "ann", "staff"), Resource(2, "ben", "staff"), Resource(3, "room", "room")
CUT = Service(1, "cut", 60, performers={1: 60, 2: 60})
DYE = Service(2, "dye", 60, performers={1: 60})

# Resources, services, the wish, and what stands in the way.
CASES: list[tuple[Sequence[Resource], Sequence[Service], dict[str, Any], Obstacle | None]] = [
    ([ANN, BEN], [CUT, DYE], {}, None),
    ([ANN, BEN], [CUT, DYE], {"resource": 1}, None),
    ([ANN, replace(BEN, active=False)], [CUT, DYE], {}, None),
    ([ANN, BEN], [CUT, replace(DYE, active=False)], {}, Obstacle.SERVICE_OFFLINE),
    ([ANN, BEN], [CUT, replace(DYE, online=False)], {}, Obstacle.SERVICE_NOT_ONLINE),
    ([ANN, BEN], [replace(CUT, online=False), replace(DYE, active=False)], {}, Obstacle.SERVICE_OFFLINE),
    ([replace(ANN, online=False), BEN], [CUT, DYE], {}, Obstacle.RESOURCE_NOT_ONLINE),
    ([replace(ANN, online=False), BEN], [CUT], {"resource": 1}, Obstacle.RESOURCE_NOT_ONLINE),
    ([replace(ANN, active=False), BEN], [CUT, DYE], {}, Obstacle.RESOURCE_OFFLINE),
    ([replace(ANN, active=False, online=False), BEN], [CUT], {"resource": 1}, Obstacle.RESOURCE_OFFLINE),
    ([ANN, replace(BEN, active=False)], [DYE], {"resource": 2}, Obstacle.RESOURCE_OFFLINE),
    ([ANN, BEN], [CUT, DYE], {"resource": 2}, Obstacle.NOT_ASSIGNED),
    ([ANN, BEN], [CUT, DYE], {"among": (2,)}, Obstacle.NOT_ASSIGNED),
    ([ANN, BEN], [CUT, DYE], {"among": (2, 1)}, None),
    ([ANN, BEN], [DYE, replace(CUT, performers={2: 60})], {}, Obstacle.NO_COMMON_RESOURCE),
    ([ANN, BEN], [replace(CUT, performers={})], {}, Obstacle.NO_COMMON_RESOURCE),
    ([ANN, BEN], [replace(CUT, party_min=2)], {}, Obstacle.NO_COMMON_RESOURCE),
    ([replace(ANN, capacity_min=2, capacity_max=4)], [DYE], {"resource": 1}, Obstacle.NO_COMMON_RESOURCE),
    ([ANN, BEN], [replace(CUT, also_needs="room")], {}, Obstacle.NO_COMMON_RESOURCE),
    ([ANN, BEN, ROOM], [replace(CUT, also_needs="room")], {}, None),
    ([ANN], [replace(DYE, also_needs="staff")], {}, Obstacle.NO_COMMON_RESOURCE),
    ([ANN, BEN], [replace(DYE, also_needs="staff")], {}, None),
    (
        [replace(ANN, location="North"), replace(BEN, location="South")],
        [DYE, replace(CUT, performers={2: 60})],
        {},
        Obstacle.LOCATIONS_DIFFER,
    ),
    (
        [replace(ANN, location="North"), replace(BEN, location="South")],
        [DYE, replace(CUT, performers={2: 60})],
        {"resource": 1},
        Obstacle.LOCATIONS_DIFFER,
    ),
    (
        [replace(ANN, location="North"), replace(BEN, location="North")],
        [DYE, replace(CUT, performers={2: 60})],
        {},
        Obstacle.NO_COMMON_RESOURCE,
    ),
    (
        [replace(ANN, location="North"), BEN],
        [DYE, replace(CUT, performers={2: 60})],
        {},
        Obstacle.NO_COMMON_RESOURCE,
    ),
]


def visit(cal: Calendar, **wish: Any) -> Wish:
    return Wish(tuple(cal.services.values()), same_resource=True, **wish)


@pytest.mark.parametrize(("resources", "services", "asked", "expected"), CASES)
def test_what_stands_in_the_way(
    resources: Sequence[Resource], services: Sequence[Service], asked: dict[str, Any], expected: Obstacle | None
) -> None:
    """There are starts exactly where nothing does."""
    cal = calendar(resources, services)
    wish = visit(cal, **asked)
    assert obstacle(cal, wish) is expected
    assert bool(clocks(view(cal, wish))) is (expected is None)
    assert bool(able(cal, wish)) is (expected is None)


def test_staff_book_what_is_not_online() -> None:
    cal = calendar([replace(ANN, online=False)], [replace(DYE, online=False, party_min=2)])
    assert obstacle(cal, visit(cal)) is Obstacle.SERVICE_NOT_ONLINE
    assert obstacle(cal, visit(cal, staff=True)) is None


def test_able_are_those_who_can_take_the_whole_visit() -> None:
    cal = calendar([ANN, BEN], [CUT, DYE])
    assert [r.uuid for r in able(cal, visit(cal))] == ["ann"]
    cal = calendar([ANN, BEN], [CUT])
    assert [r.uuid for r in able(cal, visit(cal))] == ["ann", "ben"]
    assert [r.uuid for r in able(cal, visit(cal, resource=2))] == ["ben"]


def test_offers_name_the_preferred_first_and_assign_takes_it() -> None:
    cal = calendar([ANN, BEN], [CUT])
    busy = [(1, at(cal, MONDAY, "09:00"), at(cal, MONDAY, "10:00"))]
    seen = view(cal, visit(cal), busy=busy)
    ten, noon = at(cal, MONDAY, "10:00"), at(cal, MONDAY, "12:00")
    assert list(seen.offers(NOW, ten, noon)) == [(ten, (2, 1)), (ten + 60, (2, 1))]
    assert list(seen.offers(NOW, ten - 60, ten)) == [(ten - 60, (2,))]
    assert list(seen.offers(NOW, ten + 1, ten + 60)) == []
    assert [pick.resource for pick in seen.assign(ten, NOW) or ()] == [2]


@pytest.mark.parametrize(("among", "taken"), [((1, 2), [1]), ((2, 1), [2]), ((1,), [1]), ((2,), [2])])
def test_among_several_the_first_that_is_free(among: tuple[int, ...], taken: list[int]) -> None:
    cal = calendar([ANN, BEN], [CUT])
    ten = at(cal, MONDAY, "10:00")
    free = view(cal, visit(cal, among=among))
    assert [pick.resource for pick in free.assign(ten, NOW) or ()] == taken
    assert next(free.offers(NOW, ten, ten + 1)) == (ten, among)
    busy = view(cal, visit(cal, among=among), busy=[(taken[0], ten, ten + 60)])
    assert [pick.resource for pick in busy.assign(ten, NOW) or ()] == list(among[1:])


def test_companions_are_not_among() -> None:
    cal = calendar([ANN, BEN, ROOM], [replace(CUT, also_needs="room")])
    picks = view(cal, visit(cal, among=(2,))).assign(at(cal, MONDAY, "10:00"), NOW)
    assert [(pick.resource, pick.additional) for pick in picks or ()] == [(2, False), (3, True)]
