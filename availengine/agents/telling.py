"""Bookings and refusals as agents are told them, without customers' names, numbers and notes: the API tells those."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from availengine.api.errors import Problem, envelope
from availengine.api.moments import CLOCK
from availengine.api.moments import moment_text as moment
from bookings.deposits import Asked
from bookings.models import Allocation, Booking, Status
from bookings.policy import cancellation
from bookings.queries import held_allocations, snapshot_of
from businesses.models import Business
from payments.models import Deposit, DepositStatus

Told = dict[str, Any]


def visit_told(booking: Booking, *, now: int) -> Told:
    """What is booked or held, and when."""
    business = snapshot_of(booking.business_id).business
    held = held_allocations(booking)
    lead = next((a.resource.name for a in held if not a.additional), None)
    return {
        "services": _services(held),
        "resource": lead if business.show_staff_selection else None,
        **_times(booking, business.zone),
        "timezone": business.timezone,
        "capacity": booking.party_size,
        "price_cents": booking.price_cents if business.show_service_prices else None,
        "currency": booking.currency,
        "cancellation_policy": cancellation(booking, now=now).policy,
    }


def _services(held: Sequence[Allocation]) -> list[str]:
    return [allocation.service.name for allocation in held if not allocation.additional]


def _times(booking: Booking, zone: ZoneInfo) -> Told:
    starts, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    return {
        "booking_date": starts.date().isoformat(),
        "start_time": CLOCK[starts.hour * 60 + starts.minute],
        "end_time": CLOCK[ends.hour * 60 + ends.minute],
        "starts_at": moment(booking.starts_at),
    }


def booking_told(booking: Booking, *, now: int) -> Told:
    return {
        "booking_id": str(booking.uuid),
        "status": str(booking.status),
        "confirmation_code": booking.code,
        **visit_told(booking, now=now),
        "deposit": deposit_told(booking.deposit, booking) if booking.deposit else None,
    }


def deposit_told(deposit: Deposit, booking: Booking) -> Told:
    """With the way to pay, as long as that would be of use."""
    waits = deposit.status == DepositStatus.PENDING and booking.status in (Status.PENDING, Status.CONFIRMED)
    return {
        "type": str(deposit.kind),
        "amount_cents": deposit.amount_cents,
        "currency": deposit.currency,
        "status": str(deposit.status),
        "payment_url": deposit.checkout_url or None if waits else None,
        "pay_until": moment(deposit.expires_at) if waits and deposit.expires_at else None,
    }


def deposit_ahead(asked: Asked, business: Business) -> Told:
    """What will be asked for."""
    nothing = dict.fromkeys(("status", "payment_url", "pay_until"))
    return {
        "type": str(asked.kind),
        "amount_cents": asked.amount_cents,
        "currency": business.currency,
        **nothing,
    }


def result(told: Told) -> Told:
    """As MCP wants it: structured, and the same as text for clients that know text only."""
    return {
        "content": [{"type": "text", "text": orjson.dumps(told).decode()}],
        "structuredContent": told,
        "isError": False,
    }


def refusal(problem: Problem) -> Told:
    """A refusal that a model can go on from: in words first, then as the API has it."""
    details = problem.details or {}
    lines = [problem.message]
    if isinstance(details.get("reason"), str):
        lines.append(f"Reason: {details['reason']}.")
    nearest = details.get("nearest")
    if nearest is not None:
        starts = ", ".join(f"{start['booking_date']} {start['start_time']}" for start in nearest)
        lines.append(f"Free instead: {starts}." if starts else "Nothing else is free in the days after.")
    elif problem.code == "validation_error":
        lines += [f"{name}: {_words(said)}" for name, said in details.items()]
    if "Retry-After" in problem.headers:
        lines.append(f"Try again in {problem.headers['Retry-After']} s.")
    texts = ("\n".join(lines), orjson.dumps(envelope(problem)).decode())
    return {"content": [{"type": "text", "text": text} for text in texts], "isError": True}


def _words(said: Any) -> str:
    """What is wrong with a field, however deep DRF tells it."""
    if isinstance(said, Mapping):
        return " ".join(f"{name}: {_words(each)}" for name, each in said.items())
    return " ".join(map(_words, said)) if isinstance(said, list) else str(said)
