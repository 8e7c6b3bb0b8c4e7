"""Setting a business up: services, categories, resources, hours, closures, customers, API keys."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.idempotency import SecretResponse, idempotent
from availengine.api.pagination import paginate
from availengine.api.periods import period_values
from availengine.api.v1 import catalogue as wire
from availengine.api.v1 import people
from availengine.api.v1.dialect import V1View
from availengine.api.v1.wire import BOOKING_COLUMNS, booking_item
from bookings.customers import remove_customer, save_customer
from bookings.models import Customer, Status
from bookings.queries import listed_bookings, snapshot_of
from businesses import catalogue, keys
from businesses.errors import Forbidden, NotFound
from businesses.keys import Scope
from businesses.models import (
    ApiKey,
    Closure,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
)
from businesses.models.base import DeletableModel, TenantModel

ACTIONS = ("list", "retrieve", "create", "update", "destroy", "rotate")
HISTORY = 50


class CatalogueView(V1View, ABC):
    """List, read and delete one kind of thing."""

    scopes: ClassVar[Mapping[str, str]] = dict.fromkeys(ACTIONS, Scope.CATALOGUE_MANAGE)
    model: ClassVar[type[TenantModel]]
    input: ClassVar[type[serializers.Serializer[Any]]]

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.filter(business_id=self.principal.business_id)  # type: ignore[attr-defined]
        return rows.filter(deleted_at=None) if issubclass(self.model, DeletableModel) else rows

    @abstractmethod
    def told(self, row: Any) -> dict[str, Any]:
        """A row as JSON."""

    def row(self, key: UUID) -> Any:
        row = self.rows().filter(uuid=key).first()
        if row is None:
            raise NotFound
        return row

    def list(self, request: Request) -> Response:
        query = self.query(wire.ListQuery)
        page = paginate(
            self.rows().values("id"),
            principal=self.principal,
            listing=self.model.__name__,
            order=("id", "id"),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        found = {row.id: row for row in self.rows().filter(id__in=[row["id"] for row in page.rows])}
        return Response(page.body([self.told(found[row["id"]]) for row in page.rows if row["id"] in found]))

    def retrieve(self, request: Request, key: UUID) -> Response:
        return Response(self.told(self.row(key)))

    def destroy(self, request: Request, key: UUID) -> Response:
        catalogue.remove(self.model, self.principal.business_id, key)
        return Response(status=204)


class EditableView(CatalogueView):
    """Create and change as well."""

    @abstractmethod
    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        """Create a row, or change the one with this key, from validated input."""

    @idempotent
    def create(self, request: Request) -> Response:
        row = self.save(self.read(self.input, request.data))
        return Response(self.told(self.row(row.uuid)), status=201)

    def update(self, request: Request, key: UUID) -> Response:
        self.save(self.read(self.input, request.data, partial=True), key)
        return Response(self.told(self.row(key)))


def documented(name: str, several: str, view: type[EditableView], answer: Any, profile: Any = None) -> None:
    """Describe the five operations of a kind of thing in the OpenAPI document."""
    extend_schema_view(
        list=extend_schema(
            operation_id=f"list_{several}",
            parameters=[wire.ListQuery],
            responses=wire.page_of(f"{answer.__name__}Page", answer),
        ),
        retrieve=extend_schema(operation_id=f"get_{name}", responses=profile or answer),
        create=extend_schema(operation_id=f"create_{name}", request=view.input, responses={201: answer}),
        update=extend_schema(operation_id=f"update_{name}", request=view.input, responses=answer),
        destroy=extend_schema(operation_id=f"delete_{name}", responses={204: None}),
    )(view)


class Categories(EditableView):
    model, input = ServiceCategory, wire.CategoryInput

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        return catalogue.save_category(self.principal.business_id, data, key)

    def told(self, row: ServiceCategory) -> dict[str, Any]:
        return wire.category(row)


class Resources(EditableView):
    model, input = Resource, wire.ResourceInput

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        return catalogue.save_resource(self.principal.business_id, data, key)

    def told(self, row: Resource) -> dict[str, Any]:
        return wire.resource(row)


class Services(EditableView):
    model, input = Service, wire.ServiceInput

    def rows(self) -> QuerySet[Any]:
        performers = ServiceResource.objects.select_related("resource").order_by("resource_id")
        return super().rows().select_related("category").prefetch_related(Prefetch("performers", performers))

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        named = data.pop("resources", None)
        performers = None if named is None else [_performer(item) for item in named]
        if data.get("category_id", ...) is None:
            data["category"] = None
        category = data.pop("category_id", None)
        deposit = wire.rule_of(data.pop("deposit")) if "deposit" in data else catalogue.UNCHANGED
        return catalogue.save_service(
            self.principal.business_id, data, key, performers=performers, category=category, deposit=deposit
        )

    def told(self, row: Service) -> dict[str, Any]:
        return wire.service(row)


def _performer(item: dict[str, Any]) -> catalogue.Performer:
    return catalogue.Performer(item["resource_id"], item.get("price_cents"), item.get("duration_minutes"))


class Hours(EditableView):
    model, input = OpeningHours, wire.HoursInput

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("resource")

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        values = wire.hours_values(data, self.row(key) if key else None)
        owner = data.get("resource_id", catalogue.UNCHANGED)
        return catalogue.save_opening_hours(self.principal.business_id, values, key, resource=owner)

    def told(self, row: OpeningHours) -> dict[str, Any]:
        return wire.hours(row)


class Closures(EditableView):
    model, input = Closure, wire.ClosureInput

    def rows(self) -> QuerySet[Any]:
        """Those that somebody entered: what a calendar feed blocks is the feed's."""
        return super().rows().filter(feed=None).select_related("resource")

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        values: dict[str, Any] = {name: data[name] for name in ("kind", "reason") if name in data}
        values |= period_values(data, self._zone())
        owner = data.get("resource_id", catalogue.UNCHANGED)
        return catalogue.save_closure(self.principal.business_id, values, key, resource=owner)

    def told(self, row: Closure) -> dict[str, Any]:
        return wire.closure(row, self._zone())

    def _zone(self) -> Any:
        return snapshot_of(self.principal.business_id).business.zone


