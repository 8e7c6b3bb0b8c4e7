"""What the pages of keys and webhooks read."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.integration_words import PRESET_MEANS, PRESETS
from businesses.keys import MOST_ORIGINS, MOST_OVERLAP_HOURS, MOST_REQUESTS, ORIGIN
from businesses.models import Preset
from webhooks.types import TYPES

MODES = {"live": _("Live"), "test": _("Test")}
CHOICES_OF_EVENTS = [(name, name) for name in TYPES if name != "endpoint.test"]


class OriginsField(forms.CharField):
    """Addresses of web pages, one in a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> list[str]:
        found = list(dict.fromkeys(line.strip().rstrip("/") for line in super().clean(value).splitlines()))
        origins = [line for line in found if line]
        for line in origins:
            if not re.match(ORIGIN, line):
                text = gettext("%(line)s is not an origin: write https:// and the name, without a path.")
                raise forms.ValidationError(text % {"line": line})
        if len(origins) > MOST_ORIGINS:
            raise forms.ValidationError(gettext("At most %(most)s.") % {"most": MOST_ORIGINS})
        return origins


class KeyForm(forms.Form):
    """`ticket`: sent again, the form does nothing."""

    ticket = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Where it is used, such as “Website” or “Till”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    preset = forms.ChoiceField(label=_("What it may do"), choices=list(PRESETS.items()), initial=Preset.WIDGET)
    mode = forms.ChoiceField(label=_("Mode"), choices=list(MODES.items()), initial="live")
    requests_per_minute = forms.IntegerField(
        label=_("Requests per minute"), min_value=1, max_value=MOST_REQUESTS, initial=60
    )
    origins = OriginsField(
        label=_("Only from these web pages"),
        help_text=_("One per line, such as https://www.example.com. Empty: from everywhere."),
    )

    @property
    def presets(self) -> list[tuple[str, Any, Any]]:
        return [(value, name, PRESET_MEANS[value]) for value, name in PRESETS.items()]


class WidgetKeyForm(forms.Form):
    """A key for one's own web page: the rest is settled."""

    ticket = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the key"), max_length=100)
    origins = OriginsField(
        label=_("Only from these web pages"),
        help_text=_("One per line, such as https://www.example.com. Empty: from everywhere."),
    )


class RotationForm(forms.Form):
    overlap_hours = forms.IntegerField(min_value=0, max_value=MOST_OVERLAP_HOURS)


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    events = forms.MultipleChoiceField(label=_("Events"), choices=CHOICES_OF_EVENTS, required=False)

    @property
    def ticks(self) -> list[tuple[str, str, bool]]:
        """(type, what it says, whether it is ticked)."""
        ticked = self["events"].value() or []
        return [(name, gettext(TYPES[name]), name in ticked) for name, _label in CHOICES_OF_EVENTS]


class NewEndpointForm(EndpointForm):
    ticket = forms.CharField(widget=forms.HiddenInput)


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
