"""Booking, looking at and cancelling an appointment (seed 003)."""

from contextlib import suppress
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.booqara import answers
from availengine.api.booqara import serializers as wire_in
from availengine.api.booqara import wire as wire_out
from availengine.api.booqara.asking import ask_of, guest_of
from availengine.api.booqara.dialect import BooqaraView
from availengine.api.fields import UUID_SHAPE
from availengine.api.idempotency import Answer, Unfinished, idempotent_then
from availengine.api.throttling import visitor_of
from availengine.clock import current_minute, current_time
from bookings import execution, services, settlement
from bookings.deposits import DepositWish
from bookings.models import Allocation, Booking
from bookings.placing import Start
from bookings.queries import held_allocations, snapshot_of
from bookings.snapshot import Snapshot
from businesses.errors import Busy, Conflict, InProgress, NotFound
from businesses.keys import Scope
from payments.models import Channel

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class AppointmentsView(BooqaraView):
    scopes = {
        "create": Scope.BOOKINGS_CREATE,
        "retrieve": Scope.BOOKINGS_READ,
        "cancel": Scope.BOOKINGS_MANAGE,
    }
    visited = frozenset(("create",))

    def finish(self, reference: UUID) -> Response:
        """Where a deposit is due: the booking is pending, and the way to pay it goes out by mail."""
        booking = execution.open_payment(reference, now=current_time()).booking
        return self._created(booking, held_allocations(booking))

    @extend_schema(
        operation_id="create_appointment",
        summary="Book an offered slot",
        request=wire_in.NewAppointment,
        responses={200: answers.Created},
    )
    @idempotent_then(finish)
    def create(self, request: Request) -> Answer:
        """Confirmed, or pending where the business confirms by hand or a deposit is due. 409: load the slots again."""
        data = self.read(wire_in.NewAppointment, request.data)
        visitor = visitor_of(self.principal, request._request)
        new = services.NewBooking(
            **self.tenant(),
            guest=guest_of(data),
            start=Start(data["appointmentDate"], data["appointmentTime"]),
            ask=ask_of(data),
            customer_notes=data.get("customerNotes") or "",
            deposit=DepositWish(channel=Channel.LINK, by_rule=True, visitor=visitor),
        )
        booking, placement = services.create_booking(new, now=current_minute())
        owed = settlement.owed(booking)
        return Unfinished(owed) if owed else self._created(booking, placement.held(booking))

    @extend_schema(
        operation_id="get_appointment", summary="One appointment", parameters=[ID], responses=answers.Appointment
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """Whatever has become of it, and in whichever dialect it was booked."""
        booking = Booking.objects.filter(**self.tenant(), uuid=_known(id)).first()
        if booking is None:
            raise NotFound
        return Response(wire_out.fetched(booking, held_allocations(booking), self._snapshot()))

    @extend_schema(
        operation_id="cancel_appointment",
        summary="Cancel a pending or confirmed appointment that is still ahead",
        parameters=[ID],
        responses={200: answers.Cancelled},
    )
    def cancel(self, request: Request, id: str) -> Response:
        """404 for what cannot be cancelled. A deposit is settled by the business's cancellation terms."""
        try:
            booking = services.cancel_booking(
                **self.tenant(), booking_id=_known(id), now=current_minute(), ahead_only=True
            )
        except InProgress:
            raise
        except Conflict as refusal:  # in this dialect what cannot be cancelled is not there
            raise NotFound from refusal
        owed = settlement.owed(booking)
        if owed:
            with suppress(Busy, Conflict):  # it is cancelled; a job goes on with its deposit
                execution.carry_out(owed, now=current_time())
        return Response({"success": True, "status": str(booking.status)})

    def _created(self, booking: Booking, held: list[Allocation]) -> Response:
        return Response(wire_out.created(booking, held, self._snapshot()))

    def _snapshot(self) -> Snapshot:
        return snapshot_of(self.principal.business_id)


def _known(text: str) -> UUID:
    """The id in an address; what is none is not found either."""
    if not UUID_SHAPE.match(text):
        raise NotFound
    return UUID(text)
