"""A customer's own page of a booking: to look at, to put into a calendar, to move, to cancel. The link's token is the
key to it.

There is no cookie and no session. The forms carry a signature, made for this booking and for what cancelling cost, or
for what the booking was, when the page was shown: without it, or when that has changed since, nothing happens.
Django's own check needs the browser to say where it comes from, which `no-referrer` keeps it from doing.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from availengine.clock import current_minute, current_time
from bookings import customer_moves, execution, money_words, services, settlement
from bookings.calendar_files import calendar_file
from bookings.letters import Visit, facts
from bookings.links import booking_of
from bookings.models import Booking, Status
from bookings.placing import Start
from bookings.policy import cancellation
from bookings.wording import in_language_of, language_of, spoken_day, spoken_time
from businesses.actors import act_as
from businesses.errors import Busy, Conflict, Invalid
from businesses.localtime import date_of, day_bounds, minute_of, moment_of
from payments.models import DepositStatus

FORM_LASTS = 24 * 3600  # seconds
CANCELLABLE = (Status.PENDING, Status.CONFIRMED)

View = Callable[[HttpRequest, Booking, str], HttpResponse]


def with_booking(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """The token's booking, in the language of its business; 404 for all that is no token. Nobody keeps the answer."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        booking = booking_of(token, now=current_time())
        if booking is None:
            raise Http404
        act_as("customer")
        with in_language_of(booking.business):
            response = view(request, booking, token)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapped


@require_safe
@with_booking
def booking(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """The page. Changes nothing."""
    return _page(request, found, token)


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
        return redirect(f"/b/{token}")
    if not _may_cancel(found):
        return _page(request, found, token, status=409)
    agreed = _agreed(request, found)
    if agreed is None:
        return _page(request, found, token, status=403)
    if agreed != _cost(found):
        return _page(request, found, token, status=409)
    with suppress(Conflict):  # changed meanwhile: the page tells
        changed = services.cancel_booking(found.business_id, found.uuid, live=found.live, now=current_minute())
        owed = settlement.owed(changed)
        if owed:
            with suppress(Busy):  # a job goes on with it
                execution.carry_out(owed, now=current_time())
    return redirect(f"/b/{token}")


@csrf_exempt
@require_POST
@with_booking
def move(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """Move to one of the starts that were shown. A second time, and after any other change: no effect."""
    version, start = _signed(request, "moving", _salt_to_move(found)), _chosen(request)
    if version is None or start is None:
        return _page(request, found, token, status=403)
    if version != [found.version] or not customer_moves.may_move(found, now=current_minute()):
        return _page(request, found, token, status=409)
    there = services.Move(start=Start.at(found.business.zone, start), offered=True, version=found.version)
    try:
        services.reschedule_booking(found.business_id, found.uuid, there, live=found.live, now=current_minute())
    except (Conflict, Invalid):  # taken meanwhile, or not a time that is offered
        return _page(request, found, token, status=409)
    return redirect(f"/b/{token}")


def _chosen(request: HttpRequest) -> int | None:
    """The minute on the form; None for all that is none of this age."""
    text = request.POST.get("start", "")
    return int(text) if re.fullmatch(r"[0-9]{7,9}", text, re.ASCII) else None


def _salt_to_move(found: Booking) -> str:
    return f"move:{found.uuid}"


def _may_cancel(found: Booking) -> bool:
    return found.status in CANCELLABLE and found.starts_at > current_time()


def _cost(found: Booking) -> list[int]:
    settled = cancellation(found, now=current_minute())
    return [settled.fee_cents, settled.refund_cents]


def _salt(found: Booking) -> str:
    return f"cancel:{found.uuid}"


def _agreed(request: HttpRequest, found: Booking) -> list[int] | None:
    """The cost on the form that was sent, if it is one of ours for this booking."""
    return _signed(request, "form", _salt(found))


def _signed(request: HttpRequest, name: str, salt: str) -> list[int] | None:
    try:
        agreed: list[int] = signing.loads(request.POST.get(name, ""), salt=salt, max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
    return agreed


def _to_move(request: HttpRequest, found: Booking) -> dict[str, Any]:
    """What there is to choose from on the day that is asked for; at first that of the visit."""
    zone, now = found.business.zone, current_minute()
    today = date_of(zone, now)
    chosen = _chosen(request)
    asked = _day(request.GET.get("date", "")) or date_of(zone, minute_of(found.starts_at) if chosen is None else chosen)
    day = min(max(asked, today), today + timedelta(days=found.business.window_days))
    starts, dates = customer_moves.free_starts(found, day, now=now)
    return {
        "day": day,
        "spoken_day": spoken_day(moment_of(day_bounds(zone, day)[0]), found.business),
        "today": today,
        "starts": [(start, spoken_time(moment_of(start), found.business)) for start in starts],
        "dates": [(on, spoken_day(moment_of(day_bounds(zone, on)[0]), found.business)) for on in dates],
        "form": signing.dumps([found.version], salt=_salt_to_move(found)),
        "open": "date" in request.GET or chosen is not None,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _page(request: HttpRequest, found: Booking, token: str, *, status: int = 200) -> HttpResponse:
    deposit = found.deposit
    context: dict[str, Any] = {
        "booking": found,
        "business": found.business,
        "language": language_of(found.business),
        "facts": facts(Visit.of(found)),
        "deposit": money_words.state_of(deposit) if deposit else "",
        "token": token,
        "changed": status != 200,
        "not_moved": status != 200 and "moving" in request.POST,
    }
    if deposit and deposit.status == DepositStatus.PENDING and found.status in CANCELLABLE:
        context["pay_url"] = deposit.checkout_url
    if _may_cancel(found):
        settled = cancellation(found, now=current_minute())
        context["cost"] = money_words.before_cancellation(found, settled)
        context["form"] = signing.dumps([settled.fee_cents, settled.refund_cents], salt=_salt(found))
    if customer_moves.may_move(found, now=current_minute()):
        context["move"] = _to_move(request, found)
        context["disrupted"] = customer_moves.is_disrupted(found)
    return render(request, "booking.html", context, status=status)
