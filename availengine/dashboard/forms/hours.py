"""The hours of a week: rows of two times for each day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from availengine.dashboard.forms.fields import NEEDED, ClockField
from businesses.localtime import DAY
from businesses.weeks import Interval, clock_text, interval

MOST_ROWS = 60  # of one day, as sent: more than anybody has
LEAST_ROWS = 2
USUAL = tuple(Interval(day, 9 * 60, 17 * 60) for day in range(5))
COPIES = {"weekdays": range(5), "all": range(7)}


@dataclass
class Row:
    """Two times as they were entered, and what is wrong with them."""

    day: int
    number: int
    opens: str = ""
    closes: str = ""
    error: str = ""
    interval: Interval | None = None

    @property
    def past_midnight(self) -> bool:
        return bool(self.interval and self.interval.closes > DAY)

    @property
    def used(self) -> bool:
        return bool(self.opens or self.closes)

    def read(self) -> None:
        if not self.used:
            return
        try:
            opens, closes = (ClockField().clean(text) for text in (self.opens, self.closes))
        except ValidationError as error:
            self.error = error.messages[0]
            return
        if opens is None or closes is None:
            self.error = str(NEEDED)
        else:
            self.interval = interval(self.day, opens, closes)


@dataclass
class DayRows:
    number: int
    name: Any
    rows: list[Row] = field(default_factory=list)


class WeekForm:
    """Reads `opens-DAY-ROW` and `closes-DAY-ROW`; an empty row is no row."""

    def __init__(self, data: Any = None, week: Sequence[Interval] = ()) -> None:
        self.days = []
        for number in range(7):
            kept = [(clock_text(i.opens), clock_text(i.closes)) for i in sorted(week) if i.weekday == number]
            self.days.append(_day(number, kept if data is None else _entered(data, number)))
        for row in self.rows:
            row.read()

    @property
    def rows(self) -> list[Row]:
        return [row for day in self.days for row in day.rows]

    def is_valid(self) -> bool:
        return not any(row.error for row in self.rows)

    @property
    def week(self) -> list[Interval]:
        return [row.interval for row in self.rows if row.interval]

    def copy(self, told: str) -> None:
        """`0:weekdays` puts Monday's rows into Tuesday to Friday; nothing is saved."""
        source, _sep, name = told.partition(":")
        if name not in COPIES or source not in map(str, range(7)):
            return
        times = [(row.opens, row.closes) for row in self.days[int(source)].rows if row.used]
        for number in COPIES[name]:
            self.days[number] = _day(number, times)
        for row in self.rows:
            row.read()

    def tell_clash(self, places: Sequence[int]) -> None:
        """At the later of the two rows, naming the other."""
        read = [row for row in self.rows if row.interval]
        one, other = (read[place] for place in places)
        told = {"day": WEEKDAYS[one.day], "from": one.opens, "until": one.closes}
        other.error = _("Overlaps %(day)s, %(from)s to %(until)s.") % told


def _day(number: int, times: Sequence[tuple[str, str]]) -> DayRows:
    """As many rows as are used, and an empty one: two at least."""
    spare = max(1, LEAST_ROWS - len(times))
    rows = [Row(number, n, *pair) for n, pair in enumerate([*times, *[("", "")] * spare])]
    return DayRows(number, WEEKDAYS[number], rows)


def _entered(data: Any, day: int) -> list[tuple[str, str]]:
    pairs = [
        (data.get(f"opens-{day}-{n}", "").strip()[:8], data.get(f"closes-{day}-{n}", "").strip()[:8])
        for n in range(MOST_ROWS)
    ]
    return [pair for pair in pairs if any(pair)]
