"""The text of an iCalendar feed as events (RFC 5545). Pure, and made for text that nobody can trust.

Only the lines that say when somebody is busy are looked at: what an event is about is never read, and nothing of a
time zone that a feed brings along outlives its reading.
"""

import re
import time as clock
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar import Calendar, Component
from icalendar.prop import vDDDLists, vDDDTypes, vRecur
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bookings.feeds.lines import NotUnderstood, parts_of
from businesses.localtime import utc_of

MOST_RULES = 20  # of a time zone
LONGEST = timedelta(days=36_500)  # of an event
FREQUENCY = re.compile(r"FREQ=([^;]*)", re.IGNORECASE)
INTERVAL = re.compile(r"INTERVAL=([^;]*)", re.IGNORECASE)
A_NUMBER = re.compile(r"0*[1-9][0-9]{0,5}")
YEARLY = {"YEARLY"}
SELDOM = {"DAILY", "WEEKLY", "MONTHLY", *YEARLY}
FREE_AT_OUTLOOK = {"FREE", "WORKINGELSEWHERE"}
A_DAY = timedelta(days=1)

WHEN = "when an event is cannot be read"
HOW_LONG = "how long an event lasts cannot be read"

Moment = datetime | date  # in UTC, or of a day as a whole


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The wall clock at its beginning, and how long it lasts."""

    start: datetime
    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """An event that takes time. `whole_days`: it begins at midnight and lasts days, however long they are.

    `rules`: how it repeats, without their end; `excluded`: which occurrences there are not.
    """

    uid: str
    zone: tzinfo
    first: Occurrence
    whole_days: bool
    rules: tuple["Rule", ...] = ()
    more: tuple[Occurrence, ...] = ()
    excluded: frozenset[Moment] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """`text`: an RRULE without UNTIL. `until`: the wall clock of the last occurrence that there may be."""

    text: str
    until: datetime | None


def busy_events(body: bytes, zone: ZoneInfo, *, until: float) -> list[Busy]:
    """The events of a feed that take time, in a business of this zone. Raises NotACalendar, NotUnderstood.

    `until`: when to give up, on the clock of `require_time`.
    """
    events, zones = parts_of(body)
    lines = ["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]
    try:
        calendar = Calendar.from_ical("\r\n".join(lines) + "\r\n")
    except (ValueError, KeyError, IndexError, RecursionError) as error:
        raise NotUnderstood("its lines cannot be read") from error
    return _Reader(zone, zones, until).read(calendar.walk("VEVENT"))


def require_time(until: float) -> None:
    if clock.monotonic() > until:
        raise NotUnderstood("it takes too long to read")


# --- events -------------------------------------------------------------------------------------------------------


class _Reader:
    """Events as a business of this zone understands them; `defined`: the time zones that the feed brings along."""

    def __init__(self, zone: ZoneInfo, defined: dict[str, list[str]], until: float) -> None:
        self.zone = zone
        self.defined = defined
        self.until = until
        self._known: dict[str, tzinfo] = {}

    def read(self, events: Iterable[Component]) -> list[Busy]:
        found = list(events)
        changed: dict[str, set[Moment]] = {}
        for event in found:
            if "RECURRENCE-ID" in event:
                changed.setdefault(_text(event, "UID"), set()).add(self._moment(_one(event, "RECURRENCE-ID")))
        return [busy for event in found if _takes_time(event) and (busy := self._busy(event, changed))]

    def _busy(self, event: Component, changed: dict[str, set[Moment]]) -> Busy | None:
        """None for what has no length. An occurrence that was changed is an event of its own, and not the series'."""
        require_time(self.until)
        start, zone = self._wall(_one(event, "DTSTART"))
        whole_days = not isinstance(_one(event, "DTSTART").dt, datetime)
        length = min(self._length(event, start, zone, whole_days=whole_days), LONGEST)
        if length <= timedelta(0):
            return None
        uid = _text(event, "UID")
        if "RECURRENCE-ID" in event:
            return Busy(uid=uid, zone=zone, first=Occurrence(start, length), whole_days=whole_days)
        return Busy(
            uid=uid,
            zone=zone,
            first=Occurrence(start, length),
            whole_days=whole_days,
            rules=tuple(self._rule(rule, zone, whole_days=whole_days) for rule in _several(event, "RRULE")),
            more=tuple(self._more(event, zone, length)),
            excluded=frozenset(changed.get(uid, ())) | {self._moment(value) for value in _dates(event, "EXDATE")},
        )

    def _length(self, event: Component, start: datetime, zone: tzinfo, *, whole_days: bool) -> timedelta:
        if "DTEND" in event:
            end, end_zone = self._wall(_one(event, "DTEND"))
            if whole_days:
                return max(end - start, A_DAY)  # one day, where somebody wrote the same date twice
            return utc_of(end_zone, end) - utc_of(zone, start)
        if "DURATION" in event:
            length = _one(event, "DURATION", HOW_LONG).dt
            if not isinstance(length, timedelta):
                raise NotUnderstood(HOW_LONG)
            return length
        return A_DAY if whole_days else timedelta(0)

    def _rule(self, rule: Any, zone: tzinfo, *, whole_days: bool) -> Rule:
        if not isinstance(rule, vRecur):
            raise NotUnderstood("how an event repeats cannot be read")
        ends = rule.get("UNTIL", [])
        rest = vRecur({name: value for name, value in rule.items() if name.upper() != "UNTIL"})
        text: str = rest.to_ical().decode()  # type: ignore[no-untyped-call]
        _require_rule(text, SELDOM)
        return Rule(text, min((_until(end, zone, whole_days=whole_days) for end in ends), default=None))

    def _more(self, event: Component, zone: tzinfo, length: timedelta) -> Iterator[Occurrence]:
        for value in _dates(event, "RDATE"):
            begin = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            start = self._wall_of(begin, value.params, zone)
            if not isinstance(value.dt, tuple):
                yield Occurrence(start, length)
            elif isinstance(value.dt[1], timedelta):
                yield Occurrence(start, value.dt[1])
            else:
                yield Occurrence(start, self._wall_of(value.dt[1], value.params, zone) - start)

    def _wall_of(self, value: Any, params: Any, zone: tzinfo) -> datetime:
        """A moment on the wall clock of the event's own zone."""
        wall, own = self._read(value, params)
        return wall if own is zone else utc_of(own, wall).astimezone(zone).replace(tzinfo=None)

    def _moment(self, value: Any) -> Moment:
        wall, zone = self._wall(value)
        return utc_of(zone, wall) if isinstance(value.dt, datetime) else wall.date()

    def _wall(self, value: Any) -> tuple[datetime, tzinfo]:
        return self._read(value.dt, value.params)

    def _read(self, value: Any, params: Any) -> tuple[datetime, tzinfo]:
        """What the clock shows, and whose: days and times without a zone are those of the business."""
        if not isinstance(value, datetime):
            if not isinstance(value, date):
                raise NotUnderstood(WHEN)
            return datetime.combine(value, time.min), self.zone
        if value.tzinfo is not None:
            return value.replace(tzinfo=None, fold=0), value.tzinfo
        return value, self._zone(str(params["TZID"])) if "TZID" in params else self.zone

    def _zone(self, name: str) -> tzinfo:
        """A zone that icalendar does not know: as the feed defines it, or by the end of its name."""
        if name not in self._known:
            plain = f"/{name[1:]}" if name.startswith(".") else name
            self._known[name] = self._defined(plain) or _by_name(plain)
        return self._known[name]

    def _defined(self, name: str) -> tzinfo | None:
        if name not in self.defined:
            return None
        lines = self.defined[name]
        rules = [line for line in lines if line.upper().startswith("RRULE")]
        for line in rules:
            _require_rule(line, YEARLY)
        if len(rules) > MOST_RULES:
            raise NotUnderstood("a time zone cannot be read")
        try:
            found: tzinfo | None = tzical(StringIO("\r\n".join(lines))).get()
        except (ValueError, KeyError, IndexError) as error:
            raise NotUnderstood("a time zone cannot be read") from error
        return found


