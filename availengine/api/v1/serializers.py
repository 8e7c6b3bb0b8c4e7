"""Input of the native dialect. Serializers map, nothing else."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from availengine.api.fields import (
    Boolean,
    BooleanParameter,
    Date,
    Email,
    Integer,
    IntegerParameter,
    Moment,
    Phone,
    Text,
    Time,
    Uuid,
    party,
)
from availengine.api.pagination import DEFAULT_LIMIT, MOST
from bookings.models import SeriesUnit, Status
from bookings.placing import Start
from bookings.series import MOST as MOST_VISITS
from bookings.series import Conflicts


def start_of(data: dict[str, Any], day: str, time: str) -> Start:
    return Start(date=data[day], minutes=data[time], instant=data.get("starts_at"))


class VisitFields(serializers.Serializer[Any]):
    """What both creations share: which services, with whom, for how many."""

    service_id = Uuid(required=False, help_text="Default: the business's default service.")
    services = serializers.ListField(
        child=Uuid(), required=False, min_length=1, max_length=5, help_text="Several, one after another."
    )
    resource_id = Uuid(required=False, help_text="Default: any that is free.")
    same_resource = Boolean(required=False, help_text="One resource for all services of the visit.")
    capacity = party(required=False, default=1, help_text="Party size.")
    starts_at = Moment(required=False, help_text="Picks the hour when the clocks go back.")


class PublicBooking(VisitFields):
    """seed 001, POST /v1/bookings/"""

    business_id = Uuid()
    booking_date = Date()
    start_time = Time()
    first_name = Text(max_length=100)
    last_name = Text(max_length=100)
    email = Email(max_length=254)
    phone = Phone()
    customer_notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
    checkout = Boolean(
        required=False, help_text="Where a deposit is due: answer with a page of Stripe's instead of a client secret."
    )


class DeskFields(VisitFields):
    """What both creations at the desk share."""

    date = Date()
    time = Time()
    first_name = Text(max_length=100)
    last_name = Text(max_length=100)
    phone = Phone()
    notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
    override_hours = Boolean(required=False, help_text="Book outside opening hours and during closures too.")


class StaffBooking(DeskFields):
    """seed 001, POST /v1/manage/bookings/staff"""

    email = Text(max_length=254, required=False, allow_blank=True, allow_null=True)


class StaffDepositBooking(DeskFields):
    """seed 001, POST /v1/manage/bookings/staff-deposit: the payment link goes to the e-mail address."""

    email = Email(max_length=254)
    amount_cents = Integer(
        min_value=1, max_value=100_000_000, required=False, help_text="Default: what the deposit rule says."
    )


class Repetition(serializers.Serializer[Any]):
    """How often: `count` visits, or until a date, which counts."""

    unit = serializers.ChoiceField(choices=SeriesUnit.choices)
    every = Integer(min_value=1, max_value=MOST_VISITS, required=False, default=1)
    count = Integer(min_value=1, max_value=MOST_VISITS, required=False)
    until = Date(required=False)


class SeriesBooking(StaffBooking):
    """POST /v1/manage/bookings/series: `date` and `time` are those of the first visit."""

    repeat = Repetition()
    conflicts = serializers.ChoiceField(
        choices=[conflicts.value for conflicts in Conflicts],
        required=False,
        default=Conflicts.REFUSE.value,
        help_text="When a visit cannot be booked: refuse all of them, or skip it.",
    )


class SeriesCancellation(serializers.Serializer[Any]):
    """POST /v1/manage/series/{series_id}/cancel"""

    from_occurrence = Integer(min_value=1, required=False, default=1, help_text="This one and those that follow.")
    waive_fee = Boolean(required=False, default=False, help_text="Refund everything, whatever the policy says.")


class Cancellation(serializers.Serializer[Any]):
    """POST /v1/manage/bookings/{booking_id}/cancel"""

    waive_fee = Boolean(required=False, default=False, help_text="Refund everything, whatever the policy says.")


class Refund(serializers.Serializer[Any]):
    """POST /v1/manage/bookings/{booking_id}/refund"""

    amount_cents = Integer(min_value=1, max_value=100_000_000, required=False, help_text="Default: all that is left.")


class BookingPatch(serializers.Serializer[Any]):
    """seed 001, PATCH /v1/manage/bookings/{booking_id}"""

    status = serializers.ChoiceField(choices=Status.choices, required=False)
    resource_id = Uuid(required=False)
    capacity = party(required=False)


class StaffNotes(serializers.Serializer[Any]):
    """seed 001, PATCH /v1/manage/bookings/{booking_id}/notes"""

    staff_notes = Text(max_length=2000, allow_blank=True)


class Reschedule(serializers.Serializer[Any]):
    """`booking_date` and `start_time`, or `date` and `time`; optionally another resource."""

    booking_date = Date(required=False)
    start_time = Time(required=False)
    date = Date(required=False)
    time = Time(required=False)
    starts_at = Moment(required=False)
    resource_id = Uuid(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, alias in (("booking_date", "date"), ("start_time", "time")):
            value = attrs.get(name, attrs.get(alias))
            if value is None:
                raise serializers.ValidationError({name: ["This field is required."]})
            attrs[name] = value
        return attrs


class AvailabilityQuery(serializers.Serializer[Any]):
    """Query of GET /v1/availability/{business_id}: one `date`, or `from` and `to`."""

    date = Date(required=False)
    capacity = IntegerParameter(min_value=1, max_value=50, required=False, default=1)
    service_id = Uuid(required=False)
    services = serializers.CharField(required=False, help_text="Several service ids, separated by commas.")
    resource_id = Uuid(required=False)
    same_resource = BooleanParameter(required=False, default=False)
    explain = BooleanParameter(required=False, default=False, help_text="Name the reason for every other start.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        fields["from"] = Date(required=False)
        fields["to"] = Date(required=False)
        return fields


class OpenDatesQuery(AvailabilityQuery):
    count = IntegerParameter(min_value=1, max_value=30, required=False, default=7)
    horizon = IntegerParameter(min_value=1, max_value=120, required=False, default=60)


class BookingsQuery(serializers.Serializer[Any]):
    """seed 001, GET /v1/manage/bookings; the filters themselves are in filters.py."""

    latest = BooleanParameter(required=False, default=False)
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


@extend_schema_field({"oneOf": [{"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
class DateFilter(Date):
    """A date, or nothing: an empty filter is none."""


class BookingFilters(serializers.Serializer[Any]):
    """For the document: what filters.py takes."""

    booking_date = DateFilter(required=False)
    res_date = DateFilter(required=False, help_text="The same as booking_date.")
    status = serializers.ChoiceField(choices=Status.choices, required=False, allow_blank=True)
    code = Text(
        max_length=100, required=False, allow_blank=True, help_text="A part of the confirmation code, in any case."
    )
