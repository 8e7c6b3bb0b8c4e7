"""Answers of the native dialect, described for the OpenAPI document; `wire.py` builds them."""

from typing import Any

from rest_framework import serializers

from bookings.models import SeriesUnit, Source, Status
from businesses.models import DepositAudience, DepositBasis, DepositType, ResourceKind
from payments.models import DepositKind, DepositStatus, EntryKind


class MadeBookingFields(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    confirmation_code = serializers.CharField()
    booking_date = serializers.DateField()
    start_time = serializers.CharField(help_text="HH:MM:SS")
    end_time = serializers.CharField(help_text="HH:MM:SS")
    capacity = serializers.IntegerField()


class CreatedBookingFields(MadeBookingFields):
    resource_id = serializers.UUIDField(required=False, help_text="Absent while a deposit is due.")


class CreatedBooking(serializers.Serializer[Any]):
    """Where a deposit is due: pending, with what Stripe's form needs to take it, or the address of a page that does."""

    booking = CreatedBookingFields()
    stripe_client_secret = serializers.CharField(required=False)
    deposit_type = serializers.ChoiceField(choices=DepositKind.choices, required=False)
    checkout_url = serializers.CharField(required=False, help_text="With `checkout`, as all that follows.")
    expires_at = serializers.DateTimeField(required=False)
    amount_cents = serializers.IntegerField(required=False)
    currency = serializers.CharField(required=False)
    state_token = serializers.CharField(required=False, help_text="Opens `GET /v1/bookings/state/{token}` for a day.")


class BookingState(serializers.Serializer[Any]):
    """What has become of a booking since it was made, without anything of the customer."""

    booking = MadeBookingFields()
    deposit_status = serializers.ChoiceField(choices=DepositStatus.choices, allow_null=True)


class LinkedBooking(serializers.Serializer[Any]):
    booking = MadeBookingFields()
    checkout_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CancellationPreview(serializers.Serializer[Any]):
    fee_cents = serializers.IntegerField()
    refund_cents = serializers.IntegerField()
    currency = serializers.CharField()
    policy = serializers.CharField()


class Movement(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=EntryKind.choices)
    amount_cents = serializers.IntegerField()
    effect_cents = serializers.IntegerField(help_text="The change of what Stripe holds.")
    stripe_id = serializers.CharField()
    created_at = serializers.DateTimeField()


class DepositItem(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=DepositKind.choices)
    status = serializers.ChoiceField(choices=DepositStatus.choices)
    amount_cents = serializers.IntegerField()
    captured_cents = serializers.IntegerField()
    refunded_cents = serializers.IntegerField()
    currency = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    hold_at = serializers.DateTimeField(allow_null=True)
    capture_before = serializers.DateTimeField(allow_null=True)
    checkout_url = serializers.CharField(allow_null=True)
    disputed = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True)
    ledger = Movement(many=True)


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


class SeriesFields(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    unit = serializers.ChoiceField(choices=SeriesUnit.choices)
    every = serializers.IntegerField()
    count = serializers.IntegerField(help_text="Visits that were asked for.")


class FreeStart(serializers.Serializer[Any]):
    booking_date = serializers.DateField()
    start_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()


class SeriesVisit(serializers.Serializer[Any]):
    """One visit: its booking, or why there is none and the free starts that are nearest."""

    occurrence = serializers.IntegerField()
    date = serializers.DateField()
    booking = MadeBookingFields(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    nearest = FreeStart(many=True)


class CreatedSeries(serializers.Serializer[Any]):
    series = SeriesFields()
    occurrences = SeriesVisit(many=True)


class SeriesItem(serializers.Serializer[Any]):
    occurrence = serializers.IntegerField()
    booking = BookingItem()


class SeriesAnswer(serializers.Serializer[Any]):
    series = SeriesFields()
    bookings = SeriesItem(many=True)


class Detail(serializers.Serializer[Any]):
    detail = serializers.CharField()


class Slot(serializers.Serializer[Any]):
    start_time = serializers.CharField(help_text="HH:MM")
    end_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    available_resources = serializers.IntegerField()
    resource_ids = serializers.ListField(child=serializers.UUIDField())
    places_left = serializers.IntegerField(
        required=False, help_text="Of a class: the largest party that can still come."
    )


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
    waitlist = serializers.BooleanField()
    terms_text = serializers.CharField(allow_null=True, help_text="What customers have to agree to.")
    marketing_text = serializers.CharField(allow_null=True, help_text="What customers may agree to.")


class DepositRule(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=DepositType.choices)
    basis = serializers.ChoiceField(choices=DepositBasis.choices)
    amount_cents = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    only_for = serializers.ListField(
        child=serializers.ChoiceField(choices=DepositAudience.choices),
        help_text="Any of these customers; empty: everybody.",
    )


class CancellationStep(serializers.Serializer[Any]):
    """Until so many hours before the start, a cancellation costs so much of the deposit."""

    hours_before = serializers.IntegerField()
    fee_percent = serializers.IntegerField()


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
    deposit = DepositRule(allow_null=True)
    cancellation = CancellationStep(many=True)


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
    places = serializers.IntegerField(allow_null=True, help_text="Of a class: how many may share a start.")
    policy = serializers.CharField(allow_null=True)
    instructions = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    is_default = serializers.BooleanField()
    deposit = DepositRule(allow_null=True, help_text="Its own rule, or the business's.")
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
