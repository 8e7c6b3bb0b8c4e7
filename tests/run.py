"""`make test`: all tests, cut into parts; several processes take from them until none is left, the longest first.

With arguments, or with servers of the user's, it is pytest. Each process has a PostgreSQL and a Valkey of its own.
What failed is told again at the end.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 3  # on two cores: the proofs and the browser often wait
PARTS = {
    "proofs": ("tests/proofs",),
    "api": ("tests/api",),
    "tests": ("tests",),
    "pages": ("tests/dashboard", "tests/admin"),
    "schemas": ("tests/proofs/test_schemathesis.py",),
    "browser": ("tests/browser",),
    "stack": ("tests/embedded",),
}
REPORTS = ("= ERRORS =", "= FAILURES =", "= warnings summary =")  # where pytest begins to tell of what went wrong


def arguments_of(part: str) -> list[str]:
    """A part's paths without what is in another part: together everything, and nothing twice."""
    own = PARTS[part]
    others = [path for paths in PARTS.values() for path in paths if path not in own]
    inside = [path for path in others if path.startswith(tuple(f"{mine}/" for mine in own))]
    return [*own, *(f"--ignore={path}" for path in inside)]


def pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


@dataclass
class Run:
    """One part's process."""

    part: str
    lines: list[str] = field(default_factory=list)
    code: int | None = None
    seconds: float = 0.0

    def follow(self, stopped: threading.Event) -> None:
        """Start it, and copy its lines as they come, each with its name in front."""
        if stopped.is_set():
            return
        began = time.monotonic()
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        with subprocess.Popen(pytest(arguments_of(self.part)), cwd=ROOT, **piped) as process:  # type: ignore[call-overload]
            for line in process.stdout:
                self.lines.append(line)
                print(f"{self.part:>7} | {line}", end="", flush=True)
        self.code, self.seconds = process.returncode, time.monotonic() - began

    def report(self) -> str:
        """What pytest says of failures: from there on, or all that it said when it did not come that far."""
        begins = (number for number, line in enumerate(self.lines) if any(mark in line for mark in REPORTS))
        return "".join(self.lines[next(begins, 0) :])


def run_all() -> int:
    stopped = threading.Event()
    runs = [Run(part) for part in PARTS]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        futures = [workers.submit(run.follow, stopped) for run in runs]
        try:
            for future in futures:
                future.result()
        except KeyboardInterrupt:  # the processes have had it too; those that wait need not start
            stopped.set()
    for run in runs:
        if run.code != 0:
            print(f"\n{run.part} failed:\n{run.report()}", end="")
    for run in runs:
        print(f"{run.part:>7} | {'ok' if run.code == 0 else 'FAILED'} after {run.seconds:.0f} s")
    return int(any(run.code != 0 for run in runs))


def main(arguments: Sequence[str]) -> int:
    if arguments or os.environ.get("DATABASE_URL"):
        return subprocess.call(pytest(arguments), cwd=ROOT)
    return run_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
