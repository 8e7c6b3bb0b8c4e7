"""Webhook endpoints, deliveries and events on the wire."""

from typing import Any

from rest_framework import serializers

from availengine.api.fields import Boolean, Instant, IntegerParameter, Text
from availengine.api.moments import moment_text as moment
from availengine.api.pagination import DEFAULT_LIMIT, MOST
from availengine.api.v1.answers import PageOf
from webhooks.models import Attempt, Endpoint, State
from webhooks.types import TYPES


class ListQuery(serializers.Serializer[Any]):
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


class DeliveriesQuery(ListQuery):
    state = serializers.ChoiceField(choices=State.choices, required=False)


class FeedQuery(ListQuery):
    """`cursor`: the `next_cursor` of the last answer; without it from the beginning."""


class EndpointInput(serializers.Serializer[Any]):
    url = Text(max_length=2000)
    events = serializers.ListField(
        child=Text(max_length=40), required=False, max_length=50, help_text=f"Any of {', '.join(TYPES)}; empty: all."
    )
    description = Text(max_length=200, required=False, allow_blank=True)
    active = Boolean(required=False, help_text="For changes: false switches it off, true on again.")


class EndpointAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField(allow_null=True)
    livemode = serializers.BooleanField()
    active = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class IssuedEndpoint(EndpointAnswer):
    secret = serializers.CharField(help_text="Shown once.")


class EndpointPage(PageOf):
    items = EndpointAnswer(many=True)


class SentTest(serializers.Serializer[Any]):
    event_id = serializers.UUIDField()


class Resent(serializers.Serializer[Any]):
    resent = serializers.IntegerField()


class Replay(serializers.Serializer[Any]):
    since = Instant()


class DeliveryAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    event_type = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    attempts = serializers.IntegerField()
    last_status = serializers.IntegerField(allow_null=True)
    next_try_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class AttemptAnswer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField(help_text="The start of the answer, or what went wrong.")


class DeliveryDetail(DeliveryAnswer):
    log = AttemptAnswer(many=True)


class DeliveryPage(PageOf):
    items = DeliveryAnswer(many=True)


class EventItem(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.CharField()
    created_at = serializers.DateTimeField()
    livemode = serializers.BooleanField()
    business_id = serializers.UUIDField()
    api_version = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class EventPage(serializers.Serializer[Any]):
    items = EventItem(many=True)
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()


def endpoint(row: Endpoint) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "url": row.url,
        "events": row.events,
        "description": row.description or None,
        "livemode": row.live,
        "active": row.active,
        "problem": row.problem or None,
        "failing_since": moment(row.failing_since) if row.failing_since else None,
        "created_at": moment(row.created_at),
    }


DELIVERY_COLUMNS = (
    "id",
    "uuid",
    "event__uuid",
    "event__type",
    "state",
    "attempts",
    "last_status",
    "next_try_at",
    "created_at",
)


def delivery(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["uuid"]),
        "event_id": str(row["event__uuid"]),
        "event_type": row["event__type"],
        "state": row["state"],
        "attempts": row["attempts"],
        "last_status": row["last_status"],
        "next_try_at": moment(row["next_try_at"]) if row["next_try_at"] else None,
        "created_at": moment(row["created_at"]),
    }


def attempt(row: Attempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "started_at": moment(row.started_at),
        "milliseconds": row.milliseconds,
        "status": row.status,
        "answer": row.answer,
    }
