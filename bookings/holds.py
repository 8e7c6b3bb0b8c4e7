"""Holds: a time that is kept for somebody for some minutes and is not booked yet. Confirmed, it becomes a booking; else
it is let go, by whoever holds it or by a job.

A hold is a pending booking with allocations, so that the exclusion constraint protects it like any other. All that
happens to it happens under its row's lock: of confirming, letting go and expiring exactly one wins.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.codes import fresh_code
from bookings.customers import Guest, customer_for
from bookings.deposits import DepositWish, lock_names, require_few_unpaid
from bookings.errors import SlotTaken
from bookings.events import record_change
from bookings.lifecycle import change_status
from bookings.models import Booking, Source, Status
from bookings.placing import Placement, decide, hold, nearest_starts, placed
from bookings.queries import held_allocations, occupancy, snapshot_of
from bookings.services import NewBooking, ask_for_deposit, drafted, first_status, locked_booking
from businesses.db import insert, transactional
from businesses.errors import Conflict, Invalid
from businesses.localtime import moment_of
from payments.instructions import instruct
from payments.models import Action

NOBODY = Guest(first_name="", last_name="", phone="")  # a hold may be made before it is known for whom
LONGEST = 24 * 60  # minutes
MOST_PER_HOLDER = 20  # open holds that one API key may have at once
KEPT = timedelta(days=1)  # so long an ended hold can be looked up


class HoldEnded(Conflict):
    """The held time is free again."""

    def __init__(self) -> None:
        super().__init__("This time is not held any more. Choose a time anew.", {"reason": "hold_expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a time: `key 17`, `waitlist`. At most `most` at once, where that is bounded.

    `visitor`: a digest of the address of who asks; people who hold for themselves are counted by it as well.
    `customer`: the id of the stored customer, where that is known.
    """

    name: str
    visitor: str = ""
    most: int | None = MOST_PER_HOLDER
    customer: int | None = None


# --- holding ------------------------------------------------------------------------------------------------------


def hold_slot(new: NewBooking, *, by: Holder, minutes: int, now: int) -> tuple[Booking, Placement]:
    """Keep a time, at most until the visit begins. The guest may be NOBODY: who comes is told when confirming.

    Raises SlotTaken with the reason and free alternatives, Conflict with too many holds, Invalid, NotFound.
    """
    if not 1 <= minutes <= LONGEST:
        raise Invalid("For how long?", {"minutes": [f"Must be from 1 to {LONGEST}."]})
    try:
        return _hold(new, by, minutes, now)
    except SlotTaken as refusal:
        nearest = nearest_starts(new.business_id, new.ask.wish, new.start, live=new.live, now=now)
        raise SlotTaken(refusal.reason, nearest) from None


@transactional
def _hold(new: NewBooking, by: Holder, minutes: int, now: int) -> tuple[Booking, Placement]:
    day = new.start.date
    found = occupancy(new.business_id, live=new.live, first=day, last=day, wish_of=new.ask.wish)
    placement = decide(found, new.start, now=now)
    booking = drafted(new, placement)
    booking.holder, booking.visitor = by.name, by.visitor
    booking.held_until = max(min(moment_of(now + minutes), placement.starts_at), moment_of(now + 1))
    booking.customer_id = by.customer
    if by.customer is None and new.guest != NOBODY:
        booking.customer_id = customer_for(placement.snapshot.business, new.guest, live=new.live)
    _require_few(booking, by)
    with fresh_code() as booking.code:
        insert(booking)
    hold(booking, placement)
    record_change(booking, "booking.held", items=placement.items())
    return booking, placement


def _require_few(booking: Booking, by: Holder) -> None:
    """Raises Conflict when this person or this holder has too many already. Staff are not counted."""
    if booking.source != Source.ONLINE or by.most is None:
        return
    require_few_unpaid(booking, visitor=by.visitor)
    lock_names([f"{booking.business_id} holder {by.name}"])
    mine = Booking.objects.filter(business_id=booking.business_id, live=booking.live, holder=by.name)
    if mine.filter(status=Status.PENDING, held_until__isnull=False).count() >= by.most:
        raise Conflict("Too many times are held already. Confirm or let go some first.", {"reason": "too_many_holds"})


