"""What the project promises of its speed, held against what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.measure import CONNECTIONS, Measured
from bench.server import Memory
from bench.workloads import CREATE, DAY, DAY_CHANGED, EMPTY, MONTH, MONTH_CHANGED, YARDSTICK

RATIOS = {DAY: 0.6, DAY_CHANGED: 0.6, MONTH: 0.2, MONTH_CHANGED: 0.2, CREATE: 0.15}
TAIL = 4.0
STEADY = 0.9
WEB_MEGABYTES = 200
SIZES = (3_600, 1_000_000)
PLAIN = (EMPTY, YARDSTICK)  # the yardsticks, which are not the product


@dataclass(frozen=True)
class Verdict:
    """`met` is None where this run does not tell."""

    target: str
    wanted: str
    measured: str
    met: bool | None


def verdicts(results: list[Measured], after: Memory) -> Iterator[Verdict]:
    """One line per promise; with several sizes the worst of them counts."""
    for name, least in RATIOS.items():
        worst = [min(result.figures[name, n].ratio for result in results) for n in CONNECTIONS]
        told = " / ".join(f"{ratio:.2f}" for ratio in worst)
        yield Verdict(f"{name}, of the one-query view, at 1 / 8 connections", f"≥ {least}", told, min(worst) >= least)
    yield _tails(results)
    yield _same_at_any_size(results)
    wrong = sum(result.unexpected.total() for result in results)
    yield Verdict("answers that were not as expected", "0", str(wrong), not wrong)
    largest = f"{after.largest:.0f} MB"
    yield Verdict("largest web process after the run", f"< {WEB_MEGABYTES} MB", largest, after.largest < WEB_MEGABYTES)


def _tails(results: list[Measured]) -> Verdict:
    """p99 against p50 at one connection, where nothing waits for anything else."""
    found = [
        (figures.p99 / figures.p50, name)
        for result in results
        for (name, connections), figures in result.figures.items()
        if connections == 1 and name not in PLAIN
    ]
    worst, name = max(found)
    return Verdict("p99 / p50 at 1 connection, worst row", f"≤ {TAIL:.0f}", f"{worst:.1f} ({name})", worst <= TAIL)


def _same_at_any_size(results: list[Measured]) -> Verdict:
    """Ratios are compared, not rates, because the machine's own speed drifts within a run."""
    target = "1,000,000 bookings against 3,600, worst row"
    by_size = {result.bookings: result.figures for result in results}
    if not all(size in by_size for size in SIZES):
        return Verdict(target, f"≥ {STEADY}", "not in this run", None)
    small, large = (by_size[size] for size in SIZES)
    worst, key = min((large[key].ratio / small[key].ratio, key) for key in small if key[0] not in PLAIN)
    return Verdict(target, f"≥ {STEADY}", f"{worst:.2f} ({key[0]}, {key[1]} conn.)", worst >= STEADY)
