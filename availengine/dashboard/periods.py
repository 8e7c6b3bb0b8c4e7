"""Which dates a page of figures is about: chosen by name, or from and to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.insights import Period
from businesses.errors import Invalid

NAMES: Mapping[str, str | Promise] = {
    "week": _("This week"),
    "30": _("30 days"),
    "quarter": _("Quarter"),
    "year": _("Year"),
}
USUAL = "30"
CUSTOM = "custom"
NO_DATE = "Write both dates as in 2026-05-31."


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    period: Period


def chosen(query: Mapping[str, str], today: date) -> Choice:
    """What a query asks for; 30 days when it asks for nothing that there is. Raises Invalid for bad dates."""
    name = query.get("period", USUAL)
    if name == CUSTOM:
        return Choice(name, Period.chosen(_date(query.get("from", "")), _date(query.get("to", ""))))
    return usual(today) if name not in NAMES else Choice(name, _named(name, today))


def usual(today: date) -> Choice:
    return Choice(USUAL, _named(USUAL, today))


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid(NO_DATE, {"from": [NO_DATE]}) from None
    if not 2000 <= found.year <= 2100:
        raise Invalid(NO_DATE, {"from": [NO_DATE]})
    return found


def _named(name: str, today: date) -> Period:
    if name == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + timedelta(days=6))
    if name == "quarter":
        first = date(today.year, today.month - (today.month - 1) % 3, 1)
        beyond = first + timedelta(days=100)  # in the next quarter
        return Period(first, beyond.replace(day=1) - timedelta(days=1))
    if name == "year":
        return Period(date(today.year, 1, 1), date(today.year, 12, 31))
    return Period(today - timedelta(days=29), today)
