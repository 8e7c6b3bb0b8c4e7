"""A closure or special opening, and the public holidays to tick."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.forms.fields import NEEDED, ClockField, Section, SetupForm, text
from businesses.localtime import edge, local_of, minute_of, moment_of
from businesses.models import Closure, ClosureKind, Resource

KINDS = {
    ClosureKind.CLOSED: _("Closed"),
    ClosureKind.OPEN: _("Specially open, outside the usual hours"),
}


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class ClosureForm(SetupForm):
    resource = forms.ChoiceField(label=_("Of"), required=False)
    kind = forms.ChoiceField(label=_("What"), choices=list(KINDS.items()), widget=forms.RadioSelect)
    from_day = day_field(_("From"))
    from_time = ClockField(label=_("From this time"))
    to_day = day_field(_("Until"), required=False, help_text=_("Empty: the same day."))
    to_time = ClockField(label=_("Until this time"))
    reason = text(_("Reason"), 200, help_text=_("Only you see it."))
    known = forms.IntegerField(required=False, widget=forms.HiddenInput)

    sections = (
        Section(
            _("When"),
            (("resource",), ("kind",), ("from_day", "from_time"), ("to_day", "to_time"), ("reason",)),
            _("Leave the times empty for whole days; the last day is included."),
        ),
    )

    def __init__(self, *args: Any, resources: Sequence[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", gettext("The whole business")), *((str(row.uuid), row.name) for row in resources)]
        self.fields["resource"].choices = listed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("from_time"), data.get("to_time")
        for name, missing, other in (("from_time", since, until), ("to_time", until, since)):
            if missing is None and other is not None and name not in self.errors:
                self.add_error(name, str(NEEDED))
        if not self.errors:
            start = (data["from_day"], since or 0)
            end = (data["to_day"] or data["from_day"], 24 * 60 if until is None else until)
            if end <= start:
                self.add_error(
                    "to_time" if until is not None else "to_day", gettext("This is not after the beginning.")
                )
        return data

    def closure_values(self, zone: ZoneInfo) -> dict[str, Any]:
        data = self.cleaned_data
        last = data["to_day"] or data["from_day"]
        return {
            "kind": data["kind"],
            "reason": data["reason"],
            "starts_at": moment_of(edge(zone, data["from_day"], data["from_time"])),
            "ends_at": moment_of(edge(zone, last, data["to_time"], last=True)),
        }

    def owner(self) -> UUID | None:
        return UUID(self.cleaned_data["resource"]) if self.cleaned_data["resource"] else None


def closure_initial(row: Closure, zone: ZoneInfo) -> dict[str, Any]:
    """Local dates and times; whole days without times."""
    start, end = (local_of(zone, minute_of(moment)) for moment in (row.starts_at, row.ends_at))
    whole = is_whole_days(row, zone)
    return {
        "resource": str(row.resource.uuid) if row.resource else "",
        "kind": row.kind,
        "from_day": start.date(),
        "from_time": None if whole else start.hour * 60 + start.minute,
        "to_day": end.date() - timedelta(days=1) if whole else end.date(),
        "to_time": None if whole else end.hour * 60 + end.minute,
        "reason": row.reason,
        "seen": row.updated_at.isoformat(),
    }


def is_whole_days(row: Closure, zone: ZoneInfo) -> bool:
    """Whether both ends are the first minute of a day there."""
    minutes = [minute_of(moment) for moment in (row.starts_at, row.ends_at)]
    return all(edge(zone, local_of(zone, minute).date(), None) == minute for minute in minutes)


class PlaceForm(forms.Form):
    """Whose public holidays."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, data: Any, *, countries: Any, regions: Any, years: Sequence[int]) -> None:
        super().__init__(data)
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        self.fields["region"].choices = [("", gettext("Nationwide only")), *regions]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", gettext("The next 12 months")), *((str(year), str(year)) for year in years)]  # type: ignore[attr-defined]


def day_span(zone: ZoneInfo, day: date) -> dict[str, Any]:
    """One whole day as a closure."""
    return {"starts_at": moment_of(edge(zone, day, None)), "ends_at": moment_of(edge(zone, day, None, last=True))}
