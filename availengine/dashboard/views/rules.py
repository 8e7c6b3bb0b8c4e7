"""The booking rules."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward, saved
from availengine.dashboard.forms.business import RULES, RulesForm
from businesses.errors import Stale
from businesses.models import Business
from businesses.roles import Permission
from businesses.tenants import save_business


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def rules(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    data, initial, row = (request.POST if request.method == "POST" else None), _initial(desk.business), desk.business
    form = RulesForm(data, initial=initial)
    status, stale = 200 if data is None else 400, None
    if form.is_valid():
        first_steps, values, seen = not is_bookable(desk), form.values(*RULES), form.cleaned_data["seen"]
        try:
            if saved(form, lambda: save_business(row.id, values, now=desk.now, seen=seen)):
                return onward(request, desk, _("The rules are saved."), "rules", first_steps=first_steps)
        except Stale:
            status, stale = 409, form.against(initial)
            form.look_again(row.updated_at)
    return render(request, "dashboard/setup/rules.html", {"form": form, "stale": stale}, status=status)


def _initial(row: Business) -> dict[str, Any]:
    reminders = ", ".join(map(str, row.reminder_hours))
    plain = {name: getattr(row, name) for name in RULES}
    return {**plain, "reminder_hours": reminders, "seen": row.updated_at.isoformat()}
