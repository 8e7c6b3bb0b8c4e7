"""What is free: opening hours minus closures minus busy time. Pure: no Django, no clock, no database.

`DayView(calendar, wish, date, busy)` is one day seen by one wish; `.starts(now)` lists, `.assign(start, now)`
decides a booking, `why_not(view, start, now)` explains. A single DayView answers all three, so that no page,
dialect or refusal can disagree with another. `obstacle(calendar, wish)` says why no day can have a start.
"""

from bookings.availability.busy import Busy, Session
from bookings.availability.calendar import Calendar, Day, Resource, Rules, Service, Week
from bookings.availability.obstacles import Obstacle, able, obstacle
from bookings.availability.opening import WeekMinutes, for_reckoning, open_minutes
from bookings.availability.reasons import SENTENCES, Reason, unavailable, why_never, why_not
from bookings.availability.spans import positions
from bookings.availability.starts import DayView, Pick, Wish
from bookings.availability.workdays import WorkDay, open_spans, shut_spans, work_date, work_day

__all__ = [
    "SENTENCES",
    "Busy",
    "Calendar",
    "Day",
    "DayView",
    "Obstacle",
    "Pick",
    "Reason",
    "Resource",
    "Rules",
    "Service",
    "Session",
    "Week",
    "WeekMinutes",
    "Wish",
    "WorkDay",
    "able",
    "for_reckoning",
    "obstacle",
    "open_minutes",
    "open_spans",
    "positions",
    "shut_spans",
    "unavailable",
    "why_never",
    "why_not",
    "work_date",
    "work_day",
]
