"""GET /v1/manage/messages: which messages there were, and what became of them."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from bookings.models import Booking, Message
from tests.api.calls import Tenant, is_uuid, needs_key, needs_scope, nothing_changes, ok, refused_fields, walk

PATH = "/v1/manage/messages"


def stored(tenant: Tenant, **values: Any) -> Message:
    """A message that waits to be sent, to Jane."""
    found = {"kind": "confirmation", "recipient": "jane@example.com", "subject": "Confirmed", "text": "secret link"}
    return Message.objects.create(business=tenant.business, **{**found, "next_try_at": timezone.now(), **values})


def test_one(salon: Tenant) -> None:
    booking = Booking.objects.get(uuid=salon.book()["id"])
    made = stored(salon, booking=booking, html="secret", calendar="secret")
    Message.objects.update(created_at=timezone.now())
    (item,) = ok(salon.full.get(PATH))["items"]
    assert is_uuid(item["id"])
    assert item == {
        "id": str(made.uuid),
        "booking_id": str(booking.uuid),
        "kind": "confirmation",
        "channel": "email",
        "recipient": "jane@example.com",
        "subject": "Confirmed",
        "state": "pending",
        "tries": 0,
        "problem": None,
        "created_at": "2026-05-01T07:00:00Z",
        "sent_at": None,
    }


def test_what_became_of_them(salon: Tenant) -> None:
    now = timezone.now()
    stored(salon, sent_at=now, next_try_at=None, tries=1)
    stored(salon, next_try_at=None, tries=7, problem="OSError: down")
    stored(salon, next_try_at=None, skipped=True, problem="Not a valid e-mail address.")
    stored(salon, channel="sms", subject="")
    items = walk(salon.full, PATH)
    assert [(item["state"], item["problem"], item["subject"], item["sent_at"]) for item in items] == [
        ("pending", None, None, None),
        ("skipped", "Not a valid e-mail address.", "Confirmed", None),
        ("failed", "OSError: down", "Confirmed", None),
        ("sent", None, "Confirmed", "2026-05-01T07:00:00Z"),
    ]
    for state in ("pending", "skipped", "failed", "sent"):
        assert [item["state"] for item in walk(salon.full, PATH, state=state)] == [state]


def test_of_one_booking(salon: Tenant, rival: Tenant) -> None:
    first, second = (Booking.objects.get(uuid=salon.book(start_time=f"{hour}:00")["id"]) for hour in (10, 12))
    stored(salon, booking=first)
    stored(salon, booking=second)
    stored(salon)
    for booking in (first, second):
        items = ok(salon.full.get(PATH, booking=str(booking.uuid)))["items"]
        assert [item["booking_id"] for item in items] == [str(booking.uuid)]
    with nothing_changes():
        assert ok(rival.full.get(PATH, booking=str(first.uuid)))["items"] == []
        assert ok(salon.full.get(PATH, booking=str(uuid4())))["items"] == []


def test_pages_newest_first(salon: Tenant) -> None:
    made = [str(stored(salon, kind=f"kind{number}").uuid) for number in range(5)]
    assert [item["id"] for item in walk(salon.full, PATH, limit=2)] == made[::-1]


def test_modes_and_tenants_are_apart(salon: Tenant, rival: Tenant) -> None:
    stored(salon, live=False, kind="test")
    stored(salon, kind="live")
    stored(rival, kind="rival")
    kinds = [[item["kind"] for item in walk(caller, PATH)] for caller in (salon.full, salon.test, rival.full)]
    assert kinds == [["live"], ["test"], ["rival"]]


def test_who_may_look(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
    needs_scope(salon, "widget", method="GET", path=PATH)
    for caller in (salon.read, salon.staff):
        ok(caller.get(PATH))


@pytest.mark.parametrize("query", ["state=x", "state=", "state=%00", "booking=x", "booking=%00", "booking="])
def test_bad_questions(salon: Tenant, query: str) -> None:
    refused_fields(salon.full.send("GET", PATH, query=query), query.split("=")[0])
