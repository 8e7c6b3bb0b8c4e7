"""What is known of a person is handed out whole, and erased whole (GUARANTEES A10)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.utils import timezone

from availengine.api.idempotency import forget_answers
from availengine.models import IdempotencyRecord
from bookings import messages
from bookings.customers import save_customer
from bookings.links import new_link
from bookings.merging import merge_customers
from bookings.models import Booking, Customer, Imported, ManageLink, Message
from bookings.privacy import erase_customer, export_customer
from bookings.services import set_staff_notes
from businesses.errors import Conflict, Invalid, NotFound
from tests import factories
from tests.api.calls import OUR_APPS, Tenant, nothing_changes, ok
from tests.dashboard.visits import NOW, with_deposit
from tests.messages.post import collect
from webhooks.models import Attempt, Delivery, Endpoint, Event

TRACES = ("zebedee", "quux", "zeb@", "555019", "wheelchair", "grumpy")
GUEST = {
    "first_name": "Zebedee",
    "last_name": "Quux",
    "email": "zeb@example.com",
    "phone": "+1 312 555 0199",
    "customer_notes": "With a wheelchair",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def salon(db: None) -> Tenant:
    return Tenant(factories.business())


@pytest.fixture
def booking(salon: Tenant) -> Booking:
    """A visit of Zebedee Quux, of whom everything there is is known."""
    answer = ok(salon.full.post("/v1/bookings/", salon.public(**GUEST), Idempotency_Key="k"), 201)
    found = Booking.objects.get(uuid=answer["booking"]["id"])
    with_deposit(found, payer_name="Zebedee Quux", payer_email="zeb@example.com", description="Visit of Zebedee Quux")
    set_staff_notes(salon.business.id, found.uuid, "grumpy", live=True)
    save_customer(salon.business.id, {"notes": "grumpy, wheelchair"}, found.customer.uuid, live=True)
    new_link(found)
    events = list(Event.objects.all())
    collect()
    Event.objects.bulk_create(events)
    made = Event.objects.get(type="booking.created")
    endpoint = Endpoint.objects.create(business=salon.business, live=True, url="https://x.example/", secret=b"x")
    delivery = Delivery.objects.create(business=salon.business, event=made, endpoint=endpoint)
    Attempt.objects.create(
        business=salon.business, delivery=delivery, number=1, started_at=NOW, milliseconds=1, answer="Hello Zebedee"
    )
    return Booking.objects.get(id=found.id)


def dump() -> str:
    """All rows of all our tables, as text; bytes as what they spell."""
    parts = []
    with connection.cursor() as cursor:
        for app in OUR_APPS:
            for model in apps.get_app_config("edge" if app == "availengine" else app).get_models():
                cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
                parts += [row for (row,) in cursor.fetchall()]
    parts += [bytes(record.body or b"").decode() for record in IdempotencyRecord.objects.all()]
    return "\n".join(parts).lower()


def erase(salon: Tenant, customer: Customer, name: str = "Zebedee Quux") -> None:
    told_of = erase_customer(salon.business.id, customer.uuid, live=True, name=name)
    forget_answers(salon.business.id, [customer.uuid, *told_of])


def test_no_trace_is_left(salon: Tenant, booking: Booking, clock: Any) -> None:
    before = dump()
    for trace in TRACES:
        assert trace in before
    clock.move_to(booking.ends_at)
    erase(salon, booking.customer)
    after = dump()
    for trace in TRACES:
        assert trace not in after
    assert "jane" not in after


def test_what_stays(salon: Tenant, booking: Booking, clock: Any) -> None:
    other = salon.book(start_time="12:00")
    deposit = booking.deposit
    assert deposit is not None
    clock.move_to(booking.ends_at)
    events, bookings = Event.objects.count(), Booking.objects.count()
    erase(salon, booking.customer, "zebedee  QUUX")
    erased = Booking.objects.get(id=booking.id)
    for name in ("code", "status", "starts_at", "ends_at", "price_cents", "currency", "party_size", "version", "uuid"):
        assert getattr(erased, name) == getattr(booking, name)
    assert (erased.guest_first_name, erased.guest_last_name, erased.guest_email) == ("Erased", "", "")
    deposit.refresh_from_db()
    assert (deposit.amount_cents, deposit.status, deposit.payer_name) == (2000, "paid", "")
    assert Booking.objects.count() == bookings
    assert Event.objects.count() == events + 1  # that the customer was removed
    last = Event.objects.order_by("-id")[0]
    assert (last.type, last.data["customer"]["first_name"], last.data["customer"]["deleted"]) == (
        "customer.updated", "Erased", True,
    )  # fmt: skip
    assert not ManageLink.objects.filter(booking=booking).exists()
    assert salon.item(other["id"])["customer"]["first_name"] == "Jane"
    kept = Event.objects.filter(type="booking.created").order_by("id").values_list("data", flat=True)
    assert [data["booking"]["customer"]["first_name"] for data in kept] == ["Erased", "Jane"]
    assert (kept[0]["booking"]["confirmation_code"], kept[0]["booking"]["customer_notes"]) == (booking.code, None)


def test_a_message_that_waits_is_not_sent(salon: Tenant, booking: Booking, clock: Any) -> None:
    waiting, sent = Message.objects.filter(booking=booking).order_by("id")[0], None
    assert waiting.state == "pending"
    sent = Message.objects.create(
        business=salon.business, booking=booking, kind="request", recipient="zeb@example.com", text="x", sent_at=NOW
    )
    clock.move_to(booking.ends_at)
    erase(salon, booking.customer)
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.state, waiting.recipient, waiting.text, waiting.html) == ("skipped", "", "", "")
    assert (sent.state, sent.recipient) == ("sent", "")


def test_a_message_that_is_being_sent_brings_nothing_back(
    salon: Tenant, booking: Booking, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(booking.ends_at)
    waiting = Message.objects.get(booking=booking)

    def hand_over(message: Message) -> str:
        erase(salon, booking.customer)
        return ""

    monkeypatch.setattr(messages, "_hand_over", hand_over)
    assert messages.send(waiting.id, now=timezone.now()) is True
    waiting.refresh_from_db()
    assert (waiting.state, waiting.recipient, waiting.text) == ("sent", "", "")


def test_a_repeated_request_is_still_done_once(salon: Tenant, booking: Booking, clock: Any) -> None:
    clock.move_to(booking.ends_at)
    erase(salon, booking.customer)
    with nothing_changes():
        again = salon.full.post("/v1/bookings/", salon.public(**GUEST), Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, b"{}")


def test_who_was_merged_into_them_goes_too(salon: Tenant, booking: Booking, clock: Any) -> None:
    other = save_customer(salon.business.id, {"first_name": "Zeb", "phone": "+13125550188", "notes": "x"}, live=True)
    Imported.objects.create(
        business=salon.business, live=True, source="booqara", kind="customer", reference="7", customer=other
    )
    merge_customers(salon.business.id, booking.customer.uuid, other.uuid, live=True)
    told = export_customer(salon.business.id, booking.customer.uuid, live=True)
    assert [row["phone"] for row in told["earlier_records"]] == ["+13125550188"]
    clock.move_to(booking.ends_at)
    erase(salon, booking.customer)
    assert "5550188" not in dump()
    assert not Imported.objects.exists()


def test_the_number_is_nobodys_afterwards(salon: Tenant, booking: Booking, clock: Any) -> None:
    clock.move_to(booking.ends_at)
    erase(salon, booking.customer)
    new = Booking.objects.get(uuid=salon.book(**GUEST, booking_date="2026-05-20")["id"])
    assert new.customer_id != booking.customer_id


@pytest.mark.parametrize("status", ["confirmed", "pending"])
def test_not_while_somebody_is_to_come(salon: Tenant, booking: Booking, status: str, clock: Any) -> None:
    Booking.objects.filter(id=booking.id).update(status=status)
    clock.move_to(booking.ends_at - timedelta(minutes=1))
    with nothing_changes(), pytest.raises(Conflict, match="bookings to come"):
        erase(salon, booking.customer)


def test_not_while_somebody_is_there(salon: Tenant, booking: Booking, clock: Any) -> None:
    Booking.objects.filter(id=booking.id).update(status="checked_in")
    clock.move_to(booking.ends_at + timedelta(hours=1))
    with nothing_changes(), pytest.raises(Conflict):
        erase(salon, booking.customer)


@pytest.mark.parametrize("status", ["pending", "saved", "held", "refund_pending"])
def test_not_while_money_is_on_its_way(salon: Tenant, booking: Booking, status: str, clock: Any) -> None:
    assert booking.deposit is not None
    booking.deposit.status = status
    booking.deposit.save()
    clock.move_to(booking.ends_at)
    with nothing_changes(), pytest.raises(Conflict, match="deposit"):
        erase(salon, booking.customer)


@pytest.mark.parametrize("name", ["", "Zebedee", "Quux Zebedee", "Jane Doe"])
def test_only_by_name(salon: Tenant, booking: Booking, name: str, clock: Any) -> None:
    clock.move_to(booking.ends_at)
    with nothing_changes(), pytest.raises(Invalid):
        erase(salon, booking.customer, name)


def test_others_and_test_bookings_are_not_reached(salon: Tenant, booking: Booking, clock: Any) -> None:
    rival = Tenant(factories.business(business={"slug": "rival"}))
    clock.move_to(booking.ends_at)
    with nothing_changes():
        for business, live in ((rival.business, True), (salon.business, False)):
            with pytest.raises(NotFound):
                erase_customer(business.id, booking.customer.uuid, live=live, name="Zebedee Quux")
            with pytest.raises(NotFound):
                export_customer(business.id, booking.customer.uuid, live=live)


def test_what_is_handed_out(salon: Tenant, booking: Booking) -> None:
    with nothing_changes():
        told = export_customer(salon.business.id, booking.customer.uuid, live=True)
    assert told["customer"] == {
        "id": str(booking.customer.uuid), "first_name": "Zebedee", "last_name": "Quux", "email": "zeb@example.com",
        "phone": "+1 312 555 0199", "notes": "grumpy, wheelchair", "created_at": told["customer"]["created_at"],
    }  # fmt: skip
    (visit,) = told["bookings"]
    assert (visit["confirmation_code"], visit["starts_at"], visit["services"]) == (
        booking.code, "2026-05-15T15:00:00Z", ["Cut"],
    )  # fmt: skip
    assert (visit["customer_notes"], visit["staff_notes"]) == ("With a wheelchair", "grumpy")
    assert visit["deposit"]["payer_email"] == "zeb@example.com"
    (message,) = told["messages"]
    assert (message["kind"], message["recipient"]) == ("confirmation", "zeb@example.com")
    assert "Hello Zebedee," in message["text"]
    assert "/b/…" in message["text"]
    assert timezone.now() == NOW
    assert json.loads(json.dumps(told)) == told
