"""What is free: the next open dates, and the slots of a day (seed 003)."""

from datetime import date
from functools import lru_cache, partial

from django.http import HttpRequest, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.booqara import answers
from availengine.api.booqara import serializers as wire_in
from availengine.api.booqara.asking import AppointmentAsk, ask_of
from availengine.api.booqara.dialect import BooqaraView
from availengine.api.booqara.slots import SlotsQuestion, answer
from availengine.clock import current_minute
from bookings import queries
from businesses.keys import Scope
from businesses.localtime import date_of


@lru_cache(maxsize=4096)
def question_of(query_string: str) -> SlotsQuestion:
    """A query string as a question; raises DRF's ValidationError. The same string always means the same."""
    data = BooqaraView.read(wire_in.SlotsQuery, QueryDict(query_string).dict())
    return SlotsQuestion(data["date"], ask_of(data))


class AvailabilityView(BooqaraView):
    scopes = {"dates": Scope.AVAILABILITY_READ, "slots": Scope.AVAILABILITY_READ}
    plain = frozenset(("slots",))

    @extend_schema(
        operation_id="list_dates",
        summary="The next dates with at least one open slot",
        parameters=[wire_in.DatesQuery],
        responses=answers.Dates,
    )
    def dates(self, request: Request) -> Response:
        """`slotCount` is the number of slots of a date that are available."""
        data, now = self.query(wire_in.DatesQuery), current_minute()
        ask, zone = ask_of(data), queries.snapshot_of(self.principal.business_id).business.zone
        today = date_of(zone, now)
        first = max(data.get("from", today), today)
        _, dates = queries.next_open_dates(
            partial(self._occupancy, ask), first=first, count=data["count"], horizon=data["horizon"], now=now
        )
        told = [{"date": on.isoformat(), "slotCount": count} for on, count in dates]
        return Response({"from": first.isoformat(), "dates": told})

    @extend_schema(
        operation_id="list_slots",
        summary="The slots of a day, free and taken",
        parameters=[wire_in.SlotsQuery],
        responses=answers.Slots,
    )
    def slots(self, request: HttpRequest) -> bytes:
        """Empty on closed days, outside the booking window, and when not a single slot is free."""
        question = question_of(request.META["QUERY_STRING"])
        found = self._occupancy(question.ask, question.date, question.date)
        return answer(found, question, now=current_minute())

    def _occupancy(self, ask: AppointmentAsk, first: date, last: date) -> queries.Occupancy:
        who = self.principal
        return queries.occupancy(who.business_id, live=who.live, first=first, last=last, wish_of=ask.wish)
