"""The list of messages."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from bookings.models import Message
from businesses.models import Business
from tests.api.calls import Tenant
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.reading import queries_of, text

PAGE = "/dashboard/salon/messages/"


def message(business: Business, **fields: Any) -> Message:
    values = {"kind": "reminder", "recipient": "jane@example.com", "subject": "See you", "text": "Secret", **fields}
    return Message.objects.create(business=business, **values)


def test_none_yet(signed_in: AsSomebody) -> None:
    assert "No messages yet" in text(signed_in("viewer").get(PAGE))


def test_what_became_of_them(signed_in: AsSomebody, salon: Business) -> None:
    message(salon, sent_at=timezone.now())
    message(
        salon,
        kind="confirmation",
        channel="sms",
        recipient="+491701234567",
        skipped=True,
        subject="",
        problem="No SMS provider is set up.",
    )
    message(salon, kind="refund", next_try_at=timezone.now(), tries=2, problem="Timeout")
    message(salon, kind="brand_new", problem="550 Unknown user")
    page = text(signed_in("viewer").get(PAGE))
    assert "jane@example.com E-mail: See you Sent" in page
    assert "+491701234567 SMS Left out No SMS provider is set up." in page
    assert "Waiting Timeout Attempts: 2" in page
    assert "brand_new" in page
    assert "Not sent 550 Unknown user" in page
    assert "Secret" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=sent", {"a@example.com"}),
        ("kind=refund", {"b@example.com"}),
        ("channel=sms", {"+491"}),
        ("to=EXAMPLE", {"a@example.com", "b@example.com"}),
        ("state=sent&kind=refund", set()),
        ("state=burnt", {"a@example.com", "b@example.com", "+491"}),
        ("to=a%00", {"a@example.com", "b@example.com"}),
    ],
)
def test_filters(signed_in: AsSomebody, salon: Business, query: str, found: set[str]) -> None:
    message(salon, recipient="a@example.com", sent_at=timezone.now())
    message(salon, recipient="b@example.com", kind="refund")
    message(salon, recipient="+491", channel="sms")
    page = text(signed_in("viewer").get(f"{PAGE}?{query}"))
    recipients = {"a@example.com", "b@example.com", "+491"}
    assert {one for one in recipients if f"{one} E-mail: See" in page or f"{one} SMS: See" in page} == found


def test_only_live_ones_of_this_business(signed_in: AsSomebody, salon: Business, rival: Business) -> None:
    message(salon, live=False)
    message(rival)
    assert "No messages yet" in text(signed_in("viewer").get(PAGE))


def test_pages(signed_in: AsSomebody, salon: Business) -> None:
    for number in range(51):
        message(salon, recipient=f"{number}@example.com")
    viewer = signed_in("viewer")
    first = viewer.get(PAGE)
    assert first.content.decode().count('id="message-') == 50
    second = text(viewer.get(f"{PAGE}{first.context['listed'].older}"))
    assert " 0@example.com" in second
    assert "1@example.com" not in second
    assert "Newest" in second


def test_the_booking_is_named(signed_in: AsSomebody, outcome: Any) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False):
        code = Tenant(outcome).book()["confirmation_code"]
    message(outcome.business, booking=outcome.business.bookings.get())
    assert code in text(signed_in("viewer").get(PAGE))


def test_a_fixed_number_of_queries(signed_in: AsSomebody, salon: Business) -> None:
    viewer = signed_in("viewer")
    message(salon)
    before = queries_of(viewer, PAGE)
    for _ in range(5):
        message(salon)
    assert queries_of(viewer, PAGE) == before < 7
