"""When a deposit is taken, and what a cancellation costs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.forms.fields import NEEDED, MoneyField, Section, SetupForm, minutes, whole
from availengine.dashboard.words import AUDIENCES, BASES, DEPOSIT_TYPES
from businesses.deposit_rules import MOST_CENTS, MOST_HOURS, MOST_STEPS, Rule, disorder
from businesses.models import Business, DepositBasis, DepositType, Plan


class DepositFields(SetupForm):
    """A deposit rule. Which types there are depends on whose it is."""

    deposit_type = forms.ChoiceField(label=_("Deposit"), widget=forms.RadioSelect, required=False)
    deposit_basis = forms.ChoiceField(label=_("How much"), choices=list(BASES.items()), required=False)
    deposit_amount_cents = MoneyField(label=_("Amount"))
    deposit_percent = whole(_("Percent of the price"), 1, 100, required=False)
    deposit_only_for = forms.MultipleChoiceField(
        label=_("Only for"),
        choices=list(AUDIENCES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Any of these. None ticked: everybody."),
    )
    plan: str = Plan.BASIC

    def offer(self, types: dict[str, str | Promise]) -> None:
        self.fields["deposit_type"].choices = list(types.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What the core will refuse, at the field and in its user's words."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("deposit_type") not in (DepositType.CHARGE, DepositType.AUTHORIZATION_HOLD):
            return data
        percent = data.get("deposit_basis") == DepositBasis.PERCENT
        name = "deposit_percent" if percent else "deposit_amount_cents"
        if not data.get(name) and name not in self.errors:
            self.add_error(name, str(NEEDED))
        if not percent and (data.get("deposit_amount_cents") or 0) > MOST_CENTS:
            self.add_error("deposit_amount_cents", gettext("This is too much."))
        if data["deposit_type"] == DepositType.AUTHORIZATION_HOLD and self.plan != Plan.PREMIUM:
            self.add_error("deposit_type", gettext("Card holds need the premium plan. Your plan takes charges."))
        return data

    def rule(self) -> Rule | None:
        """None: nothing of its own is said."""
        data = self.cleaned_data
        if not data["deposit_type"]:
            return None
        basis = data["deposit_basis"] or DepositBasis.FIXED.value
        percent = basis == DepositBasis.PERCENT
        return Rule(
            data["deposit_type"],
            basis,
            None if percent else data["deposit_amount_cents"] or None,
            data["deposit_percent"] if percent else None,
            tuple(data["deposit_only_for"]),
        )


class StepForm(forms.Form):
    hours = whole(_("Hours before"), 0, MOST_HOURS, required=False)
    fee = whole(_("Fee in percent"), 0, 100, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, other in (("hours", "fee"), ("fee", "hours")):
            if data.get(name) is None and data.get(other) is not None and name not in self.errors:
                self.add_error(name, str(NEEDED))
        return data

    @property
    def step(self) -> list[int] | None:
        data = self.cleaned_data
        return None if data["hours"] is None else [data["hours"], data["fee"]]


class StepsForm:
    """Up to five steps; empty rows do not count."""

    def __init__(self, data: Any = None, steps: Sequence[Sequence[int]] = ()) -> None:
        given = [{"hours": hours, "fee": fee} for hours, fee in steps]
        self.rows = [
            StepForm(data, prefix=f"step{n}", initial=given[n] if n < len(given) else None) for n in range(MOST_STEPS)
        ]

    def is_valid(self) -> bool:
        if not all(row.is_valid() for row in self.rows):
            return False
        used = [row for row in self.rows if row.step is not None]
        found = disorder([row.step or [] for row in used])
        if found:
            index, name, _problem = found
            row = used[index]
            if name == "hours_before":
                row.add_error("hours", gettext("Each step is nearer to the visit than the one before."))
            else:
                row.add_error("fee", gettext("Each step costs more than the one before."))
        return not found

    @property
    def steps(self) -> list[list[int]]:
        return [row.step for row in self.rows if row.step is not None]


class DepositForm(DepositFields):
    """The business's rule."""

    deposit_window_minutes = minutes(
        _("Minutes to pay"),
        1,
        help_text=_("A booking that is not paid by then ends, and its time is free again."),
    )
    sections = (
        Section(
            _("Deposit"),
            (
                ("deposit_type",),
                ("deposit_basis", "deposit_amount_cents", "deposit_percent"),
                ("deposit_only_for",),
                ("deposit_window_minutes",),
            ),
            _("What a customer pays when booking. Services may say otherwise."),
        ),
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, currency=business.currency, **kwargs)
        self.plan = business.plan
        self.offer({key: label for key, label in DEPOSIT_TYPES.items() if key})
