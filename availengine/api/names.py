"""What the OpenAPI documents, and clients that are made from them, call the types of values to choose from."""

from typing import Any

NAMES: dict[str, Any] = {
    "BookingSource": "bookings.models.Source",
    "BookingStatus": "bookings.models.Status",
    "CalendarFeedState": "bookings.feeds.overview.STATES",
    "ClosureKind": "businesses.models.ClosureKind",
    "DeliveryState": "webhooks.models.State",
    "DepositAudience": "businesses.models.DepositAudience",
    "DepositBasis": "businesses.models.DepositBasis",
    "DepositKind": "payments.models.DepositKind",
    "DepositStatus": "payments.models.DepositStatus",
    "DepositType": "businesses.models.DepositType",
    "EntryKind": "payments.models.EntryKind",
    "KeyMode": ["live", "test"],
    "KeyPreset": "businesses.models.Preset",
    "MessageChannel": "bookings.models.MessageChannel",
    "MessageState": "bookings.models.MessageState",
    "ResourceKind": "businesses.models.ResourceKind",
    "SeriesConflicts": ["refuse", "skip"],
    "SeriesUnit": "bookings.models.SeriesUnit",
    "WaitlistLanguage": ["en", "de", "el"],
    "WaitlistState": "bookings.models.EntryState",
    "Weekday": "availengine.api.v1.catalogue.WEEKDAYS",
}
