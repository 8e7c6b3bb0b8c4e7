"""What a feed's text means: which minutes are busy, and what is refused."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.feeds import expanding
from bookings.feeds.expanding import Window, spans
from bookings.feeds.lines import MOST_EVENTS, NotACalendar, NotUnderstood
from bookings.feeds.reading import busy_events
from businesses.localtime import minute_of
from tests.calendars.texts import ATHENS, at, calendar, event

YEAR = Window(minute_of(datetime(2026, 1, 1, tzinfo=UTC)), minute_of(datetime(2027, 1, 1, tzinfo=UTC)))
NEW_YORK = ZoneInfo("America/New_York")


def busy(*parts: str, zone: ZoneInfo = ATHENS, window: Window = YEAR, seconds: float = 10) -> list[tuple[int, int]]:
    return read(calendar(*parts), zone=zone, window=window, seconds=seconds)


def read(body: bytes, *, zone: ZoneInfo = ATHENS, window: Window = YEAR, seconds: float = 10) -> list[tuple[int, int]]:
    until = time.monotonic() + seconds
    return spans(busy_events(body, zone, until=until), window, until=until)


TEN = (at(ATHENS, 2026, 6, 1, 10), at(ATHENS, 2026, 6, 1, 11))


@pytest.mark.parametrize(
    "part",
    [
        event(":20260601T070000Z", ":20260601T080000Z"),
        event(";TZID=Europe/Athens:20260601T100000", ";TZID=Europe/Athens:20260601T110000"),
        event(":20260601T100000", ":20260601T110000"),  # floating: the clock of the business
        event(";TZID=America/New_York:20260601T030000", ":20260601T080000Z"),
        event(";TZID=GTB Standard Time:20260601T100000", ";TZID=GTB Standard Time:20260601T110000"),
        event(";TZID=/example.org/x/Europe/Athens:20260601T100000", ":20260601T080000Z"),
        event(":20260601T070000Z", "", "DURATION:PT1H"),
        event(":20260601T070000Z", ":20260601T080000Z", "TRANSP:OPAQUE", "STATUS:TENTATIVE"),
        event(":20260601T070030Z", ":20260601T075930Z"),  # whole minutes, nothing left out
        event(":20260601T070000Z", ":20260601T080000Z").replace("DTSTART", "dtstart"),
        event(":20260601T0\n 70000Z", ":20260601T080000Z"),  # folded
        event(":20260601T070000Z", ":20260601T080000Z", "BEGIN:VALARM", "DURATION:P5D", "END:VALARM"),
    ],
)
def test_the_same_hour_in_many_spellings(part: str) -> None:
    assert busy(part) == [TEN]


@pytest.mark.parametrize(
    "part",
    [
        event(":20260601T070000Z", ":20260601T080000Z", "TRANSP:TRANSPARENT"),
        event(":20260601T070000Z", ":20260601T080000Z", "STATUS:CANCELLED"),
        event(":20260601T070000Z", ":20260601T080000Z", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
        event(":20260601T070000Z", ":20260601T080000Z", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"),
        event(":20260601T070000Z", ":20260601T070000Z"),
        event(":20260601T070000Z", ":20260601T060000Z"),
        event(":20260601T070000Z"),
        event(":20260601T070000Z", ":20260601T080000Z", "TRANSP:TRANSPARENT", "RRULE:FREQ=HOURLY"),
        event(":20250601T070000Z", ":20250601T080000Z"),
        event(":20270601T070000Z", ":20270601T080000Z"),
        event(":00010101T000000Z", ":00010102T000000Z"),
        event(":99991231T230000Z", ":99991231T235959Z"),
        event(";TZID=America/New_York:99991231T230000", ";TZID=America/New_York:99991231T235959"),
        "BEGIN:VTODO\nUID:1\nDTSTART:20260601T070000Z\nDUE:20260601T080000Z\nEND:VTODO",
        "",
    ],
)
def test_what_takes_no_time(part: str) -> None:
    assert busy(*filter(None, [part])) == []


def test_whole_days_are_those_of_the_business() -> None:
    day = event(";VALUE=DATE:20260329")  # the clocks go forward in Athens: 23 hours
    assert busy(day) == [(at(ATHENS, 2026, 3, 29), at(ATHENS, 2026, 3, 30))]
    ((start, end),) = busy(day, zone=ATHENS)
    assert end - start == 23 * 60
    ((start, end),) = busy(event(";VALUE=DATE:20261101", ";VALUE=DATE:20261103"), zone=NEW_YORK)
    assert (start, end) == (at(NEW_YORK, 2026, 11, 1), at(NEW_YORK, 2026, 11, 3))
    assert end - start == 49 * 60
    same = event(";VALUE=DATE:20260601", ";VALUE=DATE:20260601")
    assert busy(same) == [(at(ATHENS, 2026, 6, 1), at(ATHENS, 2026, 6, 2))]


def test_a_day_without_midnight() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # 2026-04-24 begins at 01:00
    assert busy(event(";VALUE=DATE:20260424"), zone=cairo) == [
        (at(cairo, 2026, 4, 24, 1), at(cairo, 2026, 4, 25)),
    ]


def test_a_time_that_does_not_exist_and_one_that_exists_twice() -> None:
    """RFC 5545: read with the offset before the gap; the first of two."""
    assert busy(event(";TZID=Europe/Athens:20260329T033000", "", "DURATION:PT1H")) == [
        (at(ATHENS, 2026, 3, 29, 4, 30), at(ATHENS, 2026, 3, 29, 5, 30))
    ]
    first = minute_of(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert busy(event(";TZID=Europe/Athens:20261025T033000", "", "DURATION:PT30M")) == [(first, first + 30)]


def test_what_overlaps_or_meets_is_one() -> None:
    parts = [
        event(":20260601T070000Z", ":20260601T080000Z", uid="a"),
        event(":20260601T073000Z", ":20260601T090000Z", uid="b"),
        event(":20260601T090000Z", ":20260601T093000Z", uid="c"),
        event(":20260601T100000Z", ":20260601T103000Z", uid="d"),
    ]
    assert busy(*parts) == [
        (at(ATHENS, 2026, 6, 1, 10), at(ATHENS, 2026, 6, 1, 12, 30)),
        (at(ATHENS, 2026, 6, 1, 13), at(ATHENS, 2026, 6, 1, 13, 30)),
    ]


# --- what repeats -------------------------------------------------------------------------------------------------


def days(zone: ZoneInfo, first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def hour(zone: ZoneInfo, on: date, clock: int = 9, length: int = 60) -> tuple[int, int]:
    start = at(zone, on.year, on.month, on.day, clock)
    return start, start + length


@pytest.mark.parametrize("name", ["Europe/Athens", "America/New_York"])
@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("FREQ=DAILY", lambda on: True),
        ("FREQ=WEEKLY;BYDAY=MO,WE", lambda on: on.weekday() in (0, 2)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", lambda on: on.weekday() == 3 and (on - date(2026, 1, 1)).days % 14 == 0),
        ("FREQ=MONTHLY;BYDAY=-1FR", lambda on: on.weekday() == 4 and (on + timedelta(days=7)).month != on.month),
        ("FREQ=MONTHLY;BYMONTHDAY=31", lambda on: on.day == 31),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=SU", lambda on: on.month == 3 and on.weekday() == 6),
        ("FREQ=DAILY;UNTIL=20260630T235959Z", lambda on: on <= date(2026, 6, 30)),
        ("FREQ=DAILY;COUNT=100", lambda on: on < date(2026, 1, 1) + timedelta(days=100)),
        ("FREQ=DAILY;UNTIL=20260401", lambda on: on <= date(2026, 4, 1)),
    ],
)
def test_a_year_of_it_over_both_changes_of_the_clock(name: str, rule: str, meant: Any) -> None:
    """Against every day of the year, asked by itself: 09:00 on the wall clock, whatever the offset."""
    zone = ZoneInfo(name)
    first = date(2026, 1, 1)  # a Thursday, as the rules that count from it want
    part = event(f";TZID={name}:20260101T090000", f";TZID={name}:20260101T100000", f"RRULE:{rule}")
    expected = [hour(zone, on) for on in days(zone, first, date(2026, 12, 31)) if meant(on) or on == first]
    assert busy(part, zone=zone) == expected
    assert len({start % 1440 for start, _ in expected}) == 2  # both offsets are in it


def test_a_rule_from_long_ago() -> None:
    part = event(":19700101T070000Z", ":19700101T080000Z", "RRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1")
    assert busy(part) == [TEN]


@pytest.mark.parametrize("until", ["20260119", "20260119T000000Z", "20260119T050000Z"])
@pytest.mark.parametrize("zone", [ATHENS, NEW_YORK])
def test_days_that_repeat(zone: ZoneInfo, until: str) -> None:
    part = event(";VALUE=DATE:20260105", ";VALUE=DATE:20260106", f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert busy(part, zone=zone) == [(at(zone, 2026, 1, day), at(zone, 2026, 1, day + 1)) for day in (5, 12, 19)]


@pytest.mark.parametrize("line", ["EXDATE;VALUE=DATE:20260112", "EXDATE;TZID=Europe/Athens:20260112T000000"])
def test_days_that_are_left_out(line: str) -> None:
    part = event(";VALUE=DATE:20260105", ";VALUE=DATE:20260106", "RRULE:FREQ=WEEKLY;COUNT=3", line)
    assert busy(part) == [(at(ATHENS, 2026, 1, day), at(ATHENS, 2026, 1, day + 1)) for day in (5, 19)]


WEEKLY = event(
    ";TZID=Europe/Athens:20260601T090000", ";TZID=Europe/Athens:20260601T100000", "RRULE:FREQ=WEEKLY;COUNT=4"
)
MONDAYS = [date(2026, 6, day) for day in (1, 8, 15, 22)]


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Athens:20260608T090000,20260615T090000",
        "EXDATE:20260608T060000Z\nEXDATE:20260615T060000Z",
        "EXDATE;TZID=America/New_York:20260608T020000,20260615T020000",
        "EXDATE;VALUE=DATE:20260608,20260615",
    ],
)
def test_occurrences_that_are_left_out(line: str) -> None:
    part = WEEKLY.replace("END:VEVENT", f"{line}\nEND:VEVENT")
    assert busy(part) == [hour(ATHENS, MONDAYS[0]), hour(ATHENS, MONDAYS[3])]


def test_occurrences_besides() -> None:
    lines = "RDATE:20260603T060000Z\nRDATE;VALUE=PERIOD:20260604T060000Z/PT2H,20260605T060000Z/20260605T063000Z"
    part = WEEKLY.replace("END:VEVENT", f"{lines}\nEND:VEVENT")
    extra = [hour(ATHENS, date(2026, 6, 3)), hour(ATHENS, date(2026, 6, 4), length=120)]
    extra.append(hour(ATHENS, date(2026, 6, 5), length=30))
    assert busy(part) == sorted([*(hour(ATHENS, on) for on in MONDAYS), *extra])


def test_occurrences_that_were_changed() -> None:
    """One is moved, one is cancelled, one takes no time any more; one of another series is none of ours."""
    name = "RECURRENCE-ID;TZID=Europe/Athens"
    moved = event(":20260609T110000Z", ":20260609T120000Z", f"{name}:20260608T090000")
    cancelled = event(":20260615T060000Z", ":20260615T070000Z", "STATUS:CANCELLED", f"{name}:20260615T090000")
    free = event(":20260622T060000Z", ":20260622T070000Z", "TRANSP:TRANSPARENT", "RECURRENCE-ID:20260622T060000Z")
    other = event(":20260601T060000Z", ":20260601T070000Z", f"{name}:20260601T090000", "STATUS:CANCELLED", uid="two")
    assert busy(moved, WEEKLY, cancelled, free, other) == [
        hour(ATHENS, MONDAYS[0]),
        hour(ATHENS, date(2026, 6, 9), 14),
    ]


def test_a_series_that_is_over_may_have_an_occurrence_that_is_not() -> None:
    old = WEEKLY.replace("202606", "202406")
    moved = event(":20260601T070000Z", ":20260601T080000Z", "RECURRENCE-ID:20240608T060000Z")
    assert busy(old, moved) == [TEN]


def test_only_the_window_counts() -> None:
    window = Window(at(ATHENS, 2026, 6, 8, 9, 30), at(ATHENS, 2026, 6, 15, 9))
    assert busy(WEEKLY, window=window) == [hour(ATHENS, MONDAYS[1])]  # it has begun, and is not cut


# --- time zones of the feed's own ---------------------------------------------------------------------------------

CUSTOM = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
IN_CUSTOM = event(
    ";TZID=Customized Time Zone:20260301T090000",
    ";TZID=Customized Time Zone:20260301T100000",
    "RRULE:FREQ=MONTHLY;COUNT=9",
)


def test_a_zone_that_the_feed_defines() -> None:
    assert busy(CUSTOM, IN_CUSTOM) == [hour(ATHENS, date(2026, month, 1)) for month in range(3, 12)]


def test_a_zone_of_one_feed_says_nothing_about_another() -> None:
    """A name like this is everybody's: what one feed means by it must not move the events of another."""
    assert busy(CUSTOM, IN_CUSTOM)
    for_one = CUSTOM.replace("+0300", "+0900").replace("+0200", "+0800")
    start = minute_of(datetime(2026, 3, 1, 1, tzinfo=UTC))
    assert busy(for_one, IN_CUSTOM)[0] == (start, start + 60)
    with pytest.raises(NotUnderstood, match="a time zone is not known"):
        busy(IN_CUSTOM)


