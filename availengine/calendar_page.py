"""The addresses at which calendar programs subscribe. The token is the key to a calendar; nothing changes here."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from availengine.api.errors import ApiError
from availengine.api.throttling import require_rate, visitor_address
from availengine.clock import current_time
from bookings.publishing import calendar_text, edition
from bookings.wording import in_language_of
from businesses.calendars import address_at

READS_PER_MINUTE = 30  # of one address: programs ask every few minutes


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar, or 304 when it is what the program has already; 404 for all that is no token."""
    address = address_at(token)
    try:
        if address is None:
            require_rate(f"calendar-guess:{visitor_address(request)}", settings.VISITOR_READS_PER_MINUTE)
            raise Http404
        require_rate(f"calendar:{address.id}", READS_PER_MINUTE)
    except ApiError as error:
        problem = error.problem
        return HttpResponse(problem.message, status=429, content_type="text/plain", headers=problem.headers)
    found = edition(address, now=current_time())
    headers = {
        "ETag": f'"{found.tag}"',
        "Last-Modified": http_date(found.changed_at.timestamp()),
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    unchanged = get_conditional_response(request, headers["ETag"], int(found.changed_at.timestamp()))
    if unchanged is not None:
        for name, value in headers.items():
            unchanged.headers[name] = value
        return unchanged

    def link_to(booking: UUID) -> str:
        path = reverse("dashboard:booking", args=[address.business.slug, booking])
        return f"{settings.BASE_URL.rstrip('/')}{path}"

    with in_language_of(address.business):
        text = calendar_text(found, link_to)
    headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
