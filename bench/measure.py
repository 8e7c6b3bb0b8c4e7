"""Rounds of measurements, and what their medians say."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, median

from bench.client import Client, Sample, measure, measure_sweeps
from bench.errors import BenchError
from bench.load import Changes
from bench.workloads import YARDSTICK, Row

CONNECTIONS = (1, 8)


@dataclass(frozen=True)
class Effort:
    """How long and how often is measured."""

    seconds: float
    rounds: int

    @property
    def warm_up(self) -> float:
        return min(0.2, self.seconds)


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds; times in milliseconds, `ratio` to the one-query view of the same round."""

    rate: float
    p50: float
    p95: float
    p99: float
    ratio: float


@dataclass
class Series:
    """The samples of one row at one number of connections, and the yardstick's rate beside each."""

    samples: list[Sample] = field(default_factory=list)
    yardsticks: list[float] = field(default_factory=list)

    def figures(self) -> Figures:
        def milliseconds(share: float) -> float:
            return 1000 * median(sample.percentile(share) for sample in self.samples)

        pairs = zip(self.samples, self.yardsticks, strict=True)
        return Figures(
            rate=median(sample.rate for sample in self.samples),
            p50=milliseconds(0.50),
            p95=milliseconds(0.95),
            p99=milliseconds(0.99),
            ratio=median(sample.rate / yardstick for sample, yardstick in pairs),
        )


@dataclass
class Measured:
    """Everything measured with one number of bookings."""

    bookings: int
    figures: dict[tuple[str, int], Figures] = field(default_factory=dict)
    unexpected: Counter[str] = field(default_factory=Counter)


def measure_all(
    port: int, rows: list[Row], bookings: int, effort: Effort, changes: Changes, say: Callable[[str], None]
) -> Measured:
    """All rows at each number of connections, round after round. Raises BenchError when nothing answers."""
    series: dict[tuple[str, int], Series] = {}
    result = Measured(bookings)
    for number in range(effort.rounds):
        for connections in CONNECTIONS:
            samples = _one_round(port, rows, connections, effort, changes)
            yardstick = mean(sample.rate for row, sample in samples if row.name == YARDSTICK)
            for row, sample in samples:
                if not sample.latencies:
                    raise BenchError(f"Nothing was measured: {row.name}, {connections} connections")
                of_row = series.setdefault((row.name, connections), Series())
                of_row.samples.append(sample)
                of_row.yardsticks.append(yardstick)
                result.unexpected += Counter({f"{row.name}: {what}": n for what, n in sample.unexpected.items()})
        say(f"{bookings:,} bookings: round {number + 1} of {effort.rounds}")
    result.figures = {key: found.figures() for key, found in series.items()}
    return result


def _one_round(
    port: int, rows: list[Row], connections: int, effort: Effort, changes: Changes
) -> list[tuple[Row, Sample]]:
    client = Client(port, connections)
    length = {"warm_up": effort.warm_up, "seconds": effort.seconds}
    samples = []
    try:
        for row in rows:
            right = {"status": row.status, "least": row.least}
            if row.sweep:
                sample = measure_sweeps(client, row.sweep, changes.next, changes.undo, **length, **right)  # type: ignore[arg-type]
            else:
                sample = measure(client, row.requests, **length, **right)  # type: ignore[arg-type]
            samples.append((row, sample))
    finally:
        client.close()
    return samples
