"""What customers see when they book."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BookingPageForm(forms.Form):
    show_staff_selection = forms.BooleanField(
        label=_("Customers choose who serves them"),
        help_text=_("Otherwise whoever is free takes the booking."),
        required=False,
    )
    show_service_prices = forms.BooleanField(label=_("Show prices"), required=False)
    show_service_duration = forms.BooleanField(label=_("Show durations"), required=False)
    require_customer_email = forms.BooleanField(
        label=_("E-mail address required"),
        help_text=_("Without an address nobody can be sent a confirmation by mail."),
        required=False,
    )
    waitlist = forms.BooleanField(
        label=_("Waitlist"),
        help_text=_(
            "On a day that is full people can ask to be told. A freed time is held for the first whom it fits."
        ),
        required=False,
    )
    waitlist_offer_minutes = forms.IntegerField(
        label=_("Minutes for which a freed time is held"), min_value=5, max_value=1440, initial=30
    )
