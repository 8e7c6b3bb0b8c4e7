"""What is asked of a day: services in their order, a party, perhaps a resource."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.asking import MOST_SERVICES, Ask
from bookings.snapshot import Snapshot

BACK, AHEAD = timedelta(days=366), timedelta(days=1100)
MOST_PEOPLE = 50


class WhyForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    party = forms.IntegerField(label=_("People"), min_value=1, max_value=MOST_PEOPLE)
    resource = forms.ChoiceField(label=_("With"), required=False)

    def __init__(self, asked: Any, *, snapshot: Snapshot, today: date) -> None:
        super().__init__({"day": today.isoformat(), "party": "1", **asked.dict()})
        self.today = today
        self.service_choices = [(key, _named(row.name, row.active)) for key, row in snapshot.services.items()]
        resources = [(key, _named(row.name, row.active)) for key, row in snapshot.resources.items()]
        self.fields["resource"].choices = [("", _("anybody")), *resources]  # type: ignore[attr-defined]
        default = snapshot.default_service()
        named = [key for key in asked.getlist("service") if key in snapshot.services]
        first = str(default.uuid) if default else next(iter(snapshot.services), "")
        self.services = (named or [first])[:MOST_SERVICES]

    @property
    def rows(self) -> list[str]:
        """One select for each service, and those left for more."""
        return [*self.services, *[""] * (MOST_SERVICES - len(self.services))]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.today - BACK <= day <= self.today + AHEAD:
            raise forms.ValidationError(gettext("This day is too far away."))
        return day

    def ask(self) -> Ask:
        resource = self.cleaned_data["resource"]
        return Ask(
            services=tuple(UUID(key) for key in self.services if key),
            resource=UUID(resource) if resource else None,
            party=self.cleaned_data["party"],
        )


def _named(name: str, active: bool) -> str:
    return name if active else gettext("%(name)s (not active)") % {"name": name}
