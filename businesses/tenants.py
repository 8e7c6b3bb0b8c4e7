"""The writes of a business itself: making one, changing its profile, rules, deposits and policy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_noop

from businesses.actors import signed
from businesses.deposit_rules import check_cancellation_steps, check_deposit_rule
from businesses.errors import Conflict, Invalid, Stale
from businesses.localtime import earliest_instant, local_of, minute_of, moment_of
from businesses.models import Business, CalendarFeed, Closure, Member, Role, Service, ServiceResource, User
from businesses.money import decimals_of

RESERVED = frozenset({"new"})  # addresses of the dashboard that are not businesses

SLUG_TAKEN = gettext_noop("This address is taken.")
PRICES_ARE_SET = gettext_noop(
    "The new currency has other decimals: clear the prices of the services and the amount of the deposit first."
)


@signed
def create_business(values: Mapping[str, Any], *, owner: User, now: datetime) -> Business:
    """A new business without anything in it, and its first owner. Raises Conflict when its address is taken."""
    if values["slug"] in RESERVED or Business.objects.filter(slug=values["slug"]).exists():
        raise Conflict(SLUG_TAKEN, {"slug": [SLUG_TAKEN]})
    business = Business.objects.create(**values, deposit_type="none")
    Member.objects.create(business=business, user=owner, role=Role.OWNER, accepted_at=now)
    return business


@signed
def save_business(
    business_id: int, values: Mapping[str, Any], *, now: datetime, seen: datetime | None = None
) -> Business:
    """Change a business. Closures to come keep their wall-clock times when the zone changes.

    Raises Stale; Invalid for a deposit rule or policy that cannot be, and for a currency its amounts do not fit.
    """
    row = Business.objects.select_for_update(no_key=True).get(id=business_id)
    if seen is not None and row.updated_at != seen:
        raise Stale
    zone, currency = row.zone, row.currency
    for name, value in values.items():
        setattr(row, name, value)
    if decimals_of(row.currency) != decimals_of(currency):
        _require_no_amounts(row)
    if row.deposit_rule:
        check_deposit_rule(row.deposit_rule, row.plan)
    check_cancellation_steps(row.cancellation_steps)
    row.save(update_fields=[*values, "updated_at"])
    if row.zone != zone:
        _move_closures(row, zone, now)
        CalendarFeed.objects.filter(business=row).update(next_poll_at=now)  # days and clocks mean other moments now
    return row


def _require_no_amounts(row: Business) -> None:
    """An amount of other decimals would mean something else."""
    priced = Service.objects.present().filter(business=row)
    own = ServiceResource.objects.filter(business=row, service__deleted_at=None, price_cents__isnull=False)
    some = Q(price_cents__isnull=False) | Q(deposit_amount_cents__isnull=False)
    if row.deposit_amount_cents is not None or priced.filter(some).exists() or own.exists():
        raise Invalid(PRICES_ARE_SET, {"currency": [PRICES_ARE_SET]})


def _move_closures(business: Business, before: ZoneInfo, now: datetime) -> None:
    def moved(moment: datetime) -> datetime:
        local = local_of(before, minute_of(moment))
        return moment_of(earliest_instant(business.zone, local.date(), local.hour * 60 + local.minute))

    for closure in Closure.objects.filter(business=business, feed=None, ends_at__gt=now):
        closure.starts_at, closure.ends_at = moved(closure.starts_at), moved(closure.ends_at)
        closure.save(update_fields=["starts_at", "ends_at", "updated_at"])
