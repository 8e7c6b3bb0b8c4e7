"""The list of bookings as the desk asks for it: searched, narrowed, in an order that an index serves."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from bookings.models import Allocation, Booking
from bookings.queries import listed_bookings
from bookings.search import matching_bookings
from businesses.localtime import day_bounds, moment_of
from businesses.models import Business
from payments.models import DepositStatus

ORDERS = {
    "start": ("starts_at", "id"),
    "-start": ("-starts_at", "-id"),
    "-created": ("-created_at", "-id"),
}
UNPAID = (DepositStatus.PENDING, DepositStatus.FAILED)  # asked for and not there: nobody paid, or the card failed
COLUMNS = (
    "id",
    "uuid",
    "code",
    "starts_at",
    "ends_at",
    "created_at",
    "status",
    "source",
    "party_size",
    "guest_first_name",
    "guest_last_name",
    "guest_phone",
    "guest_email",
    "customer_notes",
    "price_cents",
    "currency",
    "customer__uuid",
    "lead__service__name",
    "lead__resource__name",
    "deposit__status",
    "deposit__amount_cents",
    "held_until",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What is looked for; what is not given does not narrow. The dates are local ones of the start, both included."""

    said: str = ""
    first: date | None = None
    last: date | None = None
    status: str = ""
    source: str = ""
    service: UUID | None = None
    resource: UUID | None = None
    unpaid: bool = False


def narrowed_bookings(business: Business, by: Narrowed, *, live: bool) -> QuerySet[Any, Any]:
    """The bookings as rows of COLUMNS, without an order."""
    found: QuerySet[Any, Any] = _on_dates(listed_bookings(business.id, live=live, held=True), by, business)
    if by.said.strip():
        found = found.filter(id__in=matching_bookings(business, by.said, live=live))
    if by.status:
        found = found.filter(status=by.status)
    if by.source:
        found = found.filter(source=by.source)
    if by.service or by.resource:
        found = found.filter(_held(business, by))
    if by.unpaid:
        found = found.filter(deposit__status__in=UNPAID)
    return found.values(*COLUMNS)


def _on_dates(found: QuerySet[Booking], by: Narrowed, business: Business) -> QuerySet[Booking]:
    if by.first:
        found = found.filter(starts_at__gte=moment_of(day_bounds(business.zone, by.first)[0]))
    if by.last:
        found = found.filter(starts_at__lt=moment_of(day_bounds(business.zone, by.last)[1]))
    return found


def _held(business: Business, by: Narrowed) -> Exists:
    """Some part of the visit is this service, is by this resource, or both."""
    held = Allocation.objects.filter(business=business, booking=OuterRef("pk"))
    if by.service:
        held = held.filter(service__uuid=by.service)
    if by.resource:
        held = held.filter(resource__uuid=by.resource)
    return Exists(held)
