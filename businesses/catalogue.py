"""The writes of a business's configuration: services, categories, resources, hours, closures.

Every function takes validated values by field name and runs in one transaction. Rows of another business are
NotFound. `seen` is what a row's `updated_at` was when somebody began to change it: Stale when it is not any more.
Database triggers raise `config_version` for every change, so that caches notice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext_noop

from businesses.actors import signed
from businesses.deposit_rules import Rule, check_deposit_rule, rule_columns
from businesses.errors import Conflict, Invalid, NotFound, Stale
from businesses.models import (
    Business,
    Closure,
    ClosureKind,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
)
from businesses.models.base import DeletableModel, TenantModel
from businesses.weeks import Interval, clash, overlapping, week_text

M = TypeVar("M", bound=TenantModel)


class Unchanged(Enum):
    """Said of what stays as it is, where None has a meaning: no owner but the business, no rule but its."""

    UNCHANGED = 0


UNCHANGED = Unchanged.UNCHANGED
MOST_POSITION = 32_767
OF_A_FEED = gettext_noop("A calendar blocks this time. Change it there.")


@dataclass(frozen=True, slots=True)
class Performer:
    """A resource that performs a service, with its own price or duration where it has one."""

    resource: UUID
    price_cents: int | None = None
    duration_minutes: int | None = None


def find(model: type[M], business_id: int, key: UUID, seen: datetime | None = None) -> M:
    """A present row of the business under a row lock: nobody else changes it meanwhile. Raises NotFound, Stale."""
    rows = model.objects.select_for_update(no_key=True)  # type: ignore[attr-defined]
    rows = rows.filter(business_id=business_id, uuid=key)
    if issubclass(model, DeletableModel):
        rows = rows.filter(deleted_at=None)
    row: M | None = rows.first()
    if row is None:
        raise NotFound
    if seen is not None and row.updated_at != seen:
        raise Stale
    return row


def _write(row: Model, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@signed
def save_category(
    business_id: int, values: Mapping[str, Any], key: UUID | None = None, *, seen: datetime | None = None
) -> ServiceCategory:
    """Create or change a category. Raises Conflict when another has its name."""
    row = find(ServiceCategory, business_id, key, seen) if key else ServiceCategory(business_id=business_id)
    named = ServiceCategory.objects.present().filter(business_id=business_id, name=values.get("name", row.name))
    if named.exclude(id=row.id).exists():
        raise Conflict("There is a category with this name already.")
    _write(row, values)
    return row


@signed
def category_named(business_id: int, name: str) -> ServiceCategory:
    """The category of this name, made when there is none."""
    Business.objects.select_for_update(no_key=True).only("id").get(id=business_id)  # two who make it make one
    found = ServiceCategory.objects.present().filter(business_id=business_id, name=name).first()
    return found or save_category(business_id, {"name": name})


@signed
def save_resource(
    business_id: int,
    values: Mapping[str, Any],
    key: UUID | None = None,
    *,
    performs: Collection[UUID] | None = None,
    seen: datetime | None = None,
) -> Resource:
    """Create or change a resource and, when given, which services it performs.

    Raises Invalid when its capacities contradict each other.
    """
    row = find(Resource, business_id, key, seen) if key else Resource(business_id=business_id)
    if values.get("capacity_min", row.capacity_min) > values.get("capacity_max", row.capacity_max):
        raise Invalid("The capacities contradict each other.", {"capacity_min": ["Must not exceed capacity_max."]})
    _write(row, values)
    if performs is not None:
        _set_performed(row, performs)
    return row


@signed
def save_resources(
    business_id: int, several: Sequence[Mapping[str, Any]], *, performs: Collection[UUID] = ()
) -> list[Resource]:
    """Create several resources that perform the same services."""
    return [save_resource(business_id, values, performs=performs) for values in several]


def _set_performed(resource: Resource, services: Collection[UUID]) -> None:
    """A service that stays keeps the resource's own price and duration."""
    known = {row.uuid: row for row in Service.objects.present().filter(business_id=resource.business_id)}
    unknown = [str(key) for key in services if key not in known]
    if unknown:
        raise Invalid("Unknown reference.", {"services": [f"There is no service {key}." for key in unknown]})
    wanted = {known[key].id for key in services}
    performing = ServiceResource.objects.filter(business_id=resource.business_id, resource=resource)
    before = set(performing.filter(service__deleted_at=None).values_list("service_id", flat=True))
    performing.filter(service_id__in=before - wanted).delete()
    ServiceResource.objects.bulk_create(
        ServiceResource(business_id=resource.business_id, service_id=service, resource=resource)
        for service in sorted(wanted - before)
    )
    _touch(Service, before ^ wanted)


def _touch(model: type[M], rows: Collection[int]) -> None:
    """Somebody who is changing one of these rows has to look again: what it says has changed beside it."""
    if rows:
        manager: Any = model._default_manager
        manager.filter(id__in=rows).update(updated_at=timezone.now())


@signed
def save_service(
    business_id: int,
    values: Mapping[str, Any],
    key: UUID | None = None,
    *,
    performers: Sequence[Performer] | None = None,
    category: UUID | None = None,
    new_category: str = "",
    deposit: Rule | Unchanged | None = UNCHANGED,
    seen: datetime | None = None,
) -> Service:
    """Create or change a service and, when given, who performs it. A new default takes the place of the old one.

    `new_category`: by name, made when there is none. `deposit`: its own rule, or None for the business's.
    """
    row = find(Service, business_id, key, seen) if key else Service(business_id=business_id)
    if values.get("party_min", row.party_min) > values.get("party_max", row.party_max):
        raise Invalid("The party sizes contradict each other.", {"party_min": ["Must not exceed party_max."]})
    if not isinstance(deposit, Unchanged):
        values = {**values, **_deposit_columns(business_id, deposit)}
    if values.get("is_default"):
        others = Service.objects.filter(business_id=business_id, is_default=True).exclude(id=row.id)
        others.update(is_default=False, updated_at=timezone.now())
    if category:
        row.category = _referenced(ServiceCategory, business_id, category, "category_id")
    if new_category:
        row.category = category_named(business_id, new_category)
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
    """Only what differs is written, so that the audit tells no more than what was changed."""
    if len({performer.resource for performer in performers}) != len(performers):
        raise Invalid("A resource is named twice.", {"resources": ["Each resource once."]})
    known = {row.uuid: row.id for row in Resource.objects.present().filter(business_id=service.business_id)}
    unknown = [str(performer.resource) for performer in performers if performer.resource not in known]
    if unknown:
        raise Invalid("Unknown reference.", {"resources": [f"There is no resource {key}." for key in unknown]})
    wanted = {known[p.resource]: p for p in performers}
    found = ServiceResource.objects.filter(business_id=service.business_id, service=service)
    before = {row.resource_id: row for row in found}
    found.filter(resource_id__in=set(before) - set(wanted)).delete()
    for resource, row in before.items():
        told = wanted.get(resource)
        if told and (row.price_cents, row.duration_minutes) != (told.price_cents, told.duration_minutes):
            _write(row, {"price_cents": told.price_cents, "duration_minutes": told.duration_minutes})
    ServiceResource.objects.bulk_create(
        ServiceResource(
            business_id=service.business_id,
            service=service,
            resource_id=resource,
            price_cents=told.price_cents,
            duration_minutes=told.duration_minutes,
        )
        for resource, told in wanted.items()
        if resource not in before
    )
    _touch(Resource, set(before) ^ set(wanted))


def last_position(business_id: int) -> int:
    """Where a service stands behind all others."""
    last = Service.objects.present().filter(business_id=business_id).aggregate(last=Max("position"))["last"]
    return 0 if last is None else min(last + 1, MOST_POSITION)


@signed
def move_service(business_id: int, key: UUID, *, down: bool) -> None:
    """Change places with the service before or after it in its category; at the end nothing happens."""
    Business.objects.select_for_update(no_key=True).only("id").get(id=business_id)  # one order at a time
    moved = find(Service, business_id, key)
    rows = list(Service.objects.present().filter(business_id=business_id).order_by("position", "id"))
    beside = [row for row in rows if row.category_id == moved.category_id]
    at = beside.index(moved) + (1 if down else -1)
    if 0 <= at < len(beside):
        one, other = rows.index(moved), rows.index(beside[at])
        rows[one], rows[other] = rows[other], rows[one]
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            _write(row, {"position": position})


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
def save_week(
    business_id: int,
    week: Sequence[Interval],
    *,
    resource: UUID | None = None,
    own: bool = True,
    seen: str | None = None,
) -> None:
    """Replace all weekly hours of the business, or of one resource; `own=False`: it works the business's hours.

    `seen`: the `week_text` that was changed from. Raises Stale, and Conflict when two intervals overlap: its details
    name their places in `week` under `rows`.
    """
    Business.objects.select_for_update(no_key=True).only("id").get(id=business_id)  # one change of a week at a time
    row = find(Resource, business_id, resource) if resource else None
    found = OpeningHours.objects.filter(business_id=business_id, resource=row)
    before = {Interval(o.weekday, o.opens, o.closes): o.id for o in found}
    if seen is not None and seen != week_text(before, own=row is None or row.own_hours):
        raise Stale
    if rows := clash(week):
        raise Conflict("These hours overlap others.", {"rows": rows})
    if row and row.own_hours != own:
        _write(row, {"own_hours": own})
    found.filter(id__in=[key for interval, key in before.items() if interval not in week]).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(business_id=business_id, resource=row, weekday=i.weekday, opens=i.opens, closes=i.closes)
        for i in week
        if i not in before
    )


@signed
def save_closure(
    business_id: int,
    values: Mapping[str, Any],
    key: UUID | None = None,
    *,
    resource: Owner = UNCHANGED,
    seen: datetime | None = None,
) -> Closure:
    """Create or change a closure or special opening. Existing bookings stay as they are.

    Raises Conflict for what a calendar feed blocks.
    """
    row = find(Closure, business_id, key, seen) if key else Closure(business_id=business_id)
    _require_by_hand(row)
    _give_to(row, resource)
    if values.get("ends_at", row.ends_at) <= values.get("starts_at", row.starts_at):
        raise Invalid("The period is empty.", {"to": ["Must be after from."]})
    _write(row, values)
    return row


def _require_by_hand(row: TenantModel) -> None:
    if isinstance(row, Closure) and row.feed_id:
        raise Conflict(OF_A_FEED)


@signed
def save_closures(business_id: int, several: Sequence[Mapping[str, Any]]) -> int:
    """Close the whole business for several periods; one that is closed wholly already is left out. How many."""
    made = 0
    for values in several:
        span = {"starts_at__lte": values["starts_at"], "ends_at__gte": values["ends_at"]}
        closed = Closure.objects.filter(business_id=business_id, resource=None, kind=ClosureKind.CLOSED, **span)
        if not closed.exists():
            save_closure(business_id, values)
            made += 1
    return made


@signed
def remove(model: type[TenantModel], business_id: int, key: UUID) -> None:
    """Delete: softly where bookings may point at the row. Raises Conflict for what a calendar feed blocks."""
    row = find(model, business_id, key)
    _require_by_hand(row)
    if isinstance(row, ServiceCategory):
        Service.objects.filter(business_id=business_id, category=row).update(category=None, updated_at=timezone.now())
    if isinstance(row, DeletableModel):
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at", "updated_at"])
    else:
        row.delete()
