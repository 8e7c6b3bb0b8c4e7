"""The BookingFlow dialect: /api/v1, Authorization: Bearer … (seed 004, DESIGN 8.9 and 8.21)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from availengine.api.dialect import Dialect
from availengine.api.errors import ENVELOPE_SCHEMA, Problem, envelope
from availengine.api.views import DialectView

# What the core calls a field, and what it is called here.
NAMES = {
    "booking_date": "date",
    "start_time": "time",
    "starts_at": "startsAt",
    "resource_id": "roomId",
    "party_min": "minGuests",
    "party_max": "maxGuests",
    "duration_minutes": "durationMinutes",
    "buffer_after_minutes": "bufferMinutes",
    "price_cents": "price",
    "refundable_cents": "refundableCents",
}


def words(problem: Problem) -> dict[str, Any]:
    """The native envelope, with the fields of this dialect under `details`."""
    if not problem.details:
        return envelope(problem)
    details = renamed(problem.details)
    if "email" in details:  # here it is the customer's
        details["customer"] = {"email": details.pop("email")}
    return envelope(replace(problem, details=details))


def renamed(told: Any) -> Any:
    """The core's field names as this dialect's, at any depth."""
    if isinstance(told, Mapping):
        return {NAMES.get(name, name): renamed(value) for name, value in told.items()}
    return [renamed(item) for item in told] if isinstance(told, list | tuple) else told


BOOKINGFLOW = Dialect(
    name="bookingflow",
    title="BookingFlow API",
    description="Bookings, rooms, schedules and customers, for integrations written for BookingFlow.",
    prefix="/api/v1",
    key_header="Authorization",
    words=words,
    problem_schema=ENVELOPE_SCHEMA,
)


class BookingFlowView(DialectView):
    """A view of this dialect. Keys, errors and limits are as the shared dialect view has them."""

    dialect = BOOKINGFLOW
