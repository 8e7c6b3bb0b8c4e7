"""Moments as every dialect spells them: UTC with Z, to the second. Kept quick: long answers have hundreds."""

from datetime import datetime
from functools import lru_cache

from businesses.localtime import DAY, moment_of

CLOCK = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(DAY)]
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def utc_text(minute: int) -> str:
    """A minute since 1970."""
    day, at = divmod(minute, DAY)
    return f"{_utc_date(day)}T{CLOCK[at]}:00Z"


def moment_text(moment: datetime) -> str:
    """A moment in UTC."""
    return moment.strftime(MOMENT)


@lru_cache(maxsize=2048)
def _utc_date(day: int) -> str:
    return moment_of(day * DAY).date().isoformat()
