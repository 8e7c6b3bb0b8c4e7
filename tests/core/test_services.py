"""What the writes promise beyond what the endpoints show."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.models import Booking
from bookings.placing import Start
from businesses.errors import Conflict
from businesses.localtime import minute_of
from tests import factories

NOW = minute_of(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))
BEGINS = minute_of(datetime(2026, 5, 15, 15, 0, tzinfo=UTC))  # 10:00 in Chicago


@pytest.fixture
def booking(db: Any) -> Booking:
    new = services.NewBooking(
        business_id=factories.business().business.id,
        live=True,
        guest=Guest(first_name="Jane", last_name="Doe", phone=""),
        start=Start(date(2026, 5, 15), 600),
        ask=Ask(),
    )
    return services.create_booking(new, now=NOW)[0]


@pytest.mark.parametrize("now", [BEGINS - 1, BEGINS])
def test_a_customer_cancels_until_it_begins(booking: Booking, now: int) -> None:
    cancelled = services.cancel_booking(booking.business_id, booking.uuid, live=True, now=now, ahead_only=True)
    assert cancelled.status == "cancelled"


def test_the_desk_cancels_what_has_begun_a_customer_does_not(booking: Booking) -> None:
    with pytest.raises(Conflict, match="A visit that has begun"):
        services.cancel_booking(booking.business_id, booking.uuid, live=True, now=BEGINS + 1, ahead_only=True)
    booking.refresh_from_db()
    assert (booking.status, booking.version) == ("confirmed", 1)
    services.cancel_booking(booking.business_id, booking.uuid, live=True, now=BEGINS + 1)
    booking.refresh_from_db()
    assert booking.status == "cancelled"
