"""Accepting an invitation: what it is to, then a name and a password for who is new, or signing in."""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from availengine.clock import current_time
from availengine.dashboard.words import ROLES
from bookings.wording import in_language_of, language_of
from businesses import members
from businesses.errors import DomainError, Forbidden, Invalid
from businesses.models import Member, User


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET changes nothing: mail programs look at links."""
    member = members.invited_member(token, now=current_time())
    if member is None:
        return render(request, "account/invitation_invalid.html", status=404)
    with in_language_of(member.business):
        if request.method == "POST":
            return _accept(request, member, token)
        return _page(request, member, token)


def _accept(request: HttpRequest, member: Member, token: str) -> HttpResponseBase:
    user = request.user if isinstance(request.user, User) else None
    entered = {field: request.POST.get(field, "") for field in ("name", "password")}
    try:
        accepted = members.accept_invitation(token, user=user, now=current_time(), **entered)
    except Invalid as error:
        return _page(request, member, token, errors=error.details or {}, name=entered["name"], status=400)
    except Forbidden:
        return _page(request, member, token, status=403)
    except DomainError as error:
        problem = {"message": gettext(error.message)}
        return render(request, "account/invitation_invalid.html", problem, status=404)
    if user is None or user.id != accepted.user_id:
        login(request, accepted.user)
    return redirect("dashboard:home", accepted.business.slug)


def _page(request: HttpRequest, member: Member, token: str, *, status: int = 200, **more: Any) -> HttpResponse:
    user = request.user
    context = {
        "member": member,
        "business": member.business,
        "role": ROLES[member.role],
        "language": language_of(member.business),
        "is_new": members.is_new(member.user),
        "is_them": user.is_authenticated and user.pk == member.user_id,
        "is_other": user.is_authenticated and user.pk != member.user_id,
        "here": request.path,
        "token": token,
        **more,
    }
    return render(request, "account/invitation.html", context, status=status)
