"""What a cancellation costs, by steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.policy import describe, fee_percent
from businesses.deposit_rules import check_cancellation_steps

STEPS = [[48, 0], [24, 50]]
HOUR = 60


@pytest.mark.parametrize(
    ("steps", "minutes_ahead", "percent"),
    [
        (STEPS, 1000 * HOUR, 0),
        (STEPS, 48 * HOUR, 0),
        (STEPS, 48 * HOUR - 1, 50),
        (STEPS, 24 * HOUR, 50),
        (STEPS, 24 * HOUR - 1, 100),
        (STEPS, 0, 100),
        (STEPS, -1000, 100),
        ([[24, 0]], 24 * HOUR, 0),
        ([[24, 0]], 24 * HOUR - 1, 100),
        ([[0, 0]], 0, 0),
        ([[0, 0]], -1, 100),
        ([[0, 100]], 10_000, 100),
        ([[8760, 10]], 8760 * HOUR, 10),
        ([], 10_000, 100),
    ],
)
def test_the_share_that_is_kept(steps: list[list[int]], minutes_ahead: int, percent: int) -> None:
    assert fee_percent(steps, minutes_ahead) == percent


falling = st.lists(st.integers(0, 8760), min_size=1, max_size=5, unique=True).map(lambda h: sorted(h, reverse=True))
rising = st.lists(st.integers(0, 100), min_size=5, max_size=5, unique=True).map(sorted)


@given(falling, rising, st.integers(-10_000, 600_000), st.integers(0, 10_000))
def test_the_nearer_the_dearer(hours: list[int], fees: list[int], minutes: int, less: int) -> None:
    steps = [[hour, fee] for hour, fee in zip(hours, fees, strict=False)]
    check_cancellation_steps(steps)
    assert 0 <= fee_percent(steps, minutes) <= fee_percent(steps, minutes - less) <= 100


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([[24, 0]], "Free until 24 hours before, then 100 % of the deposit is kept."),
        ([[1, 0]], "Free until 1 hour before, then 100 % of the deposit is kept."),
        ([[72, 10]], "10 % until 72 hours before, then 100 % of the deposit is kept."),
        (
            [[72, 0], [48, 25], [24, 50]],
            "Free until 72 hours before, then 25 % until 48 hours before, then 50 % until 24 hours before, "
            "then 100 % of the deposit is kept.",
        ),
    ],
)
def test_in_words(steps: list[list[int]], words: str) -> None:
    assert describe(steps) == words
