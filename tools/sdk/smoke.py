"""The Python client on a running server: look, book, book again, list, cancel. `KEY` may manage bookings."""

import importlib
import os
from uuid import uuid4

from availengine_client.v1 import AuthenticatedClient
from availengine_client.v1.api.availability import get_availability, list_open_dates
from availengine_client.v1.api.bookings import create_booking
from availengine_client.v1.api.businesses import list_business_services
from availengine_client.v1.api.manage import cancel_booking, list_bookings, preview_cancellation
from availengine_client.v1.models import BookingStatus, CancellationRequest, Problem, PublicBookingRequest


def use(client: AuthenticatedClient, business: str) -> None:
    """Everything once."""
    wanted = look(client, business)
    once = str(uuid4())
    made, again = (create_booking.sync_detailed(client=client, body=wanted, idempotency_key=once) for _ in range(2))
    assert made.status_code == 201, made.content
    assert again.content == made.content, again.content
    booking = made.parsed.booking
    print(f"python: booked {booking.confirmation_code} on {booking.booking_date} at {booking.start_time}")
    listed = list_bookings.sync(client=client, booking_date=wanted.booking_date, limit=200).items
    assert booking.id in [item.id for item in listed], "the booking is not listed"
    cost = preview_cancellation.sync(booking.id, client=client)
    gone = cancel_booking.sync(booking.id, client=client, body=CancellationRequest(), idempotency_key=str(uuid4()))
    assert gone.status == BookingStatus.CANCELLED, gone
    print(f"python: cancelled for {cost.fee_cents} {cost.currency}")
    wanted.phone = "x"
    refused = create_booking.sync(client=client, body=wanted)
    assert isinstance(refused, Problem), refused
    assert refused.error.code == "validation_error"


def look(client: AuthenticatedClient, business: str) -> PublicBookingRequest:
    """What is offered and free; a request for the last start of the last date."""
    services = list_business_services.sync(business, client=client).items
    service = services[0]
    dates = list_open_dates.sync(business, client=client, service_id=service.id, capacity=service.party_min).dates
    on = dates[-1].date
    day = get_availability.sync(business, client=client, date=on, service_id=service.id, capacity=service.party_min)
    slot = day.slots[-1]
    print(f"python: {len(services)} services, {len(dates)} open dates, {len(day.slots)} starts on {on}")
    return PublicBookingRequest(
        business_id=business,
        service_id=service.id,
        capacity=service.party_min,
        booking_date=on,
        start_time=slot.start_time,
        first_name="Ada",
        last_name="Smoke",
        email="ada@example.com",
        phone="+306900000001",
    )


def main() -> None:
    with AuthenticatedClient(base_url=os.environ["SERVER"], token=os.environ["KEY"]) as client:
        use(client, os.environ["BUSINESS"])
    for dialect in ("booxi", "booqara", "bookingflow"):
        importlib.import_module(f"availengine_client.{dialect}.client")
    print("python: ok")


if __name__ == "__main__":
    main()
