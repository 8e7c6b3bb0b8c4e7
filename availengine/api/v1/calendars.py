"""Calendars on the wire: feeds of others that block time, and secret addresses at which ours are subscribed to."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.fields import Boolean, Text, Uuid
from availengine.api.idempotency import SecretResponse, idempotent
from availengine.api.moments import moment_text
from availengine.api.v1 import catalogue as wire
from availengine.api.v1.setup import ACTIONS, CatalogueView, EditableView
from availengine.clock import current_time
from bookings.feeds.letters import problem_of
from bookings.feeds.overview import STATES, state_of
from businesses import calendars
from businesses.errors import Forbidden
from businesses.keys import Scope
from businesses.models import CalendarAddress, CalendarFeed
from businesses.models.base import TenantModel

URL_HELP = "https:// or webcal://. Kept sealed, and never shown again."


class CalendarFeedInput(serializers.Serializer[Any]):
    name = Text(max_length=100)
    resource_id = Uuid()
    url = Text(max_length=2000, help_text=URL_HELP)


class CalendarFeedChange(serializers.Serializer[Any]):
    name = Text(max_length=100, required=False)
    url = Text(max_length=2000, required=False, help_text=URL_HELP)


class CalendarFeedAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    resource_id = serializers.UUIDField()
    host = serializers.CharField(help_text="All that is told of the address.")
    state = serializers.ChoiceField(choices=STATES)
    blocked_periods = serializers.IntegerField(help_text="Those that are not over.")
    problem = serializers.CharField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)


class Feeds(EditableView):
    """What is busy in a calendar elsewhere blocks a resource here."""

    scopes = dict.fromkeys((*ACTIONS, "poll"), Scope.CATALOGUE_MANAGE)
    model, input = CalendarFeed, CalendarFeedInput

    def rows(self) -> QuerySet[Any]:
        ahead = Count("blocks", filter=Q(blocks__ends_at__gt=current_time()))
        return calendars.feeds_of(self.principal.business_id).order_by("id").annotate(ahead=ahead)

    def told(self, row: Any) -> dict[str, Any]:
        return {
            "id": str(row.uuid),
            "name": row.name,
            "resource_id": str(row.resource.uuid),
            "host": row.host,
            "state": state_of(row),
            "blocked_periods": row.ahead,
            "problem": problem_of(row) or None,
            "failing_since": moment_text(row.failing_since) if row.failing_since else None,
            "last_success_at": moment_text(row.last_success_at) if row.last_success_at else None,
        }

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        return calendars.add_feed(
            self.principal.business_id, name=data["name"], resource=data["resource_id"], url=data["url"]
        )

    @extend_schema(operation_id="update_calendar_feed", request=CalendarFeedChange, responses=CalendarFeedAnswer)
    def update(self, request: Request, key: UUID) -> Response:
        """What the old address blocked stays until the new one was read."""
        self.row(key)
        data = self.read(CalendarFeedChange, request.data, partial=True)
        calendars.change_feed(self.principal.business_id, key, name=data.get("name"), url=data.get("url"))
        return Response(self.told(self.row(key)))

    @extend_schema(operation_id="poll_calendar_feed", request=None, responses={202: CalendarFeedAnswer})
    @idempotent
    def poll(self, request: Request, key: UUID) -> Response:
        """Read it as soon as possible, and not only when its time has come."""
        self.row(key)
        calendars.poll_soon(self.principal.business_id, key)
        return Response(self.told(self.row(key)), status=202)

    def destroy(self, request: Request, key: UUID) -> Response:
        """What it blocked is free again."""
        calendars.remove_feed(self.principal.business_id, self.row(key).uuid)
        return Response(status=204)


class CalendarAddressInput(serializers.Serializer[Any]):
    name = Text(max_length=100)
    resource_id = Uuid(required=False, allow_null=True, help_text="Of one resource; else of the business.")
    shows_customers = Boolean(required=False, help_text="Full names and phone numbers.")


class CalendarAddressChange(serializers.Serializer[Any]):
    name = Text(max_length=100, required=False)
    shows_customers = Boolean(required=False)


class CalendarAddressAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    resource_id = serializers.UUIDField(allow_null=True)
    shows_customers = serializers.BooleanField()
    issued_at = serializers.DateTimeField()


class IssuedCalendarAddress(CalendarAddressAnswer):
    url = serializers.CharField(help_text="Shown this once.")


class Addresses(CatalogueView):
    """Where calendar programs subscribe to the live bookings. Only live keys may make them."""

    scopes = dict.fromkeys(ACTIONS, Scope.CATALOGUE_MANAGE)
    model, input = CalendarAddress, CalendarAddressInput

    def rows(self) -> QuerySet[Any]:
        return calendars.addresses_of(self.principal.business_id)

    def told(self, row: CalendarAddress) -> dict[str, Any]:
        return {
            "id": str(row.uuid),
            "name": row.name,
            "resource_id": str(row.resource.uuid) if row.resource else None,
            "shows_customers": row.shows_customers,
            "issued_at": moment_text(row.issued_at),
        }

    @extend_schema(
        operation_id="create_calendar_address", request=CalendarAddressInput, responses={201: IssuedCalendarAddress}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = self.read(CalendarAddressInput, request.data)
        self._require_live()
        return self._issued(
            *calendars.create_address(
                self.principal.business_id,
                name=data["name"],
                resource=data.get("resource_id"),
                shows_customers=data.get("shows_customers", False),
            )
        )

    @extend_schema(
        operation_id="update_calendar_address", request=CalendarAddressChange, responses=CalendarAddressAnswer
    )
    def update(self, request: Request, key: UUID) -> Response:
        self.row(key)
        self._require_live()
        data = self.read(CalendarAddressChange, request.data, partial=True)
        calendars.change_address(self.principal.business_id, key, data)
        return Response(self.told(self.row(key)))

    @extend_schema(operation_id="rotate_calendar_address", request=None, responses={201: IssuedCalendarAddress})
    @idempotent
    def rotate(self, request: Request, key: UUID) -> Response:
        """A new address; the old one works no more."""
        self.row(key)
        self._require_live()
        return self._issued(*calendars.replace_address(self.principal.business_id, key))

    @extend_schema(operation_id="delete_calendar_address", responses={204: None})
    def destroy(self, request: Request, key: UUID) -> Response:
        calendars.remove_address(self.principal.business_id, self.row(key).uuid)
        return Response(status=204)

    def _issued(self, address: CalendarAddress, url: str) -> Response:
        return SecretResponse({**self.told(self.row(address.uuid)), "url": url}, status=201)

    def _require_live(self) -> None:
        """A test key must not lead to live data."""
        if not self.principal.live:
            raise Forbidden("A test key cannot make addresses of live bookings.")


extend_schema_view(
    list=extend_schema(
        operation_id="list_calendar_feeds",
        parameters=[wire.ListQuery],
        responses=wire.page_of("CalendarFeedPage", CalendarFeedAnswer),
    ),
    retrieve=extend_schema(operation_id="get_calendar_feed", responses=CalendarFeedAnswer),
    create=extend_schema(
        operation_id="create_calendar_feed", request=CalendarFeedInput, responses={201: CalendarFeedAnswer}
    ),
    destroy=extend_schema(operation_id="delete_calendar_feed", responses={204: None}),
)(Feeds)
extend_schema_view(
    list=extend_schema(
        operation_id="list_calendar_addresses",
        parameters=[wire.ListQuery],
        responses=wire.page_of("CalendarAddressPage", CalendarAddressAnswer),
    ),
    retrieve=extend_schema(operation_id="get_calendar_address", responses=CalendarAddressAnswer),
)(Addresses)
