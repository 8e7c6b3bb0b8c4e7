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
    hosted_page = forms.BooleanField(
        label=_("The page is open"),
        help_text=_("Otherwise it says that nothing can be booked online."),
        required=False,
    )
    terms_text = forms.CharField(
        label=_("Terms to agree to"),
        help_text=_("Nobody can book on the page without agreeing. Empty: nobody is asked."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    marketing_text = forms.CharField(
        label=_("Offer to agree to"),
        help_text=_("Such as news by mail. Customers may agree; bookings note what they agreed to, and when."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
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
