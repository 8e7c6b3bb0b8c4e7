"""Webhook endpoints, what was delivered to them, and the feed of events (DESIGN 8.17, GUARANTEES E2-E3)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.errors import ApiError
from availengine.api.idempotency import SecretResponse, idempotent
from availengine.api.pagination import paginate
from availengine.api.v1 import hooks as wire
from availengine.api.v1.dialect import V1View
from availengine.stream.tickets import new_ticket
from businesses.errors import NotFound
from businesses.keys import Scope
from webhooks import endpoints, feed
from webhooks.envelope import envelope
from webhooks.models import Attempt, Delivery, Endpoint

CRUD = ("list", "create", "retrieve", "update", "destroy")


class EndpointsView(V1View):
    """Endpoints belong to the mode of the key that registers them: test keys hear of test bookings only."""

    scopes = dict.fromkeys(
        (
            "list",
            "create",
            "retrieve",
            "update",
            "destroy",
            "rotate",
            "test",
            "deliveries",
            "delivery",
            "resend",
            "replay",
        ),
        Scope.CATALOGUE_MANAGE,
    )

    def tenant(self) -> dict[str, Any]:
        return {"business_id": self.principal.business_id, "live": self.principal.live}

    def endpoint(self, key: UUID) -> Endpoint:
        found = endpoints.endpoints_of(**self.tenant()).filter(uuid=key).first()
        if found is None:
            raise NotFound
        return found

    @extend_schema(operation_id="list_webhook_endpoints", parameters=[wire.ListQuery], responses=wire.EndpointPage)
    def list(self, request: Request) -> Response:
        query = self.query(wire.ListQuery)
        page = paginate(
            endpoints.endpoints_of(**self.tenant()).values("id"),
            principal=self.principal,
            listing="webhook-endpoints",
            order=("id", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        found = endpoints.endpoints_of(**self.tenant()).in_bulk([row["id"] for row in page.rows])
        return Response(page.body([wire.endpoint(found[row["id"]]) for row in page.rows if row["id"] in found]))

    @extend_schema(
        operation_id="create_webhook_endpoint", request=wire.EndpointInput, responses={201: wire.IssuedEndpoint}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = self.read(wire.EndpointInput, request.data)
        data.pop("active", None)
        made, secret = endpoints.register_endpoint(**self.tenant(), **data)
        return SecretResponse({**wire.endpoint(made), "secret": secret}, status=201)

    @extend_schema(operation_id="get_webhook_endpoint", responses=wire.EndpointAnswer)
    def retrieve(self, request: Request, key: UUID) -> Response:
        return Response(wire.endpoint(self.endpoint(key)))

    @extend_schema(operation_id="update_webhook_endpoint", request=wire.EndpointInput, responses=wire.EndpointAnswer)
    def update(self, request: Request, key: UUID) -> Response:
        values = self.read(wire.EndpointInput, request.data, partial=True)
        endpoints.change_endpoint(key=key, values=values, **self.tenant())
        return Response(wire.endpoint(self.endpoint(key)))

    @extend_schema(operation_id="delete_webhook_endpoint", responses={204: None})
    def destroy(self, request: Request, key: UUID) -> Response:
        endpoints.remove_endpoint(key=key, **self.tenant())
        return Response(status=204)

    @extend_schema(operation_id="rotate_webhook_secret", request=None, responses={201: wire.IssuedEndpoint})
    @idempotent
    def rotate(self, request: Request, key: UUID) -> Response:
        """A new secret; the former one signs as well for 24 hours."""
        changed, secret = endpoints.rotate_secret(key=key, **self.tenant())
        return SecretResponse({**wire.endpoint(changed), "secret": secret}, status=201)

    @extend_schema(operation_id="test_webhook_endpoint", request=None, responses={202: wire.SentTest})
    @idempotent
    def test(self, request: Request, key: UUID) -> Response:
        return Response({"event_id": str(endpoints.send_test(key=key, **self.tenant()).uuid)}, status=202)

    @extend_schema(
        operation_id="list_webhook_deliveries", parameters=[wire.DeliveriesQuery], responses=wire.DeliveryPage
    )
    def deliveries(self, request: Request, key: UUID) -> Response:
        query = self.query(wire.DeliveriesQuery)
        found = self._deliveries(key)
        if query.get("state"):
            found = found.filter(state=query["state"])
        page = paginate(
            found.values(*wire.DELIVERY_COLUMNS),
            principal=self.principal,
            listing=f"deliveries:{key}",
            order=("-id", "-id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(page.body([wire.delivery(row) for row in page.rows]))

    @extend_schema(operation_id="get_webhook_delivery", responses=wire.DeliveryDetail)
    def delivery(self, request: Request, key: UUID, delivery_id: UUID) -> Response:
        """With every attempt: status, duration, the start of the answer."""
        row = self._deliveries(key).filter(uuid=delivery_id).values(*wire.DELIVERY_COLUMNS).first()
        if row is None:
            raise NotFound
        attempts = Attempt.objects.filter(delivery_id=row["id"]).order_by("number")
        return Response({**wire.delivery(row), "log": [wire.attempt(one) for one in attempts]})

    @extend_schema(operation_id="resend_webhook_delivery", request=None, responses={202: wire.Resent})
    @idempotent
    def resend(self, request: Request, key: UUID, delivery_id: UUID) -> Response:
        endpoints.resend(endpoint_key=key, delivery_key=delivery_id, **self.tenant())
        return Response({"resent": 1}, status=202)

    @extend_schema(operation_id="replay_webhook_events", request=wire.Replay, responses={202: wire.Resent})
    @idempotent
    def replay(self, request: Request, key: UUID) -> Response:
        since = self.read(wire.Replay, request.data)["since"]
        return Response({"resent": endpoints.replay(key=key, since=since, **self.tenant())}, status=202)

    def _deliveries(self, key: UUID) -> QuerySet[Delivery]:
        return Delivery.objects.filter(business_id=self.principal.business_id, endpoint=self.endpoint(key))


class EventsView(V1View):
    scopes = {"list": Scope.BOOKINGS_READ, "stream": Scope.BOOKINGS_READ}

    @extend_schema(operation_id="list_events", parameters=[wire.FeedQuery], responses=wire.EventPage)
    def list(self, request: Request) -> Response:
        """The events that webhooks carry, oldest first. `next_cursor` is always there: ask with it again later."""
        query, who = self.query(wire.FeedQuery), self.principal
        signer = signing.Signer(salt=f"events:{who.business_id}:{who.live}")
        position = self._position(signer, query.get("cursor"))
        rows = feed.events_after(who.business_id, position, live=who.live, most=query["limit"] + 1)
        shown = rows[: query["limit"]]
        if shown:
            position = feed.position_of(shown[-1])
        return Response(
            {
                "items": [envelope(row) for row in shown],
                "next_cursor": signer.sign_object(list(position)),
                "has_more": len(rows) > len(shown),
            }
        )

    @staticmethod
    def _position(signer: signing.Signer, cursor: str | None) -> feed.Position:
        if not cursor:
            return feed.BEGINNING
        try:
            transaction, key = signer.unsign_object(cursor)
        except (signing.BadSignature, ValueError, UnicodeError) as error:
            raise ApiError("validation_error", "This cursor is not valid for this listing.") from error
        return transaction, key

    @extend_schema(operation_id="stream_events", responses={307: None})
    def stream(self, request: Request) -> Response:
        """Server-sent events are served by a process of their own: on with a ticket for this key."""
        if not settings.STREAM_URL:
            raise NotFound("Events are not streamed here: ask GET /v1/events.")
        last = request.headers.get("Last-Event-ID", "")
        question = {"ticket": new_ticket(self.principal), **({"last_event_id": last[:64]} if last else {})}
        return Response(
            status=307, headers={"Location": f"{settings.STREAM_URL}/v1/events/stream?{urlencode(question)}"}
        )
