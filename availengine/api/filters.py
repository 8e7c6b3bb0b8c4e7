"""What filters of listings share among dialects: local dates, and refusals that name the parameter."""

from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from availengine.api.fields import Date
from bookings.models import Booking
from businesses.localtime import day_bounds, moment_of


class BookingFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Filters that may use `on_date` as their method."""

    def on_date(self, queryset: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        """Bookings that start on a local date."""
        try:
            on = Date().to_internal_value(value)
        except ValidationError as error:
            raise ValidationError({name: error.detail}) from error
        zone: ZoneInfo = self.request.zone
        start, end = day_bounds(zone, on)
        return queryset.filter(starts_at__gte=moment_of(start), starts_at__lt=moment_of(end))


def narrowed(
    filters: type[BookingFilters], queryset: QuerySet[Booking], query: dict[str, Any], zone: ZoneInfo
) -> QuerySet[Booking]:
    """The queryset narrowed by the query. Raises DRF's ValidationError naming the parameter."""
    bound = filters(query, queryset=queryset, request=_Zoned(zone))
    if not bound.is_valid():
        raise ValidationError(dict(bound.errors))
    found: QuerySet[Booking] = bound.qs
    return found


class _Zoned:
    """Carries the business's zone to the filters."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
