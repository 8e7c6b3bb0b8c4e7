"""The last form: who books. No cookie: a signed token says that the form is ours, of which business, and how old.

Machines fill in the field that nobody sees, or are quicker than people.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from availengine.api.fields import CONTROL
from availengine.dashboard.booking_forms import not_a_phone
from bookings import consents
from bookings.customers import Guest
from businesses.models import Business

SALT = "booking-page"
QUICKEST = 2  # seconds; people need more to fill it in
LONGEST = 6 * 3600
TRAP = "website"


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs=attrs)


class DetailsForm(forms.Form):
    """Who books, and what they agree to: labels and texts in the visitor's language and the business's words."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=_text(autocomplete="given-name", autocapitalize="words")
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=_text(autocomplete="family-name", autocapitalize="words")
    )
    phone = forms.CharField(
        label=_("Phone number"),
        min_length=7,
        max_length=20,
        validators=[not_a_phone],
        widget=_text(type="tel", autocomplete="tel", inputmode="tel"),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    notes = forms.CharField(
        label=_("Anything we should know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    terms = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)
    website = forms.CharField(required=False, widget=_text(autocomplete="off", tabindex="-1"))

    def __init__(self, data: Any = None, *, business: Business) -> None:
        super().__init__(data, auto_id="%s")
        self.asked = consents.texts(business)
        self.fields["email"].required = business.require_customer_email
        self.fields["terms"].required = consents.TERMS in self.asked
        self.fields["terms"].error_messages["required"] = _(consents.TERMS_MISSING)
        for name in ("terms", "marketing"):
            if name in self.asked:
                self.fields[name].label = self.asked[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("first_name", "last_name", "notes"):
            if CONTROL.search(data.get(name, "")):
                self.add_error(name, _("Control characters are not allowed."))
        return data

    @property
    def agreements(self) -> list[forms.BoundField]:
        return [self[name] for name in ("terms", "marketing") if name in self.asked]

    def guest(self) -> Guest:
        data = self.cleaned_data
        return Guest(**{name: data[name] for name in ("first_name", "last_name", "phone", "email")})

    def agreed(self, versions: dict[str, str]) -> dict[str, str]:
        """`versions`: of the texts that were shown."""
        return {kind: version for kind, version in versions.items() if self.cleaned_data[kind]}


@dataclass(frozen=True, slots=True)
class Token:
    """What a form carries: what makes its booking one, and which texts were shown.

    `hasty`: sent before anybody could have filled it in, or with what only machines see.
    """

    key: UUID
    versions: dict[str, str]
    hasty: bool = False

    def signed(self, business: Business) -> str:
        return signing.dumps([business.id, self.key.hex, self.versions], salt=SALT)

    def booking_id(self, business: Business, visitor: str) -> UUID:
        """The id that the booking will have. The key stands in an address that may have come from somebody else: with
        `visitor`, a digest of who sends the form, they are not led to what was booked with it.
        """
        named = f"{business.id} {self.key.hex} {visitor}"
        return UUID(bytes=salted_hmac(SALT, named, algorithm="sha256").digest()[:16], version=4)


class TooOld(Exception):
    """Not a form of ours, not of this business, or too old."""


def token_of(data: Any, business: Business) -> Token:
    """The token of a form that was sent. Raises TooOld."""
    text = data.get("form", "")
    try:
        found, key, versions = signing.loads(text, salt=SALT, max_age=LONGEST)
    except (signing.BadSignature, ValueError, UnicodeError) as error:
        raise TooOld from error
    if found != business.id:
        raise TooOld
    hasty = bool(data.get(TRAP)) or not _is_older_than(text, QUICKEST)
    return Token(UUID(hex=key), versions, hasty)


def _is_older_than(text: str, seconds: int) -> bool:
    try:
        signing.loads(text, salt=SALT, max_age=seconds)
    except signing.SignatureExpired:
        return True
    return False
