"""The way in: the only business, or a choice of several."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from availengine.dashboard.frame import may_create, memberships
from availengine.dashboard.words import ROLES
from businesses.models import User


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponseBase:
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    found = memberships(request.user)
    if len(found) == 1:
        return redirect("dashboard:home", found[0].business.slug)
    context = {
        "found": [(member, ROLES[member.role]) for member in found],
        "may_create": may_create(request.user, found),
    }
    return render(request, "dashboard/choose.html", context)
