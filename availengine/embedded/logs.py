"""The servers' log files in VAR."""

import os
from pathlib import Path
from typing import BinaryIO

LARGEST = 20_000_000


def open_log(path: Path) -> BinaryIO:
    """Open for appending; a large one is set aside first, so that there are never more than two."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".log.old"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
