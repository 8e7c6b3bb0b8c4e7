"""Bookings: list, read, create, change, cancel (seed 004, DESIGN 8.21)."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.bookingflow import answers
from availengine.api.bookingflow import serializers as wire_in
from availengine.api.bookingflow.dialect import BookingFlowView
from availengine.api.bookingflow.filters import BookingFilter
from availengine.api.bookingflow.wire import BOOKING_COLUMNS, booking_made, booking_told, page_body, refund_told
from availengine.api.filters import narrowed
from availengine.api.idempotency import Answer, Unfinished, idempotent_then
from availengine.api.pagination import paginate
from availengine.api.throttling import visitor_of
from availengine.clock import current_minute, current_time
from bookings import execution, services, settlement
from bookings.amending import Amendment, amend_booking
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.deposits import DepositWish
from bookings.models import Booking, Status
from bookings.placing import Start
from bookings.queries import listed_bookings, snapshot_of
from bookings.rooms import service_of
from bookings.snapshot import Snapshot
from businesses.errors import Busy, Conflict, NotFound
from businesses.keys import Scope
from businesses.models import Service
from payments.models import Channel


class BookingsView(BookingFlowView):
    """Dates and times are in the zone of the organisation. The customer's fields are as typed for this booking."""

    scopes = {
        "list": Scope.BOOKINGS_READ,
        "retrieve": Scope.BOOKINGS_READ,
        "create": Scope.BOOKINGS_CREATE,
        "update": Scope.BOOKINGS_MANAGE,
        "destroy": Scope.BOOKINGS_MANAGE,
    }
    visited = frozenset(("create",))

    def _told(self, **which: Any) -> dict[str, Any]:
        """One booking."""
        row = listed_bookings(**self.tenant()).filter(**which).values(*BOOKING_COLUMNS, "lead__service__uuid").first()
        if row is None:
            raise NotFound
        snapshot = snapshot_of(self.principal.business_id)
        service = snapshot.services.get(str(row["lead__service__uuid"]))
        return self._shown(booking_told(row, snapshot.business.zone), snapshot, service)

    def _shown(self, told: dict[str, Any], snapshot: Snapshot, service: Service | None) -> dict[str, Any]:
        """The price to those who book for themselves only where the organisation shows it."""
        if self.principal.may(Scope.BOOKINGS_READ) or (service and snapshot.shows_price(service)):
            return told
        return {**told, "price": None}

    @extend_schema(
        operation_id="list_bookings",
        summary="Bookings by their start",
        parameters=[wire_in.BookingsQuery],
        responses=answers.BookingPage,
    )
    def list(self, request: Request) -> Response:
        query = self.query(wire_in.BookingsQuery)
        zone = snapshot_of(self.principal.business_id).business.zone
        found = narrowed(BookingFilter, listed_bookings(**self.tenant()), request.query_params.dict(), zone)
        page = paginate(
            found.values(*BOOKING_COLUMNS),
            principal=self.principal,
            listing="bookings",
            order=("starts_at", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(page_body(page, [booking_told(row, zone) for row in page.rows]))

    @extend_schema(operation_id="get_booking", summary="One booking", responses=answers.BookingAnswer)
    def retrieve(self, request: Request, booking_id: UUID) -> Response:
        return Response(self._told(uuid=booking_id))

    def finish_creation(self, reference: UUID) -> Response:
        """Where a deposit is due, the way to pay it is on its way to the customer by mail."""
        opened = execution.open_payment(reference, now=current_time())
        return Response(self._told(id=opened.booking.id), status=201)

    @extend_schema(
        operation_id="create_booking",
        summary="Book a room",
        request=wire_in.BookingInput,
        responses={201: answers.BookingAnswer},
    )
    @idempotent_then(finish_creation)
    def create(self, request: Request) -> Answer:
        data = self.read(wire_in.BookingInput, request.data)
        desk = self.principal.may(Scope.BOOKINGS_MANAGE)
        snapshot = snapshot_of(self.principal.business_id)
        room, notes = data["roomId"], data.get("notes") or ""
        visitor = visitor_of(self.principal, request._request)
        new = services.NewBooking(
            **self.tenant(),
            guest=_guest(data["customer"]),
            start=Start(data["date"], data["time"]),
            ask=Ask(services=(service_of(snapshot, room),), resource=room, party=data["guests"], staff=desk),
            staff_notes=notes if desk else "",
            customer_notes="" if desk else notes,
            deposit=None if desk else DepositWish(channel=Channel.LINK, by_rule=True, visitor=visitor),
        )
        booking, placement = services.create_booking(new, now=current_minute())
        owed = settlement.owed(booking)
        if owed:
            return Unfinished(owed)
        service = placement.held(booking)[0].service
        return Response(self._shown(booking_made(booking, placement), placement.snapshot, service), status=201)

    @extend_schema(
        operation_id="update_booking",
        summary="Reschedule, change room, guests, customer, notes or status, all together or nothing",
        request=wire_in.BookingUpdate,
        responses=answers.BookingAnswer,
    )
    def update(self, request: Request, booking_id: UUID) -> Response:
        wanted = _amendment(self.read(wire_in.BookingUpdate, request.data))
        tenant, now = self.tenant(), current_minute()
        booking = amend_booking(tenant["business_id"], booking_id, wanted, live=tenant["live"], now=now)
        owed = settlement.owed(booking)
        if owed and wanted.status == Status.NO_SHOW:
            execution.carry_out(owed, now=current_time())  # it is a no-show only when the hold is captured
        elif owed:
            _try(owed)
        return Response(self._told(id=booking.id))

    @extend_schema(
        operation_id="cancel_booking",
        summary="Cancel, free the time, refund by policy",
        responses=answers.CancelledBooking,
    )
    def destroy(self, request: Request, booking_id: UUID) -> Response:
        tenant = self.tenant()
        booking = services.cancel_booking(**tenant, booking_id=booking_id, now=current_minute(), again=True)
        owed = settlement.owed(booking)
        if owed:
            _try(owed)
        booking = Booking.objects.select_related("deposit").get(id=booking.id)
        return Response({**self._told(id=booking.id), "refund": refund_told(booking.deposit, booking)})


def _try(reference: UUID) -> None:
    """Have Stripe do it now; what it has not done yet, a job goes on with, and the answer tells."""
    with suppress(Busy, Conflict):
        execution.carry_out(reference, now=current_time())


def _guest(data: dict[str, Any]) -> Guest:
    return Guest(
        first_name=data["firstName"],
        last_name=data.get("lastName") or "",
        phone=data["phone"],
        email=data.get("email") or "",
    )


def _amendment(data: dict[str, Any]) -> Amendment:
    person = data.get("customer", {})
    return Amendment(
        day=data.get("date"),
        minutes=data.get("time"),
        resource=data.get("roomId"),
        party=data.get("guests"),
        guest_first_name=person.get("firstName"),
        guest_last_name=person.get("lastName"),
        guest_email=person["email"] or "" if "email" in person else None,
        guest_phone=person.get("phone"),
        staff_notes=data["notes"] or "" if "notes" in data else None,
        status=data.get("status"),
    )
