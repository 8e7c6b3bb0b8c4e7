"""Visits for the tests of pages: booked at the desk, and as the tests want them to be."""

from datetime import UTC, date, datetime
from typing import Any

from bookings.asking import Ask
from bookings.customers import Guest
from bookings.models import Booking
from bookings.placing import Start
from bookings.services import NewBooking, create_booking
from businesses.localtime import minute_of
from businesses.models import Business, Resource
from payments.models import Deposit

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)  # a Friday, 7 in the morning in Chicago


def visit(business: Business, day: str = "2026-05-15", clock: str = "10:00", **said: Any) -> Booking:
    """A visit booked at the desk. `resource`: by name; `live`: True; the rest are fields of the guest and booking."""
    hours, minutes = clock.split(":")
    guest = {"first_name": "Jane", "last_name": "Doe", "phone": "+13125550100", "email": "jane@example.com"}
    guest |= {name: said.pop(name) for name in guest if name in said}
    resource = said.pop("resource", None)
    new = NewBooking(
        business_id=business.id,
        live=said.pop("live", True),
        guest=Guest(**guest),
        start=Start(date.fromisoformat(day), int(hours) * 60 + int(minutes)),
        ask=Ask(resource=key_of(business, resource) if resource else None, party=said.pop("party", 1), staff=True),
        customer_notes=said.pop("customer_notes", ""),
        staff_notes=said.pop("staff_notes", ""),
    )
    booking, _ = create_booking(new, now=minute_of(NOW))
    if said:
        Booking.objects.filter(id=booking.id).update(**said)
        booking.refresh_from_db()
    return booking


def key_of(business: Business, resource: str) -> Any:
    return Resource.objects.get(business=business, name=resource).uuid


def with_deposit(booking: Booking, **values: Any) -> Deposit:
    found = {"kind": "charge", "status": "paid", "amount_cents": 2000, "currency": booking.currency, **values}
    booking.deposit = Deposit.objects.create(business_id=booking.business_id, **found)
    booking.save()
    return booking.deposit
