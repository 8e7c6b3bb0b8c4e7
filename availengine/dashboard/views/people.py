"""Making two customers one, and what privacy asks for: handing out and erasing what is known of a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from availengine.api.idempotency import forget_answers
from availengine.dashboard.access import Desk, page
from availengine.dashboard.views.customers import customer_of
from bookings import privacy
from bookings.merging import MOST_SUGGESTED, likely_the_same, merge_customers
from bookings.models import Customer
from bookings.profiles import visits_of
from bookings.search import LONGEST, found_customers
from bookings.wording import short_day
from businesses.errors import Conflict, Invalid, NotFound
from businesses.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def merge(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Three steps on one page: who else is this person, who of the two stays, done."""
    row = customer_of(desk, key)
    said, chosen = request.GET.get("q", "").replace("\x00", "")[:LONGEST], _uuid(request, "other")
    other = customer_of(desk, chosen) if chosen and chosen != key else None
    if request.method != "POST":
        return _merge_page(request, desk, row, other, said)
    if other is None:
        return _merge_page(request, desk, row, None, said, status=400)
    keep, drop = (row, other) if request.POST.get("keep") == str(row.uuid) else (other, row)
    if request.POST.get("keep") not in (str(row.uuid), str(other.uuid)):
        return _merge_page(request, desk, row, other, said, problem=_("Choose who stays."), status=400)
    try:
        stays = merge_customers(desk.business.id, keep.uuid, drop.uuid, live=desk.live)
    except Conflict as error:
        return _merge_page(request, desk, row, other, said, problem=_(error.message), status=409)
    messages.success(request, _("Merged. All bookings are with %(name)s now.") % {"name": stays})
    return redirect("dashboard:customer", desk.business.slug, stays.uuid)


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    text = (request.POST if request.method == "POST" else request.GET).get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _merge_page(
    request: HttpRequest,
    desk: Desk,
    row: Customer,
    other: Customer | None,
    said: str,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Either the two side by side, or who may be the same and who was searched for."""
    alike = [] if other else list(likely_the_same(row))
    found: list[Customer] = []
    if said and not other:
        searched = found_customers(desk.business, said, live=desk.live).exclude(id=row.id)
        found = list(searched.order_by("-id")[:MOST_SUGGESTED])
    context = {
        "customer": row,
        "both": _with_visits(desk, [row, other]) if other else [],
        "alike": _with_visits(desk, alike),
        "found": _with_visits(desk, found),
        "said": said,
        "problem": problem,
        "other": other,
    }
    return render(request, "dashboard/customer_merge.html", context, status=status)


def _with_visits(desk: Desk, rows: list[Customer]) -> list[dict[str, Any]]:
    visits = visits_of(desk.business.id, [row.id for row in rows], now=desk.now) if rows else {}
    return [{"row": row, "visits": visits[row.id], "since": short_day(row.created_at, desk.business)} for row in rows]


@require_safe
@page(Permission.INTEGRATIONS)
def export(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    told = privacy.export_customer(desk.business.id, key, live=desk.live)
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="customer-{key}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.INTEGRATIONS)
def erase(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """For ever: so the name has to be typed."""
    row = customer_of(desk, key)
    context: dict[str, Any] = {"customer": row}
    if request.method == "POST":
        try:
            told_of = privacy.erase_customer(desk.business.id, key, live=desk.live, name=request.POST.get("name", ""))
        except (Invalid, Conflict) as error:
            status = 400 if isinstance(error, Invalid) else 409
            context["problem"] = _(error.message)
            return render(request, "dashboard/customer_erase.html", context, status=status)
        forget_answers(desk.business.id, [key, *told_of])
        messages.success(request, _("Erased. The bookings are kept without the person."))
        return redirect("dashboard:customers", desk.business.slug)
    return render(request, "dashboard/customer_erase.html", context)
