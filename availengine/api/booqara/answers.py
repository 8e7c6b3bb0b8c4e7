"""Answers of the Booqara dialect, described for the OpenAPI document; `wire.py` builds them."""

from typing import Any

from rest_framework import serializers

from bookings.models import Status
from businesses.models import Weekday


class Interval(serializers.Serializer[Any]):
    openTime = serializers.CharField(help_text="HH:MM:SS")
    closeTime = serializers.CharField(help_text="HH:MM:SS; not after openTime: on the next day.")


class DayHours(serializers.Serializer[Any]):
    day = serializers.ChoiceField(choices=Weekday.labels)
    isOpen = serializers.BooleanField()
    openTime = serializers.CharField(allow_null=True, help_text="HH:MM:SS, the first opening")
    closeTime = serializers.CharField(allow_null=True, help_text="HH:MM:SS, the last closing")
    intervals = Interval(many=True, required=False, help_text="Of a day with a break.")


class BookingSettings(serializers.Serializer[Any]):
    bookingLeadTimeMinutes = serializers.IntegerField()
    bookingWindowDays = serializers.IntegerField()
    slotIntervalMinutes = serializers.IntegerField()


class BookingPage(serializers.Serializer[Any]):
    showStaffSelection = serializers.BooleanField()
    showServicePrices = serializers.BooleanField()
    showServiceDuration = serializers.BooleanField()
    requireCustomerEmail = serializers.BooleanField()


class Profile(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    logoUrl = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    timezone = serializers.CharField()
    hours = DayHours(many=True)
    bookingSettings = BookingSettings()
    bookingPage = BookingPage()


class OfferedService(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    photoUrl = serializers.CharField(allow_null=True)
    durationMinutes = serializers.IntegerField(required=False, help_text="Absent where it is not shown.")
    price = serializers.FloatField(required=False, help_text="Absent where it is not shown, or there is none.")


class OfferedCategory(serializers.Serializer[Any]):
    categoryId = serializers.UUIDField(allow_null=True)
    categoryName = serializers.CharField()
    services = OfferedService(many=True)


class Catalogue(serializers.Serializer[Any]):
    categories = OfferedCategory(many=True)


class Professional(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    fullName = serializers.CharField()
    jobTitle = serializers.CharField(allow_null=True)
    about = serializers.CharField(allow_null=True)
    photoUrl = serializers.CharField(allow_null=True)
    nextAvailable = serializers.DateTimeField(allow_null=True, help_text="The next free start, with its offset.")
    color = serializers.CharField(allow_null=True)


class Staff(serializers.Serializer[Any]):
    staff = Professional(many=True)


class OpenDate(serializers.Serializer[Any]):
    date = serializers.DateField()
    slotCount = serializers.IntegerField()


class Dates(serializers.Serializer[Any]):
    dates = OpenDate(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(help_text="Where the search began."), **super().get_fields()}


class Slot(serializers.Serializer[Any]):
    time = serializers.CharField(help_text="HH:MM")
    available = serializers.BooleanField()


class Slots(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = Slot(many=True)


class Appointment(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    confirmationCode = serializers.CharField()
    serviceName = serializers.CharField()
    servicePrice = serializers.FloatField(allow_null=True)
    appointmentDate = serializers.DateField()
    appointmentTime = serializers.CharField(help_text="HH:MM:SS")
    durationMinutes = serializers.IntegerField()
    staffName = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    guestName = serializers.CharField()
    guestEmail = serializers.CharField(allow_blank=True)
    businessName = serializers.CharField()
    businessAddress = serializers.CharField(allow_blank=True)


class CreatedAppointment(Appointment):
    appointmentTime = serializers.CharField(help_text="HH:MM")


class Created(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    booking = CreatedAppointment()


class Cancelled(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    status = serializers.ChoiceField(choices=[Status.CANCELLED])
