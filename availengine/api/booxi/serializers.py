"""Input of the Booxi dialect. Serializers map, nothing else."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from availengine.api.fields import Email, Instant, Integer, Moment, Phone, Text
from bookings.asking import MOST_SERVICES

MOST_DAYS = 62
MOST_STAFF = 1000


def Id(**kwargs: Any) -> Integer:
    """The number of a merchant, a service or a staff member."""
    return Integer(min_value=1, max_value=2**63 - 1, **kwargs)


class Range(serializers.Serializer[Any]):
    """Starts lie in it: startsOn <= start < endsOn."""

    startsOn = Instant(help_text="With offset.")
    endsOn = Instant(help_text=f"With offset; at most {MOST_DAYS} days after startsOn.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not timedelta(0) < attrs["endsOn"] - attrs["startsOn"] <= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"endsOn": [f"Must be after startsOn, by at most {MOST_DAYS} days."]})
        return attrs


class Item(serializers.Serializer[Any]):
    serviceId = Id()


class Search(serializers.Serializer[Any]):
    """POST /booking/v1/availability/search"""

    searchMode = serializers.ChoiceField(
        choices=["verbose"], required=False, help_text="Tells staff and services as well."
    )
    merchantId = Id()
    range = Range()
    bookingItems = serializers.ListField(
        child=Item(), min_length=1, max_length=MOST_SERVICES, help_text="One after another, in one visit."
    )
    onlyIncludeStaffs = serializers.ListField(
        child=Id(), required=False, max_length=1, help_text="Default: whoever can take the whole visit."
    )


class NextPage(serializers.Serializer[Any]):
    """POST /booking/v1/availability/search, for the next page: nothing but the cursor."""

    cursor = Text(max_length=2000)

    def to_internal_value(self, data: Any) -> Any:
        others = {name: ["Does not go with cursor, which says it all."] for name in data if name != "cursor"}
        if others:
            raise serializers.ValidationError(others)
        return super().to_internal_value(data)


class Client(serializers.Serializer[Any]):
    firstName = Text(max_length=100)
    lastName = Text(max_length=100)
    email = Email(
        max_length=254,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="Needed where a deposit is due: the link to pay it is sent there.",
    )
    phone = Phone()


class NewBooking(serializers.Serializer[Any]):
    """POST /booking/v1/booking: a slot as the search told it, with the merchant and the client."""

    merchantId = Id()
    startsOn = Moment(help_text="The start of a slot.")
    staffIds = serializers.ListField(
        child=Id(),
        required=False,
        max_length=MOST_STAFF,
        help_text="The first of them who is free. Default, and when empty: whoever is.",
    )
    items = serializers.ListField(child=Item(), min_length=1, max_length=MOST_SERVICES)
    client = Client()
    notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
