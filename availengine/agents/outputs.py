"""What the tools answer, as schemas: the official client checks every answer against them."""

from typing import Any

from rest_framework import serializers

from availengine.api.v1.answers import OpenDate
from bookings.models import Status
from businesses.models import ResourceKind
from payments.models import DepositKind, DepositStatus


class Next(serializers.Serializer[Any]):
    next_step = serializers.CharField(help_text="What to do now.")


class Where(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    timezone = serializers.CharField(help_text="All dates and times without Z are of this zone.")
    address = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)


class ChoosableResource(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ResourceKind.values)


class FoundService(serializers.Serializer[Any]):
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
    is_default = serializers.BooleanField()
    takes_deposit = serializers.BooleanField(help_text="Some or all customers pay a deposit.")
    resources = ChoosableResource(many=True, help_text="Who can be asked for by resource_id; perhaps nobody.")


class Services(Next):
    business = Where()
    services = FoundService(many=True)
    total = serializers.IntegerField(help_text="How many there are of these, if not all are shown.")


class FreeStart(serializers.Serializer[Any]):
    start_time = serializers.CharField(help_text="HH:MM")
    end_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()
    resource_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="Who is free, where customers may choose."
    )


class FreeDay(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = FreeStart(many=True)


class Availability(Next):
    timezone = serializers.CharField()
    service_id = serializers.UUIDField()
    capacity = serializers.IntegerField()
    days = FreeDay(many=True)
    next_open_dates = OpenDate(many=True, help_text="When the days above have nothing free.")


class DepositTold(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=DepositKind.values)
    amount_cents = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=DepositStatus.values, allow_null=True)
    payment_url = serializers.CharField(allow_null=True, help_text="Where the customer pays, while it is to be paid.")
    pay_until = serializers.DateTimeField(allow_null=True)


class VisitTold(serializers.Serializer[Any]):
    services = serializers.ListField(child=serializers.CharField())
    resource = serializers.CharField(allow_null=True)
    booking_date = serializers.DateField()
    start_time = serializers.CharField(help_text="HH:MM")
    end_time = serializers.CharField(help_text="HH:MM")
    starts_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    capacity = serializers.IntegerField()
    price_cents = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    cancellation_policy = serializers.CharField()


class Held(VisitTold, Next):
    hold_id = serializers.UUIDField()
    held_until = serializers.DateTimeField()
    deposit = DepositTold(allow_null=True, help_text="What a new customer is asked to pay; others may pay less.")


class BookingTold(VisitTold):
    booking_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.values)
    confirmation_code = serializers.CharField()
    deposit = DepositTold(allow_null=True)


class Confirmed(BookingTold, Next):
    manage_link = serializers.CharField(
        help_text="For this customer alone: who has it can change and cancel the booking."
    )


class Found(BookingTold, Next):
    pass


class Released(Next):
    hold_id = serializers.UUIDField()
    released = serializers.BooleanField()


class Moved(BookingTold, Next):
    moved = serializers.BooleanField(help_text="False: it was at this time already.")


class Cancellation(Next):
    cancelled = serializers.BooleanField(help_text="False: nothing has happened yet.")
    fee_cents = serializers.IntegerField(allow_null=True, help_text="What is kept of the deposit.")
    refund_cents = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    policy = serializers.CharField()
    booking = BookingTold()
