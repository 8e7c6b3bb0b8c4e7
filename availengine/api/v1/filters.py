"""Filters of the native listings (seed 001, "Listing Bookings")."""

import django_filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from availengine.api.fields import CONTROL
from availengine.api.filters import BookingFilters
from bookings.models import Booking, Status


class BookingFilter(BookingFilters):
    """`res_date` or `booking_date`, `status`, and `code`: a part of the confirmation code in any case."""

    res_date = django_filters.CharFilter(method="on_date")
    booking_date = django_filters.CharFilter(method="on_date")
    status = django_filters.ChoiceFilter(choices=Status.choices)
    code = django_filters.CharFilter(method="with_code", max_length=100)

    class Meta:
        model = Booking
        fields: tuple[str, ...] = ()

    def with_code(self, queryset: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        if CONTROL.search(value):
            raise ValidationError({name: ["Control characters are not allowed."]})
        return queryset.filter(code__icontains=value)
