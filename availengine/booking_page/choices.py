"""What a visitor has chosen so far. All of it is in the address: it can be kept, sent and gone back to."""

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import QueryDict

from availengine.api.fields import FIRST_YEAR, LAST_YEAR
from bookings.asking import MOST_SERVICES

ANYBODY = "any"
MOST_PEOPLE = 50

NUMBER = re.compile(r"[0-9]{1,2}", re.ASCII)
MINUTE = re.compile(r"[0-9]{7,9}", re.ASCII)
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
STEP = re.compile(r"[a-z]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`staff`: a resource's id, `any`, or empty while nothing is chosen. `key`: makes a booking one, however often it
    is sent.

    `step`: one to go back to. What cannot be read is as if it was not there.
    """

    services: tuple[str, ...] = ()
    staff: str = ""
    party: int | None = None
    month: date | None = None
    day: date | None = None
    start: int | None = None
    key: UUID | None = None
    step: str = ""
    lang: str = ""

    def query(self) -> str:
        given: list[tuple[str, str]] = [("service", service) for service in self.services]
        plain = {
            "staff": self.staff,
            "party": str(self.party or ""),
            "month": self.month.strftime("%Y-%m") if self.month else "",
            "date": self.day.isoformat() if self.day else "",
            "start": str(self.start or ""),
            "key": self.key.hex if self.key else "",
            "step": self.step,
            "lang": self.lang,
        }
        return urlencode([*given, *((name, value) for name, value in plain.items() if value)])

    def but(self, **changes: object) -> "Choices":
        """The same with something else chosen; a step is gone back to once."""
        return replace(self, **{"step": "", **changes})  # type: ignore[arg-type]

    def at(self, path: str) -> str:
        query = self.query()
        return f"{path}?{query}" if query else path


def choices_of(query: QueryDict) -> Choices:
    return Choices(
        services=tuple(dict.fromkeys(filter(None, map(_id, query.getlist("service")))))[:MOST_SERVICES],
        staff=ANYBODY if query.get("staff") == ANYBODY else _id(query.get("staff", "")),
        party=_party(query.get("party", "")),
        month=_month(query.get("month", "")),
        day=day_of(query.get("date", "")),
        start=minute_in(query.get("start", "")),
        key=_key(query.get("key", "")),
        step=query.get("step", "") if STEP.fullmatch(query.get("step", "")) else "",
        lang=query.get("lang", "") if STEP.fullmatch(query.get("lang", "")) else "",
    )


def new_key() -> UUID:
    return uuid4()


def _key(text: str) -> UUID | None:
    """A random one of ours: nobody chooses a booking's id otherwise."""
    try:
        found = UUID(hex=text) if len(text) == len(UUID(int=0).hex) else None
    except ValueError:
        return None
    return found if found and found.version == 4 else None


def _id(text: str) -> str:
    try:
        return str(UUID(text)) if len(text) <= len("urn:uuid:") + 38 else ""
    except ValueError:
        return ""


def _party(text: str) -> int | None:
    found = int(text) if NUMBER.fullmatch(text) else 0
    return found if 1 <= found <= MOST_PEOPLE else None


def _month(text: str) -> date | None:
    return day_of(f"{text}-01") if MONTH.fullmatch(text) else None


def day_of(text: str) -> date | None:
    """A date of this century."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def minute_in(text: str) -> int | None:
    """A minute since 1970, of this age."""
    return int(text) if MINUTE.fullmatch(text) else None
