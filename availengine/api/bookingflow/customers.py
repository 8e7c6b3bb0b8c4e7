"""Customers: list, and one with profile and booking history (seed 004)."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.bookingflow import answers
from availengine.api.bookingflow import serializers as wire_in
from availengine.api.bookingflow.dialect import BookingFlowView
from availengine.api.bookingflow.wire import BOOKING_COLUMNS, booking_told, customer_told, page_body
from availengine.api.pagination import paginate
from bookings.models import Customer, Status
from bookings.queries import listed_bookings, snapshot_of
from businesses.errors import NotFound
from businesses.keys import Scope

HISTORY = 50


class CustomersView(BookingFlowView):
    """Who has booked, as the organisation knows them. What it noted about them is for keys that may manage them."""

    scopes = {"list": Scope.BOOKINGS_READ, "retrieve": Scope.BOOKINGS_READ}

    @extend_schema(
        operation_id="list_customers",
        summary="Customers, the oldest first",
        parameters=[wire_in.ListQuery],
        responses=answers.CustomerPage,
    )
    def list(self, request: Request) -> Response:
        query = self.query(wire_in.ListQuery)
        present = Customer.objects.present().filter(**self.tenant())
        page = paginate(
            present.values("id"),
            principal=self.principal,
            listing="customers",
            order=("id", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        found = present.filter(id__in=[row["id"] for row in page.rows]).order_by("id")
        return Response(page_body(page, [self._told(row) for row in found]))

    @extend_schema(
        operation_id="get_customer", summary="A customer with booking history", responses=answers.CustomerProfile
    )
    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        row = Customer.objects.present().filter(**self.tenant(), uuid=customer_id).first()
        if row is None:
            raise NotFound
        zone = snapshot_of(self.principal.business_id).business.zone
        bookings = listed_bookings(**self.tenant()).filter(customer=row)
        latest = bookings.order_by("-starts_at", "-id").values(*BOOKING_COLUMNS)[:HISTORY]
        return Response(
            {
                **self._told(row),
                "bookingCount": bookings.count(),
                "noShowCount": bookings.filter(status=Status.NO_SHOW).count(),
                "bookings": [booking_told(booking, zone) for booking in latest],
            }
        )

    def _told(self, row: Customer) -> dict[str, Any]:
        return customer_told(row, notes=self.principal.may(Scope.CATALOGUE_MANAGE))
