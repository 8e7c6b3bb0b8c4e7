"""Services: the list in its order, a service, its category."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward, saved, staying
from availengine.dashboard.forms.fields import Difference
from availengine.dashboard.forms.services import PerformersForm, ServiceForm, service_initial
from bookings.queries import bookings_to_come
from bookings.wording import minutes
from businesses import catalogue
from businesses.errors import NotFound, Stale
from businesses.models import Resource, Service, ServiceCategory, ServiceResource
from businesses.roles import Permission
from payments.money import spoken


@require_safe
@page(Permission.SETUP)
def services(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "dashboard/setup/services.html", {"groups": list(_groups(desk))})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def add(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return _edit(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def edit(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    return _edit(request, desk, _found(desk, key))


@require_POST
@page(Permission.SETUP)
def move(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    catalogue.move_service(desk.business.id, key, down=request.POST.get("to") == "down")
    messages.success(request, _("The order is changed."))
    return redirect("dashboard:services", desk.business.slug)


@require_POST
@page(Permission.SETUP)
def offer(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Hide a service, or offer it again."""
    active = request.POST.get("active") == "1"
    row = catalogue.save_service(desk.business.id, {"active": active}, key)
    told = _("%(name)s is offered.") if active else _("%(name)s is hidden.")
    messages.success(request, told % {"name": row.name})
    return redirect("dashboard:services", desk.business.slug)


@require_POST
@page(Permission.SETUP)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    catalogue.remove(Service, desk.business.id, key)
    messages.success(request, _("The service is removed."))
    return redirect("dashboard:services", desk.business.slug)


@require_POST
@page(Permission.SETUP)
def category(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Rename a category."""
    name = " ".join(request.POST.get("name", "").split())[:100]
    if name:
        catalogue.save_category(desk.business.id, {"name": name}, key)
        messages.success(request, _("The category is called %(name)s.") % {"name": name})
    else:
        messages.error(request, _("A category needs a name."))
    return redirect("dashboard:services", desk.business.slug)


@require_POST
@page(Permission.SETUP)
def remove_category(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    catalogue.remove(ServiceCategory, desk.business.id, key)
    messages.success(request, _("The category is removed. Its services are in none."))
    return redirect("dashboard:services", desk.business.slug)


def _services(desk: Desk) -> QuerySet[Any]:
    performers = ServiceResource.objects.select_related("resource").filter(resource__deleted_at=None)
    rows = Service.objects.present().filter(business=desk.business).select_related("category")
    return rows.prefetch_related(Prefetch("performers", performers.order_by("resource_id")))


def _found(desk: Desk, key: UUID) -> Service:
    row: Service | None = _services(desk).filter(uuid=key).first()
    if row is None:
        raise NotFound
    return row


def _groups(desk: Desk) -> Iterator[tuple[ServiceCategory | None, list[dict[str, Any]]]]:
    """Services by category: those in none first, then by the categories' order."""

    def place(row: Service) -> tuple[int, str, int]:
        return (row.category.position, row.category.name, row.category.id) if row.category else (-1, "", 0)

    rows = sorted(_services(desk).order_by("position", "id"), key=place)
    for _place, group in groupby(rows, key=place):
        listed = list(group)
        yield listed[0].category, [_told(desk, row, row is listed[0], row is listed[-1]) for row in listed]


def _told(desk: Desk, row: Service, first: bool, last: bool) -> dict[str, Any]:
    return {
        "service": row,
        "first": first,
        "last": last,
        "duration": minutes(row.duration_minutes),
        "price": "" if row.price_cents is None else spoken(row.price_cents, desk.business.currency),
        "performers": [performer.resource.name for performer in row.performers.all()],
    }


def _edit(request: HttpRequest, desk: Desk, row: Service | None) -> HttpResponseBase:
    data = request.POST if request.method == "POST" else None
    categories = list(ServiceCategory.objects.present().filter(business=desk.business).order_by("position", "name"))
    resources = list(Resource.objects.present().filter(business=desk.business).order_by("kind", "section", "id"))
    initial = service_initial(row)
    form = ServiceForm(data, initial=initial, business=desk.business, categories=categories)
    performers = PerformersForm(data, resources, row, desk.business.currency)
    status, stale = 200 if data is None else 400, None
    if form.is_valid() and performers.is_valid():
        first_steps = not is_bookable(desk)
        try:
            if saved(form, lambda: _save(desk, form, performers, row)):
                told = _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}
                return onward(request, desk, told, "services", first_steps=first_steps)
        except Stale:
            kept = PerformersForm(None, resources, row, desk.business.currency)
            others = [Difference(*difference) for difference in performers.against(kept)]
            status, stale = 409, [*form.against(initial), *others]
            form.look_again(row.updated_at if row else desk.now)
    context = {"form": form, "performers": performers, "service": row, "stale": stale}
    context["to_come"] = staying(bookings_to_come(desk.business, desk.now, live=desk.live, service=row)) if row else ""
    return render(request, "dashboard/setup/service.html", context, status=status)


def _save(desk: Desk, form: ServiceForm, performers: PerformersForm, row: Service | None) -> None:
    values, category = form.plain_values(), form.category_key()
    if row is None:
        values["position"] = catalogue.last_position(desk.business.id)
    if category is None and not form.cleaned_data["new_category"]:
        values["category"] = None
    catalogue.save_service(
        desk.business.id,
        values,
        row.uuid if row else None,
        performers=performers.performers(),
        category=category,
        new_category=form.cleaned_data["new_category"],
        deposit=form.rule(),
        seen=form.cleaned_data["seen"],
    )
