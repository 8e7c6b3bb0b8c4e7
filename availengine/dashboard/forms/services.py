"""A service: what it is, how long it takes, what it costs, who performs it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.forms.deposits import DepositFields
from availengine.dashboard.forms.fields import MoneyField, Section, TimetableField, flag, minutes, text, url, whole
from availengine.dashboard.words import DEPOSIT_TYPES, KINDS
from businesses.catalogue import Performer
from businesses.deposit_rules import rule_columns
from businesses.models import Business, Resource, Service, ServiceCategory
from businesses.models.catalogue import MOST_PLACES

PLAIN = (
    *("name", "description", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "price_cents"),
    *("party_min", "party_max", "show_price", "show_duration", "policy", "instructions", "photo_url"),
    *("active", "bookable_online", "is_default", "also_needs", "places", "starts"),
)
RULE = ("deposit_type", "deposit_basis", "deposit_amount_cents", "deposit_percent", "deposit_only_for")


class ServiceForm(DepositFields):
    name = text(_("Name"), 200, required=True)
    category = forms.ChoiceField(label=_("Category"), required=False)
    new_category = text(_("New category"), 100, help_text=_("Instead of one of the list."))
    description = text(_("Description"), 2000, rows=3)
    duration_minutes = minutes(_("Duration in minutes"), 1)
    buffer_before_minutes = minutes(_("Minutes before"), required=False, help_text=_("To prepare; not bookable."))
    buffer_after_minutes = minutes(_("Minutes after"), required=False, help_text=_("To tidy up; not bookable."))
    price_cents = MoneyField(label=_("Price"), help_text=_("Empty: no price is told."))
    show_price = flag(_("Show the price"))
    show_duration = flag(_("Show the duration"))
    party_min = whole(_("Smallest party"), 1, 50)
    party_max = whole(_("Largest party"), 1, 50)
    also_needs = forms.ChoiceField(
        label=_("Also needs"), required=False, help_text=_("A second resource, held for the same time.")
    )
    places = whole(
        _("Places"),
        2,
        MOST_PLACES,
        required=False,
        help_text=_("For classes: so many people share a start. Empty: each booking has its time for itself."),
    )
    starts = TimetableField(
        label=_("Fixed starts"),
        help_text=_("One line per day, such as “Monday 18:00, 19:30”. Empty: whenever bookings may begin."),
    )
    policy = text(_("Policy"), 2000, rows=3, help_text=_("What customers agree to."))
    instructions = text(_("Instructions"), 2000, rows=3, help_text=_("What customers should know before they come."))
    photo_url = url(_("Address of a photo"))
    active = flag(_("Offered"), help_text=_("Off: hidden everywhere; nobody can book it."))
    bookable_online = flag(_("Bookable online"), help_text=_("Off: only you book it."))
    is_default = flag(_("The usual service"), help_text=_("Taken when a booking names no service. Only one can be."))

    sections = (
        Section(_("Service"), (("name",), ("category", "new_category"), ("description",))),
        Section(
            _("Time and price"),
            (("duration_minutes", "price_cents"), ("buffer_before_minutes", "buffer_after_minutes")),
        ),
        Section(
            _("Booking"), (("party_min", "party_max"), ("also_needs",), ("active", "bookable_online", "is_default"))
        ),
        Section(_("Class"), (("places",), ("starts",)), folded=True),
        Section(
            _("What customers see"),
            (("show_price", "show_duration"), ("instructions",), ("policy",), ("photo_url",)),
            folded=True,
        ),
        Section(
            _("Deposit"),
            (("deposit_type",), ("deposit_basis", "deposit_amount_cents", "deposit_percent"), ("deposit_only_for",)),
            folded=True,
        ),
    )

    def __init__(self, *args: Any, business: Business, categories: Sequence[ServiceCategory], **kwargs: Any) -> None:
        super().__init__(*args, currency=business.currency, **kwargs)
        self.plan = business.plan
        self.offer({**DEPOSIT_TYPES, "": gettext("As the business says")})
        listed = [("", gettext("None")), *((str(row.uuid), row.name) for row in categories)]
        self.fields["category"].choices = listed  # type: ignore[attr-defined]
        self.fields["also_needs"].choices = [("", gettext("Nothing else")), *KINDS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("party_min", 1) > data.get("party_max", 50):
            self.add_error("party_max", gettext("This is less than the smallest."))
        return data

    def plain_values(self) -> dict[str, Any]:
        data = self.values(*PLAIN)
        for name in ("buffer_before_minutes", "buffer_after_minutes"):
            data[name] = data[name] or 0
        return data

    def category_key(self) -> UUID | None:
        return UUID(self.cleaned_data["category"]) if self.cleaned_data["category"] else None


def service_initial(row: Service | None) -> dict[str, Any]:
    """A service as the form shows it; of a new one what most have."""
    if row is None:
        new = Service()
        return {name: getattr(new, name) for name in PLAIN} | {"duration_minutes": 60, **rule_columns(None)}
    names = (*PLAIN, *RULE)
    category = str(row.category.uuid) if row.category else ""
    return {name: getattr(row, name) for name in names} | {"category": category, "seen": row.updated_at.isoformat()}


class PerformerForm(forms.Form):
    """One resource of the list: whether it performs the service, and what it does otherwise."""

    performs = forms.BooleanField(required=False)
    price = MoneyField()
    duration = minutes("", 1, required=False)

    def __init__(self, data: Any, *, resource: Resource, currency: str, initial: Any) -> None:
        super().__init__(data, prefix=f"by-{resource.uuid}", initial=initial)
        self.resource = resource
        self.fields["price"].currency = currency  # type: ignore[attr-defined]
        self.fields["performs"].label = resource.name
        self.fields["price"].label = gettext("Own price of %(name)s") % {"name": resource.name}
        self.fields["duration"].label = gettext("Own minutes of %(name)s") % {"name": resource.name}

    def performer(self) -> Performer | None:
        data = self.cleaned_data
        return Performer(self.resource.uuid, data["price"], data["duration"]) if data["performs"] else None


class PerformersForm:
    """Who performs a service, of all the resources there are."""

    def __init__(self, data: Any, resources: Sequence[Resource], row: Service | None, currency: str) -> None:
        found = {p.resource_id: p for p in row.performers.all()} if row else {}
        self.rows = [
            PerformerForm(data, resource=resource, currency=currency, initial=self._initial(resource, found, row))
            for resource in resources
        ]

    @staticmethod
    def _initial(resource: Resource, found: dict[int, Any], row: Service | None) -> dict[str, Any]:
        performer = found.get(resource.id)
        return {
            "performs": row is None or performer is not None,
            "price": performer and performer.price_cents,
            "duration": performer and performer.duration_minutes,
        }

    def is_valid(self) -> bool:
        return all(row.is_valid() for row in self.rows)

    def performers(self) -> list[Performer]:
        return [found for row in self.rows if (found := row.performer())]

    def against(self, stored: "PerformersForm") -> list[tuple[str, str, str]]:
        """(name, as entered, as stored) of each that differs."""
        pairs = zip(self.rows, stored.rows, strict=True)
        told = [(one.resource.name, _as_text(one), _as_text(other)) for one, other in pairs]
        return [item for item in told if item[1] != item[2]]


def _as_text(form: PerformerForm) -> str:
    if not form["performs"].value():
        return gettext("no")
    own = [str(form.fields[name].prepare_value(form[name].value()) or "") for name in ("price", "duration")]
    return ", ".join([gettext("yes"), *filter(None, own)])
