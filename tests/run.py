"""`make test`: all tests in three processes at once, each with a PostgreSQL and a Valkey of its own.

With arguments, or with servers of the user's, it is pytest. Else what is heavy (proofs, the embedded servers) runs
beside the pages, and both beside all the rest.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("tests/proofs", "tests/embedded")
PAGES = ("tests/browser", "tests/admin", "tests/dashboard")


def parts() -> dict[str, list[str]]:
    """What each process is asked to run: together everything, and nothing twice."""
    rest = [f"--ignore={path}" for path in (*HEAVY, *PAGES)]
    return {"proofs": list(HEAVY), "pages": list(PAGES), "tests": ["tests", *rest]}


def pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def follow(name: str, process: "subprocess.Popen[str]") -> threading.Thread:
    """Copy a process's lines as they come, each with its name in front."""

    def copy() -> None:
        for line in process.stdout or ():
            print(f"{name:>6} | {line}", end="", flush=True)

    thread = threading.Thread(target=copy)
    thread.start()
    return thread


def main(arguments: Sequence[str]) -> int:
    if arguments or os.environ.get("DATABASE_URL"):
        return subprocess.call(pytest(arguments), cwd=ROOT)
    running = {
        name: subprocess.Popen(
            pytest(chosen), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for name, chosen in parts().items()
    }
    threads = [follow(name, process) for name, process in running.items()]
    try:
        codes = [process.wait() for process in running.values()]
    except KeyboardInterrupt:  # they have had it too
        codes = [process.wait() for process in running.values()]
    for thread in threads:
        thread.join()
    return max(abs(code) for code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
