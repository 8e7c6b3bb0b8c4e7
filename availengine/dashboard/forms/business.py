"""The business: a new one, its profile, its rules."""

import zoneinfo
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from availengine.dashboard.forms.fields import Section, SetupForm, flag, minutes, text, url, whole
from availengine.dashboard.words import LANGUAGES
from businesses.models import Business
from businesses.models.business import MOST_REMINDER_HOURS, MOST_REMINDERS
from businesses.money import WITH_THREE_DECIMALS, WITHOUT_DECIMALS

PROFILE = (
    *("name", "description", "category", "phone", "email", "address", "logo_url", "timezone", "currency", "language"),
    *("show_staff_selection", "show_service_prices", "show_service_duration", "require_customer_email"),
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
    return [*found, (_("Others"), [(name, name) for name in others])]


def currencies(kept: str = "") -> list[tuple[str, str]]:
    listed = [*COMMON, *sorted(set(OTHERS) - set(COMMON))]
    return [(code, code) for code in (listed if not kept or kept in listed else [kept, *listed])]


def languages(kept: str = "") -> list[tuple[str, Any]]:
    return [*LANGUAGES.items(), *([] if not kept or kept in LANGUAGES else [(kept, kept)])]


class Places(SetupForm):
    """Zone, currency and language: of a new business and of one that there is."""

    timezone = forms.ChoiceField(label=later("Time zone"))
    currency = forms.ChoiceField(label=later("Currency"))
    language = forms.ChoiceField(
        label=later("Language"), help_text=later("Of these pages, and of messages to customers.")
    )

    def __init__(self, *args: Any, kept: Business | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of = {"timezone": zones, "currency": currencies, "language": languages}
        for name, choices in of.items():
            self.fields[name].choices = choices(getattr(kept, name, ""))  # type: ignore[attr-defined]


class NewBusinessForm(Places):
    name = text(later("Name"), 200, required=True)
    slug = forms.SlugField(
        label=later("Address on the web"),
        max_length=80,
        help_text=later("Small letters, digits and hyphens. It is part of links and cannot be changed later."),
    )

    sections = (Section(later("New business"), (("name",), ("slug",), ("timezone",), ("currency", "language"))),)

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class ProfileForm(Places):
    name = text(later("Name"), 200, required=True)
    description = text(later("Description"), 1000, rows=3)
    category = text(later("Line of business"), 100, help_text=later("Such as Salon or Restaurant."))
    phone = text(later("Phone"), 40, help_text=later("With the country, such as +30 210 1234567."))
    email = forms.EmailField(label=later("E-mail address"), required=False, max_length=254)
    address = text(later("Address"), 300)
    logo_url = url(later("Address of the logo"))
    show_staff_selection = flag(later("Customers choose who serves them"))
    show_service_prices = flag(later("Show prices"))
    show_service_duration = flag(later("Show durations"))
    require_customer_email = flag(later("Ask customers for their e-mail address"))

    sections = (
        Section(
            later("Business"), (("name", "category"), ("description",), ("phone", "email"), ("address",), ("logo_url",))
        ),
        Section(later("Zone, currency, language"), (("timezone",), ("currency", "language"))),
        Section(
            later("On the booking page"),
            (("show_staff_selection", "show_service_prices"), ("show_service_duration", "require_customer_email")),
        ),
    )


class RulesForm(SetupForm):
    slot_interval_minutes = minutes(
        later("Minutes between starts"), 1, help_text=later("30: bookings start at 9:00, 9:30, …")
    )
    lead_time_minutes = whole(
        later("Minutes ahead, at least"), 0, 525_600, help_text=later("60: who comes at 10:00 books by 9:00.")
    )
    window_days = whole(later("Days ahead, at most"), 1, 730, help_text=later("60: two months."))
    auto_confirm = flag(
        later("Confirm bookings by themselves"), help_text=later("Off: each one waits until you confirm it.")
    )
    cancel_notice_hours = whole(
        later("Hours until which cancelling is free"),
        0,
        8760,
        help_text=later("Counts where there are no cancellation steps."),
    )
    reminder_hours = text(
        later("Remind customers, hours before"), 40, help_text=later("Up to five, such as 48, 2. Empty: never.")
    )
    sms_reminders = flag(
        later("Remind by SMS as well"), help_text=later("Also confirms by SMS where there is no e-mail address.")
    )

    sections = (
        Section(
            later("When can be booked"),
            (("slot_interval_minutes", "lead_time_minutes", "window_days"), ("auto_confirm",)),
        ),
        Section(later("Cancelling"), (("cancel_notice_hours",),)),
        Section(later("Reminders"), (("reminder_hours",), ("sms_reminders",))),
    )

    def clean_reminder_hours(self) -> list[int]:
        parts = [part.strip() for part in self.cleaned_data["reminder_hours"].split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise forms.ValidationError(_("Write hours like 48, 2."))
        hours = [int(part) for part in parts]
        if len(hours) > MOST_REMINDERS or len(set(hours)) != len(hours):
            raise forms.ValidationError(_("Up to five, each once."))
        if any(not 1 <= hour <= MOST_REMINDER_HOURS for hour in hours):
            raise forms.ValidationError(_("1 to %(most)s hours.") % {"most": MOST_REMINDER_HOURS})
        return hours
