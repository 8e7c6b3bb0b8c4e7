"""Where the servers' unix sockets live: beside their data, or in a short directory when that path is too long."""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from availengine.embedded.errors import StackError

LONGEST_PATH = 100  # the kernel takes 107 bytes on Linux and 103 on macOS


def socket_directory(data: Path, socket_name: str, uid: int) -> Path:
    """A directory that only `uid` (and root) may enter: `data` itself, or one in the temporary directory."""
    if len(os.fsencode(data / socket_name)) <= LONGEST_PATH:
        return data
    tag = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    # Root's own temporary directory may be closed to the user that PostgreSQL runs as.
    base = Path("/tmp" if os.geteuid() == 0 else tempfile.gettempdir())  # noqa: S108 - ownership is checked
    directory = base / f"availengine-{uid}-{tag}"
    with suppress(FileExistsError):  # from an earlier start: whose it is, is looked at below
        directory.mkdir(mode=0o700)
        os.chown(directory, uid, -1)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise StackError(f"{directory} exists and is not ours; remove it, or choose a VAR with a shorter path")
    return directory
