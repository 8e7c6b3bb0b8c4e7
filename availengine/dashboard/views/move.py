"""Moving a booking: what dragging does, and the form that does the same without a mouse."""

from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.timeline import label_of
from availengine.dashboard.views.home import day_url
from bookings.desk_moves import free_at, move_booking
from bookings.errors import SlotTaken
from bookings.models import Allocation, Booking
from bookings.moving import MOVABLE
from bookings.placing import Start
from bookings.queries import held_allocations, snapshot_of
from bookings.services import Move
from bookings.wording import spoken_moment
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import instants, minute_of, moment_of
from businesses.roles import Permission

CHANGED = "bookings-changed"  # what pages of the diary listen for
MOST_OTHERS = 6  # resources offered
FAR = 2**26  # minutes: in the year 2097


class MoveForm(forms.Form):
    """Dragging tells the minute, people a date and a time. What is left out stays as it is."""

    date = forms.DateField(label=gettext_lazy("Date"), required=False)
    time = forms.TimeField(label=gettext_lazy("Time"), required=False, input_formats=["%H:%M", "%H:%M:%S"])
    instant = forms.IntegerField(min_value=0, max_value=FAR, required=False)
    resource = forms.UUIDField(required=False)
    version = forms.IntegerField(min_value=1, max_value=2**31)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def move(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Moved: a page goes back to the day, htmx is told that bookings have changed."""
    booking = Booking.objects.filter(business_id=desk.business.id, live=desk.live, uuid=key).first()
    if booking is None:
        raise NotFound
    if request.method != "POST":
        return _form(request, desk, booking)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _form(request, desk, booking, problem=_("Enter a date and a time."), status=400)
    wanted = _wanted(form, desk, booking)
    try:
        moved = move_booking(desk.business.id, key, wanted, live=desk.live, now=desk.minute)
    except (Conflict, Invalid) as refusal:
        return _refused(request, desk, booking, wanted, refusal)
    if _in_place(request):
        return HttpResponse(status=204, headers={"HX-Trigger": CHANGED})
    told = {"who": _name(moved), "when": spoken_moment(moved.starts_at, desk.business)}
    messages.success(request, _("%(who)s: moved to %(when)s.") % told)
    return redirect(day_url(desk, minute_of(moved.starts_at)))


def _wanted(form: MoveForm, desk: Desk, booking: Booking) -> Move:
    given, own = form.cleaned_data, Start.at(desk.zone, minute_of(booking.starts_at))
    if given["instant"] is not None:
        start = Start.at(desk.zone, given["instant"])
    else:
        day: Any = given["date"] or own.date
        clock: time | None = given["time"]
        start = Start(day, clock.hour * 60 + clock.minute if clock else own.minutes)
        if (start.date, start.minutes) == (own.date, own.minutes):
            start = own  # of the two hours of a fold, the one that it is in
    return Move(start=start, resource=given["resource"], version=given["version"])


def _refused(
    request: HttpRequest, desk: Desk, booking: Booking, wanted: Move, refusal: Conflict | Invalid
) -> HttpResponse:
    """Why not, and when else; beside the form for people, by itself where somebody dragged."""
    status = 409 if isinstance(refusal, Conflict) else 400
    context = {"problem": _(refusal.message), "stale": "version" in (refusal.details or {}), "wanted": wanted}
    if isinstance(refusal, SlotTaken):
        context |= _alternatives(desk, booking, wanted, refusal)
    if not _in_place(request):
        return _form(request, desk, booking, status=status, **context)
    context |= {"booking": booking, "name": _name(booking)}
    response = render(request, "dashboard/_move_refused.html", context, status=status)
    if context["stale"]:
        response.headers["HX-Trigger"] = CHANGED
    return response


def _alternatives(desk: Desk, booking: Booking, wanted: Move, refusal: SlotTaken) -> dict[str, Any]:
    """Who else is free at the time that was refused, and when else it is: (minute, as people say it)."""
    minute = wanted.start.instant or instants(desk.zone, wanted.start.date, wanted.start.minutes)[0]
    others = free_at(desk.business.id, booking.uuid, wanted.start, live=desk.live, now=desk.minute)
    if minute == minute_of(booking.starts_at):  # where it is now is no alternative
        own = {allocation.resource_id for allocation in held_allocations(booking)}
        others = [other for other in others if other.id not in own]
    return {
        "others": others[:MOST_OTHERS],
        "wanted_minute": minute,
        "asked_for": _asked_for(desk, wanted, minute),
        "nearest": [(at, spoken_moment(moment_of(at), desk.business)) for at in refusal.nearest_minutes],
    }


def _asked_for(desk: Desk, wanted: Move, minute: int) -> str:
    """The time and the place that are not to be had."""
    named = [r.name for r in snapshot_of(desk.business.id).resources.values() if r.uuid == wanted.resource]
    return " · ".join([spoken_moment(moment_of(minute), desk.business), *named])


def _in_place(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _form(request: HttpRequest, desk: Desk, booking: Booking, *, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page, or the form alone for the dialog."""
    wanted = more.get("wanted") or Move(start=Start.at(desk.zone, minute_of(booking.starts_at)))
    held = [allocation for allocation in held_allocations(booking) if not allocation.additional]
    context = {
        "booking": booking,
        "name": _name(booking),
        "when": spoken_moment(booking.starts_at, desk.business),
        "date": wanted.start.date,
        "time": time(*divmod(wanted.start.minutes, 60)),
        "wanted": wanted,
        "groups": _choices(desk, booking, held),
        "may_change_time": booking.status in MOVABLE,
        "back": day_url(desk, minute_of(booking.starts_at)),
        **more,
    }
    template = "dashboard/_move_form.html" if _in_place(request) else "dashboard/move.html"
    return render(request, template, context, status=status)


def _choices(desk: Desk, booking: Booking, held: list[Allocation]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The resources that could take all of a visit, by section: (section, [(id, name)])."""
    snapshot, own = snapshot_of(desk.business.id), {allocation.resource_id for allocation in held}
    wanted = [snapshot.calendar.services.get(allocation.service_id) for allocation in held]
    groups: dict[str, list[tuple[str, str]]] = {}
    for resource in snapshot.resources.values():
        able = all(service is None or resource.id in service.performers for service in wanted)
        if resource.id in own or (resource.active and able and resource.capacity_max >= booking.party_size):
            groups.setdefault(label_of(resource), []).append((str(resource.uuid), resource.name))
    return list(groups.items())


def _name(booking: Booking) -> str:
    return f"{booking.guest_first_name} {booking.guest_last_name}".strip()
