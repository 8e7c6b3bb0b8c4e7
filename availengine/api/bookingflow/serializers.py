"""What BookingFlow's clients send: strict types, camelCase."""

import math
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from availengine.api.fields import (
    Boolean,
    Date,
    Email,
    Integer,
    IntegerParameter,
    LocalMoment,
    Phone,
    Text,
    Time,
    Uuid,
    party,
)
from availengine.api.pagination import DEFAULT_LIMIT, MOST
from bookings.models import Status
from businesses.localtime import DAY

MOST_PRICE = 2_000_000_000


@extend_schema_field({"type": "number", "minimum": 0, "example": 168.5})
class Price(serializers.Field[Any, Any, Any, Any]):
    """A JSON number of major units, as an exact decimal."""

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) not in (int, float) or not math.isfinite(data):
            raise serializers.ValidationError("Not a number.")
        if not 0 <= data <= MOST_PRICE:
            raise serializers.ValidationError("This price is out of range.")
        return Decimal(repr(data))

    def to_representation(self, value: Any) -> Any:
        return value


class ListQuery(serializers.Serializer[Any]):
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


class BookingsQuery(ListQuery):
    """The filters themselves are in filters.py."""

    date = Date(required=False, help_text="Bookings that start on this local date.")
    room = Uuid(required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class Person(serializers.Serializer[Any]):
    """Who comes."""

    firstName = Text(max_length=100)
    lastName = Text(max_length=100, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True, allow_null=True)
    phone = Phone()


class BookingInput(serializers.Serializer[Any]):
    roomId = Uuid()
    date = Date()
    time = Time()
    guests = party(required=False, default=1)
    customer = Person()
    notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)


class PersonChange(serializers.Serializer[Any]):
    """What is left out stays."""

    firstName = Text(max_length=100, required=False)
    lastName = Text(max_length=100, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True, allow_null=True)
    phone = Phone(required=False)


class BookingUpdate(serializers.Serializer[Any]):
    """What is left out stays, and so does what is as it is told."""

    roomId = Uuid(required=False)
    date = Date(required=False)
    time = Time(required=False)
    guests = party(required=False)
    customer = PersonChange(required=False)
    notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class RoomUpdate(serializers.Serializer[Any]):
    """What is left out stays."""

    name = Text(max_length=200, required=False)
    description = Text(max_length=2000, required=False, allow_blank=True, allow_null=True)
    minGuests = party(required=False)
    maxGuests = party(required=False)
    durationMinutes = Integer(min_value=1, max_value=DAY, required=False, allow_null=True, help_text="null: as it is.")
    bufferMinutes = Integer(
        min_value=0,
        max_value=DAY,
        required=False,
        allow_null=True,
        help_text="After each booking, to make the room ready again. null: as it is.",
    )
    price = Price(required=False, allow_null=True, help_text="Of a booking, in the currency of the organisation.")
    currency = Text(max_length=3, required=False, help_text="Must be the organisation's.")
    photoUrl = serializers.URLField(max_length=500, required=False, allow_blank=True, allow_null=True)
    active = Boolean(required=False)


class RoomInput(RoomUpdate):
    """A name is enough: an hour, 1 to 10 guests, no price."""

    name = Text(max_length=200)


class DatesQuery(serializers.Serializer[Any]):
    """From today for a week, unless told."""

    guests = IntegerParameter(min_value=1, max_value=50, required=False, help_text="Default: the fewest of each room.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": Date(required=False), "to": Date(required=False), **super().get_fields()}


class SchedulesQuery(DatesQuery):
    room = Uuid(required=False, help_text="Default: all rooms.")


class BlockInput(serializers.Serializer[Any]):
    """Dates, the last one included, or local times."""

    roomId = Uuid(required=False, allow_null=True, help_text="Default: the whole organisation.")
    reason = Text(max_length=200, required=False, allow_blank=True, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        pattern = "YYYY-MM-DD or YYYY-MM-DDTHH:MM"
        return {"from": LocalMoment(help_text=pattern), "to": LocalMoment(help_text=pattern), **super().get_fields()}


class CatalogQuery(serializers.Serializer[Any]):
    orgId = Text(max_length=80, help_text="The id of the organisation, or its name in addresses.")
