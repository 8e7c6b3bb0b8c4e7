"""`python -m availengine.embedded`: what `make run` calls, and `manage.py dev` as well, which is slower to load."""

import argparse
import os
import sys
from pathlib import Path

from environ import Env

from availengine.embedded.address import Address
from availengine.embedded.console import Console
from availengine.embedded.errors import StackError
from availengine.embedded.services import ROOT
from availengine.embedded.supervisor import Plan, Supervisor


def run(parent: int | None) -> int:
    """Run everything that BIND, PORT and VAR describe until a signal ends it; gives the exit code."""
    Env.read_env(ROOT / ".env")  # as the settings do
    try:
        address = Address.parse(os.environ.get("BIND") or "127.0.0.1", os.environ.get("PORT") or "8000")
        plan = Plan(var=ROOT / Path(os.environ.get("VAR") or "var"), address=address, parent=parent)
        Supervisor(plan, Console(sys.stdout)).run()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while waiting for another run to stop
        return 130
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process, which started us, is gone")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m availengine.embedded", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args().parent)


if __name__ == "__main__":
    sys.exit(main())
