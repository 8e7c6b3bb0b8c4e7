"""Who has the link may come in. The forms are signed for this booking, and for what cancelling cost or what the booking
was when the page was shown.
"""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from availengine.booking_page.entrance import language_for
from availengine.clock import current_time
from availengine.link_pages import private
from bookings.links import booking_of
from bookings.models import Booking
from businesses.actors import act_as

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
            return private(view(request, booking, token))

    return wrapped


def salt_to_cancel(found: Booking) -> str:
    return f"cancel:{found.uuid}"


def salt_to_move(found: Booking) -> str:
    return f"move:{found.uuid}"


def salt_to_erase(found: Booking) -> str:
    return f"erase:{found.uuid}"
