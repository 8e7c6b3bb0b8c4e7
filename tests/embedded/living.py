"""Which processes still run."""

import psutil


def alive(found: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie only waits for somebody to take note of its end."""
    return [one for one in found if runs(one)]


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False
