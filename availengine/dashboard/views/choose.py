"""The way in: the only business, or a choice of several."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from availengine.dashboard.frame import memberships
from availengine.dashboard.words import ROLES
from businesses.models import User


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponseBase:
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    found = memberships(request.user)
    if len(found) == 1:
        return redirect("dashboard:home", found[0].business.slug)
    return render(request, "dashboard/choose.html", {"found": [(member, ROLES[member.role]) for member in found]})
