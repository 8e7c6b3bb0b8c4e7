"""The business's profile: who it is, where and in what money, what its booking page shows."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import onward, saved
from availengine.dashboard.forms.business import PROFILE, ProfileForm
from bookings.business_profile import save_profile
from businesses.errors import Stale
from businesses.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def business(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    data, row = request.POST if request.method == "POST" else None, desk.business
    initial = {name: getattr(row, name) for name in PROFILE} | {"seen": row.updated_at.isoformat()}
    form = ProfileForm(data, initial=initial, kept=row)
    status, stale = 200 if data is None else 400, None
    if form.is_valid():
        values, seen = form.values(*PROFILE), form.cleaned_data["seen"]
        try:
            if saved(form, lambda: save_profile(row, values, now=desk.now, seen=seen)):
                return onward(request, desk, _("The business is saved."), "business", first_steps=False)
        except Stale:
            status, stale = 409, form.against(initial)
            form.look_again(row.updated_at)
    return render(request, "dashboard/setup/business.html", {"form": form, "stale": stale}, status=status)
