"""Answers about availability, remembered by content.

An answer depends on nothing but the configuration version, the question, the taken time and the part of the
clock that matters to it. These are its key, so a remembered answer is never outdated and needs no invalidation:
the taken time is read from the database for every request.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date, timedelta
from threading import Lock

from bookings.queries import Occupancy
from businesses.localtime import date_of

REMEMBERED_BYTES = 24 * 1024 * 1024


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


_answers = Remembered(REMEMBERED_BYTES)


def remembered(
    found: Occupancy, question: Hashable, first: date, last: date, *, now: int, make: Callable[[], bytes]
) -> bytes:
    """The answer to a question about the dates first..last, made only when it is not known.

    `question` is of a class of its own for each kind of answer: together with `found` it says everything.
    """
    snapshot = found.snapshot
    key = (
        snapshot.business.id,
        snapshot.version,
        question,
        found.packed,
        found.classes,
        *_clock(found, first, last, now),
    )
    known = _answers.get(key)
    if known is None:
        known = make()
        _answers.put(key, known, cost=len(known) + len(found.packed) + len(found.classes) + 1024)
    return known


def _clock(found: Occupancy, first: date, last: date, now: int) -> tuple[int, date]:
    """The part of `now` that an answer depends on: where the lead time ends and where the window does."""
    calendar = found.snapshot.calendar
    start, end = calendar.day(first).start, calendar.day(last).end
    if found.wish.any_time:
        return min(max(now, start), end), last
    earliest = min(max(now + calendar.rules.lead_minutes, start), end)
    window = date_of(calendar.zone, now) + timedelta(days=calendar.rules.window_days)
    return earliest, min(window, last)
