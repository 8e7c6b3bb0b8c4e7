"""The writes: every dialect, page and command comes through these functions.

`now` is a minute (`businesses.localtime`). Ids of the wire are UUID strings. Another business's id is NotFound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bookings import settlement
from bookings.asking import Ask
from bookings.codes import fresh_code
from bookings.consents import noted
from bookings.customers import Guest, customer_for
from bookings.deposits import (
    DepositWish,
    asked_of,
    new_deposit,
    require_few_unpaid,
    require_payments,
    require_reachable,
)
from bookings.errors import SlotTaken
from bookings.events import record_change
from bookings.lifecycle import change_status, require_transition
from bookings.models import Booking, Source, Status
from bookings.moving import Move as Move  # what `reschedule_booking` takes
from bookings.moving import refused_move, relocate
from bookings.placing import Placement, Start, decide, hold, nearest_starts
from bookings.policy import terms
from bookings.queries import held_allocations, occupancy
from bookings.reseating import reseat
from businesses.db import insert, transactional
from businesses.errors import Conflict, NotFound
from businesses.localtime import moment_of
from businesses.models import Business
from payments.instructions import instruct
from payments.models import Action, Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """What somebody wants to book. `key`: the booking's id, where who asks chooses it (bookings/once.py).

    `series`: the one that it is a visit of, and which (bookings/series.py).
    `agreed`: the versions of what the guest agreed to (bookings/consents.py); None where nobody is asked.
    """

    business_id: int
    live: bool
    guest: Guest
    start: Start
    ask: Ask
    customer_notes: str = ""
    staff_notes: str = ""
    deposit: DepositWish | None = None
    key: UUID | None = None
    series: tuple[int, int] | None = None
    agreed: Mapping[str, str] | None = None


def create_booking(new: NewBooking, *, now: int) -> tuple[Booking, Placement]:
    """Book a visit. Where a deposit is due the booking is pending, and `settlement.owed` has yet to be carried out.

    Raises SlotTaken (409) with the reason and free alternatives, Conflict, Invalid, NotFound.
    """
    try:
        return book(new, now=now)
    except SlotTaken as refusal:
        nearest = nearest_starts(new.business_id, new.ask.wish, new.start, live=new.live, now=now)
        raise SlotTaken(refusal.reason, nearest) from None


@transactional
def book(new: NewBooking, *, now: int) -> tuple[Booking, Placement]:
    """Book a visit as a part of something larger: a refusal leaves nothing behind, and names no alternatives."""
    day = new.start.date
    found = occupancy(new.business_id, live=new.live, first=day, last=day, wish_of=new.ask.wish)
    placement = decide(found, new.start, now=now)
    booking = _store(new, placement, now)
    hold(booking, placement)
    if booking.deposit:
        instruct(booking.deposit, Action.OPEN, "booking", now=moment_of(now))
    record_change(booking, "booking.created", items=placement.items())
    return booking, placement


def _store(new: NewBooking, placement: Placement, now: int) -> Booking:
    business = placement.snapshot.business
    booking = drafted(new, placement)
    booking.customer_id = customer_for(business, new.guest, live=new.live)
    booking.status = first_status(booking, business)
    if new.agreed is not None:
        booking.consents = noted(business, new.agreed, now=now)
    if new.deposit:
        ask_for_deposit(booking, new.deposit, placement, now)
    with fresh_code() as booking.code:
        insert(booking)
    return booking


def first_status(booking: Booking, business: Business) -> Status:
    """Of a booking that has just been made, as long as no deposit is due."""
    confirmed = booking.source == Source.STAFF or business.auto_confirm
    return Status.CONFIRMED if confirmed else Status.PENDING


def drafted(new: NewBooking, placement: Placement) -> Booking:
    """What is asked for as a row that is not stored yet: nobody's, pending, without code."""
    business = placement.snapshot.business
    booking = Booking(
        business_id=business.id,
        live=new.live,
        status=Status.PENDING,
        source=Source.STAFF if new.ask.staff else Source.ONLINE,
        starts_at=placement.starts_at,
        ends_at=placement.ends_at,
        party_size=placement.party,
        guest_first_name=new.guest.first_name,
        guest_last_name=new.guest.last_name,
        guest_email=new.guest.email,
        guest_phone=new.guest.phone,
        customer_notes=new.customer_notes,
        staff_notes=new.staff_notes,
        price_cents=placement.price_cents,
        currency=business.currency,
        policy=terms(business),
    )
    if new.key:
        booking.uuid = new.key
    if new.series:
        booking.series_id, booking.occurrence = new.series
    return booking


def ask_for_deposit(booking: Booking, wish: DepositWish, placement: Placement, now: int) -> None:
    """Make the deposit that a booking needs, if any; it is instructed when the booking is stored.

    Raises Conflict where none can be taken or too many wait to be paid, Invalid where nobody could be asked.
    """
    asked = asked_of(placement, wish, party=booking.party_size, customer_id=booking.customer_id, now=moment_of(now))
    if asked is None:
        return
    require_payments(live=booking.live)
    if wish.channel == Channel.LINK:
        require_reachable(booking)
    if wish.by_rule:
        require_few_unpaid(booking, visitor=wish.visitor)
    booking.deposit = new_deposit(booking, asked, wish, placement.snapshot.business, now=now)
    booking.status = Status.PENDING


