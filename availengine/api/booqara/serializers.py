"""Input of the Booqara dialect. Serializers map, nothing else."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from availengine.api.fields import Date, Email, IntegerParameter, Text, Time, Uuid

ANY = "any"


@extend_schema_field(
    {"oneOf": [{"type": "string", "format": "uuid"}, {"type": "string", "enum": [ANY]}], "default": ANY}
)
class StaffId(Uuid):
    """Somebody's UUID; `any`, like leaving it out, is None: whoever is free."""

    def to_internal_value(self, data: Any) -> Any:
        return None if data == ANY else super().to_internal_value(data)


class StaffQuery(serializers.Serializer[Any]):
    """Query of GET /booking/staff"""

    serviceId = Uuid(required=False, help_text="Only who performs this service.")


class ServiceQuery(serializers.Serializer[Any]):
    """What both questions about free time share."""

    serviceId = Uuid()
    userId = StaffId(required=False, help_text="A professional's id; any, or left out: whoever is free.")


class DatesQuery(ServiceQuery):
    """Query of GET /booking/dates"""

    count = IntegerParameter(min_value=1, max_value=30, required=False, default=7, help_text="How many dates.")
    horizon = IntegerParameter(
        min_value=1, max_value=120, required=False, default=60, help_text="How many days are looked at."
    )

    def get_fields(self) -> dict[str, Any]:
        first = Date(required=False, help_text="Look from this date on. Default: today in the business's zone.")
        return {**super().get_fields(), "from": first}


class SlotsQuery(ServiceQuery):
    """Query of GET /booking/slots"""

    date = Date(help_text="The business's own date.")


class NewAppointment(serializers.Serializer[Any]):
    """POST /booking/appointments"""

    serviceId = Uuid()
    userId = StaffId(required=False, allow_null=True, help_text="A professional's id; any, or left out: who is free.")
    appointmentDate = Date()
    appointmentTime = Time()
    guestName = Text(max_length=100)
    guestEmail = Email(max_length=254, required=False, allow_blank=True, allow_null=True)
    guestPhone = Text(max_length=20, required=False, allow_blank=True, allow_null=True)
    customerNotes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
