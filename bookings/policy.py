"""What a cancellation costs: steps of hours before the start and a percentage, as they were when booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bookings.models import Booking
from businesses.deposit_rules import effective_steps
from businesses.localtime import minute_of
from businesses.models import Business
from payments.models import DepositKind
from payments.money import share


def terms(business: Business) -> dict[str, Any]:
    """The snapshot that a booking keeps: `steps` are (hours before the start, percent kept) pairs."""
    steps = [list(step) for step in effective_steps(business)]
    return {"cancel_notice_hours": business.cancel_notice_hours, "steps": steps}


def fee_percent(steps: Sequence[Sequence[int]], minutes_ahead: int) -> int:
    """The share kept so long before the start: that of the first step whose hours are still ahead, after the last all.

    Exactly at a step's hour the step still holds.
    """
    return next((percent for hours, percent in steps if minutes_ahead >= hours * 60), 100)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What cancelling would do with the money. A hold is captured only on no-show (seed 001): it costs nothing."""

    fee_cents: int
    refund_cents: int
    currency: str
    policy: str


def cancellation(booking: Booking, *, now: int, waive_fee: bool = False) -> Settlement:
    """What cancelling costs at `now`, a minute. Of a booking without paid deposit: nothing."""
    steps = _steps(booking)
    deposit = booking.deposit
    if deposit is None or deposit.kind != DepositKind.CHARGE or not deposit.refundable_cents:
        return Settlement(0, 0, booking.currency, describe(steps))
    percent = 0 if waive_fee else fee_percent(steps, minute_of(booking.starts_at) - now)
    left = deposit.refundable_cents
    fee = min(share(deposit.captured_cents, percent, deposit.currency), left)
    return Settlement(fee, left - fee, deposit.currency, describe(steps))


def notice_percent(booking: Booking, *, now: int) -> int:
    """The share of a deposit that cancelling at `now` would cost by the terms, whether or not there is a deposit."""
    return fee_percent(_steps(booking), minute_of(booking.starts_at) - now)


def _steps(booking: Booking) -> list[list[int]]:
    """Bookings of earlier versions know their notice only."""
    found: list[list[int]] = booking.policy.get("steps") or [[booking.policy.get("cancel_notice_hours", 0), 0]]
    return found


def describe(steps: Sequence[Sequence[int]]) -> str:
    """The steps as a sentence: `Free until 48 hours before, then 50 % until 24 hours before, then 100 %.`"""
    parts = [f"{_share(percent)} until {_hours(hours)} before" for hours, percent in steps]
    text = ", then ".join([*parts, "100 % of the deposit is kept"])
    return f"{text[0].upper()}{text[1:]}."


def _share(percent: int) -> str:
    return f"{percent} %" if percent else "free"


def _hours(hours: int) -> str:
    return "1 hour" if hours == 1 else f"{hours} hours"