def locked_booking(business_id: int, booking_id: UUID, *, live: bool) -> Booking:
    """The booking under a row lock: all changes of one booking happen one after another."""
    found = Booking.objects.select_for_update(no_key=True).filter(business_id=business_id, live=live, uuid=booking_id)
    booking = found.first()
    if booking is None:
        raise NotFound
    return booking


def require_version(booking: Booking, seen: int | None) -> None:
    """Raises Conflict when the booking has changed since it was looked at."""
    if seen is not None and seen != booking.version:
        raise Conflict("This booking has been changed meanwhile.", {"version": booking.version})


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChange:
    """What to change; None leaves as it is. `version`: the one that was looked at; None changes any."""

    status: str | None = None
    resource: UUID | None = None
    party: int | None = None
    version: int | None = None


@transactional
def update_booking(business_id: int, booking_id: UUID, change: BookingChange, *, live: bool, now: int) -> Booking:
    """Change status, resource and party size together or not at all (seed 001, "Updating a Booking").

    A no-show with a hold is one only when the hold is captured: `settlement.owed` has yet to be carried out.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    require_version(booking, change.version)
    if change.status is not None:
        require_transition(booking, change.status)
    if change.party is not None or change.resource is not None:
        reseat(booking, party=change.party, resource=change.resource)
    if change.status is not None:
        set_status(booking, change.status, now=now)
    return booking


def set_status(booking: Booking, status: str, *, now: int) -> None:
    """Give a booking, locked by the caller, another status; of a no-show with a hold that is only the beginning."""
    if status == Status.NO_SHOW and settlement.held(booking):
        settlement.begin_no_show(booking, now=now)
    else:
        change_status(booking, status)
        settlement.follow_status(booking, now=now)


@transactional
def set_staff_notes(
    business_id: int, booking_id: UUID, notes: str, *, live: bool, instead_of: str | None = None
) -> Booking:
    """Save internal notes; nothing else of the booking is touched.

    Raises Conflict when they are not those that they shall replace, `instead_of`: somebody else wrote meanwhile.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    if instead_of is not None and booking.staff_notes not in (instead_of, notes):
        raise Conflict("Somebody else has changed the notes meanwhile.")
    booking.staff_notes = notes
    booking.version += 1
    booking.save(update_fields=["staff_notes", "version", "updated_at"])
    record_change(booking, "booking.updated")
    return booking


@transactional
def cancel_booking(
    business_id: int,
    booking_id: UUID,
    *,
    live: bool,
    now: int,
    waive_fee: bool = False,
    ahead_only: bool = False,
    again: bool = False,
    version: int | None = None,
) -> Booking:
    """Cancel, free the time, and begin to give back what the policy says: `settlement.owed` carries it out.

    Raises Conflict when the booking is past that; with `ahead_only`, as for customers, also when it has begun.
    `again`: one that is cancelled already is given as it is. `version`: the one that was looked at; Conflict when there
    is another.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    if again and booking.status == Status.CANCELLED:
        return booking
    require_version(booking, version)
    if ahead_only and booking.starts_at < moment_of(now):
        raise Conflict("A visit that has begun cannot be cancelled.", {"status": booking.status})
    change_status(booking, Status.CANCELLED)
    settlement.follow_status(booking, now=now, waive_fee=waive_fee)
    return booking


@transactional
def record_no_show(*, business_id: int, live: bool, booking_id: UUID, now: int) -> Booking:
    """Begin to capture the hold (seed 001, "No-Show Handling"): `settlement.owed` carries it out, and only when the
    hold is captured is the booking a no-show. Raises Conflict without a held deposit.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    require_transition(booking, Status.NO_SHOW)
    settlement.begin_no_show(booking, now=now)
    return booking


@transactional
def release_hold(*, business_id: int, live: bool, booking_id: UUID, now: int) -> Booking:
    """Begin to give the hold back without charging. Raises Conflict without a held deposit."""
    booking = locked_booking(business_id, booking_id, live=live)
    settlement.begin_release(booking, now=now)
    return booking


@transactional
def refund_deposit(
    *,
    business_id: int,
    live: bool,
    booking_id: UUID,
    now: int,
    amount_cents: int | None = None,
    of_cents: int | None = None,
) -> Booking:
    """Begin to refund a part of the deposit, or all that is left. Raises Conflict when there is not so much.

    `of_cents`: what could be refunded when that was decided; Conflict when it is another amount now.
    """
    booking = locked_booking(business_id, booking_id, live=live)
    settlement.begin_refund(booking, amount_cents, now=now, of_cents=of_cents)
    return booking


def reschedule_booking(business_id: int, booking_id: UUID, move: Move, *, live: bool, now: int) -> Booking:
    """Move a booking to another time, in one step: the old time is let go only when the new one is taken.

    It keeps its length and buffers, whatever has become of its services since. Raises SlotTaken with free
    alternatives, Conflict when the booking is past moving, NotFound.
    """
    try:
        return _reschedule(business_id, booking_id, move, live, now)
    except SlotTaken as refusal:
        booking = Booking.objects.get(business_id=business_id, uuid=booking_id)
        raise refused_move(refusal, booking, held_allocations(booking), move, now=now) from None


@transactional
def _reschedule(business_id: int, booking_id: UUID, move: Move, live: bool, now: int) -> Booking:
    booking = locked_booking(business_id, booking_id, live=live)
    require_version(booking, move.version)
    relocate(booking, held_allocations(booking), move, now=now)
    return booking
