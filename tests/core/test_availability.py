"""The availability engine, rule by rule, with exact answers."""

from datetime import date, timedelta

import pytest

from bookings.availability import Resource, Service, Wish, positions, unavailable
from businesses.localtime import local_of
from tests.core.build import MONDAY, NOW, at, calendar, clocks, reason, view, week

STAFF = (Resource(1, "r1", "staff"), Resource(2, "r2", "staff"))


def only(cal, **wish):
    return Wish(tuple(cal.services.values()), **wish)


def test_a_free_day_offers_every_step_that_fits() -> None:
    cal = calendar()
    assert clocks(view(cal, only(cal))) == [f"{h:02}:00" for h in range(9, 17)]


def test_the_last_start_leaves_room_for_the_service() -> None:
    cal = calendar(interval=30, services=(Service(1, "s", 45, performers={1: 45}),))
    assert clocks(view(cal, only(cal)))[-1] == "16:00"
    assert reason(view(cal, only(cal)), "16:30") == "outside_hours"


def test_busy_time_is_not_offered_and_says_so() -> None:
    cal = calendar()
    seen = view(cal, only(cal), busy=[(1, at(cal, MONDAY, "10:30"), at(cal, MONDAY, "11:30"))])
    assert clocks(seen) == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
    assert (reason(seen, "10:00"), reason(seen, "11:00"), reason(seen, "12:00")) == ("busy", "busy", None)


def test_buffers_keep_bookings_apart_but_may_reach_past_the_hours() -> None:
    service = Service(1, "s", 60, before=10, after=15, performers={1: 60})
    cal = calendar(interval=30, services=(service,))
    seen = view(cal, only(cal), busy=[(1, at(cal, MONDAY, "12:00"), at(cal, MONDAY, "13:00"))])
    assert clocks(seen)[0] == "09:00"
    assert clocks(seen)[-1] == "16:00"
    assert (reason(seen, "10:30"), reason(seen, "11:00"), reason(seen, "13:00"), reason(seen, "13:30")) == (
        None,
        "buffer",
        "buffer",
        None,
    )


def test_several_intervals_a_day_each_with_its_own_grid() -> None:
    cal = calendar(interval=45, week=week((540, 720), (850, 1000)))
    assert clocks(view(cal, only(cal))) == ["09:00", "09:45", "10:30", "14:10", "14:55", "15:40"]


def test_hours_past_midnight_belong_to_the_next_date_after_midnight() -> None:
    friday, saturday = date(2026, 6, 19), date(2026, 6, 20)
    hours = tuple((((18 * 60, 26 * 60),)) if day == 4 else () for day in range(7))
    cal = calendar(week=hours)
    assert clocks(view(cal, only(cal), friday)) == ["18:00", "19:00", "20:00", "21:00", "22:00", "23:00"]
    assert clocks(view(cal, only(cal), saturday)) == ["00:00", "01:00"]


def test_hours_that_meet_at_midnight_are_one() -> None:
    cal = calendar(week=week((0, 1440)), services=(Service(1, "s", 120, performers={1: 120}),))
    assert clocks(view(cal, only(cal)))[-1] == "23:00"


def test_closures_and_special_openings_of_the_business() -> None:
    closed = (at(calendar(), MONDAY, "00:00"), at(calendar(), MONDAY + timedelta(days=1), "00:00"))
    opened = (at(calendar(), MONDAY, "10:30"), at(calendar(), MONDAY, "12:45"))
    assert clocks(view(calendar(closures=(closed,)), only(calendar()))) == []
    assert reason(view(calendar(closures=(closed,)), only(calendar())), "10:00") == "closed"
    special = calendar(closures=(closed,), openings=(opened,))
    assert clocks(view(special, only(special))) == ["10:30", "11:30"]


def test_a_closure_of_one_resource_leaves_the_others() -> None:
    morning = (at(calendar(), MONDAY, "09:00"), at(calendar(), MONDAY, "12:00"))
    cal = calendar((Resource(1, "r1", "staff", closures=(morning,)), STAFF[1]))
    seen = view(cal, only(cal))
    starts = seen.starts(NOW)
    assert (starts[1].bit_count(), starts[2].bit_count()) == (5, 8)
    assert reason(view(cal, only(cal, resource=1)), "10:00") == "closed"


