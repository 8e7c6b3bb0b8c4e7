"""A customer's visits, as the desk looks at them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from bookings.models import Booking, Status
from bookings.profiles import been
from bookings.queries import listed_bookings

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Past:
    """The last visits before one, the latest first, and how often the customer has come and has failed to."""

    earlier: list[Booking]
    visits: int
    no_shows: int


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
    return Past(list(named[:SHOWN]), counted["visits"], counted["no_shows"])
