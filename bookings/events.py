"""What the world is told of a booking: one payload for every event about it."""

from typing import Any

from bookings.models import Allocation, Booking
from webhooks import outbox


def record_change(booking: Booking, *types: str) -> None:
    """Write the events of a change into its transaction."""
    outbox.record(
        business_id=booking.business_id, live=booking.live, types=types, data={"booking": booking_payload(booking)}
    )


def booking_payload(booking: Booking) -> dict[str, Any]:
    """The booking as it is now. Times are UTC."""
    held = Allocation.objects.filter(business_id=booking.business_id, booking=booking).order_by(
        "sequence", "additional"
    )
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
        "items": [
            {
                "sequence": sequence,
                "additional": additional,
                "service_id": str(service),
                "resource_id": str(resource),
                "starts_at": starts_at.strftime(WIRE),
                "ends_at": ends_at.strftime(WIRE),
            }
            for sequence, additional, service, resource, starts_at, ends_at in held.values_list(
                "sequence", "additional", "service__uuid", "resource__uuid", "starts_at", "ends_at"
            )
        ],
    }


WIRE = "%Y-%m-%dT%H:%M:%SZ"
