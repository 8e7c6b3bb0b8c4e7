"""What django-allauth asks the project: who may sign up, where a visitor comes from, how mail goes out."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from availengine.api.throttling import visitor_address
from businesses.sealing import seal, unseal

COMING_AND_GOING = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # without types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation: `businesses/members.py`."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return visitor_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is out of reach must not tell who has an account, nor undo what was done."""
        try:
            super().send_mail(template_prefix, email, context)
        except Exception:  # whatever a mail provider's client raises
            logger.exception("a mail about an account was not sent: %s", template_prefix)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Coming and going need no notice; the page that follows says it."""
        if message_template not in COMING_AND_GOING:
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # without types
    """Secrets of authenticator apps and recovery codes are sealed in the database, with SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode()).decode()
