"""Where things stand on a timeline, as the classes of static/dashboard/numbers.css."""

from collections.abc import Iterable, Sequence

from bookings.availability.spans import Span

MOST_COLUMNS = 240
MOST_HOURS = 48
MOST_LANES = 4
MOST_BUFFER = 59


def place(start: int, end: int, window: Span) -> str:
    """From when until when, as much of it as lies in the window."""
    first, last = max(start, window[0]), min(end, window[1])
    down, high = first - window[0], max(last - first, 1)
    return f"h{down // 60} m{down % 60} x{high // 60} y{high % 60}"


def rounded(begin: int, end: int, offset: int) -> Span:
    """Whole hours of the wall clock around a stretch, MOST_HOURS at most. `offset`: its minutes past UTC."""
    first = begin - (begin + offset) % 60
    last = end + -(end + offset) % 60
    return first, min(last, first + MOST_HOURS * 60)


def lanes(spans: Iterable[tuple[int, int, int]]) -> list[str]:
    """For (column, start, end) in the order of their starts: beside each other where they overlap, else nothing.

    Only what holds no time any more, such as a no-show, can overlap.
    """
    found: list[tuple[int, int]] = []
    clusters: list[list[int]] = []
    open_now: dict[int, tuple[list[int], list[int]]] = {}  # column: (the cluster's members, when each lane is free)
    for index, (column, start, end) in enumerate(spans):
        members, free = open_now.get(column, ([], []))
        if not free or start >= max(free):
            members, free = [], []
            clusters.append(members)
            open_now[column] = (members, free)
        lane = next((at for at, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [end]
        members.append(index)
        found.append((index, lane))
    return _classes(found, clusters)


def _classes(found: Sequence[tuple[int, int]], clusters: list[list[int]]) -> list[str]:
    lane_of, classes = dict(found), [""] * len(found)
    for members in clusters:
        count = min(max(lane_of[member] for member in members) + 1, MOST_LANES)
        if count > 1:
            for member in members:
                classes[member] = f" l{min(lane_of[member], count - 1)} k{count}"
    return classes
