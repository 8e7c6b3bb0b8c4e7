"""What the tools are called with. Names and limits are those of the native API."""

from typing import Any

from rest_framework import serializers

from availengine.api.fields import Date, Email, Integer, Moment, Phone, Text, Time, Uuid
from availengine.api.v1.serializers import VisitFields

MOST_DAYS = 14
MOST_MINUTES = 30


class SearchServices(serializers.Serializer[Any]):
    query = Text(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="Words of the name or description. Default: all services.",
    )
    limit = Integer(min_value=1, max_value=100, required=False, default=50)


class FindAvailability(VisitFields):
    starts_at = None  # type: ignore[assignment]
    date = Date(required=False, help_text="The first day, YYYY-MM-DD. Default: the next one with a free start.")
    days = Integer(min_value=1, max_value=MOST_DAYS, required=False, default=1, help_text="How many days.")


class HoldSlot(VisitFields):
    booking_date = Date(help_text="YYYY-MM-DD in the business's time zone.")
    start_time = Time(help_text="HH:MM in the business's time zone, one that find_availability gave.")
    minutes = Integer(min_value=1, max_value=MOST_MINUTES, required=False, default=10, help_text="For how long.")
    request_id = Text(
        min_length=8,
        max_length=100,
        required=False,
        help_text="Any text of your own that is used for this hold alone: calling again with it holds nothing twice.",
    )


class OfHold(serializers.Serializer[Any]):
    hold_id = Uuid(help_text="As hold_slot gave it.")


class ConfirmBooking(OfHold):
    first_name = Text(max_length=100)
    last_name = Text(max_length=100)
    phone = Phone()
    email = Email(max_length=254)
    customer_notes = Text(max_length=1000, required=False, allow_blank=True)


class WhichBooking(serializers.Serializer[Any]):
    """One of the two."""

    manage_link = Text(
        max_length=500,
        required=False,
        help_text="The customer's link to the booking: from confirm_booking, or from their mails.",
    )
    booking_id = Uuid(required=False, help_text="Instead of the link, for keys that manage bookings.")


class RescheduleBooking(WhichBooking):
    booking_date = Date(help_text="YYYY-MM-DD in the business's time zone.")
    start_time = Time(help_text="HH:MM in the business's time zone.")
    starts_at = Moment(required=False, help_text="Picks the hour when the clocks go back.")
    resource_id = Uuid(required=False, help_text="With booking_id only. Default: the same, else any that is free.")


class CancelBooking(WhichBooking):
    agreed_fee_cents = Integer(
        min_value=0,
        max_value=100_000_000,
        required=False,
        help_text="Leave it out to be told fee and refund; nothing is cancelled then. To cancel, the fee as told.",
    )
