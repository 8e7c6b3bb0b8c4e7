"""Rooms and experiences: list, read with pricing and availability, create, change (seed 004)."""

from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.bookingflow import answers
from availengine.api.bookingflow import serializers as wire_in
from availengine.api.bookingflow.dialect import BookingFlowView
from availengine.api.bookingflow.schedules import question_of
from availengine.api.bookingflow.slots import schedule
from availengine.api.bookingflow.wire import cents, page_body, pricing_told, room_told
from availengine.api.idempotency import idempotent
from availengine.api.pagination import paginate
from availengine.clock import current_minute
from bookings import rooms
from bookings.queries import snapshot_of
from businesses.errors import Invalid
from businesses.keys import Scope
from businesses.localtime import date_of
from businesses.models import Resource, ResourceKind
from businesses.rooms import NewRoom, create_room, update_room

# What a client calls it, and what the core does.
NAMES = {
    "name": "name",
    "description": "description",
    "minGuests": "party_min",
    "maxGuests": "party_max",
    "durationMinutes": "duration_minutes",
    "bufferMinutes": "buffer_after_minutes",
    "photoUrl": "photo_url",
    "active": "active",
}


class RoomsView(BookingFlowView):
    """Rooms and experiences. Prices are numbers in the currency of the organisation."""

    scopes = {
        "list": Scope.BOOKINGS_READ,
        "retrieve": Scope.BOOKINGS_READ,
        "create": Scope.CATALOGUE_MANAGE,
        "update": Scope.CATALOGUE_MANAGE,
    }

    @extend_schema(
        operation_id="list_rooms",
        summary="Rooms and experiences",
        parameters=[wire_in.ListQuery],
        responses=answers.RoomPage,
    )
    def list(self, request: Request) -> Response:
        query, business_id = self.query(wire_in.ListQuery), self.principal.business_id
        found = Resource.objects.present().filter(business_id=business_id, kind=ResourceKind.ROOM)
        page = paginate(
            found.values("id"),
            principal=self.principal,
            listing="rooms",
            order=("id", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        shown = {row["id"] for row in page.rows}
        told = [room_told(room) for room in rooms.rooms(snapshot_of(business_id)) if room.resource.id in shown]
        return Response(page_body(page, told))

    @extend_schema(
        operation_id="get_room",
        summary="A room with pricing and availability",
        parameters=[wire_in.DatesQuery],
        responses=answers.RoomDetails,
    )
    def retrieve(self, request: Request, room_id: UUID) -> Response:
        business_id, now = self.principal.business_id, current_minute()
        snapshot = snapshot_of(business_id)
        room = rooms.room_of(snapshot, room_id)
        question = question_of(
            self.query(wire_in.DatesQuery), lambda: date_of(snapshot.business.zone, now), room=room_id
        )
        free = schedule(business_id, question, live=self.principal.live, now=now)
        told = {**room_told(room), "pricing": pricing_told(room), "availability": orjson.Fragment(free)}
        return Response(told)

    @extend_schema(
        operation_id="create_room",
        summary="Create a room or experience",
        request=wire_in.RoomInput,
        responses={201: answers.RoomAnswer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        values = self._values(self.read(wire_in.RoomInput, request.data))
        made = create_room(self.principal.business_id, NewRoom(**values))
        return Response(self._room(made.uuid), status=201)

    @extend_schema(
        operation_id="update_room",
        summary="Change a room or its price; what is left out stays",
        request=wire_in.RoomUpdate,
        responses=answers.RoomAnswer,
    )
    def update(self, request: Request, room_id: UUID) -> Response:
        values = self._values(self.read(wire_in.RoomUpdate, request.data))
        service = rooms.room_of(snapshot_of(self.principal.business_id), room_id).service
        update_room(self.principal.business_id, room_id, service.uuid if service else None, values)
        return Response(self._room(room_id))

    def _room(self, room_id: UUID) -> dict[str, Any]:
        return room_told(rooms.room_of(snapshot_of(self.principal.business_id), room_id))

    def _values(self, data: dict[str, Any]) -> dict[str, Any]:
        """In the core's names. Raises Invalid for another currency than the organisation's."""
        currency = snapshot_of(self.principal.business_id).business.currency
        if data.get("currency", currency) != currency:
            raise Invalid("Another currency.", {"currency": [f"Prices are in {currency}."]})
        values = {core: data[name] for name, core in NAMES.items() if data.get(name) is not None}
        values |= {NAMES[name]: "" for name in ("description", "photoUrl") if name in data and data[name] is None}
        if "price" in data:
            values["price_cents"] = None if data["price"] is None else cents(data["price"], currency)
        return values
