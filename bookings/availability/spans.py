"""Arithmetic on time spans [start, end) in minutes, and the same as bit masks. Lists are sorted and disjoint."""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """Overlapping and touching spans joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the spans outside the holes."""
    left = list(spans)
    for hole_start, hole_end in holes:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, hole_start)), (max(start, hole_end), end))
            if piece[0] < piece[1]
        ]
    return left


def touching(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """Those that may lie over what the others cover: of a thousand that a calendar blocks, those of a day."""
    if not others:
        return []
    first, last = others[0][0], others[-1][1]
    return [(start, end) for start, end in spans if start < last and end > first]


def intersect(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """What lies in both."""
    others = list(second)
    return [
        (max(start, other_start), min(end, other_end))
        for start, end in first
        for other_start, other_end in others
        if max(start, other_start) < min(end, other_end)
    ]


def bits(start: int, end: int) -> int:
    """A mask of the bits start..end-1; bits below 0 are dropped."""
    start = max(start, 0)
    return ((1 << (end - start)) - 1) << start if end > start else 0


def every(step: int, start: int, end: int) -> int:
    """A mask of the bits start, start + step, … below end, without those below 0."""
    if start < 0:
        start += -(start // step) * step
    count = -(-(end - start) // step)
    return ((1 << (step * count)) - 1) // ((1 << step) - 1) << start if count > 0 else 0


def positions(mask: int) -> list[int]:
    """The places of the bits that are set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
