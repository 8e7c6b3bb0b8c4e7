"""Free starts of rooms as BookingFlow's JSON, remembered by content: the whole answer, and each room's day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from availengine.api.moments import local_clock
from availengine.api.remembered import REMEMBERED_BYTES, Remembered, remembered
from bookings import availability as engine
from bookings import rooms
from bookings.rooms import Board, Room
from bookings.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the schedules: no room means all of them."""

    first: date
    last: date
    room: UUID | None
    guests: int | None


_remembered_days = Remembered(REMEMBERED_BYTES // 2)


def schedule(business_id: int, question: Question, *, live: bool, now: int) -> bytes:
    """The days of a question with their free starts. Raises NotFound for an unknown room."""
    board = rooms.board(
        business_id,
        live=live,
        first=question.first,
        last=question.last,
        chosen=partial(_chosen, question),
        party=question.guests,
    )
    make = partial(_body, board, question, now)
    return remembered(board.found, question, question.first, question.last, now=now, make=make)


def _chosen(question: Question, snapshot: Snapshot) -> list[Room]:
    if question.room is None:
        return rooms.rooms(snapshot)
    return [rooms.room_of(snapshot, question.room, any_kind=True)]


def _body(board: Board, question: Question, now: int) -> bytes:
    snapshot, busy, days = board.found.snapshot, board.found.busy(), []
    for offset in range((question.last - question.first).days + 1):
        on = question.first + timedelta(days=offset)
        views = (engine.DayView(snapshot.calendar, wish, on, busy) for _, wish in board.rooms)
        slots = b",".join(filter(None, (_slots(snapshot, view, now) for view in views)))
        days.append(b'{"date":"%b","slots":[%b]}' % (on.isoformat().encode(), slots))
    return b'{"timezone":%b,"days":[%b]}' % (orjson.dumps(snapshot.business.timezone), b",".join(days))


def _slots(snapshot: Snapshot, view: engine.DayView, now: int) -> bytes:
    """A room's free starts on a day, without brackets: the same as long as the same starts are free."""
    mask = view.free_starts(now)
    if not mask:
        return b""
    room = view.wish.resource or 0
    key = (snapshot.business.id, snapshot.version, room, view.wish.visit_minutes(room), view.day.date, mask)
    known = _remembered_days.get(key)
    if known is None:
        known = orjson.dumps(_told(view, room, mask))[1:-1]
        _remembered_days.put(key, known, cost=len(known) + 1024)
    return known


def _told(view: engine.DayView, room: int, mask: int) -> list[dict[str, Any]]:
    uuid, minutes = view.calendar.resources[room].uuid, view.wish.visit_minutes(room)
    starts = (view.day.start + at for at in engine.positions(mask))
    return [
        {"roomId": uuid, "time": local_clock(view, at), "endTime": local_clock(view, at + minutes)} for at in starts
    ]
