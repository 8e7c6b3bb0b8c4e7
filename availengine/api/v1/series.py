"""Visits that repeat: booked together by staff, looked at and cancelled together."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.idempotency import idempotent
from availengine.api.v1 import answers
from availengine.api.v1 import serializers as wire_in
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.manage import BookingsView
from availengine.api.v1.wire import BOOKING_COLUMNS, booking_item, booking_made
from availengine.clock import current_minute
from bookings.models import Series
from bookings.queries import snapshot_of
from bookings.series import Rule, cancel_series, create_series, found_series, told
from bookings.services import NewBooking
from businesses.keys import Scope


class SeriesView(BookingsView):
    scopes = {
        "create": Scope.BOOKINGS_MANAGE,
        "retrieve": Scope.BOOKINGS_READ,
        "cancel": Scope.BOOKINGS_MANAGE,
    }

    @extend_schema(
        operation_id="create_booking_series",
        summary="Book visits that repeat: all of them, or those that are free",
        request=wire_in.SeriesBooking,
        responses={201: answers.CreatedSeries},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = self.read(wire_in.SeriesBooking, request.data)
        new = NewBooking(
            **self.tenant(),
            guest=guest_of(data),
            start=wire_in.start_of(data, "date", "time"),
            ask=ask_of(data, staff=True),
            staff_notes=data.get("notes") or "",
        )
        series, found = create_series(new, Rule(**data["repeat"]), conflicts=data["conflicts"], now=current_minute())
        zone = snapshot_of(self.principal.business_id).business.zone
        visits = [{**told(one), "booking": booking_made(one.booking, zone) if one.booking else None} for one in found]
        return Response({"series": _series(series), "occurrences": visits}, status=201)

    @extend_schema(operation_id="get_booking_series", summary="A series", responses=answers.SeriesAnswer)
    def retrieve(self, request: Request, series_id: UUID) -> Response:
        return self._told(series_id)

    @extend_schema(
        operation_id="cancel_booking_series",
        summary="Cancel what is yet to come of a series, each visit by its policy",
        request=wire_in.SeriesCancellation,
        responses=answers.SeriesAnswer,
    )
    @idempotent
    def cancel(self, request: Request, series_id: UUID) -> Response:
        """What goes back of deposits is under way when this answers."""
        data = self.read(wire_in.SeriesCancellation, request.data or {})
        cancel_series(
            self.principal.business_id,
            series_id,
            live=self.principal.live,
            now=current_minute(),
            first=data["from_occurrence"],
            waive_fee=data["waive_fee"],
        )
        return self._told(series_id)

    def _told(self, series_id: UUID) -> Response:
        series = found_series(self.principal.business_id, series_id, live=self.principal.live)
        zone = snapshot_of(self.principal.business_id).business.zone
        rows = self.bookings().filter(series=series).order_by("occurrence").values("occurrence", *BOOKING_COLUMNS)
        items = [{"occurrence": row["occurrence"], "booking": booking_item(row, zone)} for row in rows]
        return Response({"series": _series(series), "bookings": items})


def _series(series: Series) -> dict[str, Any]:
    return {"id": str(series.uuid), "unit": series.unit, "every": series.every, "count": series.count}