# --- confirming ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What may be told when confirming; None leaves what was told when the time was held."""

    guest: Guest | None = None
    customer_notes: str | None = None
    deposit: DepositWish | None = None


@transactional
def confirm_hold(
    business_id: int, booking_id: UUID, *, live: bool, now: int, told: Confirmation | None = None
) -> Booking:
    """Make a hold a booking, as if it were booked now: where a deposit is due, `settlement.owed` has yet to be
    carried out. What is confirmed already is given as it is.

    Raises HoldEnded, Conflict for what was never a hold, Invalid while nobody is known who comes.
    """
    told = told or Confirmation()
    booking = locked_booking(business_id, booking_id, live=live)
    if booking.held_until is None:
        _require_was_held(booking)
        return booking
    if not booking.is_held or booking.held_until < moment_of(now):  # a minute counts to its end
        raise HoldEnded
    _confirm(booking, told, now)
    return booking


def _require_was_held(booking: Booking) -> None:
    if not booking.holder:
        raise Conflict("This booking is not a hold.", {"reason": "not_held"})


def _confirm(booking: Booking, told: Confirmation, now: int) -> None:
    snapshot = snapshot_of(booking.business_id)
    if told.customer_notes is not None:
        booking.customer_notes = told.customer_notes
    if told.guest is not None:
        _write_guest(booking, told.guest)
        booking.customer_id = customer_for(snapshot.business, told.guest, live=booking.live)
    _require_somebody(booking)
    booking.status = first_status(booking, snapshot.business)
    if told.deposit:
        ask_for_deposit(booking, told.deposit, placed(booking, held_allocations(booking), snapshot), now)
    booking.held_until = None
    booking.version += 1
    booking.save()
    if booking.deposit:
        instruct(booking.deposit, Action.OPEN, "booking", now=moment_of(now))
    record_change(booking, "booking.created")


def _write_guest(booking: Booking, guest: Guest) -> None:
    booking.guest_first_name, booking.guest_last_name = guest.first_name, guest.last_name
    booking.guest_email, booking.guest_phone = guest.email, guest.phone


def _require_somebody(booking: Booking) -> None:
    if not booking.guest_first_name:
        raise Invalid("Who comes?", {"first_name": ["Required to confirm."]})
    if not booking.guest_phone and not booking.guest_email:
        raise Invalid("How can you be reached?", {"phone": ["A phone number or an e-mail address is required."]})


# --- letting go ---------------------------------------------------------------------------------------------------


@transactional
def drop_hold(business_id: int, booking_id: UUID, *, live: bool) -> Booking:
    """Let a held time go; one that has ended already is given as it is. Raises Conflict for what is a booking."""
    booking = locked_booking(business_id, booking_id, live=live)
    if booking.held_until is None:
        raise Conflict("This is a booking, not a hold.", {"reason": "not_held"})
    if booking.is_held:
        change_status(booking, Status.CANCELLED)
    return booking


def overdue(*, now: datetime, most: int) -> list[int]:
    """Holds whose time is over."""
    found = Booking.objects.filter(held_until__lte=now, status=Status.PENDING).order_by("held_until")
    return list(found.values_list("id", flat=True)[:most])


@transactional
def expire_hold(booking_id: int, *, now: datetime) -> bool:
    """Free the time of a hold that nobody has confirmed; whoever is confirming it just now goes first."""
    free = Booking.objects.select_for_update(no_key=True, skip_locked=True)
    booking = free.filter(id=booking_id, held_until__lte=now, status=Status.PENDING).first()
    if booking is None:
        return False
    change_status(booking, Status.CANCELLED)
    return True


def purge(*, now: datetime, most: int = 1000) -> int:
    """Forget holds that ended some time ago; how many. Nobody's visits, they are of no use to anybody."""
    ended = Booking.objects.filter(held_until__lte=now - KEPT, status=Status.CANCELLED, messages=None, deposit=None)
    keys = list(ended.order_by("held_until").values_list("id", flat=True)[:most])
    Booking.objects.filter(id__in=keys).delete()
    return len(keys)
