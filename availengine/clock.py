"""The one place that looks at the clock; everything behind it takes `now` as a parameter."""

import time
from datetime import datetime

from django.utils import timezone


def current_minute() -> int:
    """The present in minutes since 1970, rounded up: a start a moment ago is past."""
    return int(-(-time.time() // 60))


def current_time() -> datetime:
    """The present, in UTC: for what is not counted in minutes."""
    return timezone.now()
