"""Child processes: started so that they die with this one, stopped in steps, found again after a crash."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

Popen = subprocess.Popen[bytes]
LAUNCHER = Path(__file__).with_name("launch.py")
# Marks what the supervisor starts, so that a later start recognises what a crash has left.
MARK = "AVAILENGINE_SUPERVISED_VAR"


@dataclass(frozen=True)
class User:
    """Who a child runs as."""

    uid: int
    gid: int


class _Spawner:
    """One thread that starts all children: Linux ties "die with the parent" to the starting *thread*."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Popen], Future[Popen]]] = queue.SimpleQueue()
        self._start_lock = threading.Lock()
        self._owner = 0

    def run(self, job: Callable[[], Popen]) -> Popen:
        with self._start_lock:
            if self._owner != os.getpid():
                self._owner = os.getpid()
                threading.Thread(target=self._work, name="spawner", daemon=True).start()
        future: Future[Popen] = Future()
        self._jobs.put((job, future))
        return future.result()

    def _work(self) -> None:
        while True:
            job, future = self._jobs.get()
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)


_spawner = _Spawner()


def spawn(
    program: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: IO[Any] | int,
    orphan_signal: signal.Signals,
    user: User | None = None,
) -> Popen:
    """Start `program` (absolute path first) in a session of its own; it gets `orphan_signal` when we die."""
    who = f"{user.uid}:{user.gid}" if user else "-"
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(orphan_signal)), who]

    def start() -> Popen:
        return subprocess.Popen(  # noqa: S603 - own programs only
            [*launcher, *program],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    return _spawner.run(start)


def stop(process: Popen, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal, wait its seconds; kill what is still there, and the rest of its process group."""
    for number, seconds in steps:
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    kill_group(process)


def kill_group(process: Popen) -> None:
    """Kill a child and all that it started, also when it is dead itself and its children are not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: "not permitted" for zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def running(name: str, mention: str) -> list[psutil.Process]:
    """Processes called `name…` that have `mention` on their command line or in their title.

    Working directories would say it better, but in a container root may not read those of other users.
    """
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith(name) and mention in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.Error, OSError):  # gone meanwhile, or a zombie
            continue
    return found


def marked(var: Path) -> list[psutil.Process]:
    """Processes that a supervisor of the same VAR has started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(var):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def stop_leftovers(find: Callable[[], list[psutil.Process]], steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """Stop processes that are not our children any more; returns how many there were."""
    count = len(find())
    for number, seconds in [*steps, (signal.SIGKILL, 10.0)]:
        _signal_all(find(), number)
        deadline = time.monotonic() + seconds
        while find():
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        else:
            return count
    return count


def _signal_all(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue
