"""Filters of the listing of bookings: date, room, status."""

import django_filters

from availengine.api.filters import BookingFilters
from bookings.models import Booking, Status


class BookingFilter(BookingFilters):
    date = django_filters.CharFilter(method="on_date")
    room = django_filters.UUIDFilter(field_name="lead__resource__uuid")
    status = django_filters.ChoiceFilter(choices=Status.choices)

    class Meta:
        model = Booking
        fields: tuple[str, ...] = ()
