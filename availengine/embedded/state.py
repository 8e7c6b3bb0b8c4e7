"""What VAR holds besides the servers' data: the lock, the secret key and the addresses of the running stack."""

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from availengine.embedded.errors import StackInUse

PATIENCE = 1.0  # a killed supervisor's lock is gone at once, but its parent may be the one that was killed
STOPPING_PATIENCE = 40.0


class Lock:
    """One process per VAR. The kernel drops the lock with the process, so kill -9 leaves none behind."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self._file: int | None = None

    def acquire(self, waiting: Callable[[str], None] | None = None) -> None:
        """Take the lock. With `waiting`, which is told, wait for a holder that is stopping. Raises StackInUse."""
        descriptor = os.open(self.var / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        began, told = time.monotonic(), False
        while not _try_lock(descriptor):
            pid, stopping = _holder(descriptor)
            patience = 0.0 if waiting is None else STOPPING_PATIENCE if stopping else PATIENCE
            if time.monotonic() - began >= patience:
                os.close(descriptor)
                raise StackInUse(
                    f"{self.var} is in use by process {pid}. Stop that one first, or give this run "
                    f"a directory and a port of its own: make run VAR=other PORT=8001"
                )
            if waiting is not None and stopping and not told:
                waiting(f"waiting for process {pid}, which is stopping")
                told = True
            time.sleep(0.1)
        self._file = descriptor
        self._write(f"{os.getpid()}\n")

    @property
    def held(self) -> bool:
        return self._file is not None

    def announce_stop(self) -> None:
        """From now on a second start waits instead of giving up."""
        self._write(f"{os.getpid()}\nstopping\n")

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, text: str) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, text.encode(), 0)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> tuple[str, bool]:
    lines = os.pread(descriptor, 100, 0).decode().split()
    return (lines[0] if lines else "unknown"), "stopping" in lines


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A private file to write beside `path`, which takes its place in one step when all went well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def secret_key(var: Path) -> str:
    """The installation's secret: made once, then kept."""
    path = var / "secret_key"
    if not path.exists() or not path.read_text().strip():
        with replacing(path) as draft:
            draft.write_text(secrets.token_urlsafe(48) + "\n")
    return path.read_text().strip()


def write_addresses(var: Path, values: Mapping[str, str]) -> None:
    """For `manage.py` with the same VAR."""
    with replacing(var / "stack.json") as draft:
        draft.write_text(json.dumps(dict(values), indent=2) + "\n")
