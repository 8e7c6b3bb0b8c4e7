"""What the desk does with deposits: payment links, no-shows, releases, refunds, and what they will cost (seed 001)."""

from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.idempotency import Answer, SecretResponse, Unfinished, idempotent_then
from availengine.api.v1 import answers
from availengine.api.v1 import serializers as wire_in
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.manage import BookingsView
from availengine.api.v1.wire import deposit_told, link_answer
from availengine.clock import current_minute, current_time
from bookings import execution, services, settlement
from bookings.deposits import DepositWish
from bookings.models import Booking
from bookings.policy import cancellation
from bookings.queries import snapshot_of
from businesses.errors import Conflict, NotFound
from businesses.keys import Scope
from payments.models import Channel, Deposit, DepositStatus, LedgerEntry
from payments.money import spoken


def _owed(booking: Booking) -> Unfinished:
    """What a begun change has left for Stripe. Raises Conflict when somebody else was faster with it."""
    reference = settlement.owed(booking)
    if reference is None:
        raise Conflict("Somebody else has just done this.")
    return Unfinished(reference)


class ManagedDeposits(BookingsView):
    scopes = {
        "create_with_link": Scope.BOOKINGS_MANAGE,
        "no_show": Scope.BOOKINGS_MANAGE,
        "release_hold": Scope.BOOKINGS_MANAGE,
        "refund": Scope.BOOKINGS_MANAGE,
        "preview": Scope.BOOKINGS_READ,
        "retrieve": Scope.BOOKINGS_READ,
    }

    def finish_link(self, reference: UUID) -> Response:
        opened = execution.open_payment(reference, now=current_time())
        zone = snapshot_of(self.principal.business_id).business.zone
        return SecretResponse(link_answer(opened, zone), status=201)

    @extend_schema(
        operation_id="create_staff_deposit_booking",
        summary="Book, and send the customer a payment link",
        request=wire_in.StaffDepositBooking,
        responses={201: answers.LinkedBooking},
    )
    @idempotent_then(finish_link)
    def create_with_link(self, request: Request) -> Answer:
        data = self.read(wire_in.StaffDepositBooking, request.data)
        new = services.NewBooking(
            **self.tenant(),
            guest=guest_of(data),
            start=wire_in.start_of(data, "date", "time"),
            ask=ask_of(data, staff=True),
            staff_notes=data.get("notes") or "",
            deposit=DepositWish(channel=Channel.LINK, by_rule=False, amount_cents=data.get("amount_cents")),
        )
        booking, _ = services.create_booking(new, now=current_minute())
        return _owed(booking)

    def finish_no_show(self, reference: UUID, booking_id: UUID) -> Response:
        done = execution.carry_out(reference, now=current_time()).deposit
        return Response({"detail": f"No-show recorded. {spoken(done.amount_cents, done.currency)} hold captured."})

    @extend_schema(
        operation_id="record_no_show",
        summary="Record a no-show and capture the hold",
        request=None,
        responses=answers.Detail,
    )
    @idempotent_then(finish_no_show)
    def no_show(self, request: Request, booking_id: UUID) -> Answer:
        return _owed(services.record_no_show(**self.tenant(), booking_id=booking_id, now=current_minute()))

    def finish_release(self, reference: UUID, booking_id: UUID) -> Response:
        done = execution.carry_out(reference, now=current_time()).deposit
        amount = spoken(done.amount_cents, done.currency)
        return Response({"detail": f"Hold released. Deduct {amount} from the customer's bill manually."})

    @extend_schema(
        operation_id="release_hold",
        summary="Release the hold without charging",
        request=None,
        responses=answers.Detail,
    )
    @idempotent_then(finish_release)
    def release_hold(self, request: Request, booking_id: UUID) -> Answer:
        return _owed(services.release_hold(**self.tenant(), booking_id=booking_id, now=current_minute()))

    def finish_refund(self, reference: UUID, booking_id: UUID) -> Response:
        done = execution.carry_out(reference, now=current_time())
        amount = spoken(done.amount_cents, done.deposit.currency)
        waiting = Deposit.objects.get(id=done.deposit_id).status == DepositStatus.REFUND_PENDING
        return Response({"detail": f"Refund of {amount} is under way." if waiting else f"{amount} refunded."})

    @extend_schema(
        operation_id="refund_deposit",
        summary="Refund a part of the deposit, or all that is left",
        request=wire_in.Refund,
        responses=answers.Detail,
    )
    @idempotent_then(finish_refund)
    def refund(self, request: Request, booking_id: UUID) -> Answer:
        amount = self.read(wire_in.Refund, request.data or {}).get("amount_cents")
        return _owed(
            services.refund_deposit(**self.tenant(), booking_id=booking_id, now=current_minute(), amount_cents=amount)
        )

    @extend_schema(
        operation_id="preview_cancellation",
        summary="What cancelling would cost and give back now",
        responses=answers.CancellationPreview,
    )
    def preview(self, request: Request, booking_id: UUID) -> Response:
        settled = cancellation(self._booking(booking_id), now=current_minute())
        return Response(
            {
                "fee_cents": settled.fee_cents,
                "refund_cents": settled.refund_cents,
                "currency": settled.currency,
                "policy": settled.policy,
            }
        )

    @extend_schema(
        operation_id="get_deposit", summary="The deposit with every movement of it", responses=answers.DepositItem
    )
    def retrieve(self, request: Request, booking_id: UUID) -> Response:
        booking = self._booking(booking_id)
        if booking.deposit is None:
            raise NotFound("This booking has no deposit.")
        return Response(deposit_told(booking.deposit))

    def _booking(self, booking_id: UUID) -> Booking:
        found = Booking.objects.filter(**self.tenant(), uuid=booking_id).select_related("deposit")
        entries = Prefetch("deposit__entries", LedgerEntry.objects.order_by("id"))
        booking = found.prefetch_related(entries).first()
        if booking is None:
            raise NotFound
        return booking
