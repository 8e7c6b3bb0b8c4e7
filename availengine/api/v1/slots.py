"""Availability as native JSON, remembered by content.

Days are remembered by themselves too: a booking changes one of them, not the other 29 of a month.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from availengine.api import remembered as answers
from availengine.api.moments import local_clock, utc_text
from availengine.api.remembered import REMEMBERED_BYTES, Remembered
from bookings import availability as engine
from bookings.asking import Ask
from bookings.queries import Occupancy


@dataclass(frozen=True, slots=True)
class Question:
    """What availability was asked for. `single`: one date, answered without the list of days."""

    first: date
    last: date
    single: bool
    ask: Ask
    explain: bool


_remembered_days = Remembered(REMEMBERED_BYTES // 2)


def answer(found: Occupancy, question: Question, *, now: int) -> bytes:
    """The JSON body for a question."""
    if question.explain:
        return _body(found, question, now)
    return answers.remembered(
        found, question, question.first, question.last, now=now, make=lambda: _body(found, question, now)
    )


def heading(found: Occupancy) -> dict[str, Any]:
    """What every answer about availability begins with."""
    return {
        "business_id": str(found.snapshot.business.uuid),
        "timezone": found.snapshot.business.timezone,
        "service_id": found.wish.services[0].uuid,
        "capacity": found.wish.party,
    }


def _body(found: Occupancy, question: Question, now: int) -> bytes:
    busy, days = found.busy(), []
    for offset in range((question.last - question.first).days + 1):
        view = engine.DayView(found.snapshot.calendar, found.wish, question.first + timedelta(days=offset), busy)
        days.append(_explained(view, now) if question.explain else _day(found, view, now))
    head = orjson.dumps(heading(found))[:-1]
    return head + (b"," + days[0][1:] if question.single else b',"days":[' + b",".join(days) + b"]}")


def _day(found: Occupancy, view: engine.DayView, now: int) -> bytes:
    """A day as JSON: the same as long as the same resources are free at the same starts."""
    masks = view.starts(now)
    if found.wish.lasts_differently:
        return orjson.dumps({"date": view.day.date.isoformat(), "slots": _slots(view, masks, now)})
    services = tuple(service.id for service in found.wish.services)
    key = (found.snapshot.business.id, found.snapshot.version, services, view.day.date, *masks.items())
    known = _remembered_days.get(key)
    if known is None:
        known = orjson.dumps({"date": view.day.date.isoformat(), "slots": _slots(view, masks, now)})
        _remembered_days.put(key, known, cost=len(known) + 1024)
    return known


def _explained(view: engine.DayView, now: int) -> bytes:
    unavailable = [
        {"start_time": local_clock(view, minute), "starts_at": utc_text(minute), "reason": str(reason)}
        for minute, reason in engine.unavailable(view, now)
    ]
    slots = _slots(view, view.starts(now), now)
    return orjson.dumps({"date": view.day.date.isoformat(), "slots": slots, "unavailable": unavailable})


def _slots(view: engine.DayView, masks: dict[int, int], now: int) -> list[dict[str, Any]]:
    resources = view.calendar.resources
    union = 0
    for mask in masks.values():
        union |= mask
    takers = [(resources[key].uuid, mask) for key, mask in masks.items()]
    lengths = {resources[key].uuid: view.wish.visit_minutes(key) for key in masks}
    slots = []
    for at in engine.positions(union):
        able = [uuid for uuid, mask in takers if mask >> at & 1]
        start = view.day.start + at
        end = start + lengths[able[0]]
        if view.wish.lasts_differently:  # then it depends on who takes which part, or on the class
            end = max(pick.end for pick in view.assign(start, now) or ())
        left = view.places_left(start, [key for key, mask in masks.items() if mask >> at & 1])
        slots.append(
            {
                "start_time": local_clock(view, start),
                "end_time": local_clock(view, end),
                "starts_at": utc_text(start),
                "ends_at": utc_text(end),
                "available_resources": len(able),
                "resource_ids": able,
                **({} if left is None else {"places_left": left}),
            }
        )
    return slots
