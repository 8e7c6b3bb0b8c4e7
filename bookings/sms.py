"""Text messages: one small interface, and the providers there are. SMS_PROVIDER chooses; empty: none."""

import json
import sys
import uuid
from base64 import b64encode
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlencode

import phonenumbers
from django.conf import settings

from bookings.customers import phone_key
from businesses import outgoing
from businesses.models import Business


class Refused(Exception):
    """The provider does not want this message, now or later."""


class NotSent(Exception):
    """The provider did not take the message; it may do so later."""


class SmsProvider(Protocol):
    def send(self, to: str, text: str) -> str:
        """Have `text` sent to an E.164 number; the provider's id of it. Raises Refused, NotSent."""


class ConsoleProvider:
    """For development: writes to the console."""

    def send(self, to: str, text: str) -> str:
        sys.stdout.write(f"SMS to {to}: {text}\n")
        sys.stdout.flush()
        return uuid.uuid4().hex


class FileProvider:
    """For development: a file for each message in SMS_FILE_PATH."""

    def send(self, to: str, text: str) -> str:
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        reference = uuid.uuid4().hex
        unfinished = folder / f".{reference}"
        unfinished.write_text(f"To: {to}\n\n{text}\n", encoding="utf-8")
        unfinished.rename(folder / f"{reference}.txt")
        return reference


class TwilioProvider:
    """Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource), or what speaks like it."""

    def send(self, to: str, text: str) -> str:
        account = settings.TWILIO_ACCOUNT_SID
        token = b64encode(f"{account}:{settings.TWILIO_AUTH_TOKEN}".encode()).decode()
        try:
            answer = outgoing.fetch(
                "POST",
                f"{settings.TWILIO_API_BASE.rstrip('/')}/2010-04-01/Accounts/{quote(account)}/Messages.json",
                body=urlencode({"To": to, "From": settings.SMS_FROM, "Body": text}).encode(),
                headers={"Authorization": f"Basic {token}", "Content-Type": "application/x-www-form-urlencoded"},
            )
        except (outgoing.NotAllowed, outgoing.NoAnswer) as error:
            raise NotSent(str(error)) from error
        if answer.status in (200, 201):
            return _field(answer.body, "sid")
        problem = f"{answer.status}: {_field(answer.body, 'message')}"
        # 400 is about this message. Anything else, a wrong password too, may be mended.
        raise Refused(problem) if answer.status == 400 else NotSent(problem)


def _field(body: bytes, name: str) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    value = found.get(name) if isinstance(found, dict) else None
    return str(value)[:100] if value else ""


PROVIDERS: dict[str, type[SmsProvider]] = {
    "console": ConsoleProvider,
    "file": FileProvider,
    "twilio": TwilioProvider,
}


def is_set_up() -> bool:
    return bool(settings.SMS_PROVIDER)


def send(to: str, text: str) -> str:
    """The provider's id. Raises Refused, NotSent."""
    provider = PROVIDERS.get(settings.SMS_PROVIDER)
    if provider is None:
        raise NotSent("No SMS provider is set up.")
    return provider().send(to, text)


def number_of(phone: str, business: Business) -> str:
    """A number in E.164, local ones as of the business's country; empty for what is no number."""
    key = phone_key(phone, business)
    try:
        number = phonenumbers.parse(key)
    except phonenumbers.NumberParseException:
        return ""
    return key if phonenumbers.is_possible_number(number) else ""
