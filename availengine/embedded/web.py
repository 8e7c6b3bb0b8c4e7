"""What granian loads under the supervisor: the application, held back until the supervisor opens the gate.

Loading takes seconds, and so do the database's start, the migrations and the demo businesses. They run at the same
time, requests wait in the listening socket, and the first answer already comes from a system that is complete.
"""

import os
import time
from pathlib import Path

from availengine.embedded.services import GATE
from availengine.wsgi import application

__all__ = ["application"]


def _wait_for_gate() -> None:
    parent = os.getppid()
    while not Path(os.environ[GATE]).exists() and os.getppid() == parent:
        time.sleep(0.05)


if GATE in os.environ:
    _wait_for_gate()
