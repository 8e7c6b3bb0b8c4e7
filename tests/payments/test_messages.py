"""Mails: written with what they tell of, sent once as far as mail can be, tried again, given up."""

from datetime import timedelta
from email.message import Message as Mail
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from availengine.sandbox import Sandbox
from bookings import messages, tasks
from bookings.models import Message
from businesses.models import Member, User
from tests.api.calls import Tenant
from tests.api.paying import configure, linked, takes


@pytest.fixture
def message(studio: Tenant, stripe: Sandbox) -> Message:
    """The mail with a payment link, not sent yet."""
    takes(studio)
    linked(studio)
    return Message.objects.get()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[EmailMultiAlternatives]:
    """A provider that takes nothing; what it was given."""
    given: list[EmailMultiAlternatives] = []

    def send(letter: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        given.append(letter)
        raise OSError("provider down")

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    return given


def test_sent(message: Message) -> None:
    assert messages.send(message.id, now=timezone.now()) is True
    message.refresh_from_db()
    assert (message.sent_at, message.next_try_at, message.tries, message.problem) == (timezone.now(), None, 1, "")
    assert messages.send(message.id, now=timezone.now()) is False
    assert len(mail.outbox) == 1


def test_tried_again_ever_more_seldom_and_given_up(message: Message, broken: list[Any], clock: Any) -> None:
    pauses = []
    for tries in range(1, 8):
        assert messages.send(message.id, now=timezone.now()) is False
        message.refresh_from_db()
        assert (message.tries, message.sent_at, message.problem) == (tries, None, "OSError: provider down")
        if message.next_try_at is None:
            break
        pauses.append(round((message.next_try_at - timezone.now()).total_seconds() / 60))
        clock.shift((message.next_try_at - timezone.now()) - timedelta(seconds=1))
        assert tasks.send_messages() == 0
        clock.shift(timedelta(seconds=1))
    assert pauses == [1, 5, 15, 60, 240, 720]
    assert len(broken) == 7
    clock.shift(timedelta(days=30))
    assert messages.due(now=timezone.now(), most=10) == []


def test_it_has_one_message_id(
    message: Message, broken: list[Any], clock: Any, monkeypatch: Any, settings: Any
) -> None:
    """Should a mail be sent twice, its reader sees it once."""
    settings.BASE_URL = "https://book.example:8443"
    for _ in range(3):
        messages.send(message.id, now=timezone.now())
        clock.shift(timedelta(hours=1))
    monkeypatch.undo()
    messages.send(message.id, now=timezone.now())
    ids = {letter.message()["Message-ID"] for letter in [*broken, *mail.outbox]}
    assert ids == {f"<{message.uuid}@book.example>"}


def test_one_that_is_being_sent_is_left_alone(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    """And comes again after five minutes, should the worker have died."""
    seen: list[bool] = []

    def send(letter: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        seen.append(messages.send(message.id, now=timezone.now()))
        seen.append(messages.due(now=timezone.now() + timedelta(minutes=5), most=9) == [message.id])
        return 1

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    assert messages.send(message.id, now=timezone.now()) is True
    assert seen == [False, True]


def test_one_that_fails_does_not_keep_the_others(studio: Tenant, stripe: Sandbox, monkeypatch: Any) -> None:
    takes(studio)
    linked(studio)
    linked(studio, time="11:00")
    original = EmailMultiAlternatives.send
    first = Message.objects.order_by("id")[0]

    def send(letter: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        if str(first.uuid) in letter.extra_headers["Message-ID"]:
            raise ValueError("bad recipient")
        return int(original(letter, fail_silently))

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    tasks.send_messages()
    assert len(mail.outbox) == 1
    assert list(Message.objects.order_by("id").values_list("problem", flat=True)) == ["ValueError: bad recipient", ""]


HOSTILE = [
    "Studio\r\nBcc: eve@example.com",
    "Studio\nBcc: eve@example.com\n\nbody",
    "Studio\rX-Evil: 1",
    'A "B" <c@d.e>',
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_businesses_make_no_headers(studio: Tenant, stripe: Sandbox, name: str) -> None:
    configure(studio, name=name)
    takes(studio)
    linked(studio)
    assert tasks.send_messages() == 1
    (letter,) = mail.outbox
    assert letter.recipients() == ["jane@example.com"]
    sent: Mail = letter.message()
    assert sorted(sent.keys()) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"]
    )
    assert "\n" not in str(sent["Subject"]).replace("\n ", "")


@pytest.mark.parametrize("recipient", ["jane@example.com\nBcc: eve@example.com", "jane@example.com\r\nX: y"])
def test_a_recipient_with_a_line_break_is_not_written_to(message: Message, recipient: str) -> None:
    """The API refuses such addresses; were one stored, the mail would be refused, not sent to two."""
    Message.objects.update(recipient=recipient)
    assert messages.send(message.id, now=timezone.now()) is False
    assert mail.outbox == []
    assert Message.objects.get().problem.startswith("BadHeaderError")


def test_without_an_address_of_its_own_the_owners_are_told(studio: Tenant, stripe: Sandbox, message: Message) -> None:
    configure(studio, email="")
    for address, role in (("a@example.com", "owner"), ("b@example.com", "owner"), ("c@example.com", "staff")):
        user = User.objects.create_user(address, "a long password")
        Member.objects.create(business=studio.business, user=user, role=role)
    message.booking.business.email = ""
    messages.tell_of_lapsing_hold(message.booking, message.booking.deposit)
    told = Message.objects.filter(kind="hold_lapsing").order_by("recipient")
    assert list(told.values_list("recipient", flat=True)) == ["a@example.com", "b@example.com"]


def test_a_mail_of_something_that_was_rolled_back_is_not_sent(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    stripe.fail("POST", "/v1/checkout/sessions", kind="decline")
    studio.staff.post("/v1/manage/bookings/staff-deposit", {})
    assert not Message.objects.exists()
