"""The waitlist: joining it from a website, and the list as the desk sees it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.fields import Date, Email, IntegerParameter, Phone, Text, Time, Uuid, party
from availengine.api.idempotency import idempotent
from availengine.api.moments import moment_text as moment
from availengine.api.pagination import DEFAULT_LIMIT, MOST, paginate
from availengine.api.throttling import visitor_of
from availengine.api.v1.answers import PageOf
from availengine.api.v1.bodies import ask_of, guest_of
from availengine.api.v1.dialect import V1View
from availengine.clock import current_minute
from bookings.models import EntryState, WaitlistEntry
from bookings.waitlist.entries import NewEntry, entries_of, join_waitlist, leave_waitlist, listed_entries, place_of
from businesses.keys import Scope
from businesses.localtime import DAY

LANGUAGES = ("en", "de", "el")


class WaitlistWish(serializers.Serializer[Any]):
    """POST /v1/waitlist"""

    business_id = Uuid()
    service_id = Uuid(required=False, help_text="Default: the business's default service.")
    services = serializers.ListField(child=Uuid(), required=False, min_length=1, max_length=5)
    resource_id = Uuid(required=False, help_text="Only this one. Default: any.")
    capacity = party(required=False, default=1, help_text="Party size.")
    first_date = Date()
    last_date = Date(required=False, help_text="Default: first_date.")
    earliest = Time(required=False, help_text="The visit begins then at the earliest. Default: any time.")
    latest = Time(required=False, help_text="The visit begins then at the latest. Default: any time.")
    first_name = Text(max_length=100)
    last_name = Text(max_length=100, required=False, allow_blank=True, default="")
    email = Email(max_length=254)
    phone = Phone()
    customer_notes = Text(max_length=1000, required=False, allow_blank=True, allow_null=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, help_text="Default: the business's.")


class WaitlistQuery(serializers.Serializer[Any]):
    """Query of GET /v1/manage/waitlist."""

    state = serializers.ChoiceField(choices=EntryState.choices, required=False)
    date = Date(required=False, help_text="Who would come on this date.")
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


class EntryFields(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=EntryState.choices)
    service_ids = serializers.ListField(child=serializers.UUIDField())
    resource_id = serializers.UUIDField(allow_null=True)
    capacity = serializers.IntegerField()
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    earliest = serializers.CharField(help_text="HH:MM")
    latest = serializers.CharField(help_text="HH:MM; 24:00 for any time")


class JoinedFields(EntryFields):
    place = serializers.IntegerField(help_text="From 1 on, among those who wait for some of the same dates.")


class Joined(serializers.Serializer[Any]):
    entry = JoinedFields()


class Guest(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()


class EntryItem(EntryFields):
    customer = Guest()
    customer_notes = serializers.CharField(allow_null=True)
    queued_at = serializers.DateTimeField(help_text="The order of the list.")
    created_at = serializers.DateTimeField()


class EntryPage(PageOf):
    items = EntryItem(many=True)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def entry_fields(entry: WaitlistEntry) -> dict[str, Any]:
    return {
        "id": str(entry.uuid),
        "state": entry.state,
        "service_ids": [str(key) for key in entry.services],
        "resource_id": str(entry.resource) if entry.resource else None,
        "capacity": entry.party_size,
        "first_date": entry.first_day.isoformat(),
        "last_date": entry.last_day.isoformat(),
        "earliest": _clock(entry.from_minutes),
        "latest": _clock(entry.until_minutes),
    }


def entry_item(entry: WaitlistEntry) -> dict[str, Any]:
    return {
        **entry_fields(entry),
        "customer": {
            "id": str(entry.customer.uuid),
            "first_name": entry.guest_first_name,
            "last_name": entry.guest_last_name,
            "phone": entry.guest_phone,
            "email": entry.guest_email,
        },
        "customer_notes": entry.customer_notes or None,
        "queued_at": moment(entry.queued_at),
        "created_at": moment(entry.created_at),
    }


class WaitlistView(V1View):
    scopes = {"create": Scope.BOOKINGS_CREATE}
    visited = frozenset(("create",))

    @extend_schema(
        operation_id="join_waitlist",
        summary="Wait for a time that is taken",
        request=WaitlistWish,
        responses={201: Joined},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = self.read(WaitlistWish, request.data)
        self.require_business(data["business_id"])
        ask = ask_of(data)
        new = NewEntry(
            business_id=self.principal.business_id,
            live=self.principal.live,
            guest=guest_of(data),
            services=tuple(UUID(str(key)) for key in ask.services),
            resource=data.get("resource_id"),
            party=data["capacity"],
            first_day=data["first_date"],
            last_day=data.get("last_date") or data["first_date"],
            from_minutes=data.get("earliest", 0),
            until_minutes=data.get("latest", DAY),
            customer_notes=data.get("customer_notes") or "",
            language=data.get("language") or "",
            visitor=visitor_of(self.principal, request._request),
        )
        entry = join_waitlist(new, now=current_minute())
        return Response({"entry": {**entry_fields(entry), "place": place_of(entry)}}, status=201)


class ManagedWaitlist(V1View):
    scopes = {"list": Scope.BOOKINGS_READ, "destroy": Scope.BOOKINGS_MANAGE}

    @extend_schema(
        operation_id="list_waitlist",
        summary="Who waits, in the order of the list",
        parameters=[WaitlistQuery],
        responses=EntryPage,
    )
    def list(self, request: Request) -> Response:
        query, who = self.query(WaitlistQuery), self.principal
        found = listed_entries(who.business_id, live=who.live)
        if "state" in query:
            found = found.filter(state=query["state"])
        if "date" in query:
            found = found.filter(first_day__lte=query["date"], last_day__gte=query["date"])
        page = paginate(
            found.values("id", "queued_at"),
            principal=who,
            listing="waitlist",
            order=("queued_at", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(page.body([entry_item(entry) for entry in entries_of(page.rows)]))

    @extend_schema(operation_id="remove_from_waitlist", summary="Take somebody off the list", responses={204: None})
    def destroy(self, request: Request, entry_id: UUID) -> Response:
        leave_waitlist(self.principal.business_id, entry_id, live=self.principal.live, now=current_minute())
        return Response(status=204)
