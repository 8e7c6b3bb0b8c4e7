"""Python reads this when it starts with this directory on its path: another time, for the programs of a demo."""

import os
import time
from datetime import UTC, datetime

import time_machine

if shift := os.environ.get("DEMO_SHIFT_SECONDS"):
    time_machine.travel(datetime.fromtimestamp(time.time() + float(shift), UTC), tick=True).start()
