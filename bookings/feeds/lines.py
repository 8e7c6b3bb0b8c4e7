"""The lines of an iCalendar feed: those that say when somebody is busy, and the time zones that it brings along.

What an event is about is left out before anything is made of it.
"""

import re
from collections.abc import Iterator

MOST_EVENTS = 20_000
MOST_ZONES = 100
MOST_DEPTH = 8
WANTED = (
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    "X-MICROSOFT-CDO-BUSYSTATUS",
)
NAME = re.compile(r"[A-Za-z0-9-]+")
GLOBAL_ZONE = re.compile(r"TZID=(\"?)/")  # icalendar guesses what these mean; what the feed says goes first


class NotACalendar(ValueError):
    """Something else: a page to sign in, mostly. Or a calendar that breaks off."""


class NotUnderstood(ValueError):
    """A calendar of which it cannot be said when it is busy."""


def parts_of(body: bytes) -> tuple[list[str], dict[str, list[str]]]:
    """The wanted lines of all events, and the definitions of time zones by name."""
    text = body.decode("utf-8-sig", "replace").replace("\x00", "").strip()
    if not text[:15].upper().startswith("BEGIN:VCALENDAR") or not text[-13:].upper().endswith("END:VCALENDAR"):
        raise NotACalendar
    events: list[str] = []
    zones: dict[str, list[str]] = {}
    zone: list[str] = []
    for parts, name, line in _lines(text):
        if "VTIMEZONE" in parts:
            zone.append(line)
            if name == "END" and parts[-1] == "VTIMEZONE":
                _keep_zone(zones, zone)
                zone = []
        elif parts[-1] == "VEVENT" and name in ("BEGIN", "END", *WANTED):
            events.append(GLOBAL_ZONE.sub(r"TZID=\1.", line))
    return events, zones


def _lines(text: str) -> Iterator[tuple[list[str], str, str]]:
    """Every line, unfolded, with its name and the parts that it is in, which begin and end within one another."""
    parts: list[str] = []
    events = 0
    for line in re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text)):
        found = NAME.match(line)
        name = found.group().upper() if found else ""
        if name == "BEGIN":
            parts.append(line[6:].strip().upper())
            events += parts[-1] == "VEVENT"
        if not line.strip():
            continue
        if not parts or (name == "END" and parts[-1] != line[4:].strip().upper()):
            raise NotACalendar
        if len(parts) > MOST_DEPTH or events > MOST_EVENTS:
            raise NotUnderstood("it is too large")
        yield parts, name, line
        if name == "END":
            parts.pop()
    if parts:
        raise NotACalendar


def _keep_zone(zones: dict[str, list[str]], lines: list[str]) -> None:
    named = next((line for line in lines if line.upper().startswith("TZID")), "")
    if len(zones) < MOST_ZONES:
        zones[named.partition(":")[2].strip()] = lines
