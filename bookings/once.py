"""Bookings made at most once, however often a form is sent: the form brings the id that the booking is to have, and
the database lets only one have it.
"""

from collections.abc import Callable

from django.db import IntegrityError

from bookings.errors import SlotTaken
from bookings.models import Booking, Status
from bookings.services import BookingChange, NewBooking, create_booking, update_booking
from businesses.db import transactional, violated
from businesses.errors import Conflict
from businesses.localtime import instants, minute_of

THE_KEY = "bookings_booking_uuid_key"


def book_once(new: NewBooking, *, now: int) -> Booking:
    """As `create_booking`, for a `new` with a key: who asks again gets the booking that was made.

    Raises Conflict when something else was booked with this key, and what `create_booking` raises.
    """
    return _once(new, lambda: create_booking(new, now=now)[0], same_time=True)


def seat_once(new: NewBooking, *, now: int) -> Booking:
    """As `book_once`, for somebody who is there already: checked in at once. A minute later it is the same still."""
    return _once(new, lambda: _seat(new, now), same_time=False)


@transactional
def _seat(new: NewBooking, now: int) -> Booking:
    booking, _ = create_booking(new, now=now)
    arrived = BookingChange(status=Status.CHECKED_IN)
    return update_booking(new.business_id, booking.uuid, arrived, live=new.live, now=now)


def _once(new: NewBooking, make: Callable[[], Booking], *, same_time: bool) -> Booking:
    made = _made(new, same_time)
    if made:
        return made
    try:
        return make()
    except SlotTaken:
        made = _made(new, same_time)  # by the first of two at once, who took the time
        if made is None:
            raise
    except IntegrityError as error:
        if violated(error) != THE_KEY:
            raise
        made = _made(new, same_time)
    if made is None:  # another business's, or another mode's
        raise Conflict(USED)
    return made


USED = "This form was sent before. Please fill in a new one."


def _made(new: NewBooking, same_time: bool) -> Booking | None:
    """What was booked with this key. Raises Conflict when that is something else than what is asked for now."""
    if new.key is None:
        return None
    found = Booking.objects.filter(business_id=new.business_id, live=new.live, uuid=new.key)
    booking = found.select_related("deposit", "business").first()
    if booking is None:
        return None
    asked = (new.guest.first_name, new.guest.last_name, new.guest.phone, new.ask.party)
    made = (booking.guest_first_name, booking.guest_last_name, booking.guest_phone, booking.party_size)
    start = new.start
    times = instants(booking.business.zone, start.date, start.minutes) if start.instant is None else (start.instant,)
    if asked != made or (same_time and minute_of(booking.starts_at) not in times):
        raise Conflict(USED)
    return booking
