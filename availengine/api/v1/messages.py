"""The messages that were written: to whom, and what became of them. What they say is between sender and recipient."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.fields import IntegerParameter, Text
from availengine.api.moments import moment_text as moment
from availengine.api.pagination import DEFAULT_LIMIT, MOST, paginate
from availengine.api.v1.answers import PageOf
from availengine.api.v1.dialect import V1View
from bookings.models import Message, MessageChannel, MessageState
from businesses.keys import Scope

COLUMNS = (
    "id",
    "uuid",
    "booking__uuid",
    "kind",
    "channel",
    "recipient",
    "subject",
    "state",
    "tries",
    "problem",
    "created_at",
    "sent_at",
)


class MessagesQuery(serializers.Serializer[Any]):
    booking = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(choices=MessageState.choices, required=False)
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


class MessageItem(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    booking_id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField(help_text="Such as confirmation, reminder or cancellation.")
    channel = serializers.ChoiceField(choices=MessageChannel.choices)
    recipient = serializers.CharField(help_text="An address or, for SMS, a number.")
    subject = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=MessageState.choices)
    tries = serializers.IntegerField()
    problem = serializers.CharField(allow_null=True, help_text="Why it was not sent, or not yet.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class MessagePage(PageOf):
    items = MessageItem(many=True)


def message_item(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["uuid"]),
        "booking_id": str(row["booking__uuid"]) if row["booking__uuid"] else None,
        "kind": row["kind"],
        "channel": row["channel"],
        "recipient": row["recipient"],
        "subject": row["subject"] or None,
        "state": row["state"],
        "tries": row["tries"],
        "problem": row["problem"] or None,
        "created_at": moment(row["created_at"]),
        "sent_at": moment(row["sent_at"]) if row["sent_at"] else None,
    }


class MessagesView(V1View):
    scopes = {"list": Scope.BOOKINGS_READ}

    @extend_schema(
        operation_id="list_messages",
        summary="Mails and text messages, newest first, with what became of them",
        parameters=[MessagesQuery],
        responses=MessagePage,
    )
    def list(self, request: Request) -> Response:
        query, who = self.query(MessagesQuery), self.principal
        found = Message.objects.filter(business_id=who.business_id, live=who.live)
        if "booking" in query:
            found = found.filter(booking__uuid=query["booking"], booking__business_id=who.business_id)
        if "state" in query:
            found = found.filter(state=query["state"])
        page = paginate(
            found.values(*COLUMNS),
            principal=who,
            listing="messages",
            order=("-id", "-id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(page.body([message_item(row) for row in page.rows]))
