"""Time that is taken, per resource."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from bookings.availability.spans import Span


class Busy:
    """Blocked spans of each resource, buffers included. Spans of one resource do not overlap."""

    __slots__ = ("_spans",)

    def __init__(self, taken: Iterable[tuple[int, int, int]] = ()) -> None:
        """`taken`: (resource id, blocked from, blocked until) in minutes."""
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

    def overlaps(self, resource: int, start: int, end: int) -> bool:
        return bool(self.between(resource, start, end))

    def load(self, resource: int, start: int, end: int) -> int:
        """Blocked minutes within [start, end)."""
        return sum(min(end, until) - max(start, since) for since, until in self.between(resource, start, end))
