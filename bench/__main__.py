"""`make bench`: provision, load, measure, write the table. Shortened by BENCH_SIZES, BENCH_SECONDS, BENCH_ROUNDS."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

from availengine.embedded.errors import StackError
from availengine.embedded.services import ROOT
from availengine.embedded.stack import Stack
from bench import workloads
from bench.client import Client
from bench.errors import BenchError
from bench.load import Changes, Loader
from bench.measure import Effort, Measured, measure_all
from bench.report import Facts, page, save
from bench.server import Web, checkpoint, environment, migrate, running_stack
from bench.tenants import BOOKED_A_DAY, MAIN_BOOKINGS, Tenants, provision

SIZES, SECONDS, ROUNDS = "3600,100000,1000000", 0.8, 5
LARGEST_NUMBER_OF_SIZES = 10  # each size books 62 days of its own within the booking window


@dataclass(frozen=True)
class Options:
    sizes: list[int]
    effort: Effort
    today: date

    @property
    def shortened(self) -> bool:
        default = Effort(SECONDS, ROUNDS)
        less = self.effort.seconds < default.seconds or self.effort.rounds < default.rounds
        return less or self.sizes != _sizes(SIZES)


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if sizes != sorted(set(sizes)) or sizes[0] < MAIN_BOOKINGS or len(sizes) > LARGEST_NUMBER_OF_SIZES:
        raise ValueError(f"At most {LARGEST_NUMBER_OF_SIZES} rising sizes from {MAIN_BOOKINGS}.")
    return sizes


def read_options() -> Options:
    """From the environment. Raises BenchError."""
    try:
        sizes = _sizes(os.environ.get("BENCH_SIZES") or SIZES)
        seconds = float(os.environ.get("BENCH_SECONDS") or SECONDS)
        rounds = int(os.environ.get("BENCH_ROUNDS") or ROUNDS)
    except ValueError as error:
        raise BenchError(f"BENCH_SIZES, BENCH_SECONDS or BENCH_ROUNDS: {error}") from error
    if not 0 < seconds <= 60 or not 0 < rounds <= 50:
        raise BenchError("BENCH_SECONDS goes to 60, BENCH_ROUNDS to 50.")
    return Options(sizes, Effort(seconds, rounds), datetime.now(UTC).date())  # noqa: TID251 - measures the clock


class Bench:
    """One run."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.began = time.monotonic()
        self.load = os.getloadavg()[0]
        self.changes: Changes | None = None

    def say(self, text: str) -> None:
        seconds = time.monotonic() - self.began
        print(f"{int(seconds // 60):3}:{int(seconds % 60):02}  {text}", file=sys.stderr, flush=True)

    def run(self) -> str:
        """The result as Markdown. Raises BenchError, StackError."""
        root = ROOT / (os.environ.get("VAR") or "var")
        with running_stack(root) as stack:
            self.say("PostgreSQL and Valkey are up")
            migrate(stack)
            os.environ.update(environment(stack))
            django.setup()
            tenants = provision(self.say)
            loader = Loader(stack.environment()["DATABASE_OWNER_URL"], self.options.today)
            try:
                return self._measure(stack, loader, tenants)
            finally:
                loader.close()

    def _measure(self, stack: Stack, loader: Loader, tenants: Tenants) -> str:
        with Web(stack) as web:
            before = web.memory()
            results = [
                self._measure_size(stack, loader, tenants, web, number) for number in range(len(self.options.sizes))
            ]
            facts = Facts(
                day=self.options.today,
                effort=self.options.effort,
                shortened=self.options.shortened,
                postgres=_postgres_version(loader),
                workers=web.option("--workers"),
                threads=web.option("--blocking-threads"),
                took=time.monotonic() - self.began,
                load=self.load,
                before=before,
                after=web.memory(),
            )
        return page(facts, results)

    def _measure_size(self, stack: Stack, loader: Loader, tenants: Tenants, web: Web, number: int) -> Measured:
        size, today = self.options.sizes[number], self.options.today
        self.say(f"loading up to {size:,} bookings")
        loader.fill(size, self.say)
        checkpoint(stack)
        # One for the whole run: with a new one the states that a size has seen would come again in the next.
        self.changes = changes = self.changes or Changes(loader, tenants.main.number)
        client = Client(web.port, 1)
        try:
            workloads.check_answers(client, tenants, today, BOOKED_A_DAY)
            first = today + timedelta(days=1 + number * workloads.LONGEST_RANGE)
            creations = workloads.creations(client, tenants.takers, first)
        finally:
            client.close()
        self.say(f"measuring with {loader.bookings:,} bookings")
        rows = workloads.rows(tenants, today, creations)
        return measure_all(web.port, rows, size, self.options.effort, changes, self.say)


def _postgres_version(loader: Loader) -> str:
    found: Any = loader.connection.execute("SHOW server_version").fetchone()
    return str(found[0])


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    signal.signal(signal.SIGTERM, _stop)
    try:
        options = read_options()
        result = Bench(options).run()
    except (BenchError, StackError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    save(options.today, "-short" if options.shortened else "", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
