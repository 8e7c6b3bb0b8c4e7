"""What is free: opening hours minus closures minus busy time. Pure: no Django, no clock, no database.

`DayView(calendar, wish, date, busy)` is one day seen by one wish; `.starts(now)` lists, `.assign(start, now)`
decides a booking, `why_not(view, start, now)` explains. A single DayView answers all three, so that no page,
dialect or refusal can disagree with another.
"""

from bookings.availability.busy import Busy
from bookings.availability.calendar import Calendar, Day, Resource, Rules, Service, Week
from bookings.availability.reasons import SENTENCES, Reason, unavailable, why_never, why_not
from bookings.availability.spans import positions
from bookings.availability.starts import DayView, Pick, Wish

__all__ = [
    "SENTENCES",
    "Busy",
    "Calendar",
    "Day",
    "DayView",
    "Pick",
    "Reason",
    "Resource",
    "Rules",
    "Service",
    "Week",
    "Wish",
    "positions",
    "unavailable",
    "why_never",
    "why_not",
]
