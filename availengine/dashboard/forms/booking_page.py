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
