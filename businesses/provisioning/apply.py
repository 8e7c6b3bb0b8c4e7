"""Making a plan so. Only what differs is written; what the plan does not name is left alone."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model

from businesses.actors import signed
from businesses.keys import issue_key
from businesses.localtime import edge, moment_of
from businesses.models import (
    PRESET_SCOPES,
    ApiKey,
    Business,
    Closure,
    Member,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
    User,
)
from businesses.provisioning.document import DocumentError
from businesses.provisioning.planned import Plan, PlannedClosure, PlannedKey, PlannedMember, PlannedService
from businesses.weeks import Interval

M = TypeVar("M", bound=Model)


@dataclass
class Outcome:
    """What exists now, and the secrets that were issued: they cannot be asked for again."""

    business: Business
    changed: bool = False
    resources: dict[str, Resource] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    keys: dict[str, str | None] = field(default_factory=dict)
    members: dict[str, str | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The shape of `provision --json` (DESIGN 7)."""

        def named(rows: Mapping[str, Resource | Service]) -> dict[str, Any]:
            return {key: {"id": str(row.uuid), "number": row.id} for key, row in rows.items()}

        return {
            "business": {"id": str(self.business.uuid), "number": self.business.id, "slug": self.business.slug},
            "resources": named(self.resources),
            "services": named(self.services),
            "keys": self.keys,
            "members": self.members,
        }


@signed
def apply_plan(plan: Plan) -> Outcome:
    """Create or update the business of a plan, in one transaction."""
    business = Business.objects.select_for_update(no_key=True).filter(slug=plan.business["slug"]).first()
    outcome = Outcome(business or Business())
    outcome.changed |= _write(outcome.business, plan.business)
    _hours(outcome, None, plan.hours)
    for planned in plan.resources:
        row = _keyed(Resource, outcome, planned.key, planned.values)
        outcome.resources[planned.key] = row
        _hours(outcome, row, planned.hours or [])
    _clear_other_default(outcome, plan)
    for service in plan.services:
        _service(outcome, service)
    for closure in plan.closures:
        _closure(outcome, closure)
    for key in plan.keys:
        outcome.keys[key.name] = _key(outcome, key)
    for member in plan.members:
        outcome.members[member.email] = _member(outcome, member)
    return outcome


def _write(row: Model, values: Mapping[str, Any]) -> bool:
    """Set what differs and save it. Says whether anything did."""
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    if row.pk and not differing:
        return False
    for name in differing:
        setattr(row, name, values[name])
    if row.pk:
        row.save(update_fields=[*differing, "updated_at"])
    else:
        row.save()
    return True


def _keyed(model: type[M], outcome: Outcome, key: str, values: Mapping[str, Any]) -> M:
    manager: Any = model._default_manager
    row: M = manager.present().filter(business=outcome.business, key=key).first() or model(
        business=outcome.business, key=key
    )
    outcome.changed |= _write(row, values)
    return row


def _hours(outcome: Outcome, resource: Resource | None, wanted: Iterable[Interval]) -> None:
    found = OpeningHours.objects.filter(business=outcome.business, resource=resource)
    existing = {Interval(row.weekday, row.opens, row.closes): row for row in found}
    gone = [row.id for interval, row in existing.items() if interval not in set(wanted)]
    new = [interval for interval in wanted if interval not in existing]
    if gone:
        found.filter(id__in=gone).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(business=outcome.business, resource=resource, weekday=i.weekday, opens=i.opens, closes=i.closes)
        for i in new
    )
    outcome.changed |= bool(gone or new)


def _clear_other_default(outcome: Outcome, plan: Plan) -> None:
    """There is one default service at a time: an old one makes room first."""
    for planned in plan.services:
        if planned.values["is_default"]:
            others = Service.objects.present().filter(business=outcome.business, is_default=True)
            outcome.changed |= bool(others.exclude(key=planned.key).update(is_default=False))


def _service(outcome: Outcome, planned: PlannedService) -> None:
    business = outcome.business
    category = None
    if planned.category:
        category, made = ServiceCategory.objects.get_or_create(
            business=business, name=planned.category, deleted_at=None
        )
        outcome.changed |= made
    row = _keyed(Service, outcome, planned.key, {**planned.values, "category": category})
    outcome.services[planned.key] = row
    wanted = {(outcome.resources[p.resource].id, p.price_cents, p.duration_minutes) for p in planned.performers}
    found = ServiceResource.objects.filter(business=business, service=row)
    if wanted != set(found.values_list("resource_id", "price_cents", "duration_minutes")):
        found.delete()
        ServiceResource.objects.bulk_create(
            ServiceResource(
                business=business, service=row, resource_id=resource, price_cents=price, duration_minutes=minutes
            )
            for resource, price, minutes in sorted(wanted, key=lambda item: item[0])
        )
        outcome.changed = True


def _closure(outcome: Outcome, planned: PlannedClosure) -> None:
    zone = outcome.business.zone
    span = {
        "starts_at": moment_of(edge(zone, *planned.start)),
        "ends_at": moment_of(edge(zone, *planned.end, last=True)),
    }
    if span["ends_at"] <= span["starts_at"]:
        raise DocumentError(f"{planned.path}.to", "must be after from")
    resource = outcome.resources[planned.resource] if planned.resource else None
    found = Closure.objects.filter(business=outcome.business, feed=None, resource=resource, kind=planned.kind, **span)
    row = found.first() or Closure(business=outcome.business, resource=resource, kind=planned.kind, **span)
    outcome.changed |= _write(row, {"reason": planned.reason})


def _key(outcome: Outcome, planned: PlannedKey) -> str | None:
    """The secret of a new key; of one that exists already the rights and limits are brought up to date."""
    row = ApiKey.objects.filter(business=outcome.business, name=planned.name, revoked_at=None, expires_at=None).first()
    if row:
        _require_same_secret(row, planned)
        values = {
            "preset": planned.preset,
            "scopes": [str(scope) for scope in PRESET_SCOPES[planned.preset]],
            "requests_per_minute": planned.requests_per_minute,
            "allowed_origins": planned.allowed_origins,
        }
        outcome.changed |= _write(row, values)
        return None
    outcome.changed = True
    _, secret = issue_key(
        business_id=outcome.business.id,
        name=planned.name,
        preset=planned.preset,
        live=planned.live,
        prefix=planned.prefix,
        requests_per_minute=planned.requests_per_minute,
        allowed_origins=planned.allowed_origins,
    )
    return secret


def _require_same_secret(row: ApiKey, planned: PlannedKey) -> None:
    """Mode and prefix are written in a secret: they cannot be changed afterwards."""
    for name, same in (("mode", row.live == planned.live), ("prefix", row.hint.startswith(f"{planned.prefix}_"))):
        if not same:
            raise DocumentError(f"{planned.path}.{name}", "cannot be changed: name a new key, and revoke the old one")


def _member(outcome: Outcome, planned: PlannedMember) -> str | None:
    """The initial password of a new user; a user who exists keeps theirs."""
    password = None
    user = User.objects.filter(email=planned.email).first()
    if user is None:
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(planned.email, password)
    member = Member.objects.filter(business=outcome.business, user=user).first() or Member(
        business=outcome.business, user=user
    )
    outcome.changed |= _write(member, {"role": planned.role})
    return password
