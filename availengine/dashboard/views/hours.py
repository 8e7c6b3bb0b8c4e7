"""The week editor: of the business, and of one resource."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward
from availengine.dashboard.forms.hours import USUAL, WeekForm
from availengine.dashboard.views.resources import found_resource
from businesses import catalogue
from businesses.errors import Conflict, Stale
from businesses.models import OpeningHours, Resource
from businesses.roles import Permission
from businesses.weeks import Interval, week_text


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def of_business(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return _week(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def of_resource(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    return _week(request, desk, found_resource(desk, key))


def _stored(desk: Desk, resource: Resource | None) -> list[Interval]:
    rows = OpeningHours.objects.filter(business=desk.business, resource=resource).order_by("weekday", "opens")
    return [Interval(row.weekday, row.opens, row.closes) for row in rows]


def _week(request: HttpRequest, desk: Desk, resource: Resource | None) -> HttpResponseBase:
    week = _stored(desk, resource)
    version = week_text(week, own=resource is None or resource.own_hours)
    if request.method != "POST":
        shown = week or (_stored(desk, None) if resource else []) or list(USUAL)
        own = resource is None or resource.own_hours
        return _page(request, desk, resource, WeekForm(week=shown), own=own, seen=version, suggested=not week)
    form, own = WeekForm(request.POST), resource is None or request.POST.get("own") == "1"
    entered: dict[str, Any] = {"own": own, "seen": request.POST.get("seen", "")}
    if "copy" in request.POST:
        form.copy(request.POST["copy"])
        return _page(request, desk, resource, form, **entered)
    if own and not form.is_valid():
        return _page(request, desk, resource, form, status=400, **entered)
    first_steps = not is_bookable(desk)
    try:
        key = resource.uuid if resource else None
        catalogue.save_week(desk.business.id, form.week if own else [], resource=key, own=own, seen=entered["seen"])
    except Stale:
        return _page(request, desk, resource, form, own=own, seen=version, stale=WeekForm(week=week), status=409)
    except Conflict as error:
        form.tell_clash((error.details or {})["rows"])
        return _page(request, desk, resource, form, status=409, **entered)
    if resource:
        told = _("The hours of %(name)s are saved.") % {"name": resource.name}
        return onward(request, desk, told, "resource", resource.uuid, first_steps=first_steps)
    return onward(request, desk, _("The opening hours are saved."), "hours", first_steps=first_steps)


def _page(
    request: HttpRequest, desk: Desk, resource: Resource | None, form: WeekForm, *, status: int = 200, **context: Any
) -> HttpResponseBase:
    return render(request, "dashboard/setup/hours.html", {"resource": resource, "form": form, **context}, status=status)
