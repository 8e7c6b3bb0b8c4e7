"""Sending: states as they are seen, retries, addresses that are none, and the files of development."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from bookings import messages, posting, tasks
from bookings.models import Message
from tests.api.calls import Tenant
from tests.messages.post import collect, sent


@pytest.fixture
def message(studio: Tenant) -> Message:
    studio.book()
    (found,) = collect()
    return found


def test_pending_sent(message: Message) -> None:
    assert message.state == "pending"
    assert len(sent()) == 1
    assert sent() == []
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.tries, message.problem) == ("sent", timezone.now(), 1, "")


def test_pending_failed(message: Message, monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    def broken(letter: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        raise OSError("provider down")

    monkeypatch.setattr(EmailMultiAlternatives, "send", broken)
    for tries in range(1, 8):
        assert message.state == "pending"
        assert messages.send(message.id, now=timezone.now()) is False
        message.refresh_from_db()
        assert (message.tries, message.problem) == (tries, "OSError: provider down")
        clock.shift(timedelta(days=1))
    assert message.state == "failed"
    assert tasks.send_messages() == 0


ADDRESSES = [
    "jane",
    "jane@",
    "jane@example.com, eve@example.com",
    "jane@example.com\nBcc: eve@example.com",
    "@",
    "a b@c.d",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_are_none(address: str) -> None:
    assert posting.problem_of(address) == "Not a valid e-mail address."


@pytest.mark.parametrize("address", ["jane@example.com", "jane+tag@sub.example.co", "o'brien@example.com"])
def test_addresses(address: str) -> None:
    assert posting.problem_of(address) == ""


def test_files_that_mail_clients_open(message: Message, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "availengine.mail.EmlBackend", tmp_path / "mail"
    assert tasks.send_messages() == 1
    (file,) = settings.EMAIL_FILE_PATH.iterdir()
    assert file.name == f"20260501-070000-{message.uuid}.eml"
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"] == "jane@example.com"
    assert mail["Subject"] == message.subject
    assert mail.get_body(("plain",)).get_content().splitlines() == message.text.splitlines()
    assert mail.get_body(("html",)).get_content().splitlines() == message.html.splitlines()
    (calendar,) = mail.iter_attachments()
    assert calendar.get_content().splitlines() == message.calendar.splitlines()
