"""Becomes a program that dies with its parent: `launch.py PARENT SIGNAL UID:GID|- PROGRAM ARGUMENT...`.

Runs as a script of its own, between fork and exec, because doing this in the forked copy of a process
with threads (subprocess's preexec_fn) can deadlock. Standard library only; imports nothing of the project.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become_user(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """After the change of user, which clears the setting; elsewhere than on Linux the next start cleans up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def main() -> None:
    parent, signal_number, user, *program = sys.argv[1:]
    if user != "-":
        uid, gid = user.split(":")
        become_user(int(uid), int(gid))
    die_with_parent(int(parent), int(signal_number))
    os.execv(program[0], program)  # noqa: S606 - the whole point


if __name__ == "__main__":
    main()
