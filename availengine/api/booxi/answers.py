"""Answers of the Booxi dialect, described for the OpenAPI document; `wire.py` builds them."""

from typing import Any

from rest_framework import serializers

from availengine.api.booxi.wire import NO_AVAILABILITY


class BookedItem(serializers.Serializer[Any]):
    serviceId = serializers.IntegerField()
    duration = serializers.IntegerField(help_text="Minutes.")
    spacingAfter = serializers.IntegerField(help_text="Minutes until the next item, or kept free after the last.")
    isBusySpacingAfter = serializers.BooleanField()


class TimeSlot(serializers.Serializer[Any]):
    startsOn = serializers.DateTimeField()
    staffSelectionMode = serializers.ChoiceField(choices=["Disabled", "Optional"])
    staffIds = serializers.ListField(child=serializers.IntegerField())
    items = BookedItem(many=True)


class Available(serializers.Serializer[Any]):
    timeSelectionMode = serializers.ChoiceField(choices=["TimeSlot"])
    bookingTimeSlots = TimeSlot(many=True)
    noAvailabilityReason = serializers.ChoiceField(
        choices=list(NO_AVAILABILITY.values()), required=False, help_text="Why there can be no slot on any day."
    )


class Staff(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    firstName = serializers.CharField()
    lastName = serializers.CharField()
    position = serializers.CharField()
    biography = serializers.CharField()
    profileImageUrl = serializers.CharField()
    timeSelectionMode = serializers.CharField(help_text="Always ServiceTimeSelection.")


class Price(serializers.Serializer[Any]):
    visibility = serializers.ChoiceField(choices=["Show", "Hide"])
    amount = serializers.CharField()
    amountPerPerson = serializers.CharField()
    amountPerHour = serializers.CharField()
    currency = serializers.CharField()
    isStartingAt = serializers.BooleanField()
    tax = serializers.ChoiceField(choices=["None"])


class OfferedService(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    merchantId = serializers.IntegerField()
    name = serializers.CharField()
    tags = serializers.CharField()
    duration = serializers.IntegerField()
    showDuration = serializers.BooleanField()
    hasDurationCustomization = serializers.BooleanField()
    bookingMethod = serializers.ChoiceField(choices=["Appointment"])
    location = serializers.ChoiceField(choices=["Business"])
    locationText = serializers.CharField()
    price = Price()
    hasPriceCustomization = serializers.BooleanField()
    categoryId = serializers.IntegerField()
    categoryName = serializers.CharField()
    description = serializers.CharField()
    profileImageUrl = serializers.CharField()
    staffSelectionMode = serializers.ChoiceField(choices=["Disabled", "Optional"])
    timeSelectionMode = serializers.ChoiceField(choices=["TimeSlot"])
    bookingPolicy = serializers.CharField()
    instructions = serializers.CharField()


class Found(serializers.Serializer[Any]):
    """`staffs` and `services` with `searchMode: "verbose"` only; `cursor` when there are more slots."""

    availability = Available()
    staffs = Staff(many=True, required=False)
    services = OfferedService(many=True, required=False)
    cursor = serializers.CharField(required=False)


class BookedClient(serializers.Serializer[Any]):
    firstName = serializers.CharField()
    lastName = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class Total(serializers.Serializer[Any]):
    visibility = serializers.ChoiceField(choices=["Show", "Hide"])
    amount = serializers.CharField()
    currency = serializers.CharField()


class DueDeposit(serializers.Serializer[Any]):
    amount = serializers.CharField()
    currency = serializers.CharField()
    paymentUrl = serializers.CharField()
    expiresOn = serializers.DateTimeField(allow_null=True)


class Booked(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    merchantId = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["Pending", "Confirmed"])
    confirmationCode = serializers.CharField()
    startsOn = serializers.DateTimeField()
    endsOn = serializers.DateTimeField()
    staffIds = serializers.ListField(child=serializers.IntegerField())
    items = BookedItem(many=True)
    client = BookedClient()
    notes = serializers.CharField()
    price = Total()
    deposit = DueDeposit(allow_null=True, help_text="Due before the booking is confirmed; null when none is.")
