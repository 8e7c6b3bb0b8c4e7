"""The people of a business: a list, inviting, roles, removing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from availengine.dashboard.access import Desk, page
from availengine.dashboard.words import ROLE_MEANS, ROLES
from bookings import invitations
from bookings.wording import spoken_day
from businesses import members as services
from businesses.errors import Conflict, Invalid
from businesses.models import Member
from businesses.roles import Permission, roles_to_give


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.MEMBERS)
def members(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The list, and the form that invites."""
    if request.method != "POST":
        return _page(request, desk)
    email, role = request.POST.get("email", ""), request.POST.get("role", "")
    try:
        member = invitations.invite(desk.business, email, role, by=desk.member, now=desk.now)
    except (Invalid, Conflict) as error:
        status = 400 if isinstance(error, Invalid) else 409
        return _page(request, desk, problem=_(error.message), email=email, role=role, status=status)
    messages.success(request, _("%(email)s was invited.") % {"email": member.user.email})
    return _back(desk)


@require_POST
@page(Permission.MEMBERS)
def change_role(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    member = services.change_role(desk.business, key, request.POST.get("role", ""), by=desk.member)
    told = {"who": member.user.name or member.user.email, "role": ROLES[member.role]}
    messages.success(request, _("%(who)s: %(role)s.") % told)
    return _back(desk)


@require_POST
@page(Permission.MEMBERS, past_due=True)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Also while the subscription is past due: who is to have no access any more is not to keep it for that."""
    services.remove_member(desk.business, key, by=desk.member)
    messages.success(request, _("Removed."))
    return redirect("dashboard:choose") if key == desk.member.uuid else _back(desk)


@require_POST
@page(Permission.MEMBERS)
def invite_again(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    member = invitations.invite_again(desk.business, key, by=desk.member, now=desk.now)
    messages.success(request, _("%(email)s was invited again.") % {"email": member.user.email})
    return _back(desk)


def _back(desk: Desk) -> HttpResponseBase:
    return redirect("dashboard:members", desk.business.slug)


def _page(request: HttpRequest, desk: Desk, *, status: int = 200, **entered: Any) -> HttpResponse:
    given = roles_to_give(desk.member.role)
    context = {
        "rows": list(_rows(desk, given)),
        "roles": [(role, ROLES[role], ROLE_MEANS[role]) for role in given],
        **entered,
    }
    return render(request, "dashboard/members.html", context, status=status)


def _rows(desk: Desk, given: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    found = Member.objects.filter(business=desk.business).select_related("user").order_by("created_at", "id")
    for member in found:
        ends = member.invitation_expires_at
        yield {
            "member": member,
            "role": ROLES[member.role],
            "is_you": member.id == desk.member.id,
            "may_change": member.role in given,
            "expired": ends is not None and ends <= desk.now,
            "ends": spoken_day(ends, desk.business) if ends else "",
        }
