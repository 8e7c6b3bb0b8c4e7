"""Tools that book: a time is held first, which books nothing, and confirmed when the person has agreed."""

from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from availengine.agents.telling import booking_told, deposit_ahead, visit_told
from availengine.agents.tool import Caller
from availengine.api.moments import moment_text as moment
from availengine.api.throttling import visitor_of
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.serializers import start_of
from availengine.clock import current_time
from bookings import execution, holds, links, settlement
from bookings.customer_moves import nearest_to
from bookings.customers import Guest
from bookings.deposits import DepositWish, asked_of
from bookings.holds import Confirmation, HoldEnded, Holder
from bookings.models import Booking, Status
from bookings.once import hold_once
from bookings.placing import placed
from bookings.queries import held_allocations, snapshot_of
from bookings.services import NewBooking
from businesses.errors import Conflict, NotFound
from businesses.localtime import moment_of
from payments.models import Channel, DepositStatus

Told = dict[str, Any]
CONFIRMED = "This hold is a booking already: somebody has confirmed it."


def hold_slot(caller: Caller, data: dict[str, Any]) -> Told:
    """Keep a time for some minutes. With a `request_id` the same hold however often it is asked for."""
    new = NewBooking(
        business_id=caller.business_id,
        live=caller.live,
        guest=holds.NOBODY,
        start=start_of(data, "booking_date", "start_time"),
        ask=ask_of(data),
        key=_key(caller, data.get("request_id")),
    )
    booking = hold_once(new, by=_holder(caller), minutes=data["minutes"], now=caller.now)
    _require_held(booking, caller)
    step = "Ask the person whether to book this, then confirm_booking with hold_id, their name, phone and e-mail."
    return {
        "hold_id": str(booking.uuid),
        "held_until": moment(booking.held_until or booking.starts_at),
        **visit_told(booking, now=caller.now),
        "deposit": _deposit_ahead(booking, caller),
        "next_step": step,
    }


def _key(caller: Caller, request_id: str | None) -> UUID | None:
    """The hold's id, from what the caller chose. Nobody else can have or guess it: not with another key, nor, where a
    key is in everybody's hands, from another address.
    """
    if request_id is None:
        return None
    said = f"{caller.principal.key_id} {visitor_of(caller.principal, caller.request)} {request_id}"
    return UUID(bytes=salted_hmac("availengine.hold", said, algorithm="sha256").digest()[:16], version=4)


def _holder(caller: Caller) -> Holder:
    return Holder(name=f"key {caller.principal.key_id}", visitor=visitor_of(caller.principal, caller.request))


def _deposit_ahead(booking: Booking, caller: Caller) -> Told | None:
    snapshot = snapshot_of(booking.business_id)
    asked = asked_of(
        placed(booking, held_allocations(booking), snapshot),
        _deposit_wish(caller),
        party=booking.party_size,
        customer_id=None,
        now=moment_of(caller.now),
    )
    return deposit_ahead(asked, snapshot.business) if asked else None


def _deposit_wish(caller: Caller) -> DepositWish:
    """By the rules for those who book for themselves. An agent fills in no card: there is a page to pay on."""
    return DepositWish(channel=Channel.LINK, by_rule=True, visitor=visitor_of(caller.principal, caller.request))


def confirm_booking(caller: Caller, data: dict[str, Any]) -> Told:
    """Book what is held. Again with the same person: the same booking."""
    guest = guest_of(data)
    held = _own_hold(caller, data["hold_id"])
    _require_held(held, caller, guest)
    told = Confirmation(guest=guest, customer_notes=data.get("customer_notes"), deposit=_deposit_wish(caller))
    try:
        booking = holds.confirm_hold(caller.business_id, held.uuid, live=caller.live, now=caller.now, told=told)
    except HoldEnded:
        raise _ended(held, caller) from None
    if _guest_of(booking) != guest:  # somebody else was faster
        raise Conflict(CONFIRMED, {"reason": "confirmed_already"})
    owed = settlement.owed(booking)
    if owed and booking.status == Status.PENDING:  # later there may be something else to be done, which is not ours
        booking = execution.open_payment(owed, now=current_time()).booking
    return {
        **booking_told(booking, now=caller.now),
        "manage_link": links.new_link(booking),
        "next_step": _after(booking),
    }


def _after(booking: Booking) -> str:
    keep = "manage_link is for the customer alone: with it the booking can be changed and cancelled."
    if booking.deposit and booking.deposit.status == DepositStatus.PENDING:
        return f"Not confirmed yet: it is when the deposit is paid at deposit.payment_url, until pay_until. {keep}"
    if booking.status == Status.PENDING:
        return f"Booked; the business has yet to accept it. {keep}"
    return f"Booked and confirmed. {keep}"


def release_hold(caller: Caller, data: dict[str, Any]) -> Told:
    """Let a held time go; a second time nothing happens."""
    held = _own_hold(caller, data["hold_id"])
    dropped = holds.drop_hold(caller.business_id, held.uuid, live=caller.live)
    step = "The time is free again; hold_slot holds another."
    return {"hold_id": str(dropped.uuid), "released": True, "next_step": step}


def _own_hold(caller: Caller, key: UUID) -> Booking:
    """What this key holds, or held. Raises NotFound."""
    found = Booking.objects.filter(
        business_id=caller.business_id, live=caller.live, uuid=key, holder=f"key {caller.principal.key_id}"
    )
    booking = found.select_related("deposit", "business").first()
    if booking is None:
        raise NotFound("There is no such hold. It may have ended some time ago: hold_slot holds a time anew.")
    return booking


def _require_held(booking: Booking, caller: Caller, guest: Guest | None = None) -> None:
    """Raises Conflict for a hold that is over, and for one that has become the booking of anybody but `guest`."""
    if booking.status == Status.CANCELLED or (booking.held_until and booking.held_until <= moment_of(caller.now)):
        raise _ended(booking, caller)
    if booking.held_until is None and (guest is None or _guest_of(booking) != guest):
        raise Conflict(CONFIRMED, {"reason": "confirmed_already"})


def _guest_of(booking: Booking) -> Guest:
    return Guest(
        first_name=booking.guest_first_name,
        last_name=booking.guest_last_name,
        phone=booking.guest_phone,
        email=booking.guest_email,
    )


def _ended(booking: Booking, caller: Caller) -> Conflict:
    """The refusal, with what could be held instead."""
    return Conflict(
        "This time is not held any more, and nothing is booked. Hold a time anew, with another request_id.",
        {"reason": "hold_expired", "nearest": nearest_to(booking, now=caller.now)},
    )