def _by_name(name: str) -> tzinfo:
    """A name that ends in one of the IANA database's, such as /example.org/Europe/Athens, or one of Windows."""
    words = name.strip("/").split("/")
    for candidate in (WINDOWS_TO_OLSON.get(name), "/".join(words[-2:]), "/".join(words[-3:]), words[-1]):
        try:
            return ZoneInfo(candidate or "?")
        except (ValueError, KeyError, OSError):
            continue
    raise NotUnderstood("a time zone is not known")


def _until(end: Any, zone: tzinfo, *, whole_days: bool) -> datetime:
    """Of days the last one counts as it is written, whatever hour some programs put behind it."""
    if whole_days or not isinstance(end, datetime):
        return datetime.combine(end, time.max)
    return end if end.tzinfo is None else end.astimezone(zone).replace(tzinfo=None)


def _takes_time(event: Component) -> bool:
    outlook = _text(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper()
    if outlook in FREE_AT_OUTLOOK or _text(event, "STATUS").upper() == "CANCELLED":
        return False
    return _text(event, "TRANSP").upper() != "TRANSPARENT"


def _text(event: Component, name: str) -> str:
    return str(next(iter(_several(event, name)), "")).strip()


def _several(event: Component, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _one(event: Component, name: str, problem: str = WHEN) -> vDDDTypes:
    """A value with its `dt`. Raises NotUnderstood where there is none, or more than one."""
    found = _several(event, name)
    if len(found) != 1 or not isinstance(found[0], vDDDTypes):
        raise NotUnderstood(problem)
    return found[0]


def _dates(event: Component, name: str) -> Iterator[vDDDTypes]:
    for row in _several(event, name):
        if not isinstance(row, vDDDLists):
            raise NotUnderstood(WHEN)
        yield from row.dts


def _require_rule(line: str, often: set[str]) -> None:
    """What repeats within a day, or in steps of nothing, would be counted for ever."""
    if {found.strip().upper() for found in FREQUENCY.findall(line)} - often:
        raise NotUnderstood("something repeats within a day")
    if not all(A_NUMBER.fullmatch(step.strip()) for step in INTERVAL.findall(line)):
        raise NotUnderstood("something repeats in steps of nothing")
