"""A customer's own page of a booking: to look at, to put into a calendar, to cancel. The link's token is the key to it.

There is no cookie and no session. The form that cancels carries a signature, made for this booking and for what
cancelling cost when the page was shown: without it, or when the cost has changed since, nothing happens. Django's own
check needs the browser to say where it comes from, which `no-referrer` keeps it from doing.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from availengine.clock import current_minute, current_time
from bookings import execution, money_words, services, settlement
from bookings.calendar_files import calendar_file
from bookings.letters import Visit, facts
from bookings.links import booking_of
from bookings.models import Booking, Status
from bookings.policy import cancellation
from bookings.wording import in_language_of, language_of
from businesses.actors import act_as
from businesses.errors import Busy, Conflict
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


def _may_cancel(found: Booking) -> bool:
    return found.status in CANCELLABLE and found.starts_at > current_time()


def _cost(found: Booking) -> list[int]:
    settled = cancellation(found, now=current_minute())
    return [settled.fee_cents, settled.refund_cents]


def _salt(found: Booking) -> str:
    return f"cancel:{found.uuid}"


def _agreed(request: HttpRequest, found: Booking) -> list[int] | None:
    """The cost on the form that was sent, if it is one of ours for this booking."""
    try:
        agreed: list[int] = signing.loads(request.POST.get("form", ""), salt=_salt(found), max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
    return agreed


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
    }
    if deposit and deposit.status == DepositStatus.PENDING and found.status in CANCELLABLE:
        context["pay_url"] = deposit.checkout_url
    if _may_cancel(found):
        settled = cancellation(found, now=current_minute())
        context["cost"] = money_words.before_cancellation(found, settled)
        context["form"] = signing.dumps([settled.fee_cents, settled.refund_cents], salt=_salt(found))
    return render(request, "booking.html", context, status=status)
