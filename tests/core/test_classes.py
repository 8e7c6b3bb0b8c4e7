"""Group classes: which starts are offered, who joins what, and why not. Without a database."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bookings.availability import Busy, Calendar, DayView, Resource, Service, Session, Wish
from tests.core.build import MONDAY, NOW, at, calendar, clocks, reason

YOGA = Service(1, "yoga", 60, after=15, places=3, performers={1: 60, 2: 60})
MASSAGE = Service(2, "massage", 60, performers={1: 60, 2: 60})
PEOPLE = (Resource(1, "ana", "staff"), Resource(2, "ben", "staff"))
ALL_DAY = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def studio(*services: Service, resources: Sequence[Resource] = PEOPLE, **rest: Any) -> Calendar:
    return calendar(resources, services or (YOGA, MASSAGE), **rest)


def session(cal: Calendar, clock: str, taken: int, **changes: Any) -> Session:
    start = at(cal, MONDAY, clock)
    found = Session(7, 1, 1, 0, start, start + 60, start, start + 75, 3, taken)
    return replace(found, **changes)


def seen(cal: Calendar, *sessions: Session, service: int = 1, **wish: Any) -> DayView:
    taken = [(key, one.blocked_from, one.blocked_until) for one in sessions for key in one.resources]
    return DayView(cal, Wish(services=(cal.services[service],), **wish), MONDAY, Busy(taken, sessions))


def test_a_class_with_room_is_offered_at_its_start_only() -> None:
    cal = studio(interval=30)
    view = seen(cal, session(cal, "11:00", 2), resource=1)
    told = clocks(view)
    assert "11:00" in told
    assert {"10:00", "10:30", "11:30", "12:00"} & set(told) == set()
    assert reason(view, "11:30") == "busy"
    assert reason(view, "10:00") == "buffer"


def test_a_full_class_is_full_for_everybody_and_a_party_that_is_too_large() -> None:
    cal = studio()
    assert reason(seen(cal, session(cal, "11:00", 3), resource=1), "11:00") == "full"
    assert reason(seen(cal, session(cal, "11:00", 2), resource=1, party=2), "11:00") == "full"
    assert reason(seen(cal, session(cal, "11:00", 1), resource=1, party=2), "11:00") is None
    assert reason(seen(cal, resource=1, party=4), "11:00") == "capacity"


def test_another_service_of_the_same_resource_sees_it_as_busy() -> None:
    cal = studio()
    assert reason(seen(cal, session(cal, "11:00", 1), service=2, resource=1), "11:00") == "busy"


def test_who_has_the_class_already_is_joined_before_a_second_is_opened() -> None:
    cal = studio()
    ben = session(cal, "11:00", 2, id=8, resource=2)
    view = seen(cal, ben)
    picks = view.assign(at(cal, MONDAY, "11:00"), NOW)
    assert picks is not None
    assert [(p.resource, p.places) for p in picks] == [(2, 3)]
    assert [keys for minute, keys in view.offers(NOW, view.day.start, view.day.end)][2] == (2, 1)
    other = seen(cal, ben).assign(at(cal, MONDAY, "12:00"), NOW)
    assert other is not None
    assert other[0].resource == 1
    for_two = seen(cal, ben, party=2).assign(at(cal, MONDAY, "11:00"), NOW)
    assert for_two is not None
    assert for_two[0].resource == 1


def test_whoever_joins_takes_the_class_as_it_is() -> None:
    cal = studio()
    longer = session(cal, "11:00", 1, end=at(cal, MONDAY, "12:30"), blocked_until=at(cal, MONDAY, "12:45"), capacity=5)
    picks = seen(cal, longer, resource=1).assign(at(cal, MONDAY, "11:00"), NOW)
    assert picks is not None
    assert [(p.end, p.blocked_until, p.places) for p in picks] == [(longer.end, longer.blocked_until, 5)]


def test_its_room_comes_along_and_is_taken_for_others() -> None:
    rooms = (Resource(3, "small", "room", capacity_max=2), Resource(4, "hall", "room", capacity_max=3))
    both = replace(YOGA, also_needs="room", performers={1: 60, 2: 60})
    cal = studio(both, resources=(*PEOPLE, *rooms))
    opened = seen(cal).assign(at(cal, MONDAY, "11:00"), NOW)
    assert opened is not None
    assert [(p.resource, p.additional) for p in opened] == [(1, False), (4, True)]
    held = session(cal, "11:00", 2, companion=4)
    joined = seen(cal, held).assign(at(cal, MONDAY, "11:00"), NOW)
    assert joined is not None
    assert [(p.resource, p.additional) for p in joined] == [(1, False), (4, True)]
    assert reason(seen(cal, held, resource=2), "11:00") == "busy"  # the small room does not hold the class
    assert reason(seen(cal, replace(held, taken=3), resource=1), "11:00") == "full"


def test_a_room_must_hold_the_whole_class_and_a_person_need_not() -> None:
    hall, closet = Resource(1, "hall", "room", capacity_max=3), Resource(2, "closet", "room", capacity_max=2)
    cal = studio(resources=(hall, closet))
    assert set(seen(cal, party=2).starts(NOW)) == {1}
    assert set(seen(studio(), party=2).starts(NOW)) == {1, 2}


def test_closed_is_closed_for_who_would_join_too() -> None:
    cal = studio()
    closed = studio(closures=((at(cal, MONDAY, "11:00"), at(cal, MONDAY, "12:00")),))
    assert reason(seen(closed, session(cal, "11:00", 1), resource=1), "11:00") == "closed"
    assert "11:00" in clocks(seen(closed, session(cal, "11:00", 1), resource=1, staff=True, any_hours=True))


def test_places_left() -> None:
    cal = studio()
    view = seen(cal, session(cal, "11:00", 2))
    eleven = at(cal, MONDAY, "11:00")
    assert view.places_left(eleven, [1]) == 1
    assert view.places_left(eleven, [1, 2]) == 3
    assert view.places_left(eleven + 60, [1]) == 3
    assert seen(cal, service=2).places_left(eleven, [1]) is None


def test_fixed_starts_take_the_place_of_the_grid() -> None:
    fixed = replace(YOGA, starts=(18 * 60, 9 * 60 + 45, 1440 + 600, 6 * 1440))
    cal = studio(fixed)
    assert clocks(seen(cal)) == ["09:45"]  # 18:00 is outside of the hours, the others are on other days
    assert reason(seen(cal), "10:00") == "off_grid"
    assert reason(seen(cal), "18:00") == "outside_hours"
    assert clocks(seen(studio())) == ALL_DAY
    assert reason(seen(cal, staff=True), "10:00") is None


def test_a_visit_of_two_services_joins_a_class() -> None:
    cal = studio()
    wish = Wish(services=(cal.services[1], cal.services[2]), resource=1)
    taken = session(cal, "11:00", 2)
    view = DayView(cal, wish, MONDAY, Busy([(1, taken.blocked_from, taken.blocked_until)], [taken]))
    picks = view.assign(taken.start, NOW)
    assert picks is not None
    assert [(p.service, p.start - taken.start, p.places) for p in picks] == [(1, 0, 3), (2, 75, 0)]
