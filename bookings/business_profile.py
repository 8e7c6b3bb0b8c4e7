"""Changing a business's profile, where its bookings have a say: their times and amounts were told to people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from bookings.lifecycle import HOLDING
from bookings.models import Booking
from businesses.db import transactional
from businesses.errors import Invalid
from businesses.models import Business
from businesses.tenants import save_business

ZONE_IN_USE = gettext_noop(
    "There are bookings to come, whose customers were told times of the zone as it is. "
    "The zone can be changed when there are none."
)
CURRENCY_IN_USE = gettext_noop(
    "There are bookings in the currency as it is. It can be changed only before the first one."
)


@transactional
def save_profile(
    business: Business, values: Mapping[str, Any], *, now: datetime, seen: datetime | None = None
) -> Business:
    """`save_business`, unless zone or currency change under bookings: that is Invalid."""
    live = Booking.objects.filter(business_id=business.id, live=True)
    to_come = live.filter(status__in=HOLDING, ends_at__gt=now)
    if values.get("timezone", business.timezone) != business.timezone and to_come.exists():
        raise Invalid(ZONE_IN_USE, {"timezone": [ZONE_IN_USE]})
    if values.get("currency", business.currency) != business.currency and live.exists():
        raise Invalid(CURRENCY_IN_USE, {"currency": [CURRENCY_IN_USE]})
    return save_business(business.id, values, now=now, seen=seen)