def test_a_special_opening_of_a_resource_holds_when_the_business_is_closed() -> None:
    sunday = date(2026, 6, 21)
    hours = tuple(((540, 1020),) if day < 6 else () for day in range(7))
    extra = (at(calendar(), sunday, "10:15"), at(calendar(), sunday, "12:30"))
    cal = calendar((Resource(1, "r1", "staff", openings=(extra,)), STAFF[1]), week=hours)
    seen = view(cal, only(cal), sunday)
    assert clocks(seen) == ["10:15", "11:15"]
    assert list(seen.starts(NOW)) == [1]


def test_own_hours_of_a_resource_lie_within_those_of_the_business() -> None:
    own = Resource(1, "r1", "staff", week=week((8 * 60, 9 * 60 + 30), (12 * 60, 16 * 60)))
    cal = calendar((own,), interval=30)
    assert clocks(view(cal, only(cal)))[0] == "12:00"
    assert clocks(view(cal, only(cal)))[-1] == "15:00"
    assert reason(view(cal, only(cal)), "09:00") == "outside_hours"


def test_lead_time_and_past_and_window() -> None:
    cal = calendar(lead=90, window=14)
    now = at(cal, MONDAY, "10:40")
    assert clocks(view(cal, only(cal)), now) == ["13:00", "14:00", "15:00", "16:00"]
    assert [reason(view(cal, only(cal)), c, now) for c in ("10:00", "12:00", "13:00")] == ["past", "lead_time", None]
    last, beyond = MONDAY + timedelta(days=14), MONDAY + timedelta(days=15)
    assert clocks(view(cal, only(cal), last), now) != []
    assert clocks(view(cal, only(cal), beyond), now) == []
    assert reason(view(cal, only(cal), beyond), "10:00", now) == "beyond_window"


def test_staff_choose_any_free_minute_within_the_hours() -> None:
    cal = calendar(lead=10_000, window=1)
    busy = [(1, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))]
    seen = view(cal, only(cal, staff=True), busy=busy)
    assert [reason(seen, c) for c in ("09:00", "09:01", "11:00", "11:07", "16:01")] == [
        None,
        "busy",
        None,
        None,
        "outside_hours",
    ]
    anywhere = view(cal, only(cal, staff=True, any_hours=True), busy=busy)
    assert [reason(anywhere, c) for c in ("03:00", "10:30")] == [None, "busy"]


def test_off_grid_for_the_public() -> None:
    cal = calendar()
    assert reason(view(cal, only(cal)), "10:20") == "off_grid"


@pytest.mark.parametrize(("party", "tables"), [(1, [1]), (2, [1, 2]), (4, [2, 3]), (6, [3]), (7, [])])
def test_party_size_picks_tables_that_fit(party: int, tables: list[int]) -> None:
    sizes = {1: (1, 2), 2: (2, 4), 3: (3, 6)}
    cal = calendar([Resource(i, f"t{i}", "table", capacity_min=a, capacity_max=b) for i, (a, b) in sizes.items()])
    seen = view(cal, only(cal, party=party))
    assert sorted(seen.starts(NOW)) == tables
    if not tables:
        assert reason(seen, "10:00") == "capacity"


def test_staff_may_seat_few_at_a_large_table() -> None:
    cal = calendar((Resource(1, "t", "table", capacity_min=4, capacity_max=6),))
    assert clocks(view(cal, only(cal, party=1))) == []
    assert reason(view(cal, only(cal, party=1, staff=True)), "10:00") is None
    assert reason(view(cal, only(cal, party=7, staff=True)), "10:00") == "capacity"


def test_assignment_smallest_then_least_busy_then_stable() -> None:
    sizes = {1: 6, 2: 2, 3: 2, 4: 2}
    cal = calendar([Resource(i, f"t{i}", "table", capacity_max=size) for i, size in sizes.items()])
    busy = [(2, at(cal, MONDAY, "15:00"), at(cal, MONDAY, "16:00"))]
    picks = [
        view(cal, only(cal, party=2), busy=[*busy, *more]).assign(at(cal, MONDAY, "10:00"), NOW)[0].resource
        for more in ([], [(3, at(cal, MONDAY, "12:00"), at(cal, MONDAY, "13:00"))])
    ]
    assert picks == [3, 4]
    assert view(cal, only(cal, party=4)).assign(at(cal, MONDAY, "10:00"), NOW)[0].resource == 1


def test_a_given_resource_is_the_only_candidate() -> None:
    cal = calendar(STAFF)
    seen = view(cal, only(cal, resource=2), busy=[(2, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))])
    assert list(seen.starts(NOW)) == [2]
    assert reason(seen, "10:00") == "busy"


def two_services(first: dict[int, int], second: dict[int, int], **rest) -> tuple[Service, Service]:
    return (Service(1, "s1", 30, performers=first, **rest), Service(2, "s2", 60, performers=second))


