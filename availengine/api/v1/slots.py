"""Availability as native JSON, remembered by content.

An answer depends on nothing but the configuration version, the question, the taken time and the part of the
clock that matters to it. These are its key, so a remembered answer is never outdated and needs no invalidation:
the taken time is read from the database for every request. Days are remembered by themselves too: a booking changes
one of them, not the other 29 of a month.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

import orjson

from availengine.api.v1.wire import CLOCK
from bookings import availability as engine
from bookings.asking import Ask
from bookings.queries import Occupancy
from businesses.localtime import DAY, date_of, local_of, moment_of

REMEMBERED_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What availability was asked for. `single`: one date, answered without the list of days."""

    first: date
    last: date
    single: bool
    ask: Ask
    explain: bool


class Remembered:
    """The most recently used answers, within a budget of bytes."""

    def __init__(self, budget: int) -> None:
        self._budget, self._size = budget, 0
        self._answers: OrderedDict[Hashable, tuple[bytes, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            known = self._answers.get(key)
            if known is None:
                return None
            self._answers.move_to_end(key)
            return known[0]

    def put(self, key: Hashable, answer: bytes, cost: int) -> None:
        with self._lock:
            if key not in self._answers:
                self._answers[key] = (answer, cost)
                self._size += cost
            while self._size > self._budget and self._answers:
                self._size -= self._answers.popitem(last=False)[1][1]


_remembered = Remembered(REMEMBERED_BYTES)
_remembered_days = Remembered(REMEMBERED_BYTES // 2)


def answer(found: Occupancy, question: Question, *, now: int) -> bytes:
    """The JSON body for a question."""
    if question.explain:
        return _body(found, question, now)
    key = (found.snapshot.business.id, found.snapshot.version, question, found.packed, *_clock(found, question, now))
    known = _remembered.get(key)
    if known is None:
        known = _body(found, question, now)
        _remembered.put(key, known, cost=len(known) + len(found.packed) + 1024)
    return known


def heading(found: Occupancy) -> dict[str, Any]:
    """What every answer about availability begins with."""
    return {
        "business_id": str(found.snapshot.business.uuid),
        "timezone": found.snapshot.business.timezone,
        "service_id": found.wish.services[0].uuid,
        "capacity": found.wish.party,
    }


def _clock(found: Occupancy, question: Question, now: int) -> tuple[int, date]:
    """The part of `now` that an answer depends on: where the lead time ends and where the window does."""
    calendar = found.snapshot.calendar
    start, end = calendar.day(question.first).start, calendar.day(question.last).end
    earliest = min(max(now + calendar.rules.lead_minutes, start), end)
    window = date_of(calendar.zone, now) + timedelta(days=calendar.rules.window_days)
    return earliest, min(window, question.last)


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
        {"start_time": _local(view, minute), "starts_at": _utc(minute), "reason": str(reason)}
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
        if view.wish.lasts_differently:  # then it depends on who takes which part
            end = max(pick.end for pick in view.assign(start, now) or ())
        slots.append(
            {
                "start_time": _local(view, start),
                "end_time": _local(view, end),
                "starts_at": _utc(start),
                "ends_at": _utc(end),
                "available_resources": len(able),
                "resource_ids": able,
            }
        )
    return slots


def _local(view: engine.DayView, minute: int) -> str:
    at = minute - view.day.start
    if view.day.end - view.day.start == DAY and 0 <= at < DAY:  # an ordinary day: no change of the clocks
        return CLOCK[at]
    return f"{local_of(view.calendar.zone, minute):%H:%M}"


def _utc(minute: int) -> str:
    day, at = divmod(minute, DAY)
    return f"{_utc_date(day)}T{CLOCK[at]}:00Z"


@lru_cache(maxsize=2048)
def _utc_date(day: int) -> str:
    return moment_of(day * DAY).date().isoformat()
