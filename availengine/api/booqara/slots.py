"""The slot grid of a day as JSON, remembered by content."""

from dataclasses import dataclass
from datetime import date

import orjson

from availengine.api.booqara.asking import AppointmentAsk
from availengine.api.moments import local_clock
from availengine.api.remembered import remembered
from bookings import availability as engine
from bookings.queries import Occupancy


@dataclass(frozen=True, slots=True)
class SlotsQuestion:
    """Which day, and what for."""

    date: date
    ask: AppointmentAsk


def answer(found: Occupancy, question: SlotsQuestion, *, now: int) -> bytes:
    """The JSON body for a question."""
    on = question.date
    return remembered(found, question, on, on, now=now, make=lambda: _body(found, on, now))


def _body(found: Occupancy, on: date, now: int) -> bytes:
    """All starts of the day, also those that are taken or too soon; none when not a single one is free."""
    view = engine.DayView(found.snapshot.calendar, found.wish, on, found.busy())
    free = view.free_starts(now)
    grid = engine.positions(view.timetable()) if free else []
    slots = [{"time": local_clock(view, view.day.start + at), "available": bool(free >> at & 1)} for at in grid]
    return orjson.dumps({"date": on.isoformat(), "slots": slots})
