"""Tools for bookings that there are. Keys that manage bookings name any of them by its id, as the desk does; others
need the customer's own link, and may what the customer may.
"""

import re
from contextlib import suppress
from typing import Any

from availengine.agents.telling import booking_told
from availengine.agents.tool import Caller
from availengine.api.v1.serializers import start_of
from availengine.clock import current_time
from bookings import customer_moves, execution, links, services, settlement
from bookings.models import Booking, Status
from bookings.placing import possible_starts
from bookings.policy import cancellation
from bookings.queries import snapshot_of
from businesses.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from businesses.keys import Scope
from businesses.localtime import minute_of, moment_of
from payments.models import DepositStatus

Told = dict[str, Any]
TOKEN = re.compile(r"(?:.*/b/)?([A-Za-z0-9_-]{10,64})/?", re.ASCII)
ABLE = (Status.PENDING, Status.CONFIRMED)


def get_booking(caller: Caller, data: dict[str, Any]) -> Told:
    booking = _booking(caller, data, Scope.BOOKINGS_READ)
    return {**booking_told(booking, now=caller.now), "next_step": _possible(booking, caller)}


def _possible(booking: Booking, caller: Caller) -> str:
    if booking.deposit and booking.deposit.status == DepositStatus.PENDING and booking.status in ABLE:
        return "It waits for its deposit, to be paid at deposit.payment_url."
    if booking.status in ABLE and booking.starts_at > moment_of(caller.now):
        return "reschedule_booking moves it, cancel_booking tells first what cancelling costs."
    return "It can no longer be changed."


def reschedule_booking(caller: Caller, data: dict[str, Any]) -> Told:
    """Move a booking; one that is there already stays as it is."""
    booking = _booking(caller, data, Scope.BOOKINGS_MANAGE)
    start, resource = start_of(data, "booking_date", "start_time"), data.get("resource_id")
    there = possible_starts(snapshot_of(caller.business_id), start, caller.now)
    if minute_of(booking.starts_at) in there and resource is None and booking.status in ABLE:
        return {**booking_told(booking, now=caller.now), "moved": False, "next_step": "It is at this time already."}
    by_customer = "booking_id" not in data
    if by_customer:
        _require_may_move(booking, resource, caller)
    move = services.Move(start=start, resource=resource, offered=by_customer, version=booking.version)
    moved = services.reschedule_booking(caller.business_id, booking.uuid, move, live=caller.live, now=caller.now)
    return {**booking_told(moved, now=caller.now), "moved": True, "next_step": "Tell the person the new time."}


def _require_may_move(booking: Booking, resource: Any, caller: Caller) -> None:
    """As on the customer's page. Raises Conflict, Invalid."""
    if resource is not None:
        raise Invalid("Who shall it be?", {"resource_id": ["Only with booking_id, by a key that manages bookings."]})
    if not customer_moves.may_move(booking, now=caller.now):
        policy = cancellation(booking, now=caller.now).policy
        message = f"The customer can no longer move this booking; only the business can. Cancelling: {policy}"
        raise Conflict(message, {"reason": "past_moving", "status": booking.status})


def cancel_booking(caller: Caller, data: dict[str, Any]) -> Told:
    """Say what it costs, and cancel only for exactly that. What is cancelled already stays as it is."""
    booking = _booking(caller, data, Scope.BOOKINGS_MANAGE)
    cost = cancellation(booking, now=caller.now)
    terms: Told = {"currency": cost.currency, "policy": cost.policy}
    if booking.status == Status.CANCELLED:
        said = {"cancelled": True, "fee_cents": None, "refund_cents": None, "next_step": "It is cancelled already."}
        return {**said, **terms, "booking": booking_told(booking, now=caller.now)}
    if booking.status not in ABLE or booking.starts_at <= moment_of(caller.now):
        raise Conflict("This booking can no longer be cancelled.", {"status": booking.status})
    terms = {"fee_cents": cost.fee_cents, "refund_cents": cost.refund_cents, **terms}
    agreed = data.get("agreed_fee_cents")
    if agreed != cost.fee_cents:
        step = f"Ask the person, then call again with agreed_fee_cents: {cost.fee_cents}. Nothing is cancelled yet."
        if agreed is not None:
            raise Conflict(f"The fee is another one now. {step}", {"reason": "another_fee", **terms})
        return {"cancelled": False, **terms, "booking": booking_told(booking, now=caller.now), "next_step": step}
    cancelled = _cancel(booking, caller)
    step = "Cancelled. A refund takes some days to arrive." if cost.refund_cents else "Cancelled."
    return {"cancelled": True, **terms, "booking": booking_told(cancelled, now=caller.now), "next_step": step}


def _cancel(booking: Booking, caller: Caller) -> Booking:
    changed = services.cancel_booking(
        caller.business_id,
        booking.uuid,
        live=caller.live,
        now=caller.now,
        ahead_only=True,
        again=True,
        version=booking.version,
    )
    owed = settlement.owed(changed)
    if owed:
        with suppress(Busy, Conflict):  # a job goes on with it; the deposit's status tells
            execution.carry_out(owed, now=current_time())
    return Booking.objects.select_related("deposit", "business").get(id=changed.id)


def _booking(caller: Caller, data: dict[str, Any], scope: str) -> Booking:
    """The booking that is meant. Raises Invalid, Forbidden, NotFound."""
    by_link, by_id = data.get("manage_link"), data.get("booking_id")
    if (by_link is None) == (by_id is None):
        raise Invalid("Which booking?", {"manage_link": ["Give either manage_link or booking_id."]})
    if by_id is not None:
        if not caller.principal.may(scope):
            raise Forbidden(f"By booking_id needs the scope {scope}, which this key lacks. Use the manage_link.")
        found = Booking.objects.filter(business_id=caller.business_id, live=caller.live, uuid=by_id)
        booking = found.filter(held_until=None).select_related("deposit", "business").first()
    else:
        token = TOKEN.fullmatch(by_link or "")
        booking = links.booking_of(token[1], now=current_time()) if token else None
    if booking is None or booking.business_id != caller.business_id or booking.live != caller.live:
        raise NotFound("There is no such booking here.")
    return booking