def test_services_in_sequence_by_one_resource() -> None:
    cal = calendar(STAFF, two_services({1: 30, 2: 30}, {1: 60}), interval=30)
    seen = view(cal, only(cal, same_resource=True), busy=[(1, at(cal, MONDAY, "12:00"), at(cal, MONDAY, "13:00"))])
    assert list(seen.starts(NOW)) == [1]
    assert clocks(seen)[:5] == ["09:00", "09:30", "10:00", "10:30", "13:00"]
    assert clocks(seen)[-1] == "15:30"


def test_services_in_sequence_each_with_its_own_resource() -> None:
    cal = calendar(STAFF, two_services({1: 30}, {2: 60}), interval=30)
    busy = [(2, at(cal, MONDAY, "12:00"), at(cal, MONDAY, "13:00"))]
    seen = view(cal, only(cal), busy=busy)
    assert "10:30" in clocks(seen)
    assert "11:00" not in clocks(seen)
    assert "12:30" in clocks(seen)
    picks = seen.assign(at(cal, MONDAY, "12:30"), NOW)
    assert [(p.service, p.resource, f"{local_of(cal.zone, p.start):%H:%M}") for p in picks] == [
        (1, 1, "12:30"),
        (2, 2, "13:00"),
    ]
    assert reason(view(cal, only(cal, same_resource=True)), "10:00") == "no_common_resource"


def test_a_visit_stays_with_one_resource_where_it_can() -> None:
    cal = calendar(STAFF, two_services({1: 30, 2: 30}, {2: 60}), interval=30)
    assert [p.resource for p in view(cal, only(cal)).assign(at(cal, MONDAY, "09:00"), NOW)] == [2, 2]


def test_buffers_between_services_of_a_visit() -> None:
    first = Service(1, "s1", 30, after=15, performers={1: 30})
    second = Service(2, "s2", 60, before=5, performers={1: 60})
    cal = calendar(services=(first, second), interval=30)
    picks = view(cal, only(cal)).assign(at(cal, MONDAY, "09:00"), NOW)
    assert [f"{local_of(cal.zone, p.start):%H:%M}" for p in picks] == ["09:00", "09:50"]
    assert picks[0].blocked_until == picks[1].blocked_from
    assert only(cal).visit_minutes(1) == 30 + 15 + 5 + 60


def test_own_duration_of_a_resource() -> None:
    cal = calendar(STAFF, (Service(1, "s", 60, performers={1: 60, 2: 90}),), interval=30)
    starts = view(cal, only(cal)).starts(NOW)
    assert (starts[1].bit_count(), starts[2].bit_count()) == (15, 14)


def test_staff_and_room() -> None:
    room = Resource(9, "room", "room")
    service = Service(1, "s", 60, after=30, also_needs="room", performers={1: 60, 2: 60})
    cal = calendar((*STAFF, room), (service,))
    seen = view(cal, only(cal), busy=[(9, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))])
    assert clocks(seen)[:2] == ["11:00", "12:00"]
    assert (reason(seen, "09:00"), reason(seen, "10:00")) == ("buffer", "busy")
    picks = seen.assign(at(cal, MONDAY, "11:00"), NOW)
    assert [(p.resource, p.additional) for p in picks] == [(1, False), (9, True)]
    without = calendar(STAFF, (service,))
    assert reason(view(without, only(without)), "11:00") == "no_resource"


def test_offline_resources_and_services_are_for_staff_only() -> None:
    hidden = calendar((Resource(1, "r", "staff", online=False),))
    assert reason(view(hidden, only(hidden)), "10:00") == "no_resource"
    assert reason(view(hidden, only(hidden, staff=True)), "10:00") is None
    offline = calendar(services=(Service(1, "s", 60, online=False, performers={1: 60}),))
    assert clocks(view(offline, only(offline))) == []
    assert reason(view(offline, only(offline)), "10:00") == "not_bookable_online"
    assert reason(view(offline, only(offline, staff=True)), "10:00") is None


def test_party_limits_of_a_service() -> None:
    cal = calendar(
        (Resource(1, "r", "room", capacity_max=8),),
        (Service(1, "s", 60, party_min=2, party_max=6, performers={1: 60}),),
    )
    assert [bool(clocks(view(cal, only(cal, party=n)))) for n in (1, 2, 6, 7)] == [False, True, True, False]
    assert reason(view(cal, only(cal, party=7)), "10:00") == "capacity"


