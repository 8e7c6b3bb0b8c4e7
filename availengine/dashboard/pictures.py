"""Pictures of numbers, drawn as SVG in templates: `_bars.html`, `_shares.html`, `_heat.html`.

Here is only geometry. A picture stretches to its place; its words are beside it, and its numbers in a table below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 100
GAP = 0.25  # of a column
LEVELS = 5


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    text: str
    text_before: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns over time, and a line for what was before. `top` is the text of the highest value."""

    columns: list[Column]
    line: str
    top: str

    @property
    def axis(self) -> list[str]:
        """The labels there is place for: the first, the middle, the last."""
        places = sorted({0, len(self.columns) // 2, len(self.columns) - 1})
        return [self.columns[place].label for place in places]


def bars(labels: Sequence[str], values: Sequence[int], before: Sequence[int], texts: Sequence[str]) -> Bars | None:
    """None when there is nothing to draw. `texts`: of the values, then of those before."""
    highest = max([*values, *before], default=0)
    if highest <= 0:
        return None
    step = WIDTH / len(values)
    columns = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        height = max(value, 0) * HEIGHT / highest
        x, width = round(step * (place + GAP / 2), 2), round(step * (1 - GAP), 2)
        text, text_before = texts[place], texts[len(values) + place]
        columns.append(Column(label, text, text_before, x, round(HEIGHT - height, 2), width, round(height, 2)))
    points = [
        f"{step * (place + 0.5):.2f},{HEIGHT - max(value, 0) * HEIGHT / highest:.2f}"
        for place, value in enumerate(before)
    ]
    top = texts[[*values, *before].index(highest)]
    return Bars(columns, " ".join(points) if any(before) else "", top)


@dataclass(frozen=True, slots=True)
class Share:
    """One of several horizontal bars; the longest is 100 wide."""

    label: str
    text: str
    width: float


def shares(rows: Sequence[tuple[str, int, str]]) -> list[Share]:
    """(label, value, text) as bars; nothing when all values are 0."""
    longest = max((value for _, value, _ in rows), default=0)
    return [Share(label, text, round(100 * value / longest, 2)) for label, value, text in rows] if longest else []


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    level: int  # 0: nothing, to LEVELS


@dataclass(frozen=True, slots=True)
class HeatRow:
    label: str
    cells: list[Cell]


def level(value: int, highest: int) -> int:
    """How strongly a value is coloured: anything above nothing shows."""
    return min(LEVELS, -(-value * LEVELS // highest)) if value > 0 and highest > 0 else 0


def percent(part: int, whole: int) -> int | None:
    """Rounded to whole percents, halves up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
