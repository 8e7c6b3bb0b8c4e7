"""Deposits and policy: what is paid ahead, what cancelling costs, and how a customer reads it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import onward, saved
from availengine.dashboard.forms.deposits import DepositForm, StepsForm
from availengine.dashboard.forms.fields import Difference
from bookings.wording import spoken_rule, spoken_steps
from businesses.deposit_rules import Rule, rule_columns
from businesses.errors import Stale
from businesses.models import Business, Plan
from businesses.roles import Permission
from businesses.tenants import save_business


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def deposits(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    data, row = request.POST if request.method == "POST" else None, desk.business
    form = DepositForm(data, initial=_initial(row), business=row)
    steps = StepsForm(data, row.cancellation_steps)
    if data is None:
        return _page(request, desk, form, steps)
    valid = form.is_valid() and steps.is_valid()
    if not valid or "preview" in data:
        return _page(request, desk, form, steps, told=valid, status=200 if valid else 400)
    values, seen = _values(form, steps), form.cleaned_data["seen"]
    try:
        if saved(form, lambda: save_business(row.id, values, now=desk.now, seen=seen)):
            return onward(request, desk, _("Deposits and policy are saved."), "deposits", first_steps=False)
    except Stale:
        kept = Difference(_("Cancellation"), _policy(row, steps.steps), _policy(row, row.cancellation_steps))
        stale = [*form.against(_initial(row)), *([kept] if kept.entered != kept.stored else [])]
        form.look_again(row.updated_at)
        return _page(request, desk, form, steps, told=True, stale=stale, status=409)
    return _page(request, desk, form, steps, status=400)


def _page(
    request: HttpRequest,
    desk: Desk,
    form: DepositForm,
    steps: StepsForm,
    *,
    told: bool = False,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """`told`: the customer's sentences are of what was entered, not of what is stored."""
    row = desk.business
    rule, policy = (form.rule(), steps.steps) if told else (row.deposit_rule, row.cancellation_steps)
    context |= {
        "form": form,
        "steps": steps,
        "is_basic": row.plan != Plan.PREMIUM,
        "told": [spoken_rule(rule, row.currency), _policy(row, policy)],
        "entered": told,
    }
    return render(request, "dashboard/setup/deposits.html", context, status=status)


def _policy(row: Business, steps: list[Any]) -> str:
    return spoken_steps(steps or [(row.cancel_notice_hours, 0)])


def _initial(row: Business) -> dict[str, Any]:
    rule = rule_columns(row.deposit_rule or Rule("none"))
    return {**rule, "deposit_window_minutes": row.deposit_window_minutes, "seen": row.updated_at.isoformat()}


def _values(form: DepositForm, steps: StepsForm) -> dict[str, Any]:
    window = form.cleaned_data["deposit_window_minutes"]
    columns = rule_columns(form.rule() or Rule("none"))
    return {**columns, "cancellation_steps": steps.steps, "deposit_window_minutes": window}
