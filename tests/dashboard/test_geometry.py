"""Places on the timeline, and that the stylesheet has a class for each of them."""

import re

from django.conf import settings

from availengine.dashboard import geometry
from availengine.dashboard.geometry import lanes, place, rounded

SHEET = (settings.BASE_DIR / "static" / "dashboard" / "numbers.css").read_text()


def test_places() -> None:
    assert place(630, 705, (540, 1020)) == "h1 m30 x1 y15"
    assert place(500, 600, (540, 1020)) == "h0 m0 x1 y0"
    assert place(1000, 1100, (540, 1020)) == "h7 m40 x0 y20"


def test_whole_hours_around() -> None:
    assert rounded(570, 995, 0) == (540, 1020)
    assert rounded(540, 1020, 0) == (540, 1020)
    assert rounded(540, 1020, 330) == (510, 1050)  # India's hours begin at half past
    assert rounded(0, 5000, 0) == (0, 2880)


def test_beside_each_other_only_where_they_overlap() -> None:
    assert lanes([(0, 0, 60), (1, 0, 60), (0, 60, 120)]) == ["", "", ""]
    assert lanes([(0, 0, 60), (0, 30, 90), (0, 60, 120), (0, 120, 180)]) == [" l0 k2", " l1 k2", " l0 k2", ""]
    assert lanes([(0, 0, 60)] * 6) == [" l0 k4", " l1 k4", " l2 k4", " l3 k4", " l3 k4", " l3 k4"]
    assert lanes([]) == []


def test_every_place_has_its_class() -> None:
    found = {(name, int(number)) for name, number in re.findall(r"\.([a-z])(\d+)\{--\1:\2\}", SHEET)}
    wanted = {
        "h": range(geometry.MOST_HOURS + 1),
        "x": range(geometry.MOST_HOURS + 1),
        "m": range(60),
        "y": range(60),
        "p": range(geometry.MOST_BUFFER + 1),
        "q": range(geometry.MOST_BUFFER + 1),
        "c": range(geometry.MOST_COLUMNS),
        "n": range(1, geometry.MOST_COLUMNS + 1),
        "l": range(1, geometry.MOST_LANES),
        "k": range(2, geometry.MOST_LANES + 1),
    }
    assert found == {(name, number) for name, numbers in wanted.items() for number in numbers}
