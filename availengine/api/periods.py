"""Periods in the business's local time, as dialects take them for closures: dates, or dates and times."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from businesses.localtime import edge, local_of, minute_of, moment_of

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"


def period_values(data: dict[str, Any], zone: ZoneInfo) -> dict[str, datetime]:
    """`from` and `to` (`fields.LocalMoment`) in UTC: a date begins at midnight, a last date ends at the next."""
    values: dict[str, datetime] = {}
    if "from" in data:
        values["starts_at"] = moment_of(edge(zone, *data["from"]))
    if "to" in data:
        values["ends_at"] = moment_of(edge(zone, *data["to"], last=True))
    return values


def local_moment(zone: ZoneInfo, moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM`"""
    return local_of(zone, minute_of(moment)).strftime(LOCAL_MOMENT)
