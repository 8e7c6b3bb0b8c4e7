"""Answers of the BookingFlow dialect, described for the OpenAPI document; `wire.py` builds them."""

from typing import Any

from rest_framework import serializers

from bookings.models import Status
from businesses.models import DepositBasis, DepositType


class PageOf(serializers.Serializer[Any]):
    nextCursor = serializers.CharField(allow_null=True)
    hasMore = serializers.BooleanField()


class BookingCustomer(serializers.Serializer[Any]):
    """The id is the customer's that the organisation knows; the rest is as typed for this booking."""

    id = serializers.UUIDField()
    firstName = serializers.CharField()
    lastName = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_blank=True)


class BookingAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    roomId = serializers.UUIDField()
    roomName = serializers.CharField()
    date = serializers.DateField()
    time = serializers.CharField(help_text="HH:MM")
    endTime = serializers.CharField(help_text="HH:MM")
    guests = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    confirmationCode = serializers.CharField()
    customer = BookingCustomer()
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField()
    createdAt = serializers.DateTimeField()


class BookingPage(PageOf):
    data = BookingAnswer(many=True)  # type: ignore[assignment]


class Refund(serializers.Serializer[Any]):
    amount = serializers.FloatField()
    currency = serializers.CharField()
    pending = serializers.BooleanField(help_text="The payment provider has not confirmed all of it yet.")


class CancelledBooking(BookingAnswer):
    refund = Refund()


class RoomAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    minGuests = serializers.IntegerField()
    maxGuests = serializers.IntegerField()
    durationMinutes = serializers.IntegerField(allow_null=True)
    bufferMinutes = serializers.IntegerField(allow_null=True)
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField()
    photoUrl = serializers.CharField(allow_null=True)
    active = serializers.BooleanField()


class RoomPage(PageOf):
    data = RoomAnswer(many=True)  # type: ignore[assignment]


class RoomDeposit(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=DepositType.choices)
    basis = serializers.ChoiceField(choices=DepositBasis.choices)
    amount = serializers.FloatField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)


class Pricing(serializers.Serializer[Any]):
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField()
    durationMinutes = serializers.IntegerField(allow_null=True)
    deposit = RoomDeposit(allow_null=True)


class FreeSlot(serializers.Serializer[Any]):
    roomId = serializers.UUIDField()
    time = serializers.CharField(help_text="HH:MM")
    endTime = serializers.CharField(help_text="HH:MM")


class ScheduleDay(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = FreeSlot(many=True)


class Schedule(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    days = ScheduleDay(many=True)


class RoomDetails(RoomAnswer):
    pricing = Pricing()
    availability = Schedule()


class Block(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    roomId = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    bookings = serializers.IntegerField(help_text="How many bookings lie in it: they stay as they are.")

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), "to": serializers.CharField(), **super().get_fields()}


class CustomerAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    firstName = serializers.CharField()
    lastName = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True, required=False, help_text="For keys that manage customers.")
    createdAt = serializers.DateTimeField()


class CustomerPage(PageOf):
    data = CustomerAnswer(many=True)  # type: ignore[assignment]


class CustomerProfile(CustomerAnswer):
    """With the latest 50 bookings, newest first."""

    bookingCount = serializers.IntegerField()
    noShowCount = serializers.IntegerField()
    bookings = BookingAnswer(many=True)


class CatalogRoom(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    minGuests = serializers.IntegerField()
    maxGuests = serializers.IntegerField()
    durationMinutes = serializers.IntegerField(allow_null=True)
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField()
    photoUrl = serializers.CharField(allow_null=True)


class Catalog(serializers.Serializer[Any]):
    orgId = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    timezone = serializers.CharField()
    currency = serializers.CharField()
    rooms = CatalogRoom(many=True)
