"""The day as a desk works it: after midnight, on days with a change of clocks, in special openings, round the clock."""

from datetime import date, timedelta

from bookings.availability import Resource, open_spans, shut_spans, work_date, work_day
from tests.core.build import MONDAY, at, calendar, week

TUESDAY = MONDAY + timedelta(days=1)
EVENINGS = week((19 * 60, 25 * 60 + 30))


def test_an_ordinary_day_is_its_date() -> None:
    shop = calendar()
    assert work_day(shop, MONDAY).begin == at(shop, MONDAY, "00:00")
    assert work_day(shop, MONDAY).end == at(shop, TUESDAY, "00:00")


def test_after_midnight_belongs_to_the_evening_before() -> None:
    bar = calendar(week=EVENINGS)
    day = work_day(bar, MONDAY)
    assert (day.begin, day.end) == (at(bar, MONDAY, "01:30"), at(bar, TUESDAY, "01:30"))
    assert work_date(bar, at(bar, TUESDAY, "01:29")) == MONDAY
    assert work_date(bar, at(bar, TUESDAY, "01:30")) == TUESDAY
    assert work_date(bar, at(bar, MONDAY, "19:00")) == MONDAY


def test_only_where_it_was_open() -> None:
    """Closed on Mondays: Tuesday begins at midnight, Monday when Sunday's evening ends."""
    bar = calendar(week=((), *EVENINGS[1:]))
    assert work_day(bar, MONDAY).begin == at(bar, MONDAY, "01:30")
    assert work_day(bar, TUESDAY).begin == at(bar, TUESDAY, "00:00")


def test_the_morning_has_its_own_day() -> None:
    """Open until 08:00 and from 06:00 again: the day begins with the earlier of the two."""
    baker = calendar(week=week((6 * 60, 10 * 60), (20 * 60, 32 * 60)))
    assert work_day(baker, TUESDAY).begin == at(baker, TUESDAY, "06:00")


def test_round_the_clock() -> None:
    gym = calendar(week=week((0, 24 * 60)))
    day = work_day(gym, MONDAY)
    assert (day.begin, day.end) == (at(gym, MONDAY, "00:00"), at(gym, TUESDAY, "00:00"))


def test_a_special_opening_past_midnight() -> None:
    shop = calendar()
    party = (at(shop, MONDAY, "20:00"), at(shop, TUESDAY, "04:00"))
    assert work_day(calendar(openings=(party,)), MONDAY).end == at(shop, TUESDAY, "04:00")
    by_one = Resource(1, "r1", "staff", openings=(party,))
    assert work_day(calendar((by_one,)), MONDAY).end == at(shop, TUESDAY, "04:00")
    festival = (at(shop, MONDAY, "20:00"), at(shop, TUESDAY + timedelta(days=3), "04:00"))
    assert work_day(calendar(openings=(festival,)), MONDAY).end == at(shop, TUESDAY, "00:00")


def test_days_with_a_change_of_clocks() -> None:
    """In Athens the 28th of March 2027 has 23 hours, the 31st of October 25; days meet without a gap."""
    for bar in (calendar(week=EVENINGS), calendar()):
        short, long = work_day(bar, date(2027, 3, 28)), work_day(bar, date(2027, 10, 31))
        assert (short.end - short.begin, long.end - long.begin) == (23 * 60, 25 * 60)
        assert work_day(bar, date(2027, 10, 30)).end == long.begin


def test_open_and_shut() -> None:
    """Lunch is outside the hours, the afternoon a closure."""
    hours = week((9 * 60, 12 * 60), (13 * 60, 17 * 60))
    shop = calendar(week=hours)
    closed = (at(shop, MONDAY, "15:00"), at(shop, MONDAY, "18:00"))
    shop = calendar(week=hours, closures=(closed,))
    day, told = work_day(shop, MONDAY), shop.resources[1]
    clock = {name: at(shop, MONDAY, f"{name}:00") for name in ("08", "09", "12", "13", "15", "17", "18")}
    assert open_spans(shop, told, day) == [(clock["09"], clock["12"]), (clock["13"], clock["15"])]
    assert shut_spans(shop, told, MONDAY, (clock["08"], clock["18"])) == [
        (clock["08"], clock["09"], False),
        (clock["12"], clock["13"], False),
        (clock["15"], clock["17"], True),
        (clock["17"], clock["18"], False),
    ]
