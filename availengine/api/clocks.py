"""Times of day as text, for answers with many of them."""

from bookings.availability import DayView
from businesses.localtime import DAY, local_of

CLOCK = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY)]


def local_clock(view: DayView, minute: int) -> str:
    """A minute of a day as `HH:MM` in the business's zone."""
    at = minute - view.day.start
    if view.day.end - view.day.start == DAY and 0 <= at < DAY:  # an ordinary day: no change of the clocks
        return CLOCK[at]
    return f"{local_of(view.calendar.zone, minute):%H:%M}"
