"""Who may do what in the admin: members by their roles, in their businesses; the host's superusers everywhere."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from businesses.models import BillingStatus, Business, Member
from businesses.roles import Permission, may


def is_host(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def memberships(request: HttpRequest) -> list[Member]:
    """Of who asks, where they have accepted and may set things up: with less, nobody gets into the admin."""
    known: list[Member] | None = getattr(request, "admin_memberships", None)
    if known is None:
        known = []
        if request.user.is_active and request.user.pk:
            found = Member.objects.filter(user_id=request.user.pk).exclude(accepted_at=None).select_related("business")
            known = [member for member in found if may(member.role, Permission.SETUP)]
        request.admin_memberships = known  # type: ignore[attr-defined]
    return known


def may_enter(request: HttpRequest) -> bool:
    return is_host(request) or bool(memberships(request))


def reach(request: HttpRequest, needs: Permission, *, to_write: bool = False) -> Collection[int] | None:
    """The ids of the businesses in which somebody may; None is all of them. Past due ones are not written to."""
    if is_host(request):
        return None
    return {
        member.business_id
        for member in memberships(request)
        if may(member.role, needs) and not (to_write and member.business.billing_status == BillingStatus.PAST_DUE)
    }


def within(request: HttpRequest, needs: Permission, business_id: int | None, *, to_write: bool = False) -> bool:
    """Whether one business is reached; without an id, whether any is."""
    reached = reach(request, needs, to_write=to_write)
    if reached is None:
        return True
    return bool(reached) if business_id is None else business_id in reached


def scoped(
    rows: "QuerySet[Model]", request: HttpRequest, needs: Permission, *, to_write: bool = False
) -> "QuerySet[Model]":
    """Only rows of the businesses that are reached."""
    reached = reach(request, needs, to_write=to_write)
    if reached is None:
        return rows
    return rows.filter(**{"id__in" if rows.model is Business else "business_id__in": reached})


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone to speak in: that of the businesses, where they have one in common."""
    zones = {member.business.timezone for member in memberships(request)}
    return ZoneInfo(zones.pop() if len(zones) == 1 and not is_host(request) else "UTC")
