"""Who has the link may come in, and what a form of this page is.

There is no cookie and no session. The forms carry a signature, made for this booking and for what cancelling cost, or
for what the booking was, when the page was shown: without it, or when that has changed since, nothing happens.
Django's own check needs the browser to say where it comes from, which `no-referrer` keeps it from doing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from availengine.booking_page.entrance import language_for
from availengine.clock import current_time
from bookings.links import booking_of
from bookings.models import Booking
from businesses.actors import act_as

FORM_LASTS = 24 * 3600  # seconds

View = Callable[[HttpRequest, Booking, str], HttpResponse]


def with_booking(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """The token's booking, in the visitor's language; 404 for all that is no token. Nobody keeps the answer."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        booking = booking_of(token, now=current_time())
        if booking is None:
            raise Http404
        act_as("customer")
        with translation.override(language_for(request, booking.business, request.GET.get("lang", ""))):
            response = view(request, booking, token)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapped


def signed(request: HttpRequest, name: str, salt: str) -> Any:
    """What a field of the form was signed with; None when it is not one of ours, or too old."""
    try:
        return signing.loads(request.POST.get(name, ""), salt=salt, max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError, UnicodeError):
        return None


def salt_to_cancel(found: Booking) -> str:
    return f"cancel:{found.uuid}"


def salt_to_move(found: Booking) -> str:
    return f"move:{found.uuid}"


def salt_to_erase(found: Booking) -> str:
    return f"erase:{found.uuid}"