class Customers(EditableView):
    model, input = Customer, people.CustomerInput

    def rows(self) -> QuerySet[Any]:
        return super().rows().filter(live=self.principal.live)

    def save(self, data: dict[str, Any], key: UUID | None = None) -> TenantModel:
        return save_customer(self.principal.business_id, data, key, live=self.principal.live)

    def told(self, row: Customer) -> dict[str, Any]:
        return people.customer(row)

    def retrieve(self, request: Request, key: UUID) -> Response:
        """The profile with its history."""
        row = self.row(key)
        zone = snapshot_of(self.principal.business_id).business.zone
        bookings = listed_bookings(self.principal.business_id, live=self.principal.live).filter(customer=row)
        latest = bookings.order_by("-starts_at", "-id").values(*BOOKING_COLUMNS)[:HISTORY]
        return Response(
            {
                **people.customer(row),
                "booking_count": bookings.count(),
                "no_show_count": bookings.filter(status=Status.NO_SHOW).count(),
                "bookings": [booking_item(booking, zone) for booking in latest],
            }
        )

    def destroy(self, request: Request, key: UUID) -> Response:
        remove_customer(self.principal.business_id, key, live=self.principal.live)
        return Response(status=204)


class Keys(CatalogueView):
    """Issue, list, rotate without downtime, revoke. A secret is shown once."""

    model, input = ApiKey, people.KeyInput

    def rows(self) -> QuerySet[Any]:
        """A test key sees and issues test keys only: it must not lead to live data."""
        return super().rows() if self.principal.live else super().rows().filter(live=False)

    def told(self, row: ApiKey) -> dict[str, Any]:
        return people.api_key(row)

    @extend_schema(operation_id="issue_api_key", request=people.KeyInput, responses={201: people.IssuedKey})
    @idempotent
    def create(self, request: Request) -> Response:
        data = self.read(people.KeyInput, request.data)
        live = data.pop("mode") == "live"
        if live and not self.principal.live:
            raise Forbidden("A test key cannot issue live keys.")
        key, secret = keys.issue_key(business_id=self.principal.business_id, live=live, **data)
        return self._issued(key, secret)

    @extend_schema(operation_id="rotate_api_key", request=people.RotationInput, responses={201: people.IssuedKey})
    @idempotent
    def rotate(self, request: Request, key: UUID) -> Response:
        """Issue a successor; the old key works on for `overlap_hours`."""
        overlap = timedelta(hours=self.read(people.RotationInput, request.data)["overlap_hours"])
        return self._issued(*keys.rotate_key(self.row(key), overlap=overlap))

    def _issued(self, key: ApiKey, secret: str) -> Response:
        return SecretResponse({**self.told(self.row(key.uuid)), "secret": secret}, status=201)

    @extend_schema(operation_id="revoke_api_key", responses={204: None})
    def destroy(self, request: Request, key: UUID) -> Response:
        keys.revoke_key(self.row(key))
        return Response(status=204)


documented("service_category", "service_categories", Categories, wire.CategoryAnswer)
documented("resource", "resources", Resources, wire.ResourceAnswer)
documented("service", "services", Services, wire.ServiceAnswer)
documented("opening_hours", "opening_hours_of_week", Hours, wire.HoursAnswer)
documented("closure", "closures", Closures, wire.ClosureAnswer)
documented("customer", "customers", Customers, people.CustomerAnswer, people.CustomerProfile)
extend_schema_view(
    list=extend_schema(
        operation_id="list_api_keys",
        parameters=[wire.ListQuery],
        responses=wire.page_of("ApiKeyPage", people.KeyAnswer),
    ),
    retrieve=extend_schema(operation_id="get_api_key", responses=people.KeyAnswer),
)(Keys)
