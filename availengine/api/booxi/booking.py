"""POST /booking/v1/booking: a slot of the search, booked (seed 002, "You may use the response"; DESIGN 8.20)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.booxi import answers, wire
from availengine.api.booxi import serializers as wire_in
from availengine.api.booxi.dialect import BooxiView
from availengine.api.booxi.questions import visit_among
from availengine.api.idempotency import Answer, SecretResponse, Unfinished, idempotent_then
from availengine.api.throttling import visitor_of
from availengine.clock import current_minute, current_time
from bookings import availability as engine
from bookings import execution, services, settlement
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.deposits import DepositWish
from bookings.errors import SlotTaken
from bookings.models import Allocation, Booking
from bookings.placing import Start
from bookings.queries import held_allocations, snapshot_of
from businesses.errors import Conflict, Invalid
from businesses.keys import Scope
from payments.models import Channel


class BookingView(BooxiView):
    scopes = {"create": Scope.BOOKINGS_CREATE}
    visited = frozenset(("create",))

    def finish(self, reference: UUID) -> Response:
        """Where a deposit is due, the answer says where to pay it; the customer gets the link by mail as well."""
        opened = execution.open_payment(reference, now=current_time())
        told = self._told(opened.booking, held_allocations(opened.booking))
        return SecretResponse({**told, "deposit": wire.unpaid(opened.deposit)})

    @extend_schema(
        operation_id="create_booking",
        summary="Book a slot in one visit",
        request=wire_in.NewBooking,
        responses=answers.Booked,
    )
    @idempotent_then(finish)
    def create(self, request: Request) -> Answer:
        data = self.read(wire_in.NewBooking, request.data)
        self.require_merchant(data["merchantId"])
        who = self.principal
        ask = visit_among([item["serviceId"] for item in data["items"]], data.get("staffIds", []))
        new = services.NewBooking(
            business_id=who.business_id,
            live=who.live,
            guest=_guest(data["client"]),
            start=Start.at(snapshot_of(who.business_id).calendar.zone, data["startsOn"]),
            ask=ask,
            customer_notes=data.get("notes") or "",
            deposit=DepositWish(channel=Channel.LINK, by_rule=True, visitor=visitor_of(who, request._request)),
        )
        with _refusals_told(who.business_id, ask):
            booking, placement = services.create_booking(new, now=current_minute())
        owed = settlement.owed(booking)
        return Unfinished(owed) if owed else Response(self._told(booking, placement.held(booking)))

    def _told(self, booking: Booking, held: list[Allocation]) -> dict[str, Any]:
        return wire.booking(booking, held, snapshot_of(self.principal.business_id))


def _guest(client: dict[str, Any]) -> Guest:
    return Guest(
        first_name=client["firstName"],
        last_name=client["lastName"],
        phone=client["phone"],
        email=client.get("email") or "",
    )


@contextmanager
def _refusals_told(business_id: int, ask: Ask) -> Iterator[None]:
    """The core's refusals under this dialect's names: the reason of a search where a search would have given one."""
    try:
        yield
    except SlotTaken as refusal:
        snapshot = snapshot_of(business_id)
        obstacle = engine.obstacle(snapshot.calendar, ask.wish(snapshot))
        if obstacle:
            raise Conflict(
                "This visit cannot be booked.", {"noAvailabilityReason": wire.NO_AVAILABILITY[obstacle]}
            ) from refusal
        nearest = [start["starts_at"] for start in refusal.nearest]
        told = {"reason": str(refusal.reason), "nearestStartsOn": nearest}
        raise Conflict(refusal.message, told) from refusal
    except Invalid as refusal:
        told = dict(map(_field, (refusal.details or {}).items()))
        raise Invalid(refusal.message, told) from refusal


def _field(problem: tuple[str, Any]) -> tuple[str, Any]:
    """A field of the core's as it is called in the body, and where it stands there."""
    name, messages = problem
    if name == "email":
        return "client", {name: messages}
    return {"booking_date": "startsOn"}.get(name, name), messages
