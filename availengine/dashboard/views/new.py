"""A new business: for the host, and for owners of another one where the host allows it. Nobody signs up here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.clock import current_time
from availengine.dashboard.changes import saved
from availengine.dashboard.forms.business import NewBusinessForm
from availengine.dashboard.frame import may_create, memberships
from businesses.actors import act_as
from businesses.models import User
from businesses.tenants import create_business


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    if not isinstance(user, User) or not may_create(user, memberships(user)):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = NewBusinessForm(data, initial={"currency": "EUR", "language": get_language()})
    if form.is_valid():
        act_as("member", user.name or user.email)
        values = form.values("name", "slug", "timezone", "currency", "language")
        if saved(form, lambda: create_business(values, owner=user, now=current_time())):
            messages.success(
                request, _("%(name)s is there. Three steps, and it can be booked.") % {"name": values["name"]}
            )
            return redirect("dashboard:setup", values["slug"])
    return render(request, "dashboard/new.html", {"form": form}, status=200 if data is None else 400)
