"""Serializer fields with strict types: JSON numbers are numbers, dates are `YYYY-MM-DD`, nothing is guessed."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from businesses.localtime import minute_of

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
UUID_SHAPE = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
PHONE = r"^[+0-9(][0-9A-Za-z ()./#*-]*$"  # of 7 to 20 characters; an extension may follow
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Text(serializers.CharField):
    """A string, trimmed, without control characters (line breaks and tabs may stay)."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a string.")
        if CONTROL.search(data):
            raise serializers.ValidationError("Control characters are not allowed.")
        return data

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            data = data.strip()
        return super().run_validation(data)


class Integer(serializers.IntegerField):
    """A JSON integer; neither "1" nor 1.0 nor true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise serializers.ValidationError("Not an integer.")
        return data


class IntegerParameter(serializers.IntegerField):
    """An integer in a query string, in ASCII digits."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", data):
            raise serializers.ValidationError("Not an integer.")
        return int(data)


class Boolean(serializers.BooleanField):
    """A JSON boolean."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            raise serializers.ValidationError("Not a boolean.")
        return data


class BooleanParameter(serializers.BooleanField):
    """true, false, 1 or 0 in a query string."""

    def to_internal_value(self, data: Any) -> bool:
        known = {"true": True, "1": True, "false": False, "0": False}.get(data.lower())
        if known is None:
            raise serializers.ValidationError("Must be true or false.")
        return known


class Uuid(serializers.UUIDField):
    """A UUID in its usual spelling."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not UUID_SHAPE.match(data):
            raise serializers.ValidationError("Not a UUID.")
        return UUID(data)


class Date(serializers.DateField):
    """A calendar date, `YYYY-MM-DD`, of this century."""

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not DATE.match(data):
            raise serializers.ValidationError("Not a date: use YYYY-MM-DD.")
        try:
            value = date.fromisoformat(data)
        except ValueError:
            raise serializers.ValidationError("There is no such date.") from None
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise serializers.ValidationError("This date is out of range.")
        return value


@extend_schema_field({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "14:00"})
class Time(serializers.CharField):
    """A time of day, `HH:MM` (24h), as minutes after midnight."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not TIME.match(data):
            raise serializers.ValidationError("Not a time: use HH:MM (24h).")
        return int(data[:2]) * 60 + int(data[3:])


class Instant(serializers.DateTimeField):
    """An ISO 8601 date and time with offset, as an aware datetime in UTC."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not MOMENT.match(value):
            raise serializers.ValidationError("Not a time with offset: use YYYY-MM-DDTHH:MM:SSZ.")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise serializers.ValidationError("There is no such time.") from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise serializers.ValidationError("Must be in this century.")
        return moment.astimezone(UTC)


class Moment(Instant):
    """A whole minute, as minutes since 1970."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if moment.second or moment.microsecond:
            raise serializers.ValidationError("Must be a whole minute of this century.")
        return minute_of(moment)


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$"})
class LocalMoment(serializers.CharField):
    """A date, or a local date and time `YYYY-MM-DDTHH:MM`, in the business's zone: as (date, minutes or None)."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or len(data) > len("2026-12-24T09:00"):
            raise serializers.ValidationError("Not a date: use YYYY-MM-DD or YYYY-MM-DDTHH:MM.")
        day, separator, time = data.partition("T")
        return Date().to_internal_value(day), Time().to_internal_value(time) if separator else None


class Phone(Text):
    """A phone number of 7 to 20 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=7, max_length=20, **kwargs)
        self.validators.append(RegexValidator(PHONE, "Not a phone number."))


class Email(serializers.EmailField):
    """A valid e-mail address."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a string.")
        return data


def party(**kwargs: Any) -> Integer:
    """Party size (seed 001: 1-50, default 1)."""
    return Integer(min_value=1, max_value=50, **kwargs)
