"""What a business knows of its customers from their visits: for lists, profiles, and beside a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from bookings.listing import COLUMNS
from bookings.models import Booking, Customer, Status
from bookings.queries import listed_bookings

# Who was there: many businesses never say that a visit is over.
BEEN = (Status.CHECKED_IN, Status.COMPLETED)
EARLIER_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Counts of a customer's bookings, and the first and last time that they were there."""

    visits: int = 0
    no_shows: int = 0
    cancelled: int = 0
    coming: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a customer's visits cost, and what is left of the deposits that were paid, in one currency."""

    currency: str
    price_cents: int
    deposit_cents: int


@dataclass(frozen=True, slots=True)
class Past:
    """The last visits before one, the latest first, and how often the customer has come and has failed to."""

    earlier: list[Booking]
    visits: int
    no_shows: int


def been(now: datetime) -> Q:
    """Whether a booking is a visit that took place."""
    return Q(status__in=BEEN) | Q(status=Status.CONFIRMED, ends_at__lte=now)


def _of(business_id: int, customers: Sequence[int]) -> QuerySet[Booking]:
    return Booking.objects.filter(business_id=business_id, customer_id__in=customers, held_until=None)


def visits_of(business_id: int, customers: Sequence[int], *, now: datetime) -> dict[int, Visits]:
    """By the id of each of these customers, in one query."""
    found = _of(business_id, customers).values("customer_id").order_by()
    counted: QuerySet[Any, Any] = found.annotate(
        visits=Count("id", filter=been(now)),
        no_shows=Count("id", filter=Q(status=Status.NO_SHOW)),
        cancelled=Count("id", filter=Q(status=Status.CANCELLED)),
        coming=Count("id", filter=Q(status__in=(Status.PENDING, Status.CONFIRMED), ends_at__gt=now)),
        first=Min("starts_at", filter=been(now)),
        last=Max("starts_at", filter=been(now)),
    )
    fields = Visits.__dataclass_fields__
    known = {row["customer_id"]: Visits(**{name: row[name] for name in fields}) for row in counted}
    return {key: known.get(key, Visits()) for key in customers}


def worth_of(customer: Customer, *, now: datetime) -> list[Worth]:
    """In every currency that there was, most visits in one only."""
    kept = F("deposit__captured_cents") - F("deposit__refunded_cents")
    rows = _of(customer.business_id, [customer.id]).values("currency").order_by("currency")
    sums = rows.annotate(price=Sum("price_cents", filter=been(now)), kept=Sum(kept))
    return [Worth(row["currency"], row["price"] or 0, row["kept"] or 0) for row in sums if row["price"] or row["kept"]]


def bookings_of(customer: Customer, *, coming: bool, now: datetime) -> QuerySet[Any, Any]:
    """The customer's bookings that are still to end, or all others, as rows of `listing.COLUMNS`."""
    ahead = Q(ends_at__gt=now) & ~Q(status__in=(Status.CANCELLED, Status.NO_SHOW))
    found: QuerySet[Any, Any] = listed_bookings(customer.business_id, live=customer.live).filter(customer=customer)
    return found.filter(ahead if coming else ~ahead).values(*COLUMNS)


def past_of(booking: Booking, *, now: datetime) -> Past:
    """What a customer's other bookings tell. Been there: checked in or completed, or confirmed and over by now."""
    others = listed_bookings(booking.business_id, live=booking.live).filter(Q(customer_id=booking.customer_id))
    others = others.exclude(id=booking.id)
    counted = others.aggregate(
        visits=Count("id", filter=been(now), distinct=True),
        no_shows=Count("id", filter=Q(status=Status.NO_SHOW), distinct=True),
    )
    earlier = others.filter(starts_at__lt=booking.starts_at).order_by("-starts_at", "-id")
    named = earlier.annotate(service_name=F("lead__service__name"), resource_name=F("lead__resource__name"))
    return Past(list(named[:EARLIER_SHOWN]), counted["visits"], counted["no_shows"])
