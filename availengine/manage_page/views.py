"""The page, and what changes a booking: looking changes nothing, and what acts is sent with POST."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from availengine.clock import current_minute, current_time
from availengine.link_pages import signed
from availengine.manage_page.access import salt_to_cancel, salt_to_move, with_booking
from availengine.manage_page.page import booking_page, chosen_start, cost, may_cancel
from bookings import customer_moves, execution, services, settlement
from bookings.calendar_files import calendar_file
from bookings.letters import Visit
from bookings.models import Booking, Status
from bookings.placing import Start
from bookings.wording import DATES
from businesses.errors import Busy, Conflict, Invalid


@require_safe
@with_booking
def booking(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """The page. Changes nothing."""
    return booking_page(request, found, token)


@require_safe
@with_booking
def calendar(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    link = request.build_absolute_uri(f"/b/{token}")
    content = calendar_file(Visit.of(found), now=current_time(), link=link)
    disposition = {"Content-Disposition": 'attachment; filename="booking.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=disposition)


@csrf_exempt
@require_POST
@with_booking
def cancel(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """Cancel for the price that was shown, and carry out what that means for the deposit. A second time: no effect."""
    if found.status == Status.CANCELLED:
        return _back(request, token)
    if not may_cancel(found):
        return booking_page(request, found, token, status=409)
    agreed = signed(request, "form", salt_to_cancel(found))
    if agreed is None:
        return booking_page(request, found, token, status=403)
    if agreed != cost(found):
        return booking_page(request, found, token, status=409)
    with suppress(Conflict):  # changed meanwhile: the page tells
        changed = services.cancel_booking(found.business_id, found.uuid, live=found.live, now=current_minute())
        owed = settlement.owed(changed)
        if owed:
            with suppress(Busy):  # a job goes on with it
                execution.carry_out(owed, now=current_time())
    return _back(request, token)


@csrf_exempt
@require_POST
@with_booking
def move(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """Move to one of the starts that were shown. A second time, and after any other change: no effect."""
    version, start = signed(request, "moving", salt_to_move(found)), chosen_start(request)
    if version is None or start is None:
        return booking_page(request, found, token, status=403)
    if version != [found.version] or not customer_moves.may_move(found, now=current_minute()):
        return booking_page(request, found, token, status=409)
    there = services.Move(start=Start.at(found.business.zone, start), offered=True, version=found.version)
    try:
        services.reschedule_booking(found.business_id, found.uuid, there, live=found.live, now=current_minute())
    except (Conflict, Invalid):  # taken meanwhile, or not a time that is offered
        return booking_page(request, found, token, status=409)
    return _back(request, token)


def _back(request: HttpRequest, token: str) -> HttpResponse:
    """To the page, in the language in which it was."""
    lang = request.GET.get("lang", "")
    return redirect(f"/b/{token}?lang={lang}" if lang in DATES else f"/b/{token}")