def test_explain_names_every_start_that_is_not_offered() -> None:
    cal = calendar(interval=60)
    seen = view(cal, only(cal), busy=[(1, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))])
    told = {f"{local_of(cal.zone, m):%H:%M}": str(r) for m, r in unavailable(seen, NOW)}
    assert told["10:00"] == "busy"
    assert told["03:00"] == "outside_hours"
    assert set(told) | set(clocks(seen)) == {f"{h:02}:00" for h in range(24)}
    assert not set(told) & set(clocks(seen))


def test_nobody_is_their_own_companion() -> None:
    """A massage by two: `also_needs` is of the kind of those who perform it."""
    service = Service(1, "s", 60, also_needs="staff", performers={1: 60, 2: 60})
    cal = calendar(STAFF, (service,))
    seen = view(cal, only(cal), busy=[(2, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))])
    assert "10:00" not in clocks(seen)
    assert reason(seen, "10:00") == "busy"
    picks = seen.assign(at(cal, MONDAY, "09:00"), NOW)
    assert [(p.resource, p.additional) for p in picks] == [(1, False), (2, True)]
    alone = calendar(STAFF[:1], (Service(1, "s", 60, also_needs="staff", performers={1: 60}),))
    assert clocks(view(alone, only(alone))) == []


def test_only_who_is_listed_for_a_start_is_assigned_to_it() -> None:
    """Jim has a special opening with a grid of its own; Maria, free as well, does not start off her grid."""
    extra = (at(calendar(), MONDAY, "09:20"), at(calendar(), MONDAY, "12:20"))
    cal = calendar((STAFF[0], Resource(2, "jim", "staff", openings=(extra,))))
    seen = view(cal, only(cal))
    start = at(cal, MONDAY, "10:20")
    assert [key for key, mask in seen.starts(NOW).items() if mask >> (start - seen.day.start) & 1] == [2]
    assert seen.assign(start, NOW)[0].resource == 2


def test_a_visit_may_last_differently() -> None:
    cal = calendar(STAFF, two_services({1: 60}, {2: 90}), interval=30)
    assert not only(cal).lasts_differently
    uneven = calendar(STAFF, two_services({1: 60, 2: 45}, {2: 90}), interval=30)
    assert only(uneven).lasts_differently


def timetable(seen) -> list[str]:
    zone = seen.calendar.zone
    return [f"{local_of(zone, seen.day.start + p):%H:%M}" for p in positions(seen.timetable())]


def test_the_timetable_has_what_is_taken_and_too_soon_as_well() -> None:
    cal = calendar(lead=90)
    now = at(cal, MONDAY, "10:00")
    seen = view(cal, only(cal), busy=[(1, at(cal, MONDAY, "14:00"), at(cal, MONDAY, "15:00"))])
    assert clocks(seen, now) == ["12:00", "13:00", "15:00", "16:00"]
    assert timetable(seen) == [f"{h:02}:00" for h in range(9, 17)]


def test_the_timetable_has_only_starts_at_which_the_visit_fits() -> None:
    """An hour and a half, before a break, before a closure, and for somebody who leaves at four."""
    closed = (at(calendar(), MONDAY, "14:00"), at(calendar(), MONDAY, "15:00"))
    ann = Resource(1, "ann", "staff", week=week((540, 960)))
    service = Service(1, "s", 90, performers={1: 90})
    cal = calendar((ann,), (service,), interval=30, week=week((540, 720), (750, 1080)), closures=(closed,))
    assert timetable(view(cal, only(cal))) == ["09:00", "09:30", "10:00", "10:30", "12:30"]


def test_the_timetable_is_that_of_everybody_who_could() -> None:
    early, late = Resource(1, "e", "staff", week=week((540, 660))), Resource(2, "l", "staff", week=week((900, 1020)))
    cal = calendar((early, late))
    assert timetable(view(cal, only(cal))) == ["09:00", "10:00", "15:00", "16:00"]
    assert timetable(view(cal, only(cal, resource=2))) == ["15:00", "16:00"]
    assert timetable(view(cal, only(cal, party=2))) == []


def test_the_timetable_needs_a_room_but_not_a_free_one() -> None:
    room = Resource(2, "room", "room", week=week((600, 720)))
    service = Service(1, "s", 60, also_needs="room", performers={1: 60})
    cal = calendar((STAFF[0], room), (service,))
    seen = view(cal, only(cal), busy=[(2, at(cal, MONDAY, "10:00"), at(cal, MONDAY, "11:00"))])
    assert (clocks(seen), timetable(seen)) == (["11:00"], ["10:00", "11:00"])
