"""Where a booking meets its deposit. Deposits are not taken yet, so there is never a hold to settle."""

from typing import NoReturn

from bookings.models import Booking
from businesses.errors import Conflict


def settle_hold(booking: Booking) -> NoReturn:
    """Raises Conflict: the precondition "a deposit must exist with status held" cannot be met yet (seed 001)."""
    status = booking.deposit.status if booking.deposit else None
    raise Conflict("This booking has no held deposit.", {"deposit": status})
