"""Somebody stands at the door: three fields, and they sit at the smallest free table, checked in."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from availengine.dashboard import booking_words
from availengine.dashboard.access import Desk, page
from availengine.dashboard.booking_forms import WalkInForm
from availengine.dashboard.starts import usual_party
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.errors import SlotTaken
from bookings.models import Booking
from bookings.offers import next_free
from bookings.once import seat_once
from bookings.placing import Start
from bookings.queries import held_allocations, snapshot_of
from bookings.services import NewBooking
from bookings.wording import spoken_time
from businesses.errors import Busy, Conflict, Invalid, NotFound
from businesses.localtime import moment_of
from businesses.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def walk_in(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, desk)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, errors=form.errors, status=400)
    ask = Ask(services=form.cleaned_data["service"], party=form.cleaned_data["party"], staff=True)
    try:
        booking = seat_once(_new(desk, form, ask), now=desk.minute)
    except SlotTaken as error:
        return _page(request, desk, problem=_(error.message), status=409, **_later(desk, ask))
    except (Conflict, Invalid, NotFound, Busy) as error:
        fresh = {} if isinstance(error, Busy) else {"token": str(uuid4())}
        return _page(request, desk, problem=booking_words.said(error), status=409, **fresh)
    messages.success(request, _("%(who)s: %(where)s.") % {"who": booking.guest_first_name, "where": _where(booking)})
    return redirect("dashboard:booking", desk.business.slug, booking.uuid)


def _new(desk: Desk, form: WalkInForm, ask: Ask) -> NewBooking:
    data = form.cleaned_data
    name = data["first_name"] or _("Walk-in")
    return NewBooking(
        business_id=desk.business.id,
        live=desk.live,
        guest=Guest(first_name=name, last_name="", phone=data["phone"]),
        start=Start.at(desk.zone, desk.minute),
        ask=ask,
        key=data["token"],
    )


def _where(booking: Booking) -> str:
    return ", ".join(dict.fromkeys(allocation.resource.name for allocation in held_allocations(booking)))


def _later(desk: Desk, ask: Ask) -> dict[str, str]:
    """When it could be instead, still today."""
    minute = next_free(desk.business, ask, live=desk.live, now=desk.minute)
    return {"later": spoken_time(moment_of(minute), desk.business) if minute else ""} | {"asked": "yes"}


def _page(request: HttpRequest, desk: Desk, *, status: int = 200, **more: Any) -> HttpResponse:
    snapshot = snapshot_of(desk.business.id)
    default = snapshot.default_service()
    typed = {name: request.POST.get(name, "") for name in ("party", "first_name", "phone", "service")}
    context = {
        "services": [service for service in snapshot.services.values() if service.active],
        "values": {
            **typed,
            "party": typed["party"] or usual_party(desk),
            "service": typed["service"] or (str(default.uuid) if default else ""),
            "token": more.pop("token", "") or request.POST.get("token") or str(uuid4()),
        },
        "now": spoken_time(desk.now, desk.business),
        **more,
    }
    return render(request, "dashboard/walk_in.html", context, status=status)
