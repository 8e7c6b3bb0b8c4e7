"""Weekly opening hours: reading `"09:00-13:00"`, and intervals that must not overlap."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from businesses.localtime import DAY

WEEK = 7 * DAY
TEXT = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})\Z")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A weekly interval: weekday (0 is Monday), minutes after midnight; `closes` beyond 1440 is after midnight."""

    weekday: int
    opens: int
    closes: int


def read_interval(weekday: int, text: str) -> Interval:
    """`"09:00-13:00"`, `"18:00-02:00"` (past midnight) or `"00:00-24:00"`. Raises ValueError saying what is wrong."""
    match = TEXT.match(text)
    if not match:
        raise ValueError(f'{text!r} is not an interval: write "09:00-13:00"')
    hours, minutes, end_hours, end_minutes = (int(part) for part in match.groups())
    if hours > 23 or minutes > 59 or end_minutes > 59 or (end_hours, end_minutes) > (24, 0):
        raise ValueError(f"{text!r} has a time that does not exist")
    return interval(weekday, hours * 60 + minutes, end_hours * 60 + end_minutes)


def interval(weekday: int, opens: int, closes: int) -> Interval:
    """An interval of wall-clock times; one that ends at or before its start ends on the next day."""
    return Interval(weekday, opens, closes if closes > opens else closes + DAY)


def read_start(weekday: int, text: str) -> int:
    """`"18:00"` on a weekday as minutes after Monday's midnight. Raises ValueError saying what is wrong."""
    match = CLOCK.match(text)
    if not match:
        raise ValueError(f'{text!r} is not a time: write "18:00"')
    return weekday * DAY + int(match[1]) * 60 + int(match[2])


def overlapping(intervals: list[Interval]) -> tuple[Interval, Interval] | None:
    """Two intervals of the week that overlap, also across midnight and from Sunday to Monday, or None."""
    placed = sorted((i.weekday * DAY + i.opens, i.weekday * DAY + i.closes, i) for i in intervals)
    for (_, end, first), (start, _, second) in pairwise(placed):
        if start < end:
            return first, second
    if len(placed) > 1 and placed[-1][1] - WEEK > placed[0][0]:
        return placed[-1][2], placed[0][2]
    return None


def clash(intervals: Sequence[Interval]) -> tuple[int, int] | None:
    """The places of two intervals that overlap, or None."""
    found = overlapping(list(intervals))
    if not found:
        return None
    one, other = found
    first = intervals.index(one)
    return first, intervals.index(other, first + 1) if one == other else intervals.index(other)


def week_text(intervals: Iterable[Interval], *, own: bool = True) -> str:
    """All of a week in a few characters, to see whether two are the same; `own=False`: it is not in force."""
    return " ".join(
        ["own" if own else "as the business", *(f"{i.weekday}.{i.opens}-{i.closes}" for i in sorted(intervals))]
    )


def clock_text(minutes: int) -> str:
    """`HH:MM` of minutes after midnight; beyond 1440 of the next day."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
