"""The public catalogue: `GET /api/v1/catalog?orgId=…`, without a key, for any web page (seed 004)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.bookingflow import answers
from availengine.api.bookingflow import serializers as wire_in
from availengine.api.bookingflow.dialect import BookingFlowView
from availengine.api.bookingflow.wire import catalog_told
from availengine.api.throttling import require_reader_rate
from bookings.queries import snapshot_of
from bookings.rooms import rooms
from businesses.names import business_named


class CatalogView(BookingFlowView):
    """For websites: prices and durations only where the organisation shows them."""

    scopes = {"retrieve": ""}  # nobody is asked for a key

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Instead of admitting a key: the visitor is counted."""
        require_reader_rate(request._request)

    @extend_schema(
        operation_id="get_catalog",
        summary="The rooms that can be booked online; needs no key",
        parameters=[wire_in.CatalogQuery],
        responses=answers.Catalog,
        auth=[],
    )
    def retrieve(self, request: Request) -> Response:
        snapshot = snapshot_of(business_named(self.query(wire_in.CatalogQuery)["orgId"]))
        return Response(catalog_told(snapshot, [room for room in rooms(snapshot) if room.offered]))
