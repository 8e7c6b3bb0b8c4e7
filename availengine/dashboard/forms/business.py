"""The business: a new one, its profile, its rules."""

import zoneinfo
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.forms.fields import Section, SetupForm, flag, minutes, text, url, whole
from availengine.dashboard.words import LANGUAGES
from businesses.models import Business
from businesses.models.business import MOST_REMINDER_HOURS, MOST_REMINDERS
from businesses.money import WITH_THREE_DECIMALS, WITHOUT_DECIMALS

PROFILE = (
    *("name", "description", "category", "phone", "email", "address", "logo_url", "timezone", "currency", "language"),
)
RULES = (
    *("slot_interval_minutes", "lead_time_minutes", "window_days", "auto_confirm", "cancel_notice_hours"),
    *("reminder_hours", "sms_reminders"),
)
AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
COMMON = ("EUR", "USD", "GBP", "CHF", "AUD", "CAD", "DKK", "NOK", "SEK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY")
OTHERS = ("AED", "BRL", "HKD", "ILS", "INR", "MXN", "NZD", "SGD", "THB", "ZAR", *WITHOUT_DECIMALS, *WITH_THREE_DECIMALS)


def zones(kept: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones of the IANA database by area, and the one that is kept wherever it is."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in AREAS)
    found = [
        (area, [(name, name.partition("/")[2].replace("_", " ")) for name in group])
        for area, group in groupby(names, key=lambda name: name.split("/")[0])
    ]
    others = [name for name in dict.fromkeys(("UTC", kept)) if name and name not in names]
    return [*found, (gettext("Others"), [(name, name) for name in others])]


def currencies(kept: str = "") -> list[tuple[str, str]]:
    listed = [*COMMON, *sorted(set(OTHERS) - set(COMMON))]
    return [(code, code) for code in (listed if not kept or kept in listed else [kept, *listed])]


def languages(kept: str = "") -> list[tuple[str, Any]]:
    return [*LANGUAGES.items(), *([] if not kept or kept in LANGUAGES else [(kept, kept)])]


class Places(SetupForm):
    """Zone, currency and language: of a new business and of one that there is."""

    timezone = forms.ChoiceField(label=_("Time zone"))
    currency = forms.ChoiceField(label=_("Currency"))
    language = forms.ChoiceField(label=_("Language"), help_text=_("Of these pages, and of messages to customers."))

    def __init__(self, *args: Any, kept: Business | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of = {"timezone": zones, "currency": currencies, "language": languages}
        for name, choices in of.items():
            self.fields[name].choices = choices(getattr(kept, name, ""))  # type: ignore[attr-defined]


class NewBusinessForm(Places):
    name = text(_("Name"), 200, required=True)
    slug = forms.SlugField(
        label=_("Address on the web"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens. It is part of links and cannot be changed later."),
    )

    sections = (Section(_("New business"), (("name",), ("slug",), ("timezone",), ("currency", "language"))),)

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class ProfileForm(Places):
    name = text(_("Name"), 200, required=True)
    description = text(_("Description"), 1000, rows=3)
    category = text(_("Line of business"), 100, help_text=_("Such as Salon or Restaurant."))
    phone = text(_("Phone"), 40, help_text=_("With the country, such as +30 210 1234567."))
    email = forms.EmailField(label=_("E-mail address"), required=False, max_length=254)
    address = text(_("Address"), 300)
    logo_url = url(_("Address of the logo"))

    sections = (
        Section(
            _("Business"), (("name", "category"), ("description",), ("phone", "email"), ("address",), ("logo_url",))
        ),
        Section(_("Zone, currency, language"), (("timezone",), ("currency", "language"))),
    )


class RulesForm(SetupForm):
    slot_interval_minutes = minutes(_("Minutes between starts"), 1, help_text=_("30: bookings start at 9:00, 9:30, …"))
    lead_time_minutes = whole(
        _("Minutes ahead, at least"), 0, 525_600, help_text=_("60: who comes at 10:00 books by 9:00.")
    )
    window_days = whole(_("Days ahead, at most"), 1, 730, help_text=_("60: two months."))
    auto_confirm = flag(_("Confirm bookings by themselves"), help_text=_("Off: each one waits until you confirm it."))
    cancel_notice_hours = whole(
        _("Hours until which cancelling is free"),
        0,
        8760,
        help_text=_("Counts where there are no cancellation steps."),
    )
    reminder_hours = text(
        _("Remind customers, hours before"), 40, help_text=_("Up to five, such as 48, 2. Empty: never.")
    )
    sms_reminders = flag(
        _("Remind by SMS as well"), help_text=_("Also confirms by SMS where there is no e-mail address.")
    )

    sections = (
        Section(
            _("When can be booked"),
            (("slot_interval_minutes", "lead_time_minutes", "window_days"), ("auto_confirm",)),
        ),
        Section(_("Cancelling"), (("cancel_notice_hours",),)),
        Section(_("Reminders"), (("reminder_hours",), ("sms_reminders",))),
    )

    def clean_reminder_hours(self) -> list[int]:
        parts = [part.strip() for part in self.cleaned_data["reminder_hours"].split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise forms.ValidationError(gettext("Write hours like 48, 2."))
        hours = [int(part) for part in parts]
        if len(hours) > MOST_REMINDERS or len(set(hours)) != len(hours):
            raise forms.ValidationError(gettext("Up to five, each once."))
        if any(not 1 <= hour <= MOST_REMINDER_HOURS for hour in hours):
            raise forms.ValidationError(gettext("1 to %(most)s hours.") % {"most": MOST_REMINDER_HOURS})
        return hours
