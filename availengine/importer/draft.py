"""What is made of another system's answers: a provisioning document, customers, visits, and what to know about them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify

from businesses.money import decimals_of

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?\Z")
COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
STATUSES = {"canceled": "cancelled", "noshow": "no_show", "checkedin": "checked_in", "done": "completed"}
KNOWN_STATUSES = ("pending", "confirmed", "checked_in", "completed", "cancelled", "no_show")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What its owner says of the business, where the other system does not. Empty: nothing."""

    currency: str = ""
    timezone: str = ""
    slug: str = ""
    name: str = ""


class Incomplete(Exception):
    """Something must be said about the business before anything can be made of it; the message says what."""


class Unusable(Exception):
    """A record that cannot be mapped; the message says why."""


@dataclass
class Report:
    """What people should know. `to_fill`: else apply refuses; `assumed`: to be checked; `lost`: not taken over."""

    to_fill: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """As they are printed and written."""
        parts = (
            ("To fill in in business.yaml before it can be applied", self.to_fill),
            ("Assumed: please check in business.yaml", self.assumed),
            ("Not taken over", self.lost),
        )
        told = [[f"{title} ({len(texts)})", *(f"  - {text}" for text in texts), ""] for title, texts in parts if texts]
        return [line for part in told for line in part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A booking as it stands in bookings.jsonl. Times are of the business's clocks; `end` or `duration_minutes`."""

    source: str
    id: str
    service: str
    resource: str
    date: str
    time: str
    status: str
    first_name: str
    end: str = ""
    duration_minutes: int = 0
    party: int = 1
    last_name: str = ""
    email: str = ""
    phone: str = ""
    customer: str = ""
    price: str = ""
    customer_notes: str = ""
    staff_notes: str = ""
    booked_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer as it stands in customers.jsonl."""

    source: str
    id: str
    first_name: str
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass
class Draft:
    """All that is taken over. `resources` and `services` are entries of the provisioning file."""

    business: Row
    resources: list[Row] = field(default_factory=list)
    services: list[Row] = field(default_factory=list)
    customers: list[Person] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    def document(self) -> Row:
        """The provisioning file."""
        return {"business": self.business, "resources": self.resources, "services": self.services}


def passage(value: Any, most: int) -> str:
    """A text as provisioning takes it: trimmed, without control characters, not too long; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return CONTROL.sub("", unicodedata.normalize("NFC", value)).strip()[:most].strip()


def text(value: Any, most: int) -> str:
    """The same in one line: a name, an address."""
    return passage(" ".join(value.split()) if isinstance(value, str) else value, most)


def phone(value: Any) -> str:
    """A phone number as typed; without its ornaments where it would be too long, and none where it still is."""
    found = text(value, 200)
    if len(found) > 20:
        found = re.sub(r"[^0-9+]", "", found)
    return found if len(found) <= 20 else ""


def identifier(row: Row, name: str = "id") -> str:
    """An id, which may be a number. Raises Unusable where there is none."""
    value = row.get(name)
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, 101)
    if not 0 < len(found) <= 100:
        raise Unusable(f"it has no {name} of 1 to 100 characters")
    return found


def complete(business: Row) -> Row:
    """The business, if what cannot be guessed is known. Raises Incomplete naming the options."""
    options = {
        "name": "--name NAME",
        "currency": "--currency CODE (such as EUR)",
        "timezone": "--timezone ZONE (such as Europe/Athens)",
    }
    missing = [option for name, option in options.items() if not business.get(name)]
    if missing:
        raise Incomplete(f"The other system does not tell everything: add {', '.join(missing)}.")
    if not re.fullmatch("[A-Z]{3}", business["currency"]):
        raise Incomplete(f"{business['currency']!r} is no currency: write it like EUR.")
    return business


def first_of(row: Row, *names: str) -> Any:
    """The first of several names under which something may be told; None where it is not."""
    return next((row[name] for name in names if row.get(name) is not None), None)


def whole(value: Any, least: int, most: int) -> int | None:
    """A whole number in bounds, also where it is written as `60.0` or "60"; else None."""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) and value is not None else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or number != number.to_integral_value():
        return None
    return int(number) if least <= number <= most else None


def price(value: Any, currency: str) -> str | None:
    """A price in major units as provisioning takes it, such as "35.00"; None where it cannot be one."""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) and value is not None else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or not 0 <= number < 10_000_000:
        return None
    decimals = decimals_of(currency)
    exact = round(number, decimals)
    return f"{exact:.{decimals}f}" if exact == number else None


def web_address(value: Any) -> str:
    found = text(value, 501)
    return found if re.fullmatch(r"https?://\S{1,490}", found) else ""


def clock(value: Any) -> str | None:
    """`HH:MM` of a time that may have seconds; None where it is none."""
    match = CLOCK.match(value.strip()) if isinstance(value, str) else None
    return f"{match[1]}:{match[2]}" if match else None


def color(value: Any) -> str:
    """`#rrggbb`, or nothing."""
    return value if isinstance(value, str) and COLOR.match(value) else ""


def day(value: Any) -> str:
    """The date that a text begins with. Raises Unusable."""
    match = DATE.match(value) if isinstance(value, str) else None
    if not match:
        raise Unusable(f"its date is {value!r}")
    return match[0]


def start_time(value: Any) -> str:
    found = clock(value)
    if found is None:
        raise Unusable(f"its time is {value!r}")
    return found


def status(value: Any) -> str:
    """Our word for a status. Raises Unusable for one that is not known."""
    word = text(value, 40).lower().replace("-", "_").replace(" ", "_")
    word = STATUSES.get(word.replace("_", ""), word)
    if word not in KNOWN_STATUSES:
        raise Unusable(f"its status is {value!r}")
    return word


def split_name(full: Any) -> tuple[str, str]:
    """First and last name: the first word, and the rest."""
    first, _, last = text(full, 200).partition(" ")
    return first[:100], last[:100]


class Keys:
    """Keys for provisioning made of names: each once. Names without Latin letters are numbered."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._given: set[str] = set()

    def of(self, name: str) -> str:
        wanted = slugify(name)[:60].strip("-_") or f"{self._word}-{len(self._given) + 1}"
        key, number = wanted, 2
        while key in self._given:
            key, number = f"{wanted}-{number}", number + 1
        self._given.add(key)
        return key


def without_empty(row: Row) -> Row:
    """An entry without what is not known, so that the file shows what was."""
    return {name: value for name, value in row.items() if value not in ("", None, [], {})}


def rows(value: Any) -> list[Row]:
    """The mappings of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def agreed(values: Iterable[int | None]) -> int | None:
    """The one number that all who name one agree on."""
    named = {value for value in values if value is not None}
    return named.pop() if len(named) == 1 else None
