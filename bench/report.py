"""The result as a Markdown page."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.measure import CONNECTIONS, Effort, Measured
from bench.server import Memory
from bench.targets import Verdict, verdicts

RESULTS = Path(__file__).with_name("results")


def save(day: date, what: str, text: str) -> None:
    """Print a result, and keep it as a page of its own."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{day}{what}.md").write_text(text)
    print(text)


@dataclass(frozen=True)
class Facts:
    """What the figures depend on, besides the code."""

    day: date
    effort: Effort
    shortened: bool
    postgres: str
    workers: str
    threads: str
    took: float
    load: float  # of other programs, when the run began
    before: Memory
    after: Memory


def page(facts: Facts, results: list[Measured]) -> str:
    """Facts, targets, one table per size."""
    lines = [f"# Benchmark of {facts.day}", "", *_introduction(facts), "", "## Targets", ""]
    lines += ["| target | wanted | measured | |", "| --- | --- | --- | --- |"]
    lines += [_verdict(verdict) for verdict in verdicts(results, facts.after)]
    for result in results:
        lines += ["", f"## {result.bookings:,} bookings", "", *_table(result)]
        if result.unexpected:
            lines += ["", "**Not every answer was as expected:**", ""]
            lines += [f"- {count} times {what}" for what, count in result.unexpected.most_common(5)]
    return "\n".join(lines) + "\n"


def _introduction(facts: Facts) -> Iterator[str]:
    if facts.shortened:
        yield "**A shortened run: not the one that the targets are about.**"
        yield ""
    yield (
        f"{os.cpu_count()} cores shared by client, web server and database; Python {platform.python_version()}, "
        f"PostgreSQL {facts.postgres}, granian with {facts.workers} workers of {facts.threads} blocking threads. "
        f"Medians of {facts.effort.rounds} rounds of {facts.effort.seconds:g} s; the whole run took "
        f"{facts.took / 60:.1f} minutes. The load of other programs when it began: {facts.load:.1f}."
    )
    yield ""
    yield (
        f"Memory of the web server: before the first request {_memory(facts.before)}, after the run "
        f"{_memory(facts.after)}."
    )


def _memory(memory: Memory) -> str:
    return f"{memory.total:.0f} MB in {memory.processes} processes (the largest {memory.largest:.0f} MB)"


def _verdict(verdict: Verdict) -> str:
    met = {True: "met", False: "**missed**", None: "not told"}[verdict.met]
    return f"| {verdict.target} | {verdict.wanted} | {verdict.measured} | {met} |"


def _table(result: Measured) -> Iterator[str]:
    """Times in milliseconds."""
    heads = [f"{n} conn.: req/s | p50 | p95 | p99 | ratio" for n in CONNECTIONS]
    yield f"| | {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * 5 * len(CONNECTIONS)}"
    for name in dict.fromkeys(name for name, _ in result.figures):
        cells = [
            f"{f.rate:,.0f} | {f.p50:.2f} | {f.p95:.2f} | {f.p99:.2f} | {f.ratio:.2f}"
            for f in (result.figures[name, n] for n in CONNECTIONS)
        ]
        yield f"| {name} | {' | '.join(cells)} |"
