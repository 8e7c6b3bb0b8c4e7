"""Feeds for tests, and a plain way to say which minutes are meant."""

from datetime import datetime
from zoneinfo import ZoneInfo

from businesses.localtime import minute_of

ATHENS = ZoneInfo("Europe/Athens")


def calendar(*parts: str) -> bytes:
    """A calendar of parts, whose lines are separated by plain line breaks."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN", *parts, "END:VCALENDAR"]
    return ("\n".join(lines).replace("\n", "\r\n") + "\r\n").encode()


def event(start: str, end: str = "", *more: str, uid: str = "one@elsewhere") -> str:
    """`start` and `end` as they stand behind the name: `:20261121T100000Z`, `;VALUE=DATE:20261121`."""
    ends = [f"DTEND{end}"] if end else []
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART{start}", *ends, *more, "END:VEVENT"])


def at(zone: ZoneInfo, *clock: int) -> int:
    return minute_of(datetime(*clock, tzinfo=zone))  # type: ignore[arg-type,misc]
