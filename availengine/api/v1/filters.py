"""Filters of the native listings (seed 001, "Listing Bookings")."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from availengine.api.fields import CONTROL, Date
from bookings.models import Booking, Status
from businesses.localtime import day_bounds, moment_of


class BookingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`res_date` or `booking_date`, `status`, and `code`: a part of the confirmation code in any case."""

    res_date = django_filters.CharFilter(method="on_date")
    booking_date = django_filters.CharFilter(method="on_date")
    status = django_filters.ChoiceFilter(choices=Status.choices)
    code = django_filters.CharFilter(method="with_code", max_length=100)

    class Meta:
        model = Booking
        fields: tuple[str, ...] = ()

    def on_date(self, queryset: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        """Bookings that start on a local date."""
        try:
            on: date = Date().to_internal_value(value)
        except ValidationError as error:
            raise ValidationError({name: error.detail}) from error
        zone: ZoneInfo = self.request.zone
        start, end = day_bounds(zone, on)
        return queryset.filter(starts_at__gte=moment_of(start), starts_at__lt=moment_of(end))

    def with_code(self, queryset: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        if CONTROL.search(value):
            raise ValidationError({name: ["Control characters are not allowed."]})
        return queryset.filter(code__icontains=value)


def filtered_bookings(queryset: QuerySet[Booking], query: dict[str, Any], zone: ZoneInfo) -> QuerySet[Booking]:
    """The queryset narrowed by the query. Raises DRF's ValidationError naming the parameter."""
    filters = BookingFilter(query, queryset=queryset, request=_Zoned(zone))
    if not filters.is_valid():
        raise ValidationError(dict(filters.errors))
    narrowed: QuerySet[Booking] = filters.qs
    return narrowed


class _Zoned:
    """Carries the business's zone to the filters."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
