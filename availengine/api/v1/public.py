"""What websites and widgets use: availability, the public catalogue, booking (seeds 000 and 001)."""

from datetime import date, timedelta
from functools import lru_cache, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpRequest, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.idempotency import Answer, SecretResponse, Unfinished, idempotent_then
from availengine.api.throttling import visitor_of
from availengine.api.v1 import answers
from availengine.api.v1 import serializers as wire_in
from availengine.api.v1 import wire as wire_out
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.dialect import V1View
from availengine.api.v1.slots import Question, answer, heading
from availengine.api.v1.wire import booking_state, checkout_answer, created_booking, unpaid_booking, whole
from availengine.clock import current_minute, current_time
from bookings import execution, queries, services, settlement
from bookings.asking import Ask
from bookings.deposits import DepositWish
from bookings.models import Booking
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from businesses.errors import NotFound
from businesses.keys import Scope
from businesses.localtime import date_of
from payments.models import Channel

MOST_DAYS = 62
MOST_EXPLAINED = 7
STATE_SALT = "availengine.booking-state"
STATE_LASTS = timedelta(days=1)


@lru_cache(maxsize=4096)
def question_of(query_string: str) -> Question:
    """A query string as a question; raises DRF's ValidationError. The same string always means the same."""
    bound = wire_in.AvailabilityQuery(data=QueryDict(query_string).dict())
    bound.is_valid(raise_exception=True)
    data = bound.validated_data
    first, last, single = data.get("from"), data.get("to"), data.get("date")
    if bool(single) == bool(first or last) or (not single and not (first and last)):
        raise drf.ValidationError({"date": ["Give either date, or from and to."]})
    if not single and not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise drf.ValidationError({"to": [f"Must be 0 to {MOST_DAYS - 1} days after from."]})
    if not single and data["explain"] and last - first >= timedelta(days=MOST_EXPLAINED):
        raise drf.ValidationError({"explain": [f"At most {MOST_EXPLAINED} days are explained at once."]})
    return Question(single or first, single or last, bool(single), ask_of(data), data["explain"])


class AvailabilityView(V1View):
    scopes = {"day": Scope.AVAILABILITY_READ, "dates": Scope.AVAILABILITY_READ}
    plain = frozenset(("day",))

    @extend_schema(
        operation_id="get_availability",
        summary="Free starts of a day or a range of days",
        parameters=[wire_in.AvailabilityQuery],
        responses=answers.Availability,
    )
    def day(self, request: HttpRequest, business_id: UUID) -> bytes:
        self.require_business(business_id)
        question = question_of(request.META["QUERY_STRING"])
        found = self._occupancy(question.ask, question.first, question.last)
        return answer(found, question, now=current_minute())

    @extend_schema(
        operation_id="list_open_dates",
        summary="The next dates with free starts",
        parameters=[wire_in.OpenDatesQuery],
        responses=answers.OpenDates,
    )
    def dates(self, request: Request, business_id: UUID) -> Response:
        self.require_business(business_id)
        data, now = self.query(wire_in.OpenDatesQuery), current_minute()
        ask, horizon = ask_of(data), data["horizon"]
        snapshot = snapshot_of(self.principal.business_id)
        first = data.get("from") or date_of(snapshot.business.zone, now)
        found, dates = queries.next_open_dates(
            partial(self._occupancy, ask), first=first, count=data["count"], horizon=horizon, now=now
        )
        told = [{"date": on.isoformat(), "slot_count": count} for on, count in dates]
        return Response({**heading(found), "dates": told})

    def _occupancy(self, ask: Ask, first: date, last: date) -> queries.Occupancy:
        who = self.principal
        return queries.occupancy(who.business_id, live=who.live, first=first, last=last, wish_of=ask.wish)


class BusinessView(V1View):
    """What a widget needs to know of a business."""

    scopes = dict.fromkeys(("profile", "services", "resources"), Scope.AVAILABILITY_READ)

    @extend_schema(operation_id="get_business", summary="The business, its hours and rules", responses=answers.Profile)
    def profile(self, request: Request, business_id: UUID) -> Response:
        return Response(wire_out.profile(self._snapshot(business_id)))

    @extend_schema(
        operation_id="list_business_services",
        summary="Services that can be booked online",
        responses=answers.PublicServicePage,
    )
    def services(self, request: Request, business_id: UUID) -> Response:
        snapshot = self._snapshot(business_id)
        return Response(whole([wire_out.public_service(s, snapshot) for s in snapshot.offered_services()]))

    @extend_schema(
        operation_id="list_business_resources",
        summary="Staff, tables and rooms that can be chosen",
        responses=answers.PublicResourcePage,
    )
    def resources(self, request: Request, business_id: UUID) -> Response:
        snapshot = self._snapshot(business_id)
        offered = [r for r in snapshot.resources.values() if r.active and r.bookable_online]
        return Response(whole([wire_out.public_resource(resource, snapshot) for resource in offered]))

    def _snapshot(self, business_id: UUID) -> Snapshot:
        self.require_business(business_id)
        return snapshot_of(self.principal.business_id)


class BookingView(V1View):
    """seed 001, "Public Booking"."""

    scopes = dict.fromkeys(("create", "state"), Scope.BOOKINGS_CREATE)
    visited = frozenset(("create",))

    def finish(self, reference: UUID) -> Response:
        """Where a deposit is due, the answer has what the customer pays with."""
        opened = execution.open_payment(reference, now=current_time())
        zone = self._zone()
        if opened.deposit.channel == Channel.PAGE:
            token = signing.dumps(str(opened.booking.uuid), salt=STATE_SALT)
            return SecretResponse(checkout_answer(opened, zone, token), status=201)
        return SecretResponse(unpaid_booking(opened, zone), status=201)

    @extend_schema(
        operation_id="create_booking",
        summary="Book an offered start",
        request=wire_in.PublicBooking,
        responses={201: answers.CreatedBooking},
    )
    @idempotent_then(finish)
    def create(self, request: Request) -> Answer:
        data = self.read(wire_in.PublicBooking, request.data)
        self.require_business(data["business_id"])
        visitor = visitor_of(self.principal, request._request)
        new = services.NewBooking(
            business_id=self.principal.business_id,
            live=self.principal.live,
            guest=guest_of(data),
            start=wire_in.start_of(data, "booking_date", "start_time"),
            ask=ask_of(data),
            customer_notes=data.get("customer_notes") or "",
            deposit=DepositWish(
                channel=Channel.PAGE if data.get("checkout") else Channel.FORM, by_rule=True, visitor=visitor
            ),
        )
        booking, placement = services.create_booking(new, now=current_minute())
        owed = settlement.owed(booking)
        return Unfinished(owed) if owed else Response(created_booking(booking, placement), status=201)

    @extend_schema(
        operation_id="get_booking_state",
        summary="What has become of a booking that was made with checkout",
        responses=answers.BookingState,
    )
    def state(self, request: Request, token: str) -> Response:
        """Whoever booked has the token; a browser key opens no other booking than the one it was given for."""
        try:
            key = signing.loads(token, salt=STATE_SALT, max_age=STATE_LASTS)
        except (signing.BadSignature, ValueError, UnicodeError) as error:
            raise NotFound from error
        found = Booking.objects.filter(**self.tenant(), uuid=key).select_related("deposit").first()
        if found is None:
            raise NotFound
        return Response(booking_state(found, self._zone()))

    def _zone(self) -> ZoneInfo:
        return snapshot_of(self.principal.business_id).business.zone
