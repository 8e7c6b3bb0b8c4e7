"""Every event that a change through the API causes: what it is called, how large it is, what it says."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from bookings import events
from bookings.models import Booking
from payments.models import Deposit, DepositKind, DepositStatus
from tests.api.calls import Tenant, desk, ok, put_in_status
from webhooks import envelope
from webhooks.models import Event
from webhooks.types import TYPES

MOST_BYTES = 20_000
LONG = "é" * 1_000

BOOKING = {
    "id", "confirmation_code", "status", "source", "starts_at", "ends_at", "capacity", "price_cents", "currency",
    "customer", "customer_notes", "version", "items",
}  # fmt: skip
RESOURCE = {
    "id", "name", "kind", "section", "capacity_min", "capacity_max", "active", "bookable_online", "deleted",
}  # fmt: skip
SERVICE = {
    "id", "name", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "price_cents", "active",
    "bookable_online", "deleted",
}  # fmt: skip
CUSTOMER = {"id", "first_name", "last_name", "email", "phone", "deleted"}
SCHEDULE = {"resource_id"}
DEPOSIT = {
    "booking_id", "confirmation_code", "type", "status", "amount_cents", "captured_cents", "refunded_cents", "currency",
}  # fmt: skip

Change = Callable[[Tenant], Any]


def caused(tenant: Tenant, change: Change) -> list[dict[str, Any]]:
    """The events that a change writes, as they are sent."""
    before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    change(tenant)
    rows = Event.objects.filter(business=tenant.business, id__gt=before).order_by("id").values(*envelope.COLUMNS)
    return [envelope.envelope(row) for row in rows]


def booked(tenant: Tenant) -> str:
    return str(tenant.book(last_name="X" * 100, customer_notes=LONG)["id"])


def manage(action: str, body: Any = None, *, method: str = "POST", status: int = 200) -> Change:
    """Something that is done to a booking of 10:00."""

    def change(tenant: Tenant) -> None:
        key = str(Booking.objects.get(business=tenant.business).uuid)
        ok(tenant.full.send(method, f"/v1/manage/bookings/{key}{action}", body), status)

    return change


def patched(**values: Any) -> Change:
    return manage("", values, method="PATCH")


OF_BOOKINGS: dict[str, tuple[str, Change]] = {
    "booking.updated": ("confirmed", manage("/notes", {"staff_notes": LONG}, method="PATCH")),
    "booking.confirmed": ("pending", patched(status="confirmed")),
    "booking.checked_in": ("confirmed", patched(status="checked_in")),
    "booking.completed": ("checked_in", patched(status="completed")),
    "booking.canceled": ("confirmed", manage("/cancel")),
    "booking.no_show": ("confirmed", patched(status="no_show")),
    "booking.rescheduled": ("confirmed", manage("/reschedule", {"date": "2026-05-16", "time": "11:00"})),
}


def checked(event: dict[str, Any], subject: str, keys: set[str]) -> None:
    assert len(orjson.dumps(event)) < MOST_BYTES
    assert set(event["data"]) == {subject}
    assert set(event["data"][subject]) == keys


@pytest.mark.parametrize("way", ["website", "desk"])
def test_a_new_booking(salon: Tenant, way: str) -> None:
    def change(tenant: Tenant) -> None:
        if way == "website":
            booked(tenant)
        else:
            ok(tenant.full.post("/v1/manage/bookings/staff", desk(notes="x" * 500)), 201)

    customer, made = caused(salon, change)
    assert (customer["type"], made["type"]) == ("customer.updated", "booking.created")
    checked(made, "booking", BOOKING)
    checked(customer, "customer", CUSTOMER)


@pytest.mark.parametrize("type_", OF_BOOKINGS)
def test_what_becomes_of_a_booking(salon: Tenant, type_: str) -> None:
    before, change = OF_BOOKINGS[type_]
    key = booked(salon)
    put_in_status(key, before)
    found = caused(salon, change)
    assert type_ in [event["type"] for event in found]
    assert "booking.updated" in [event["type"] for event in found]
    for event in found:
        checked(event, "booking", BOOKING)
        assert event["data"]["booking"]["id"] == key
        assert (event["livemode"], event["business_id"]) == (True, salon.id)


def posted(path: str, body: dict[str, Any]) -> Change:
    return lambda tenant: ok(tenant.full.post(f"/v1/manage/{path}", body), 201)


def changed(path: str, kind: str, key: str, values: dict[str, Any]) -> Change:
    return lambda tenant: ok(tenant.full.patch(f"/v1/manage/{path}/{getattr(tenant, kind)(key)}", values))


def removed(path: str, kind: str, key: str) -> Change:
    def change(tenant: Tenant) -> None:
        assert tenant.full.delete(f"/v1/manage/{path}/{getattr(tenant, kind)(key)}").status_code == 204

    return change


OF_CONFIGURATION: dict[str, tuple[str, set[str], Change]] = {
    "a new resource": ("resource", RESOURCE, posted("resources", {"name": "New", "kind": "room"})),
    "a changed resource": ("resource", RESOURCE, changed("resources", "resource", "jim", {"name": "James"})),
    "a removed resource": ("resource", RESOURCE, removed("resources", "resource", "jim")),
    "a new service": ("service", SERVICE, posted("services", {"name": "New", "duration_minutes": 30})),
    "a changed service": ("service", SERVICE, changed("services", "service", "cut", {"price_cents": 1})),
    "new hours": (
        "schedule",
        SCHEDULE,
        posted("opening-hours", {"weekday": "monday", "opens": "18:00", "closes": "19:00"}),
    ),
    "a closure": ("schedule", SCHEDULE, posted("closures", {"from": "2026-06-01", "to": "2026-06-01"})),
}


@pytest.mark.parametrize("name", OF_CONFIGURATION)
def test_a_change_of_the_configuration_is_told_in_both_modes(salon: Tenant, name: str) -> None:
    subject, keys, change = OF_CONFIGURATION[name]
    found = [event for event in caused(salon, change) if event["type"] == f"{subject}.updated"]
    assert {event["livemode"] for event in found} == {True, False}
    for event in found:
        checked(event, subject, keys)


def test_what_was_removed_is_told_as_removed(salon: Tenant) -> None:
    found = caused(salon, removed("resources", "resource", "jim"))
    (told, _) = [event["data"]["resource"] for event in found if event["type"] == "resource.updated"]
    assert (told["id"], told["deleted"]) == (salon.resource("jim"), True)


def test_hours_of_one_resource_name_it(salon: Tenant) -> None:
    key = salon.resource("jim")
    body = {"weekday": "monday", "opens": "18:00", "closes": "19:00", "resource_id": key}
    found = [event for event in caused(salon, posted("opening-hours", body)) if event["type"] == "schedule.updated"]
    assert [event["data"] for event in found] == [{"schedule": {"resource_id": key}}] * 2


def test_who_performs_a_service_is_told_as_a_change_of_the_service(salon: Tenant) -> None:
    found = caused(salon, changed("services", "service", "cut", {"resource_ids": [salon.resource("jim")]}))
    assert {event["type"] for event in found} <= {"service.updated"}


def test_saving_without_a_change_tells_nothing(salon: Tenant) -> None:
    assert caused(salon, changed("resources", "resource", "jim", {"name": "Jim"})) == []
    assert caused(salon, changed("services", "service", "cut", {"name": "Cut"})) == []


def test_customers_belong_to_one_mode(salon: Tenant) -> None:
    (event,) = caused(salon, posted("customers", {"first_name": "New", "email": "a@example.com"}))
    checked(event, "customer", CUSTOMER)
    assert (event["type"], event["livemode"]) == ("customer.updated", True)
    assert event["data"]["customer"]["email"] == "a@example.com"


OF_MONEY = sorted(name for name in TYPES if name.split(".")[0] in ("payment", "deposit"))


@pytest.mark.parametrize("type_", OF_MONEY)
def test_what_is_told_of_money(salon: Tenant, type_: str) -> None:
    """The payload only: what causes it is asked of Stripe, and tested with payments."""
    booked(salon)
    booking = Booking.objects.get(business=salon.business)
    deposit = Deposit(
        business=salon.business, kind=DepositKind.values[0], status=DepositStatus.values[0], amount_cents=2_000,
        captured_cents=0, refunded_cents=0, currency="USD",
    )  # fmt: skip
    (event,) = caused(salon, lambda tenant: events.record_deposit(booking, deposit, type_))
    assert event["type"] == type_
    checked(event, "deposit", DEPOSIT)


def test_every_type_is_caused_here_or_said_why_not() -> None:
    elsewhere = {
        "booking.held",  # tests/core/test_holds.py
        "booking.hold_expired",
        "booking.reinstated",  # needs money that comes late: tested with payments
        "endpoint.test",  # test_webhook_endpoints.py
    }
    here = {"booking.created", *OF_BOOKINGS, *OF_MONEY, "customer.updated"}
    here |= {f"{subject}.updated" for subject, _, _ in OF_CONFIGURATION.values()}
    assert here | elsewhere == set(TYPES)
