"""Time that is taken, per resource."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bookings.availability.spans import Span


@dataclass(frozen=True, slots=True)
class Session:
    """A class that somebody has booked: its time is taken, `capacity - taken` places of it are not.

    `companion`: the second resource that it holds, 0 for none. Times in minutes.
    """

    id: int
    service: int
    resource: int
    companion: int
    start: int
    end: int
    blocked_from: int
    blocked_until: int
    capacity: int
    taken: int

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    @property
    def resources(self) -> tuple[int, ...]:
        return (self.resource, self.companion) if self.companion else (self.resource,)


class Busy:
    """Blocked spans of each resource, buffers included, and the classes among them.

    Spans of one resource do not overlap: a class is one span, however many have booked it.
    """

    __slots__ = ("_sessions", "_spans")

    def __init__(self, taken: Iterable[tuple[int, int, int]] = (), sessions: Iterable[Session] = ()) -> None:
        """`taken`: (resource id, blocked from, blocked until) in minutes."""
        self._sessions: dict[tuple[int, int], list[Session]] = {}
        for session in sessions:
            self._sessions.setdefault((session.service, session.resource), []).append(session)
        grouped: dict[int, list[Span]] = {}
        for resource, start, end in taken:
            grouped.setdefault(resource, []).append((start, end))
        self._spans: dict[int, tuple[list[int], list[int]]] = {}
        for resource, spans in grouped.items():
            spans.sort()
            self._spans[resource] = ([start for start, _ in spans], [end for _, end in spans])

    def between(self, resource: int, start: int, end: int) -> list[Span]:
        """The blocked spans that overlap [start, end)."""
        found = self._spans.get(resource)
        if found is None:
            return []
        starts, ends = found
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        return list(zip(starts[first:last], ends[first:last], strict=True)) if first < last else []

    def sessions(self, service: int, resource: int) -> Sequence[Session]:
        """The classes of a service that are booked at a resource."""
        return self._sessions.get((service, resource), ())

    def overlaps(self, resource: int, start: int, end: int) -> bool:
        return bool(self.between(resource, start, end))

    def load(self, resource: int, start: int, end: int) -> int:
        """Blocked minutes within [start, end)."""
        return sum(min(end, until) - max(start, since) for since, until in self.between(resource, start, end))
