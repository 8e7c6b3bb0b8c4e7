"""The one place where wall-clock time of a zone and UTC meet. Imports no Django.

Inside, a moment is a whole number of minutes since 1970-01-01T00:00Z ("minute"). A wall-clock time is a date
and minutes after its midnight, which may pass 1440. Local times in a daylight-saving gap do not exist, in a fold
they exist twice (GUARANTEES B7).
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

DAY = 1440


def minute_of(moment: datetime) -> int:
    """The minute in which an aware datetime lies."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The aware UTC datetime of a minute."""
    return datetime.fromtimestamp(minute * 60, UTC)


def local_of(zone: ZoneInfo, minute: int) -> datetime:
    """The aware local datetime of a minute."""
    return datetime.fromtimestamp(minute * 60, zone)


def utc_of(zone: tzinfo, local: datetime) -> datetime:
    """A wall-clock time as calendars mean it (RFC 5545): the first of two, and in a gap by the offset before it."""
    try:
        return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError:  # at the very ends of time
        return local.replace(tzinfo=UTC)


def date_of(zone: ZoneInfo, minute: int) -> date:
    """The calendar date on which a minute falls in the zone."""
    return local_of(zone, minute).date()


def _readings(zone: ZoneInfo, day: date, minutes: int) -> tuple[int, int]:
    """The wall-clock time read with the offset before and after a change: equal, except in a gap or fold."""
    naive = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    first, second = (minute_of(naive.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    return first, second


def instants(zone: ZoneInfo, day: date, minutes: int) -> tuple[int, ...]:
    """All minutes at which the wall clock shows this time: none in a gap, two in a fold, else one."""
    first, second = _readings(zone, day, minutes)
    if first == second:
        return (first,)
    return (first, second) if first < second else ()


def earliest_instant(zone: ZoneInfo, day: date, minutes: int) -> int:
    """The first minute at which the wall clock shows at least this time."""
    first, second = _readings(zone, day, minutes)
    return first if first <= second else _end_of_gap(zone, second, first)


def latest_instant(zone: ZoneInfo, day: date, minutes: int) -> int:
    """The last minute at which the wall clock shows this time; in a gap, the moment of the change."""
    first, second = _readings(zone, day, minutes)
    return second if first <= second else _end_of_gap(zone, second, first)


def _end_of_gap(zone: ZoneInfo, before: int, after: int) -> int:
    """The first minute after a change of offset that lies in (before, after]."""
    offset = local_of(zone, after).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if local_of(zone, middle).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def day_bounds(zone: ZoneInfo, day: date) -> tuple[int, int]:
    """The first minute of a date and the first minute of the next one, also where midnight does not exist."""
    return earliest_instant(zone, day, 0), earliest_instant(zone, day + timedelta(days=1), 0)


def offsets(zone: ZoneInfo, start: int, end: int) -> list[tuple[int, int]]:
    """How the wall clock runs in [start, end): (from which minute, minutes ahead of UTC), for each change of it."""
    found = [(start, _offset(zone, start))]
    for before in range(start, end, DAY):
        after = min(before + DAY, end)
        if _offset(zone, after) != found[-1][1]:
            found.append((_end_of_gap(zone, before, after), _offset(zone, after)))
    return found


def _offset(zone: ZoneInfo, minute: int) -> int:
    moment = local_of(zone, minute)
    return minute_of(moment.replace(tzinfo=UTC)) - minute


def edge(zone: ZoneInfo, day: date, minutes: int | None, *, last: bool = False) -> int:
    """The minute at which a period begins, or with `last` ends: of a date alone the whole day is in it."""
    if minutes is None and last:
        return earliest_instant(zone, day + timedelta(days=1), 0)
    return earliest_instant(zone, day, minutes or 0)
