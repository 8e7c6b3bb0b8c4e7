"""What people may type on the pages of a booking. What it means is for the core to say."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from availengine.api.fields import FIRST_YEAR, LAST_YEAR, PHONE
from bookings.asking import MOST_SERVICES, Ask
from bookings.customers import Guest
from bookings.models import SeriesUnit, Status
from bookings.placing import Start
from bookings.series import MOST, Rule

not_a_phone = RegexValidator(PHONE, gettext_lazy("Not a phone number."))


class Day(forms.DateField):
    """A date of this century."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("This date is out of range."))
        return day


def party_field(**more: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=50, **more)


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=Status.choices)
    version = forms.IntegerField(min_value=1, required=False)


class NotesForm(forms.Form):
    staff_notes = forms.CharField(max_length=2000, required=False)
    before = forms.CharField(max_length=2000, required=False)


class SeatForm(forms.Form):
    """Another resource, another party size, or both. Empty leaves as it is."""

    party = party_field(required=False)
    resource = forms.UUIDField(required=False)
    version = forms.IntegerField(min_value=1, required=False)


class DayForm(forms.Form):
    date = Day(required=False)
    resource = forms.UUIDField(required=False)


class WhenForm(forms.Form):
    """A start that was offered for the date, as a minute, or any other time of it."""

    date = Day()
    start = forms.RegexField(r"^([0-9]{1,9}|other)$", required=False)
    time = forms.TimeField(required=False)
    version = forms.IntegerField(min_value=1, required=False)

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"date", "start", "time"} & set(self.errors):
            return data
        offered = data["start"] not in ("", "other")
        stale = offered and Start.at(self.zone, int(data["start"])).date != data["date"]
        if stale or (not offered and data["time"] is None):
            self.add_error("start", _("Choose a time."))
        return data

    def beginning(self) -> Start:
        """Of a valid form."""
        data = self.cleaned_data
        if data["start"] not in ("", "other"):
            return Start.at(self.zone, int(data["start"]))
        return Start(data["date"], data["time"].hour * 60 + data["time"].minute)


class MoveForm(WhenForm):
    resource = forms.UUIDField(required=False)


class CancelForm(forms.Form):
    """`fee`: what cancelling was said to cost, in minor units."""

    version = forms.IntegerField(min_value=1)
    fee = forms.IntegerField(min_value=0)
    waive = forms.BooleanField(required=False)
    scope = forms.ChoiceField(choices=[("this", ""), ("following", ""), ("all", "")], required=False)


class RefundForm(forms.Form):
    """`left`: what could be refunded when the form was shown, in minor units."""

    amount = forms.CharField(max_length=20)
    left = forms.IntegerField(min_value=1)


class AmountForm(forms.Form):
    amount = forms.CharField(max_length=20)


class GuestForm(forms.Form):
    first_name = forms.CharField(max_length=100)
    last_name = forms.CharField(max_length=100, required=False)
    phone = forms.CharField(min_length=7, max_length=20, required=False, validators=[not_a_phone])
    email = forms.EmailField(max_length=254, required=False)

    def guest(self) -> Guest:
        data = self.cleaned_data
        return Guest(
            first_name=data["first_name"], last_name=data["last_name"], phone=data["phone"], email=data["email"]
        )


class UuidList(forms.Field):
    """The values of several fields of one name, empty ones left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[UUID, ...]:
        one = forms.UUIDField()
        return tuple(one.clean(text) for text in value or () if text)


class AskForm(forms.Form):
    """What is asked for: enough to look for free times."""

    service = UuidList(required=False)
    party = party_field()
    date = Day()
    resource = forms.UUIDField(required=False)
    override = forms.BooleanField(required=False)

    def clean_service(self) -> Sequence[UUID]:
        found: tuple[UUID, ...] = self.cleaned_data["service"]
        if len(found) > MOST_SERVICES:
            raise forms.ValidationError(_("Too many services."))
        return found

    def ask(self) -> Ask:
        """Of a valid form: as staff ask."""
        data = self.cleaned_data
        return Ask(
            services=data["service"],
            resource=data["resource"],
            party=data["party"],
            staff=True,
            any_hours=data["override"],
        )


class NewBookingForm(AskForm, GuestForm, WhenForm):
    """`token` makes one booking of a form, however often it is sent."""

    token = forms.UUIDField()
    customer_notes = forms.CharField(max_length=1000, required=False)
    staff_notes = forms.CharField(max_length=1000, required=False)
    link = forms.BooleanField(required=False)
    amount = forms.CharField(max_length=20, required=False)
    repeat = forms.ChoiceField(choices=[("", ""), *SeriesUnit.choices], required=False)
    every = forms.IntegerField(min_value=1, max_value=MOST, required=False)
    count = forms.IntegerField(min_value=2, max_value=MOST, required=False)
    skip = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("repeat") and "count" not in self.errors and not data.get("count"):
            self.add_error("count", _("How often?"))
        if data.get("repeat") and data.get("link"):
            self.add_error("repeat", _("Visits that repeat are booked without a deposit."))
        return data

    def rule(self) -> Rule | None:
        """Of a valid form: how it repeats, if it does."""
        data = self.cleaned_data
        return Rule(unit=data["repeat"], every=data["every"] or 1, count=data["count"]) if data["repeat"] else None


class WalkInForm(forms.Form):
    token = forms.UUIDField()
    party = party_field()
    service = UuidList(required=False)
    first_name = forms.CharField(max_length=100, required=False)
    phone = forms.CharField(min_length=7, max_length=20, required=False, validators=[not_a_phone])
