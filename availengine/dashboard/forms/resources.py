"""A resource, and several alike at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.forms.fields import Section, SetupForm, flag, text, url, whole
from availengine.dashboard.words import COLORS, KINDS
from businesses.models import Resource, Service

PLAIN = (
    *("name", "kind", "section", "location", "capacity_min", "capacity_max", "job_title", "about", "photo_url"),
    *("color", "active", "bookable_online"),
)
MOST_AT_ONCE = 100


class Capacities(SetupForm):
    """What one resource and several have in common."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    section = text(_("Section"), 100, help_text=_("Such as Terrace or Main floor."))
    capacity_min = whole(_("Smallest party"), 1, 50)
    capacity_max = whole(_("Largest party"), 1, 50)
    bookable_online = flag(_("Bookable online"), help_text=_("Off: only you book it."))
    performs = forms.MultipleChoiceField(label=_("Performs"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["performs"].choices = [(str(row.uuid), row.name) for row in services]  # type: ignore[attr-defined]
        if not services:
            del self.fields["performs"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("capacity_min", 1) > data.get("capacity_max", 50):
            self.add_error("capacity_max", gettext("This is less than the smallest."))
        return data

    def performed(self) -> list[UUID]:
        return [UUID(key) for key in self.cleaned_data.get("performs", [])]


class ResourceForm(Capacities):
    name = text(_("Name"), 200, required=True)
    location = text(_("Location"), 200)
    job_title = text(_("Job title"), 100)
    about = text(_("About"), 2000, rows=3)
    photo_url = url(_("Address of a photo"))
    color = forms.ChoiceField(label=_("Colour in the calendar"), required=False)
    active = flag(_("In use"), help_text=_("Off: takes no new bookings."))

    sections = (
        Section(_("Resource"), (("name", "kind"), ("capacity_min", "capacity_max"), ("section", "location"))),
        Section(_("What it does"), (("performs",), ("active", "bookable_online"))),
        Section(_("What customers see"), (("job_title", "color"), ("about",), ("photo_url",)), folded=True),
    )

    def __init__(self, *args: Any, row: Resource | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(row.color, row.color)] if row and row.color and row.color not in COLORS else []
        self.fields["color"].choices = [*COLORS.items(), *own]  # type: ignore[attr-defined]
        if "performs" not in self.fields:
            first, second, third = ResourceForm.sections
            self.sections = (first, Section(second.title, second.rows[1:]), third)

    def plain_values(self) -> dict[str, Any]:
        return self.values(*PLAIN)


def resource_initial(row: Resource | None, services: Sequence[Service]) -> dict[str, Any]:
    """A resource as the form shows it; `services` with their performers, as they are read for the page."""
    if row is None:
        new = Resource(kind="staff")
        return {name: getattr(new, name) for name in PLAIN} | {"performs": [str(s.uuid) for s in services]}
    performs = [str(s.uuid) for s in services if any(p.resource_id == row.id for p in s.performers.all())]
    plain = {name: getattr(row, name) for name in PLAIN}
    return {**plain, "performs": performs, "seen": row.updated_at.isoformat()}


class SeveralForm(Capacities):
    """T1 to T10: the same but for the number."""

    before = text(_("Name before the number"), 150, strip=False, help_text=_("T gives T1, T2, …"))
    first = whole(_("From"), 0, 9999)
    last = whole(_("To"), 0, 9999)

    sections: Sequence[Section] = (
        Section(
            _("Several at once"),
            (("before", "first", "last"), ("kind", "section"), ("capacity_min", "capacity_max"), ("bookable_online",)),
        ),
        Section(_("What they do"), (("performs",),)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "performs" not in self.fields:
            self.sections = SeveralForm.sections[:1]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        count = data.get("last", 0) - data.get("first", 0) + 1
        if "last" in data and "first" in data and not 1 <= count <= MOST_AT_ONCE:
            self.add_error("last", gettext("This gives %(count)s. Make 1 to 100 at once.") % {"count": max(count, 0)})
        return data

    def each(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        shared = self.values("kind", "section", "capacity_min", "capacity_max", "bookable_online")
        numbers = range(data["first"], data["last"] + 1)
        return [{"name": f"{data['before']}{number}".strip(), **shared} for number in numbers]
