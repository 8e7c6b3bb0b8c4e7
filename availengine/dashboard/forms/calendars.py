"""What the page of the calendars reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from businesses.models import Resource

LONGEST_URL = 2000
SECRET = {"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}


class AddressForm(forms.Form):
    """`ticket`: sent again, the form does nothing."""

    ticket = forms.CharField(widget=forms.HiddenInput)
    of = forms.ChoiceField(label=_("Bookings of"), required=False)
    address_name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Where it is used, such as “Maria's phone”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shows_customers = forms.BooleanField(
        label=_("With full names and phone numbers"),
        required=False,
        help_text=_("Without it, the first name and an initial. Whoever has the address can read the calendar."),
    )

    def __init__(self, data: Any = None, *, resources: Sequence[Resource], business: str, **kwargs: Any) -> None:
        super().__init__(data, auto_id="address-%s", **kwargs)
        self.fields["of"].choices = [("", business), *choices_of(resources)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        found = self.cleaned_data
        resource = UUID(found["of"]) if found["of"] else None
        return {"name": found["address_name"], "resource": resource, "shows_customers": found["shows_customers"]}


class ChangedAddressForm(forms.Form):
    name = forms.CharField(max_length=100)
    shows_customers = forms.BooleanField(required=False)


class FeedForm(forms.Form):
    """`ticket`: sent again, the form does nothing."""

    ticket = forms.CharField(widget=forms.HiddenInput)
    resource = forms.ChoiceField(label=_("Blocks time of"))
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Shown in the diary where it blocks, such as “Maria, private”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.CharField(
        label=_("Address of the calendar"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(attrs={**SECRET, "placeholder": "https://"}),
    )

    def __init__(self, data: Any = None, *, resources: Sequence[Resource], **kwargs: Any) -> None:
        super().__init__(data, auto_id="feed-%s", **kwargs)
        self.fields["resource"].choices = choices_of(resources)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {"name": found["name"], "resource": UUID(found["resource"]), "url": found["url"]}


class ChangedFeedForm(forms.Form):
    """An empty address leaves it as it is."""

    name = forms.CharField(max_length=100)
    url = forms.CharField(max_length=LONGEST_URL, required=False)


def choices_of(resources: Sequence[Resource]) -> list[tuple[str, str]]:
    return [(str(row.uuid), row.name) for row in resources]
