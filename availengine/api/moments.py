"""Times as text: moments in UTC with Z, clocks in the business's zone. Kept quick: long answers have hundreds."""

from datetime import datetime
from functools import lru_cache

from bookings.availability import DayView
from businesses.localtime import DAY, local_of, moment_of

CLOCK = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY)]
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def utc_text(minute: int) -> str:
    """A minute since 1970."""
    day, at = divmod(minute, DAY)
    return f"{_utc_date(day)}T{CLOCK[at]}:00Z"


def moment_text(moment: datetime) -> str:
    """A moment in UTC."""
    return moment.strftime(MOMENT)


def local_clock(view: DayView, minute: int) -> str:
    """A minute of a day as `HH:MM` in the business's zone."""
    at = minute - view.day.start
    if view.day.end - view.day.start == DAY and 0 <= at < DAY:  # an ordinary day: no change of the clocks
        return CLOCK[at]
    return f"{local_of(view.calendar.zone, minute):%H:%M}"


@lru_cache(maxsize=2048)
def _utc_date(day: int) -> str:
    return moment_of(day * DAY).date().isoformat()
