"""Customers and API keys on the wire: input, answer, and how a row becomes JSON."""

from typing import Any

from rest_framework import serializers

from availengine.api.fields import Email, Integer, Phone, Text
from availengine.api.moments import moment_text as moment
from availengine.api.v1.answers import BookingItem
from bookings.models import Customer
from businesses.keys import MOST_ORIGINS, MOST_OVERLAP_HOURS, MOST_REQUESTS, ORIGIN
from businesses.models import ApiKey, Preset


def _text(most: int) -> Text:
    return Text(max_length=most, required=False, allow_blank=True)


# --- customers ----------------------------------------------------------------------------------------------------


class CustomerInput(serializers.Serializer[Any]):
    first_name = Text(max_length=100)
    last_name = _text(100)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Phone(required=False)
    notes = _text(2000)


class CustomerAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class CustomerProfile(CustomerAnswer):
    """With the latest 50 bookings, newest first."""

    booking_count = serializers.IntegerField()
    no_show_count = serializers.IntegerField()
    bookings = BookingItem(many=True)


def customer(row: Customer) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email or None,
        "phone": row.phone or None,
        "notes": row.notes or None,
        "created_at": moment(row.created_at),
    }


# --- API keys -----------------------------------------------------------------------------------------------------


class KeyInput(serializers.Serializer[Any]):
    name = Text(max_length=100)
    preset = serializers.ChoiceField(choices=Preset.choices)
    mode = serializers.ChoiceField(choices=["live", "test"])
    requests_per_minute = Integer(min_value=1, max_value=MOST_REQUESTS, required=False)
    allowed_origins = serializers.ListField(
        child=serializers.RegexField(ORIGIN), max_length=MOST_ORIGINS, required=False
    )


class RotationInput(serializers.Serializer[Any]):
    overlap_hours = Integer(min_value=0, max_value=MOST_OVERLAP_HOURS, required=False, default=24)


class KeyAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    preset = serializers.ChoiceField(choices=Preset.choices)
    scopes = serializers.ListField(child=serializers.CharField())
    mode = serializers.ChoiceField(choices=["live", "test"])
    hint = serializers.CharField(help_text="How the secret begins.")
    requests_per_minute = serializers.IntegerField()
    allowed_origins = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class IssuedKey(KeyAnswer):
    secret = serializers.CharField(help_text="Shown this once.")


def api_key(row: ApiKey) -> dict[str, Any]:
    moments = ("created_at", "expires_at", "revoked_at", "last_used_at")
    return {
        "id": str(row.uuid),
        "name": row.name,
        "preset": row.preset,
        "scopes": row.scopes,
        "mode": "live" if row.live else "test",
        "hint": row.hint,
        "requests_per_minute": row.requests_per_minute,
        "allowed_origins": row.allowed_origins,
        **{name: moment(value) if (value := getattr(row, name)) else None for name in moments},
    }
