"""What the lists of bookings and customers are narrowed by, as forms, and the links that keep it."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.access import Desk
from availengine.dashboard.words import SOURCES, STATUSES
from bookings.listing import Narrowed
from bookings.queries import snapshot_of
from bookings.search import LONGEST

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
PAGE = 50
WHEN = {"upcoming": _("Upcoming"), "past": _("Past"), "all": _("All")}
SORTS = {
    "": _("Automatic"),
    "start": _("Earliest first"),
    "-start": _("Latest first"),
    "-created": _("Newest booked first"),
}


class Day(forms.DateField):
    """A date that calendars can reach, as `<input type="date">` writes it."""

    def __init__(self, **rest: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        within = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=within, **rest)


def _choices(names: Any) -> list[tuple[str, Any]]:
    return [("", _("All")), *names]


class BookingsForm(forms.Form):
    """`when` counts unless dates are given; without anything, what comes is shown."""

    q = forms.CharField(
        label=_("Search"), max_length=LONGEST, required=False, widget=forms.TextInput({"type": "search"})
    )
    when = forms.ChoiceField(choices=list(WHEN.items()), required=False)
    first = Day(label=_("From"), required=False)
    last = Day(label=_("Until"), required=False)
    status = forms.ChoiceField(label=_("State"), choices=_choices(STATUSES.items()), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    resource = forms.ChoiceField(label=_("With"), required=False)
    source = forms.ChoiceField(label=_("Booked by"), choices=_choices(SOURCES.items()), required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=list(SORTS.items()), required=False)
    unpaid = forms.BooleanField(label=_("Deposit not paid"), required=False)

    def __init__(self, data: QueryDict, *, desk: Desk) -> None:
        super().__init__(data)
        self.desk = desk
        snapshot = snapshot_of(desk.business.id)
        for name, rows in (("service", snapshot.services), ("resource", snapshot.resources)):
            named = sorted((row.name, key) for key, row in rows.items())
            self.fields[name].choices = _choices([(key, name) for name, key in named])  # type: ignore[attr-defined]

    @property
    def today(self) -> date:
        return self.desk.now.astimezone(self.desk.zone).date()

    @property
    def stretch(self) -> str:
        """Which stretch of time is shown; empty when dates say so."""
        found = self.cleaned_data
        if found["first"] or found["last"]:
            return ""
        return found["when"] or ("all" if found["q"] else "upcoming")

    @property
    def order(self) -> str:
        return self.cleaned_data["sort"] or ("start" if self.stretch in ("upcoming", "") else "-start")

    def narrowed(self) -> Narrowed:
        found = self.cleaned_data
        first = self.today if self.stretch == "upcoming" else found["first"]
        last = self.today - timedelta(days=1) if self.stretch == "past" else found["last"]
        names = ("status", "source", "unpaid")
        return Narrowed(
            said=found["q"],
            first=first,
            last=last,
            service=found["service"] or None,
            resource=found["resource"] or None,
            **{name: found[name] for name in names},
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything beyond time and order narrows the list."""
        return any(self.cleaned_data[name] for name in self.fields if name not in ("when", "sort"))


def query_without(data: QueryDict, *names: str, **others: str) -> str:
    """The query as it is, less the given names, with others; without empty ones."""
    kept = {name: value for name, value in data.items() if value and name not in names}
    return urlencode({**kept, **others})


def booking_url(desk: Desk, key: object) -> str | None:
    """The page of a booking, where there is one."""
    try:
        return reverse("dashboard:booking", args=[desk.business.slug, key])
    except NoReverseMatch:
        return None
