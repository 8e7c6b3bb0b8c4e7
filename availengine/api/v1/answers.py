"""Answers of the native dialect, described for the OpenAPI document; `wire.py` builds them."""

from typing import Any

from rest_framework import serializers

from bookings.models import Source, Status
from businesses.models import ResourceKind


class CreatedBookingFields(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    confirmation_code = serializers.CharField()
    booking_date = serializers.DateField()
    start_time = serializers.CharField(help_text="HH:MM:SS")
    end_time = serializers.CharField(help_text="HH:MM:SS")
    capacity = serializers.IntegerField()
    resource_id = serializers.UUIDField()


class CreatedBooking(serializers.Serializer[Any]):
    booking = CreatedBookingFields()


class BookingCustomer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField(allow_null=True)


class BookingResource(serializers.Serializer[Any]):
    name = serializers.CharField()
    capacity_max = serializers.IntegerField()
    section = serializers.CharField(allow_null=True)


class BookingDeposit(serializers.Serializer[Any]):
    status = serializers.CharField()
    amount_cents = serializers.IntegerField()


class BookingItem(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    customer = BookingCustomer()
    resource = BookingResource()
    deposit = BookingDeposit(allow_null=True)
    booking_date = serializers.DateField()
    start_time = serializers.CharField(help_text="HH:MM")
    end_time = serializers.CharField(help_text="HH:MM")
    status = serializers.ChoiceField(choices=Status.choices)
    confirmation_code = serializers.CharField()
    capacity = serializers.IntegerField()
    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]
    customer_notes = serializers.CharField(allow_null=True)
    staff_notes = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class PageOf(serializers.Serializer[Any]):
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class BookingPage(PageOf):
    items = BookingItem(many=True)


class Detail(serializers.Serializer[Any]):
    detail = serializers.CharField()


class Slot(serializers.Serializer[Any]):
    start_time = serializers.CharField(help_text="HH:MM")
    end_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    available_resources = serializers.IntegerField()
    resource_ids = serializers.ListField(child=serializers.UUIDField())


class UnavailableStart(serializers.Serializer[Any]):
    start_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()
    reason = serializers.CharField()


class DaySlots(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = Slot(many=True)
    unavailable = UnavailableStart(many=True, required=False)


class Availability(serializers.Serializer[Any]):
    """With `date`: its `slots`. With `from` and `to`: `days`."""

    business_id = serializers.UUIDField()
    timezone = serializers.CharField()
    service_id = serializers.UUIDField(allow_null=True)
    capacity = serializers.IntegerField()
    date = serializers.DateField(required=False)
    slots = Slot(many=True, required=False)
    unavailable = UnavailableStart(many=True, required=False)
    days = DaySlots(many=True, required=False)


class OpenDate(serializers.Serializer[Any]):
    date = serializers.DateField()
    slot_count = serializers.IntegerField()


class OpenDates(serializers.Serializer[Any]):
    business_id = serializers.UUIDField()
    timezone = serializers.CharField()
    service_id = serializers.UUIDField(allow_null=True)
    capacity = serializers.IntegerField()
    dates = OpenDate(many=True)


class WeeklyInterval(serializers.Serializer[Any]):
    weekday = serializers.CharField()
    opens = serializers.CharField(help_text="HH:MM")
    closes = serializers.CharField(help_text="HH:MM; before `opens`: after midnight")


class ProfileRules(serializers.Serializer[Any]):
    slot_interval_minutes = serializers.IntegerField()
    lead_time_minutes = serializers.IntegerField()
    window_days = serializers.IntegerField()
    auto_confirm = serializers.BooleanField()
    cancel_notice_hours = serializers.IntegerField()


class ProfilePage(serializers.Serializer[Any]):
    show_staff_selection = serializers.BooleanField()
    show_service_prices = serializers.BooleanField()
    show_service_duration = serializers.BooleanField()
    require_customer_email = serializers.BooleanField()


class Profile(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    logo_url = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    timezone = serializers.CharField()
    currency = serializers.CharField()
    language = serializers.CharField()
    hours = WeeklyInterval(many=True)
    rules = ProfileRules()
    page = ProfilePage()


class PublicService(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    duration_minutes = serializers.IntegerField(allow_null=True)
    price_cents = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    party_min = serializers.IntegerField()
    party_max = serializers.IntegerField()
    policy = serializers.CharField(allow_null=True)
    instructions = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    is_default = serializers.BooleanField()
    resource_ids = serializers.ListField(child=serializers.UUIDField())


class PublicServicePage(PageOf):
    items = PublicService(many=True)


class PublicResource(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    section = serializers.CharField(allow_null=True)
    capacity_min = serializers.IntegerField()
    capacity_max = serializers.IntegerField()
    job_title = serializers.CharField(allow_null=True)
    about = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    service_ids = serializers.ListField(child=serializers.UUIDField())


class PublicResourcePage(PageOf):
    items = PublicResource(many=True)


class FreeResource(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    section = serializers.CharField(allow_null=True)
    capacity_min = serializers.IntegerField()
    capacity_max = serializers.IntegerField()


class FreeResourcePage(PageOf):
    items = FreeResource(many=True)
