"""Fields of the set-up pages: amounts in major units, times of day, and what every form there has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from businesses.errors import DomainError
from businesses.models import Weekday
from businesses.models.catalogue import DAY_MINUTES
from businesses.money import decimals_of
from businesses.weeks import clock_text, read_start

MOST_CENTS = 2_000_000_000

Words = Any  # a text, or one that is translated when shown


def text(label: Words, most: int, *, required: bool = False, rows: int = 0, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, **kwargs)


def url(label: Words, **kwargs: Any) -> forms.URLField:
    return forms.URLField(label=label, max_length=500, required=False, assume_scheme="https", **kwargs)


def flag(label: Words, **kwargs: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, **kwargs)


def whole(label: Words, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **kwargs)


def minutes(label: Words, least: int = 0, most: int = DAY_MINUTES, **kwargs: Any) -> forms.IntegerField:
    return whole(label, least, most, **kwargs)


class MoneyField(forms.DecimalField):
    """Entered as people write it, `35` or `12,50`; given as minor units of the currency it is bound to."""

    currency = "EUR"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is None:
            return None
        cents = found.scaleb(decimals_of(self.currency))
        if cents != cents.to_integral_value():
            told = {"count": decimals_of(self.currency), "currency": self.currency}
            raise forms.ValidationError(gettext("%(currency)s has %(count)s decimals.") % told)
        if cents > MOST_CENTS:
            raise forms.ValidationError(gettext("This is too much."))
        return int(cents)

    def prepare_value(self, value: Any) -> Any:
        """Minor units as text; what was entered stays as it was."""
        if not isinstance(value, int):
            return value
        decimals = decimals_of(self.currency)
        return f"{Decimal(value).scaleb(-decimals):.{decimals}f}"


class ClockField(forms.CharField):
    """A time of day, `HH:MM`, as minutes after midnight; None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TimeInput(attrs={"type": "time"}), **kwargs)

    def clean(self, value: Any) -> Any:
        found = str(super().clean(value))
        if not found:
            return None
        try:
            hours, minute = (int(part) for part in found[:5].split(":"))
        except ValueError:
            hours, minute = 24, 0
        if not (0 <= hours < 24 and 0 <= minute < 60):
            raise forms.ValidationError(gettext("Write a time like 09:00."))
        return hours * 60 + minute

    def prepare_value(self, value: Any) -> Any:
        return clock_text(value) if isinstance(value, int) else value


class TimetableField(forms.CharField):
    """The starts of a week, a line per day (`Monday 18:00, 19:30`), as minutes after Monday's midnight."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value: Any) -> Any:
        found: set[int] = set()
        for line in str(super().clean(value)).splitlines():
            name, _space, clocks = line.strip().partition(" ")
            if name:
                found |= self._starts(name.strip(":,"), clocks)
        return sorted(found)

    def _starts(self, name: str, clocks: str) -> set[int]:
        days = [
            day
            for day, label in WEEKDAYS.items()
            if name.casefold() in (str(label).casefold(), Weekday(day).label.lower())
        ]
        if not days:
            raise forms.ValidationError(gettext("“%(name)s” is not a day of the week.") % {"name": name})
        try:
            return {read_start(days[0], clock.rjust(5, "0")) for clock in clocks.replace(",", " ").split()}
        except ValueError:
            raise forms.ValidationError(gettext("Write a time like 09:00.")) from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        lines: dict[int, list[str]] = {}
        for start in sorted(value):
            lines.setdefault(start // DAY_MINUTES, []).append(clock_text(start))
        return "\n".join(f"{WEEKDAYS[day]} {', '.join(clocks)}" for day, clocks in lines.items())


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form under its own heading; each row holds fields that stand side by side."""

    title: Words
    rows: Sequence[Sequence[str]]
    about: Words = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class ShownSection:
    section: Section
    rows: list[list[BoundField]]

    @property
    def open(self) -> bool:
        return not self.section.folded or any(field.errors for row in self.rows for field in row)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else left otherwise than it was entered here."""

    label: Words
    entered: str
    stored: str


class SetupForm(forms.Form):
    """A form in sections, about something that has a version: `seen` is the one that was looked at."""

    sections: Sequence[Section] = ()

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str = "EUR", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency
                field.label = f"{field.label} ({currency})"

    def clean_seen(self) -> datetime | None:
        return parse_datetime(self.cleaned_data["seen"]) if self.cleaned_data["seen"] else None

    def look_again(self, version: datetime) -> None:
        """What was entered stays; sent once more, it counts as changed from this version."""
        self.send_along("seen", version.isoformat())

    def send_along(self, name: str, value: str) -> None:
        """Put something into what was entered, to be sent with it the next time."""
        data: Any = self.data
        self.data = data.copy()
        self.data[name] = value  # type: ignore[index]

    def shown(self) -> Iterator[ShownSection]:
        for section in self.sections:
            yield ShownSection(section, [[self[name] for name in row] for row in section.rows])

    def values(self, *names: str) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in names}

    def tell(self, error: DomainError) -> None:
        """A refusal of the core, at the field it names."""
        told = False
        for name, problems in (error.details or {}).items():
            if name in self.fields:
                self.add_error(name, [gettext(str(problem)) for problem in problems])
                told = True
        if not told:
            self.add_error(None, gettext(error.message))

    def against(self, stored: Mapping[str, Any]) -> list[Difference]:
        """What is entered here and stored otherwise."""
        found = []
        for name, field in self.fields.items():
            if name == "seen" or name not in stored:
                continue
            entered, kept = _said(field, self[name].value()), _said(field, stored[name])
            if entered != kept:
                found.append(Difference(field.label or name, entered, kept))
        return found


def _said(field: forms.Field, value: Any) -> str:
    """A value as the page shows it."""
    value = field.prepare_value(value)
    if isinstance(field, forms.BooleanField):
        return gettext("yes") if value and value not in ("False", "off") else gettext("no")
    if isinstance(field, forms.ChoiceField):
        chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value or "")}
        labels = dict(_flat(field.choices))
        return ", ".join(str(labels[key]) for key in labels if key in chosen)
    return "" if value is None else str(value).replace("\r\n", "\n")


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label


NEEDED = _("Please fill this in.")
