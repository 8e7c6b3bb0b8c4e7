"""Periods in the business's local time, as dialects take them for closures: dates, or dates and times."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from businesses.localtime import earliest_instant, local_of, minute_of, moment_of

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"


def period_values(data: dict[str, Any], zone: ZoneInfo) -> dict[str, datetime]:
    """`from` and `to` (`fields.LocalMoment`) in UTC: a date begins at midnight, a last date ends at the next."""
    values: dict[str, datetime] = {}
    if "from" in data:
        day, minutes = data["from"]
        values["starts_at"] = _utc(zone, day, minutes or 0)
    if "to" in data:
        day, minutes = data["to"]
        values["ends_at"] = _utc(zone, day + timedelta(days=1), 0) if minutes is None else _utc(zone, day, minutes)
    return values


def local_moment(zone: ZoneInfo, moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM`"""
    return local_of(zone, minute_of(moment)).strftime(LOCAL_MOMENT)


def _utc(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    return moment_of(earliest_instant(zone, day, minutes)).astimezone(UTC)
