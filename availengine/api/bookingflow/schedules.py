"""Schedules: what is free in a range of dates, and blocks for maintenance or events (seed 004)."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.bookingflow import answers
from availengine.api.bookingflow import serializers as wire_in
from availengine.api.bookingflow.dialect import BookingFlowView
from availengine.api.bookingflow.slots import Question, schedule
from availengine.api.bookingflow.wire import block_told
from availengine.api.idempotency import idempotent
from availengine.api.periods import period_values
from availengine.clock import current_minute
from bookings.queries import bookings_in_each, snapshot_of
from bookings.rooms import room_of
from businesses.catalogue import save_closure
from businesses.keys import Scope
from businesses.localtime import date_of

MOST_DAYS = 62
A_WEEK = 7


@lru_cache(maxsize=4096)
def asked(query_string: str) -> dict[str, Any]:
    """A query string, validated; raises DRF's ValidationError. The same string always means the same."""
    bound = wire_in.SchedulesQuery(data=QueryDict(query_string).dict())
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def question_of(data: dict[str, Any], today: Callable[[], date], *, room: UUID | None) -> Question:
    """From today, for a week, unless told. Raises DRF's ValidationError for a range that is none or too long."""
    first: date = data.get("from") or today()
    last: date = data.get("to") or first + timedelta(days=A_WEEK - 1)
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise drf.ValidationError({"to": [f"Must be 0 to {MOST_DAYS - 1} days after from."]})
    return Question(first, last, room, data.get("guests"))


class SchedulesView(BookingFlowView):
    """Dates and times are in the zone of the organisation."""

    scopes = {"days": Scope.AVAILABILITY_READ, "block": Scope.CATALOGUE_MANAGE}
    plain = frozenset(("days",))

    @extend_schema(
        operation_id="get_schedules",
        summary="Free starts of all rooms, or of one, in a range of dates",
        parameters=[wire_in.SchedulesQuery],
        responses=answers.Schedule,
    )
    def days(self, request: HttpRequest) -> bytes:
        data, now, who = asked(request.META["QUERY_STRING"]), current_minute(), self.principal

        def today() -> date:
            return date_of(snapshot_of(who.business_id).business.zone, now)

        question = question_of(data, today, room=data.get("room"))
        return schedule(who.business_id, question, live=who.live, now=now)

    @extend_schema(
        operation_id="block_dates",
        summary="Block dates or hours for maintenance or events; bookings that exist stay",
        request=wire_in.BlockInput,
        responses={201: answers.Block},
    )
    @idempotent
    def block(self, request: Request) -> Response:
        data = self.read(wire_in.BlockInput, request.data)
        snapshot = snapshot_of(self.principal.business_id)
        room = room_of(snapshot, data["roomId"], any_kind=True) if data.get("roomId") else None
        values = {**period_values(data, snapshot.business.zone), "reason": data.get("reason") or ""}
        row = save_closure(self.principal.business_id, values, resource=room.resource.uuid if room else None)
        (met,) = bookings_in_each(**self.tenant(), spans=[(row.starts_at, row.ends_at)], resource=row.resource)
        return Response(block_told(row, snapshot.business.zone, bookings=met), status=201)
