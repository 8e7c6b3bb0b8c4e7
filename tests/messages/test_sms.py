"""Text messages: off until the operator and the business both want them; one provider for real, two for development."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from bookings import messages, sms, tasks
from bookings.models import Booking, Message
from tests.api.calls import Tenant, desk, ok
from tests.messages.conftest import NOW
from tests.messages.post import at_the_desk, collect, configure, kinds, link_in, made_at

START = datetime(2026, 5, 15, 7, tzinfo=UTC)
MOBILE = "+306912345678"


@pytest.fixture
def texting(studio: Tenant, settings: Any, tmp_path: Any) -> Tenant:
    """A business that reminds by SMS, with the file provider."""
    settings.SMS_PROVIDER, settings.SMS_FILE_PATH = "file", tmp_path / "sms"
    configure(studio, sms_reminders=True)
    return studio


def files(settings: Any) -> list[str]:
    return [path.read_text() for path in sorted(settings.SMS_FILE_PATH.glob("*"))]


def test_a_booking_without_an_address_is_confirmed_by_sms(texting: Tenant, settings: Any) -> None:
    at_the_desk(texting, phone=MOBILE)
    (message,) = collect()
    assert (message.kind, message.channel, message.recipient) == ("confirmation", "sms", MOBILE)
    assert (message.subject, message.html, message.calendar) == ("", "", "")
    code, link = message.booking.code, f"https://book.example{link_in(message)}"
    text = f"Studio: your booking on Friday, 15 May 2026 at 10:00 is confirmed. Code {code}. {link}"
    assert message.text == text
    assert tasks.send_messages() == 1
    assert files(settings) == [f"To: {MOBILE}\n\n{text}\n"]
    message.refresh_from_db()
    assert (message.state, len(message.provider_ref)) == ("sent", 32)


def test_one_with_an_address_is_not(texting: Tenant) -> None:
    at_the_desk(texting, phone=MOBILE, email="jane@example.com")
    assert kinds(collect()) == [("confirmation", "email", "jane@example.com")]


def test_reminders_come_by_both(texting: Tenant, clock: Any) -> None:
    booking = at_the_desk(texting, phone=MOBILE, email="jane@example.com")
    collect()
    made_at(booking, NOW - timedelta(days=1))
    clock.move_to(START - timedelta(hours=24))
    for _ in range(2):
        tasks.remind_customers()
    found = list(Message.objects.filter(kind="reminder").order_by("id"))
    assert kinds(found) == [("reminder", "email", "jane@example.com"), ("reminder", "sms", MOBILE)]
    assert found[1].text.startswith("Studio: reminder of your booking on Friday, 15 May 2026 at 10:00. Code ")


@pytest.mark.parametrize(("typed", "number"), [("69 1234 5678", MOBILE), ("0030 6912345678", MOBILE)])
def test_numbers_as_people_write_them(texting: Tenant, typed: str, number: str) -> None:
    at_the_desk(texting, phone=typed)
    (message,) = collect()
    assert (message.recipient, message.state) == (number, "pending")


@pytest.mark.parametrize("typed", ["12", "call me", "+3069", "+30691234567890123"])
def test_what_is_no_number_is_not_written_to(texting: Tenant, typed: str) -> None:
    at_the_desk(texting)
    Booking.objects.update(guest_phone=typed)
    (message,) = collect()
    assert (message.state, message.problem) == ("skipped", "Not a phone number that can be written to.")
    assert tasks.send_messages() == 0


def test_off_by_default(studio: Tenant, settings: Any) -> None:
    settings.SMS_PROVIDER = "file"
    at_the_desk(studio, phone=MOBILE)
    assert collect() == []


def test_without_a_provider(texting: Tenant, settings: Any) -> None:
    settings.SMS_PROVIDER = ""
    at_the_desk(texting, phone=MOBILE)
    (message,) = collect()
    assert (message.state, message.problem) == ("skipped", "No SMS provider is set up.")


def test_test_bookings_send_none(texting: Tenant) -> None:
    ok(texting.test.post("/v1/manage/bookings/staff", desk(phone=MOBILE)), 201)
    assert [(m.channel, m.recipient, m.state) for m in collect()] == [
        ("email", "desk@studio.example", "pending"),
        ("sms", MOBILE, "skipped"),
    ]


def test_the_console(texting: Tenant, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_PROVIDER = "console"
    at_the_desk(texting, phone=MOBILE)
    (message,) = collect()
    tasks.send_messages()
    assert capsys.readouterr().out == f"SMS to {MOBILE}: {message.text}\n"


# --- Twilio -------------------------------------------------------------------------------------------------------


class Twilio:
    """Answers as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: tuple[int, Any] = (201, {"sid": "SM123", "status": "queued"})
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        twilio = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                user = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
                twilio.asked.append((self.path, user, parse_qs(body)))
                status, content = twilio.answer
                payload = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def twilio(settings: Any) -> Iterator[Twilio]:
    found = Twilio()
    thread = Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    settings.SMS_PROVIDER, settings.SMS_FROM = "twilio", "+15005550006"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC42", "secret"
    settings.TWILIO_API_BASE = found.url
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def message(studio: Tenant, twilio: Twilio) -> Message:
    configure(studio, sms_reminders=True)
    at_the_desk(studio, phone=MOBILE)
    (found,) = collect()
    return found


def test_twilio_is_asked(message: Message, twilio: Twilio) -> None:
    assert messages.send(message.id, now=timezone.now()) is True
    fields = {"To": [MOBILE], "From": ["+15005550006"], "Body": [message.text]}
    assert twilio.asked == [("/2010-04-01/Accounts/AC42/Messages.json", "AC42:secret", fields)]
    message.refresh_from_db()
    assert (message.state, message.provider_ref, message.tries) == ("sent", "SM123", 1)


def test_what_twilio_refuses_is_given_up(message: Message, twilio: Twilio) -> None:
    twilio.answer = (400, {"code": 21211, "message": "Invalid 'To' Phone Number"})
    assert messages.send(message.id, now=timezone.now()) is False
    message.refresh_from_db()
    assert (message.state, message.problem) == ("failed", "400: Invalid 'To' Phone Number")
    assert messages.due(now=timezone.now() + timedelta(days=30), most=9) == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((429, {"message": "Too Many Requests"}), "NotSent: 429: Too Many Requests"),
        ((401, {"message": "Authenticate"}), "NotSent: 401: Authenticate"),
        ((500, b"<html>"), "NotSent: 500: "),
        ((302, b"[]"), "NotSent: 302: "),
    ],
)
def test_what_may_pass_is_tried_again(message: Message, twilio: Twilio, answer: Any, problem: str, clock: Any) -> None:
    twilio.answer = answer
    assert messages.send(message.id, now=timezone.now()) is False
    message.refresh_from_db()
    assert (message.state, message.problem) == ("pending", problem)
    twilio.answer = (201, {"sid": "SM124"})
    clock.shift(timedelta(minutes=1))
    tasks.send_messages()
    message.refresh_from_db()
    assert (message.state, message.provider_ref, message.tries) == ("sent", "SM124", 2)


def test_an_address_that_is_not_public_is_not_asked(message: Message, twilio: Twilio, settings: Any) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    with pytest.raises(sms.NotSent):
        sms.send(MOBILE, "x")
    assert twilio.asked == []
