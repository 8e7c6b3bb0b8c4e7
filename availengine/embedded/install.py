"""Makes `.venv` and installs requirement files into it: `install.py FILE...`, called by the Makefile.

Standard library only: it runs before anything is installed, with any Python from 3.11 on. What is installed
already is remembered by the files' content; a lock keeps two `make` of one checkout apart.
"""

import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-qq"]


def main(names: list[str]) -> int:
    directory = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another installation in this checkout")
        fcntl.flock(directory, fcntl.LOCK_EX)
    installed, wanted = read_stamp(), {name: digest(name) for name in names}
    if wanted.items() <= installed.items():
        return 0
    began = time.monotonic()
    if not has_pip():
        say(f"making a virtual environment in {VENV.name} (Python {sys.version.split()[0]})")
        base = getattr(sys, "_base_executable", sys.executable)  # not the one that is about to be cleared
        run([base, "-m", "venv", "--clear", str(VENV)], check=True)
        installed = {}
    say(f"installing {', '.join(names)}")
    if not install(names):
        say("installing failed; what pip said is above")
        return 1
    STAMP.write_text(json.dumps(installed | wanted, indent=2))
    say(f"installed in {time.monotonic() - began:.0f} s")
    return 0


def install(names: list[str]) -> bool:
    """With uv, which takes 2 s where pip takes 18; pip when uv cannot be had or does not get along here."""
    files = [item for name in names for item in ("-r", name)]
    with_uv = [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    if run([*PIP, "install", uv_requirement()]) and run([*with_uv, *files]):
        return True
    say("uv did not manage; trying pip")
    return run([*PIP, "install", *files])


def uv_requirement() -> str:
    """The version that the development requirements pin."""
    found = re.search(r"^uv==\S+", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    return found.group() if found else "uv"


def has_pip() -> bool:
    """Is there a virtual environment that works? One that was interrupted half-way has no pip."""
    return PYTHON.exists() and run([*PIP, "--version"], quiet=True)


def run(command: list[str], *, check: bool = False, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, check=check, stdout=output, stderr=output).returncode == 0  # noqa: S603


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    try:
        installed: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return installed if PYTHON.exists() else {}


def say(text: str) -> None:
    print(f"make: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
