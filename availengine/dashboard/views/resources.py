"""Resources: the list by kind and section, one of them, several alike at once."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward, saved, staying
from availengine.dashboard.forms.resources import ResourceForm, SeveralForm, resource_initial
from availengine.dashboard.views.closures import told_closure
from availengine.dashboard.words import KINDS_OF_MANY
from bookings.queries import bookings_to_come
from businesses import catalogue
from businesses.errors import NotFound, Stale
from businesses.models import Closure, Resource, ResourceKind, Service
from businesses.roles import Permission

ORDER = {kind: number for number, kind in enumerate(ResourceKind.values)}


@require_safe
@page(Permission.SETUP)
def resources(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "dashboard/setup/resources.html", {"groups": list(_groups(desk))})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def add(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return _edit(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def edit(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    return _edit(request, desk, found_resource(desk, key))


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def add_several(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    data, services = (request.POST if request.method == "POST" else None), _services(desk)
    initial = {"kind": "table", "before": "T", "first": 1, "last": 10, "capacity_min": 1, "capacity_max": 4}
    initial |= {"bookable_online": True, "performs": [str(row.uuid) for row in services]}
    form = SeveralForm(data, initial=initial, services=services)
    if form.is_valid():
        first_steps, several = not is_bookable(desk), form.each()
        if saved(form, lambda: catalogue.save_resources(desk.business.id, several, performs=form.performed())):
            told = ngettext("%(count)d resource is added.", "%(count)d resources are added.", len(several))
            return onward(request, desk, told % {"count": len(several)}, "resources", first_steps=first_steps)
    return render(request, "dashboard/setup/several.html", {"form": form}, status=200 if data is None else 400)


@require_POST
@page(Permission.SETUP)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    catalogue.remove(Resource, desk.business.id, key)
    messages.success(request, _("The resource is removed. Its bookings stay."))
    return redirect("dashboard:resources", desk.business.slug)


def found_resource(desk: Desk, key: UUID) -> Resource:
    row: Resource | None = Resource.objects.present().filter(business=desk.business, uuid=key).first()
    if row is None:
        raise NotFound
    return row


def _services(desk: Desk) -> Sequence[Service]:
    rows = Service.objects.present().filter(business=desk.business).prefetch_related("performers")
    return list(rows.order_by("position", "id"))


def _groups(desk: Desk) -> Iterator[tuple[Any, list[tuple[str, list[Resource]]]]]:
    """By kind, and in each by section."""
    rows = list(Resource.objects.present().filter(business=desk.business).order_by("section", "id"))
    rows.sort(key=lambda row: ORDER[row.kind])
    for kind, group in groupby(rows, key=lambda row: row.kind):
        yield KINDS_OF_MANY[kind], [(section, list(part)) for section, part in groupby(group, lambda row: row.section)]


def _edit(request: HttpRequest, desk: Desk, row: Resource | None) -> HttpResponseBase:
    data, services = (request.POST if request.method == "POST" else None), _services(desk)
    initial = resource_initial(row, services)
    form = ResourceForm(data, initial=initial, services=services, row=row)
    status, stale = 200 if data is None else 400, None
    if form.is_valid():
        first_steps = not is_bookable(desk)
        try:
            if saved(form, lambda: _save(desk, form, row)):
                told = _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}
                return onward(request, desk, told, "resources", first_steps=first_steps)
        except Stale:
            status, stale = 409, form.against(initial)
            form.look_again(row.updated_at if row else desk.now)
    context: dict[str, Any] = {"form": form, "resource": row, "stale": stale, "to_come": "", "closures": []}
    if row:
        context["to_come"] = staying(bookings_to_come(desk.business, desk.now, live=desk.live, resource=row))
        ahead = Closure.objects.filter(business=desk.business, resource=row, feed=None, ends_at__gt=desk.now)
        context["closures"] = [told_closure(desk, closure) for closure in ahead.order_by("starts_at", "id")]
    return render(request, "dashboard/setup/resource.html", context, status=status)


def _save(desk: Desk, form: ResourceForm, row: Resource | None) -> None:
    key, seen = row.uuid if row else None, form.cleaned_data["seen"]
    catalogue.save_resource(desk.business.id, form.plain_values(), key, performs=form.performed(), seen=seen)
