"""The writes of a business's configuration: services, categories, resources, hours, closures.

Every function takes validated values by field name and runs in one transaction. Rows of another business are
NotFound. Database triggers raise `config_version` for every change, so that caches notice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from businesses.actors import signed
from businesses.deposit_rules import Rule, check_deposit_rule, rule_columns
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import (
    Business,
    Closure,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
)
from businesses.models.base import DeletableModel, TenantModel
from businesses.weeks import Interval, overlapping

M = TypeVar("M", bound=TenantModel)


class Unchanged(Enum):
    """Said of what stays as it is, where None has a meaning: no owner but the business, no rule but its."""

    UNCHANGED = 0


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class Performer:
    """A resource that performs a service, with its own price or duration where it has one."""

    resource: UUID
    price_cents: int | None = None
    duration_minutes: int | None = None


def find(model: type[M], business_id: int, key: UUID) -> M:
    """A present row of the business under a row lock: nobody else changes it meanwhile. Raises NotFound."""
    rows = model.objects.select_for_update(no_key=True)  # type: ignore[attr-defined]
    rows = rows.filter(business_id=business_id, uuid=key)
    if issubclass(model, DeletableModel):
        rows = rows.filter(deleted_at=None)
    row: M | None = rows.first()
    if row is None:
        raise NotFound
    return row


def _write(row: Model, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@signed
def save_category(business_id: int, values: Mapping[str, Any], key: UUID | None = None) -> ServiceCategory:
    row = find(ServiceCategory, business_id, key) if key else ServiceCategory(business_id=business_id)
    _write(row, values)
    return row


@signed
def save_resource(business_id: int, values: Mapping[str, Any], key: UUID | None = None) -> Resource:
    """Create or change a resource. Raises Invalid when its capacities contradict each other."""
    row = find(Resource, business_id, key) if key else Resource(business_id=business_id)
    if values.get("capacity_min", row.capacity_min) > values.get("capacity_max", row.capacity_max):
        raise Invalid("The capacities contradict each other.", {"capacity_min": ["Must not exceed capacity_max."]})
    _write(row, values)
    return row


@signed
def save_service(
    business_id: int,
    values: Mapping[str, Any],
    key: UUID | None = None,
    *,
    performers: Sequence[Performer] | None = None,
    category: UUID | None = None,
    deposit: Rule | Unchanged | None = UNCHANGED,
) -> Service:
    """Create or change a service and, when given, who performs it. A new default takes the place of the old one.

    `deposit`: its own rule, or None for the business's.
    """
    row = find(Service, business_id, key) if key else Service(business_id=business_id)
    if values.get("party_min", row.party_min) > values.get("party_max", row.party_max):
        raise Invalid("The party sizes contradict each other.", {"party_min": ["Must not exceed party_max."]})
    if not isinstance(deposit, Unchanged):
        values = {**values, **_deposit_columns(business_id, deposit)}
    if values.get("is_default"):
        Service.objects.filter(business_id=business_id, is_default=True).exclude(id=row.id).update(is_default=False)
    if category:
        row.category = _referenced(ServiceCategory, business_id, category, "category_id")
    _write(row, values)
    if performers is not None:
        _set_performers(row, performers)
    return row


def _deposit_columns(business_id: int, rule: Rule | None) -> dict[str, Any]:
    if rule:
        try:
            check_deposit_rule(rule, Business.objects.values_list("plan", flat=True).get(id=business_id))
        except Invalid as error:
            raise Invalid(error.message, {"deposit": [error.message]}) from None
    return rule_columns(rule)


def _referenced(model: type[M], business_id: int, key: UUID, field: str) -> M:
    try:
        return find(model, business_id, key)
    except NotFound:
        raise Invalid("Unknown reference.", {field: [f"There is no {model._meta.verbose_name} {key}."]}) from None


def _set_performers(service: Service, performers: Sequence[Performer]) -> None:
    if len({performer.resource for performer in performers}) != len(performers):
        raise Invalid("A resource is named twice.", {"resources": ["Each resource once."]})
    ServiceResource.objects.filter(business_id=service.business_id, service=service).delete()
    known = {row.uuid: row for row in Resource.objects.present().filter(business_id=service.business_id)}
    unknown = [str(performer.resource) for performer in performers if performer.resource not in known]
    if unknown:
        raise Invalid("Unknown reference.", {"resources": [f"There is no resource {key}." for key in unknown]})
    ServiceResource.objects.bulk_create(
        ServiceResource(
            business_id=service.business_id,
            service=service,
            resource=known[performer.resource],
            price_cents=performer.price_cents,
            duration_minutes=performer.duration_minutes,
        )
        for performer in performers
    )


Owner = UUID | None | Unchanged


def _give_to(row: OpeningHours | Closure, owner: Owner) -> None:
    if not isinstance(owner, Unchanged):
        row.resource = _referenced(Resource, row.business_id, owner, "resource_id") if owner else None


@signed
def save_opening_hours(
    business_id: int, values: Mapping[str, Any], key: UUID | None = None, *, resource: Owner = UNCHANGED
) -> OpeningHours:
    """Create or change one weekly interval. Raises Conflict when it overlaps another of the same owner."""
    Business.objects.select_for_update(no_key=True).get(id=business_id)  # one change of a week at a time
    row = find(OpeningHours, business_id, key) if key else OpeningHours(business_id=business_id)
    _give_to(row, resource)
    if row.resource:
        Resource.objects.filter(id=row.resource.id, own_hours=False).update(own_hours=True)
    others = OpeningHours.objects.filter(business_id=business_id, resource=row.resource)
    for name, value in values.items():
        setattr(row, name, value)
    week = [Interval(o.weekday, o.opens, o.closes) for o in others.exclude(id=row.id)]
    if overlapping([*week, Interval(row.weekday, row.opens, row.closes)]):
        raise Conflict("These hours overlap others.")
    row.save()
    return row


@signed
def save_closure(
    business_id: int, values: Mapping[str, Any], key: UUID | None = None, *, resource: Owner = UNCHANGED
) -> Closure:
    """Create or change a closure or special opening. Existing bookings stay as they are."""
    row = find(Closure, business_id, key) if key else Closure(business_id=business_id)
    _give_to(row, resource)
    if values.get("ends_at", row.ends_at) <= values.get("starts_at", row.starts_at):
        raise Invalid("The period is empty.", {"to": ["Must be after from."]})
    _write(row, values)
    return row


@signed
def remove(model: type[TenantModel], business_id: int, key: UUID) -> None:
    """Delete: softly where bookings may point at the row."""
    row = find(model, business_id, key)
    if isinstance(row, ServiceCategory):
        Service.objects.filter(business_id=business_id, category=row).update(category=None)
    if isinstance(row, DeletableModel):
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at", "updated_at"])
    else:
        row.delete()
