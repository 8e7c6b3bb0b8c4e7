"""What was booked: confirmed, or waiting for its deposit. The address is signed and works for a day; it shows, and
leads to the page where the booking can be changed.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from availengine.booking_page.entrance import Visit, with_visit
from availengine.clock import current_time
from bookings import money_words, wording
from bookings.calendar_files import calendar_file
from bookings.calendar_links import google_link, outlook_link
from bookings.letters import Visit as Told
from bookings.letters import facts
from bookings.links import new_link
from bookings.models import Booking, Status
from businesses.models import Business
from payments.actions import deposit_of
from payments.models import DepositStatus
from payments.money import spoken

SALT = "booking-page.booked"
LASTS = timedelta(days=1)


def address(business: Business, booking: Booking, lang: str = "", *, paid: bool = False) -> str:
    path = reverse("booking-page-booked", args=[business.slug, TimestampSigner(salt=SALT).sign(booking.uuid.hex)])
    query = "&".join([*([f"lang={lang}"] if lang else []), *(["paid"] if paid else [])])
    return f"{path}?{query}" if query else path


def _found(visit: Visit, reference: str) -> Booking:
    try:
        key = UUID(hex=TimestampSigner(salt=SALT).unsign(reference, max_age=LASTS))
    except (BadSignature, ValueError):
        raise Http404 from None
    rows = Booking.objects.filter(business_id=visit.business.id, uuid=key)
    booking = rows.select_related("business", "deposit").first()
    if booking is None:
        raise Http404
    return booking


@csrf_exempt  # no cookie; who has the address may have the link
@require_http_methods(["GET", "HEAD", "POST"])
@with_visit
def booked(visit: Visit, reference: str) -> HttpResponse:
    """How the booking stands. With POST, on to the page where it is changed: a new link."""
    booking = _found(visit, reference)
    if visit.request.method == "POST":
        return redirect(new_link(booking))
    response = visit.page("booked.html", shown(visit, booking, reference))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@with_visit
def calendar(visit: Visit, reference: str) -> HttpResponse:
    told = Told.of(_found(visit, reference))
    disposition = {"Content-Disposition": 'attachment; filename="booking.ics"'}
    content = calendar_file(told, now=current_time())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=disposition)


@require_safe
def from_checkout(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a Checkout page leads back to."""
    deposit = deposit_of(reference)
    if deposit is None or deposit.expires_at is None or deposit.expires_at + LASTS < current_time():
        raise Http404
    booking = Booking.objects.select_related("business").get(deposit=deposit)
    return redirect(address(booking.business, booking, paid="paid" in request.GET))


def shown(visit: Visit, booking: Booking, reference: str) -> dict[str, Any]:
    told = Told.of(booking)
    deposit, state = booking.deposit, _state(booking, paid="paid" in visit.request.GET)
    code = booking.code
    context: dict[str, Any] = {
        "booking": booking,
        "state": state,
        "facts": facts(told),
        "instructions": told.instructions,
        "deposit": money_words.state_of(deposit) if deposit else "",
        "google": google_link(told, described=code),
        "outlook": outlook_link(told, described=code),
        "file": reverse("booking-page-calendar", args=[visit.business.slug, reference]),
        "again": visit.path,
    }
    if deposit and state in ("unpaid", "paying"):
        context["amount"] = spoken(deposit.amount_cents, deposit.currency)
        context["pay_url"] = deposit.checkout_url
        if deposit.expires_at:
            context["held_until"] = wording.spoken_time(deposit.expires_at, visit.business)
    return context


def _state(booking: Booking, *, paid: bool) -> str:
    """In a word, which the template puts into a sentence."""
    deposit = booking.deposit
    if booking.status == Status.PENDING and deposit and deposit.status == DepositStatus.PENDING:
        return "paying" if paid else "unpaid"
    if booking.status == Status.CANCELLED and deposit and deposit.status in money_words.NEVER_PAID:
        return "expired"
    return str(booking.status)
