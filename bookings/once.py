"""Bookings made at most once, however often a form is sent: the form brings the id that the booking is to have, and
the database lets only one have it.
"""

from collections.abc import Callable

from django.db import IntegrityError

from bookings.errors import SlotTaken
from bookings.holds import Holder, hold_slot
from bookings.models import Booking, Status
from bookings.queries import held_allocations
from bookings.services import BookingChange, NewBooking, create_booking, update_booking
from businesses.db import transactional, violated
from businesses.errors import Conflict
from businesses.localtime import instants, minute_of

THE_KEY = "bookings_booking_uuid_key"


def book_once(new: NewBooking, *, now: int) -> Booking:
    """As `create_booking`, for a `new` with a key: who asks again gets the booking that was made.

    Raises Conflict when something else was booked with this key, and what `create_booking` raises.
    """
    return _once(lambda: create_booking(new, now=now)[0], lambda: _made(new, same_time=True))


def seat_once(new: NewBooking, *, now: int) -> Booking:
    """As `book_once`, for somebody who is there already: checked in at once. A minute later it is the same still."""
    return _once(lambda: _seat(new, now), lambda: _made(new, same_time=False))


def hold_once(new: NewBooking, *, by: Holder, minutes: int, now: int) -> Booking:
    """As `hold_slot`: who asks again with the same key gets the hold as it is by now, perhaps over, perhaps booked.

    Raises Conflict when something else was held with this key, and what `hold_slot` raises.
    """
    return _once(lambda: hold_slot(new, by=by, minutes=minutes, now=now)[0], lambda: _held(new))


@transactional
def _seat(new: NewBooking, now: int) -> Booking:
    booking, _ = create_booking(new, now=now)
    arrived = BookingChange(status=Status.CHECKED_IN)
    return update_booking(new.business_id, booking.uuid, arrived, live=new.live, now=now)


def _once(make: Callable[[], Booking], find: Callable[[], Booking | None]) -> Booking:
    made = find()
    if made:
        return made
    try:
        return make()
    except SlotTaken:
        made = find()  # by the first of two at once, who took the time
        if made is None:
            raise
    except IntegrityError as error:
        if violated(error) != THE_KEY:
            raise
        made = find()
    if made is None:  # another business's, or another mode's
        raise Conflict(USED)
    return made


USED = "This form was sent before. Please fill in a new one."


def _made(new: NewBooking, *, same_time: bool) -> Booking | None:
    """What was booked with this key. Raises Conflict when that is something else than what is asked for now."""
    booking = _found(new)
    if booking is None:
        return None
    asked = (new.guest.first_name, new.guest.last_name, new.guest.phone, new.ask.party)
    made = (booking.guest_first_name, booking.guest_last_name, booking.guest_phone, booking.party_size)
    if asked != made or (same_time and not _at_that_time(booking, new)):
        raise Conflict(USED)
    return booking


def _held(new: NewBooking) -> Booking | None:
    """What was held with this key. Raises Conflict when that is another time, another service or another party."""
    booking = _found(new)
    if booking is None:
        return None
    services = {str(a.service.uuid) for a in held_allocations(booking)}
    another = bool(new.ask.services) and services != {str(key) for key in new.ask.services}
    if another or new.ask.party != booking.party_size or not _at_that_time(booking, new):
        raise Conflict(USED_FOR_HOLD, {"reason": "request_used"})
    return booking


USED_FOR_HOLD = "Something else was held with this request_id before. Use another one."


def _found(new: NewBooking) -> Booking | None:
    if new.key is None:
        return None
    found = Booking.objects.filter(business_id=new.business_id, live=new.live, uuid=new.key)
    return found.select_related("deposit", "business").first()


def _at_that_time(booking: Booking, new: NewBooking) -> bool:
    start = new.start
    times = instants(booking.business.zone, start.date, start.minutes) if start.instant is None else (start.instant,)
    return minute_of(booking.starts_at) in times