def test_a_known_name_is_not_redefined() -> None:
    wrong = CUSTOM.replace("Customized Time Zone", "Europe/Athens").replace("+0200", "+1100")
    part = event(";TZID=Europe/Athens:20260601T100000", ";TZID=Europe/Athens:20260601T110000")
    assert busy(wrong, part) == [TEN]


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><title>Sign in</title></html>",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        calendar(WEEKLY)[:-30],
        calendar("BEGIN:VEVENT\nEND:VTODO"),
        calendar("END:VEVENT"),
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nDTSTART:1\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_calendar(body: bytes) -> None:
    with pytest.raises(NotACalendar):
        read(body)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"), "within a day"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=HOURLY;INTERVAL=12"), "within a day"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=0"), "steps of nothing"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=-1"), "steps of nothing"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES"), "how an event repeats"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:BYDAY=MO"), "how an event repeats"),
        (event(":20260601T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYDAY=XX"), "how an event repeats"),
        (event(":20260601T070000Z", "", "DURATION:soon"), "how long"),
        (event(":20260230T070000Z", ":20260601T080000Z"), "when an event is"),
        (event(":soon", ":later"), "when an event is"),
        (event(":20260601T070000Z", ":later"), "when an event is"),
        (event(":20260601T070000Z", ":20260601T080000Z", "EXDATE:never"), "when an event is"),
        ("BEGIN:VEVENT\nUID:1\nEND:VEVENT", "when an event is"),
        (event(":20260601T070000Z", ":20260601T080000Z", "DTSTART:20260602T070000Z"), "when an event is"),
        (event(";TZID=Nowhere/Land:20260601T070000", ":20260601T080000Z"), "time zone is not known"),
        (event(";TZID=../../etc/passwd:20260601T070000", ":20260601T080000Z"), "time zone is not known"),
        (CUSTOM.replace("YEARLY", "SECONDLY") + "\n" + IN_CUSTOM, "within a day"),
        (CUSTOM.replace("TZOFFSETTO:+0200", "TZOFFSETTO:much") + "\n" + IN_CUSTOM, "a time zone cannot be read"),
        ("BEGIN:VEVENT\n" * 9 + "END:VEVENT\n" * 8 + "END:VEVENT", "too large"),
        ("\n".join(["BEGIN:VEVENT\nEND:VEVENT"] * (MOST_EVENTS + 1)), "too large"),
    ],
)
def test_what_cannot_be_understood_is_refused_as_a_whole(part: str, why: str) -> None:
    """To leave such an event out would offer time that is not free."""
    with pytest.raises(NotUnderstood, match=why):
        busy(WEEKLY, part)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,10,20,30,40,50;BYSECOND=0,20,40",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_what_takes_too_long_is_given_up(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    part = event(":19000101T070000Z", "", "DURATION:PT1M", f"RRULE:{rule}")
    began = time.monotonic()
    with pytest.raises(NotUnderstood, match="takes too long"):
        busy(*[part] * 10, seconds=0.5)
    assert time.monotonic() - began < 60  # the second rule never ends by itself within a minute times ten


def test_too_many_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MOST_SPANS", 300)
    assert len(busy(event(":20260101T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=300"))) == 300
    with pytest.raises(NotUnderstood, match="too many"):
        busy(event(":20260101T070000Z", "", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=301"))


def test_what_an_event_is_about_is_not_even_looked_at() -> None:
    """Also where it tries to be more than a text."""
    line = "SUMMARY:x\u2028DTSTART:20260603T070000Z\x0bRRULE:FREQ=SECONDLY"
    assert busy(event(":20260601T070000Z", ":20260601T080000Z", line, "DESCRIPTION:" + "y" * 1_500_000)) == [TEN]
