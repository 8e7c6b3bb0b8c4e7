"""django-allauth's forms of passkeys, for whom an answer without its parts is a wrong one and not a crash."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from fido2.webauthn import AuthenticationResponse


class WellFormed:
    """What browsers send is parsed first; django-allauth knows only some of the ways in which that fails."""

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Any:
        try:
            AuthenticationResponse.from_dict(self.cleaned_data["credential"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return super().clean_credential()  # type: ignore[misc]


class LoginForm(WellFormed, forms.LoginWebAuthnForm):  # type: ignore[misc]  # without types
    pass


class AuthenticateForm(WellFormed, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(WellFormed, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass
