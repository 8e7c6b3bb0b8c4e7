"""What the world is told of a booking: one payload for every event about it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bookings.models import Allocation, Booking, Customer
from payments.models import Deposit
from webhooks import outbox

WIRE = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedItem:
    """One resource held for one service of a booking, by the ids of the wire."""

    sequence: int
    additional: bool
    service_id: str
    resource_id: str
    starts_at: datetime
    ends_at: datetime

    def payload(self) -> dict[str, Any]:
        return {**asdict(self), "starts_at": self.starts_at.strftime(WIRE), "ends_at": self.ends_at.strftime(WIRE)}


def record_change(booking: Booking, *types: str, items: Sequence[BookedItem] | None = None) -> None:
    """Write the events of a change into its transaction; `items` are read unless the caller knows them."""
    held = _items(booking) if items is None else items
    data = {"booking": {**_payload(booking), "items": [item.payload() for item in held]}}
    outbox.record(business_id=booking.business_id, live=booking.live, types=types, data=data)


def record_customer(customer: Customer) -> None:
    """Tell of a customer whose row has not changed; of one that has, the database tells itself (migration 0005)."""
    told = {
        "id": str(customer.uuid),
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "deleted": customer.deleted_at is not None,
    }
    outbox.record(
        business_id=customer.business_id, live=customer.live, types=("customer.updated",), data={"customer": told}
    )


def record_deposit(booking: Booking, deposit: Deposit, *types: str) -> None:
    """Write the events of what became of a booking's deposit into its transaction."""
    told = {
        "booking_id": str(booking.uuid),
        "confirmation_code": booking.code,
        "type": deposit.kind,
        "status": deposit.status,
        "amount_cents": deposit.amount_cents,
        "captured_cents": deposit.captured_cents,
        "refunded_cents": deposit.refunded_cents,
        "currency": deposit.currency,
    }
    outbox.record(business_id=booking.business_id, live=booking.live, types=types, data={"deposit": told})


def _items(booking: Booking) -> list[BookedItem]:
    held = Allocation.objects.filter(business_id=booking.business_id, booking=booking)
    rows = held.select_related("service", "resource").order_by("sequence", "additional")
    return [
        BookedItem(
            sequence=row.sequence,
            additional=row.additional,
            service_id=str(row.service.uuid),
            resource_id=str(row.resource.uuid),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in rows
    ]


def _payload(booking: Booking) -> dict[str, Any]:
    """The booking as it is now. Times are UTC."""
    return {
        "id": str(booking.uuid),
        "confirmation_code": booking.code,
        "status": booking.status,
        "source": booking.source,
        "starts_at": booking.starts_at.strftime(WIRE),
        "ends_at": booking.ends_at.strftime(WIRE),
        "capacity": booking.party_size,
        "price_cents": booking.price_cents,
        "currency": booking.currency,
        "customer": {
            "first_name": booking.guest_first_name,
            "last_name": booking.guest_last_name,
            "email": booking.guest_email,
            "phone": booking.guest_phone,
        },
        "customer_notes": booking.customer_notes or None,
        "version": booking.version,
    }
