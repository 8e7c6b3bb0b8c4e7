"""What the desk uses: staff bookings, lists, changes (seed 001). What is about deposits is in deposits.py."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.filters import narrowed
from availengine.api.idempotency import Answer, Unfinished, idempotent, idempotent_then
from availengine.api.pagination import paginate
from availengine.api.v1 import answers
from availengine.api.v1 import serializers as wire_in
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.dialect import V1View
from availengine.api.v1.filters import BookingFilter
from availengine.api.v1.wire import BOOKING_COLUMNS, booking_item, created_booking, free_resource, whole
from availengine.clock import current_minute, current_time
from bookings import execution, services, settlement
from bookings.models import Status
from bookings.queries import free_resources, listed_bookings, snapshot_of
from businesses.errors import Busy, Conflict, NotFound
from businesses.keys import Scope


class BookingsView(V1View):
    """A view of the tenant's bookings, in the mode of its key."""

    def tenant(self) -> dict[str, Any]:
        return {"business_id": self.principal.business_id, "live": self.principal.live}

    def bookings(self) -> Any:
        return listed_bookings(self.principal.business_id, live=self.principal.live)

    def item(self, booking_id: UUID) -> Response:
        row = self.bookings().filter(uuid=booking_id).values(*BOOKING_COLUMNS).first()
        if row is None:
            raise NotFound
        return Response(booking_item(row, snapshot_of(self.principal.business_id).business.zone))

    def finish_change(self, reference: UUID, booking_id: UUID) -> Response:
        """The booking as it is after Stripe was asked; what Stripe has not done yet, a job goes on with."""
        with suppress(Busy, Conflict):  # the deposit's status tells
            execution.carry_out(reference, now=current_time())
        return self.item(booking_id)


class ManagedBookings(BookingsView):
    scopes = {
        "list": Scope.BOOKINGS_READ,
        "retrieve": Scope.BOOKINGS_READ,
        "available_resources": Scope.BOOKINGS_READ,
        "create_staff": Scope.BOOKINGS_MANAGE,
        "update": Scope.BOOKINGS_MANAGE,
        "notes": Scope.BOOKINGS_MANAGE,
        "reschedule": Scope.BOOKINGS_MANAGE,
        "cancel": Scope.BOOKINGS_MANAGE,
    }

    @extend_schema(
        operation_id="list_bookings",
        summary="Bookings of the business, with joined data",
        parameters=[wire_in.BookingsQuery, wire_in.BookingFilters],
        responses=answers.BookingPage,
    )
    def list(self, request: Request) -> Response:
        query = self.query(wire_in.BookingsQuery)
        zone = snapshot_of(self.principal.business_id).business.zone
        found = narrowed(BookingFilter, self.bookings(), request.query_params.dict(), zone)
        page = paginate(
            found.values(*BOOKING_COLUMNS),
            principal=self.principal,
            listing="bookings",
            order=("-created_at", "-id") if query["latest"] else ("starts_at", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(page.body([booking_item(row, zone) for row in page.rows]))

    @extend_schema(operation_id="get_booking", summary="One booking", responses=answers.BookingItem)
    def retrieve(self, request: Request, booking_id: UUID) -> Response:
        return self.item(booking_id)

    @extend_schema(
        operation_id="create_staff_booking",
        summary="Book any free minute, confirmed at once, without deposit",
        request=wire_in.StaffBooking,
        responses={201: answers.CreatedBooking},
    )
    @idempotent
    def create_staff(self, request: Request) -> Response:
        data = self.read(wire_in.StaffBooking, request.data)
        new = services.NewBooking(
            **self.tenant(),
            guest=guest_of(data),
            start=wire_in.start_of(data, "date", "time"),
            ask=ask_of(data, staff=True),
            staff_notes=data.get("notes") or "",
        )
        booking, placement = services.create_booking(new, now=current_minute())
        return Response(created_booking(booking, placement), status=201)

    @extend_schema(
        operation_id="update_booking",
        summary="Change status, resource or party size",
        request=wire_in.BookingPatch,
        responses=answers.BookingItem,
    )
    def update(self, request: Request, booking_id: UUID) -> Response:
        data = self.read(wire_in.BookingPatch, request.data)
        change = services.BookingChange(
            status=data.get("status"), resource=data.get("resource_id"), party=data.get("capacity")
        )
        booking = services.update_booking(
            self.principal.business_id, booking_id, change, live=self.principal.live, now=current_minute()
        )
        owed = settlement.owed(booking)
        if owed and change.status == Status.NO_SHOW:
            execution.carry_out(owed, now=current_time())
        return self.finish_change(owed, booking_id) if owed else self.item(booking_id)

    @extend_schema(
        operation_id="save_staff_notes",
        summary="Save internal notes",
        request=wire_in.StaffNotes,
        responses=answers.BookingItem,
    )
    def notes(self, request: Request, booking_id: UUID) -> Response:
        notes = self.read(wire_in.StaffNotes, request.data)["staff_notes"]
        services.set_staff_notes(self.principal.business_id, booking_id, notes, live=self.principal.live)
        return self.item(booking_id)

    @extend_schema(
        operation_id="reschedule_booking",
        summary="Move a booking to another time",
        request=wire_in.Reschedule,
        responses=answers.BookingItem,
    )
    @idempotent
    def reschedule(self, request: Request, booking_id: UUID) -> Response:
        data = self.read(wire_in.Reschedule, request.data)
        move = services.Move(
            start=wire_in.start_of(data, "booking_date", "start_time"), resource=data.get("resource_id")
        )
        services.reschedule_booking(
            self.principal.business_id, booking_id, move, live=self.principal.live, now=current_minute()
        )
        return self.item(booking_id)

    @extend_schema(
        operation_id="cancel_booking",
        summary="Cancel, free the time, refund by policy",
        request=wire_in.Cancellation,
        responses=answers.BookingItem,
    )
    @idempotent_then(BookingsView.finish_change)
    def cancel(self, request: Request, booking_id: UUID) -> Answer:
        waive_fee = self.read(wire_in.Cancellation, request.data or {}).get("waive_fee", False)
        booking = services.cancel_booking(
            **self.tenant(), booking_id=booking_id, now=current_minute(), waive_fee=waive_fee
        )
        owed = settlement.owed(booking)
        return Unfinished(owed) if owed else self.item(booking_id)

    @extend_schema(
        operation_id="list_available_resources",
        summary="Other resources that are free at the booking's time",
        responses=answers.FreeResourcePage,
    )
    def available_resources(self, request: Request, booking_id: UUID) -> Response:
        found = free_resources(self.principal.business_id, booking_id, live=self.principal.live)
        return Response(whole([free_resource(resource) for resource in found]))
