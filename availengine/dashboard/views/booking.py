"""One booking: to look at, and every change of it but those of money."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard import booking_words
from availengine.dashboard.access import Desk, page
from availengine.dashboard.booking_forms import CancelForm, DayForm, MoveForm, NotesForm, SeatForm, StatusForm
from availengine.dashboard.panel import (
    SEATABLE,
    booking_of,
    changed,
    heading_of,
    not_changed,
    settled,
    show,
    show_booking,
)
from availengine.dashboard.starts import chosen_of, grouped_starts, nearest_of, resources_of, why_none
from availengine.dashboard.together import left_of
from availengine.dashboard.words import STATUSES
from bookings import services
from bookings.errors import SlotTaken
from bookings.lifecycle import TRANSITIONS
from bookings.models import Booking, Series, Status
from bookings.moving import MOVABLE
from bookings.offers import starts_to_move
from bookings.policy import Settlement, cancellation
from bookings.queries import free_resources, held_allocations
from bookings.resending import resend
from bookings.series import cancel_series
from bookings.services import BookingChange, Move
from businesses.errors import Conflict, Forbidden, Invalid
from businesses.localtime import minute_of
from businesses.roles import Permission
from payments.money import spoken

EITHER = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@page(Permission.VIEW)
def booking(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    return show_booking(request, desk, key)


@require_POST
@page(Permission.BOOKINGS)
def change_status(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """Another status, of the version that was looked at. Sent twice it is done once."""
    form = StatusForm(request.POST)
    found = booking_of(desk, key)
    if not form.is_valid():
        return not_changed(request, desk, key, Invalid(_("There is no such status.")))
    status, version = form.cleaned_data["status"], form.cleaned_data["version"]
    try:
        change = BookingChange(status=status, version=version)
        found = services.update_booking(desk.business.id, key, change, live=desk.live, now=desk.minute)
    except Conflict as error:
        if booking_of(desk, key).status != status:
            return not_changed(request, desk, key, error)
        return changed(request, desk, key)
    settled(request, desk, found)
    now_is = booking_of(desk, key).status
    return changed(request, desk, key, _status_told(now_is) if now_is == status else "")


def _status_told(status: str) -> str:
    return _("The booking is now “%(status)s”.") % {"status": STATUSES[status]}


@require_POST
@page(Permission.BOOKINGS)
def save_notes(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    form = NotesForm(_lines_as_typed(request))
    if not form.is_valid():
        return not_changed(request, desk, key, Invalid(_("Notes have at most 2000 characters.")))
    notes, before = form.cleaned_data["staff_notes"], form.cleaned_data["before"]
    if booking_of(desk, key).staff_notes == notes:
        return changed(request, desk, key)
    try:
        services.set_staff_notes(desk.business.id, key, notes, live=desk.live, instead_of=before)
    except Conflict as error:
        context = heading_of(desk, booking_of(desk, key))
        return show(request, "_notes.html", {**context, "notes": notes, "problem": _(error.message)}, status=409)
    return changed(request, desk, key, _("The notes are saved."))


def _lines_as_typed(request: HttpRequest) -> dict[str, str]:
    """Browsers send CRLF."""
    return {name: request.POST.get(name, "").replace("\r\n", "\n") for name in ("staff_notes", "before")}


@require_POST
@page(Permission.BOOKINGS)
def send_again(request: HttpRequest, desk: Desk, key: UUID, message: UUID) -> HttpResponse:
    try:
        resend(booking_of(desk, key), message, now=desk.now)
    except Conflict as error:
        return not_changed(request, desk, key, error)
    return changed(request, desk, key, _("The message is sent again."))


# --- another time ---------------------------------------------------------------------------------------------------


@EITHER
@page(Permission.BOOKINGS)
def move(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """The free times of a date; a POST moves."""
    found = booking_of(desk, key)
    if found.status not in MOVABLE:
        return not_changed(request, desk, key, Conflict("", {"status": found.status}))
    if request.method != "POST":
        return _move_page(request, desk, found, request.GET)
    form = MoveForm(request.POST, zone=desk.zone)
    if not form.is_valid():
        return _move_page(request, desk, found, request.POST, problem=_("Choose a time."), status=400)
    data = form.cleaned_data
    wanted = Move(start=form.beginning(), resource=data["resource"], version=data["version"])
    try:
        services.reschedule_booking(desk.business.id, key, wanted, live=desk.live, now=desk.minute)
    except SlotTaken as error:
        nearest = nearest_of(desk, error)
        return _move_page(request, desk, found, request.POST, problem=_(error.message), nearest=nearest, status=409)
    except (Conflict, Invalid) as error:
        return not_changed(request, desk, key, error)
    return changed(request, desk, key, _("The booking was moved."))


def _move_page(
    request: HttpRequest, desk: Desk, found: Booking, asked: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    form = DayForm(asked)
    form.is_valid()
    own = found.starts_at.astimezone(desk.zone).date()
    day = form.cleaned_data.get("date") or own
    resource = form.cleaned_data.get("resource")
    offers = starts_to_move(found, day, resource=resource, now=desk.minute)
    context = {
        **heading_of(desk, found),
        "day": day.isoformat(),
        "groups": grouped_starts(desk, offers, chosen_of(asked), current=minute_of(found.starts_at)),
        "none": why_none(offers),
        "resources": resources_of(desk),
        "resource": str(resource or ""),
        "time": asked.get("time", ""),
        **more,
    }
    return show(request, "_move.html", context, status=status)


# --- another resource or party --------------------------------------------------------------------------------------


@EITHER
@page(Permission.BOOKINGS)
def seat(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """Who else is free at that time, and for how many it is."""
    found = booking_of(desk, key)
    if found.status not in SEATABLE:
        return not_changed(request, desk, key, Conflict("", {"status": found.status}))
    if request.method != "POST":
        return _seat_page(request, desk, found)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _seat_page(request, desk, found, problem=_("A party has 1 to 50 people."), status=400)
    data = form.cleaned_data
    party = data["party"] if data["party"] != found.party_size else None
    if party is None and data["resource"] is None:
        return changed(request, desk, key)
    change = BookingChange(party=party, resource=data["resource"], version=data["version"])
    try:
        services.update_booking(desk.business.id, key, change, live=desk.live, now=desk.minute)
    except Conflict as error:
        return _seat_page(request, desk, booking_of(desk, key), problem=booking_words.said(error), status=409)
    return changed(request, desk, key, _("The booking was changed."))


def _seat_page(
    request: HttpRequest, desk: Desk, found: Booking, *, problem: str = "", status: int = 200
) -> HttpResponse:
    held = [allocation for allocation in held_allocations(found) if not allocation.additional]
    context = {
        **heading_of(desk, found),
        "current": ", ".join(dict.fromkeys(allocation.resource.name for allocation in held)),
        "free": free_resources(desk.business.id, found.uuid, live=desk.live),
        "typed_party": request.POST.get("party", found.party_size),
        "chosen": request.POST.get("resource", ""),
        "problem": problem,
    }
    return show(request, "_seat.html", context, status=status)


# --- cancelling -----------------------------------------------------------------------------------------------------


@EITHER
@page(Permission.BOOKINGS)
def cancel(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """What cancelling costs now; a POST cancels for the price that was shown. Waiving the fee is a matter of money."""
    found = booking_of(desk, key)
    if Status.CANCELLED not in TRANSITIONS[found.status]:
        if found.status == Status.CANCELLED and request.method == "POST":
            return changed(request, desk, key)
        return not_changed(request, desk, key, Conflict("", {"status": found.status}))
    cost = cancellation(found, now=desk.minute)
    if request.method != "POST":
        return _cancel_page(request, desk, found, cost)
    form = CancelForm(request.POST)
    if not form.is_valid() or form.cleaned_data["fee"] != cost.fee_cents:
        problem = _("What cancelling costs has changed. Please look again.")
        return _cancel_page(request, desk, found, cost, problem=problem, status=409)
    waive, version = form.cleaned_data["waive"], form.cleaned_data["version"]
    if waive and cost.fee_cents and not desk.may(Permission.MONEY):
        raise Forbidden("Your role does not allow this.")
    scope = form.cleaned_data["scope"]
    if found.series and scope in ("following", "all"):
        return _cancel_several(request, desk, found, scope, waive=waive)
    try:
        found = services.cancel_booking(
            desk.business.id, key, live=desk.live, now=desk.minute, waive_fee=waive, version=version
        )
    except Conflict as error:
        return not_changed(request, desk, key, error)
    settled(request, desk, found)
    return changed(request, desk, key, _status_told(Status.CANCELLED))


def _cancel_several(request: HttpRequest, desk: Desk, found: Booking, scope: str, *, waive: bool) -> HttpResponse:
    """Of a series: this visit and those that follow, or all that are yet to come."""
    first = (found.occurrence or 1) if scope == "following" else 1
    series = cast(Series, found.series)
    try:
        gone = cancel_series(
            desk.business.id, series.uuid, live=desk.live, now=desk.minute, first=first, waive_fee=waive
        )
    except Conflict as error:
        return not_changed(request, desk, found.uuid, error)
    for row in gone:
        settled(request, desk, row)
    told = ngettext("%(count)d visit is cancelled.", "%(count)d visits are cancelled.", len(gone))
    return changed(request, desk, found.uuid, told % {"count": len(gone)})


def _cancel_page(
    request: HttpRequest, desk: Desk, found: Booking, cost: Settlement, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **heading_of(desk, found),
        "cost": cost,
        "fee": spoken(cost.fee_cents, cost.currency),
        "refund": spoken(cost.refund_cents, cost.currency),
        "whole": spoken(cost.fee_cents + cost.refund_cents, cost.currency),
        "hold": _hold(found),
        "may_waive": desk.may(Permission.MONEY),
        "left": left_of(found, desk.now),
        "problem": problem,
    }
    return show(request, "_cancel.html", context, status=status)


def _hold(found: Booking) -> str:
    deposit = found.deposit
    held = deposit is not None and deposit.status in ("held", "saved")
    return spoken(deposit.amount_cents, deposit.currency) if deposit and held else ""
