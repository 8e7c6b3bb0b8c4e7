"""What is stored of a booking's guest: taken out, or erased. A link opens one booking, so it is of that one alone."""

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from availengine.api.idempotency import forget_answers
from availengine.link_pages import signed
from availengine.manage_page.access import salt_to_erase, with_booking
from availengine.manage_page.page import surroundings
from bookings.models import Booking
from bookings.privacy import erase_booking, erasure_obstacle, export_booking
from businesses.errors import Conflict


@csrf_exempt
@require_POST
@with_booking
def export(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """All of it as a file."""
    disposition = {"Content-Disposition": f'attachment; filename="booking-{found.code}.json"'}
    return JsonResponse(
        export_booking(found), json_dumps_params={"ensure_ascii": False, "indent": 2}, headers=disposition
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@with_booking
def erase(request: HttpRequest, found: Booking, token: str) -> HttpResponse:
    """What erasing means, or why it has to wait; with the form of that page it is done, and the link opens nothing."""
    if request.method != "POST":
        return _ask(request, found, token)
    if signed(request, "form", salt_to_erase(found)) != [found.version]:
        return _ask(request, found, token, status=403)
    try:
        told_of = erase_booking(found.business_id, found.uuid, live=found.live)
    except Conflict:
        return _ask(request, found, token, status=409)
    forget_answers(found.business_id, told_of)
    context = surroundings(request, found, token, "") | {
        "erased": True,
        "languages": [],
        "home": f"/book/{found.business.slug}",
    }
    return render(request, "manage_page/erase.html", context)


def _ask(request: HttpRequest, found: Booking, token: str, *, status: int = 200) -> HttpResponse:
    obstacle = erasure_obstacle(found)
    context = surroundings(request, found, token, f"/b/{token}/erase") | {
        "obstacle": _(obstacle) if obstacle else "",
        "form": signing.dumps([found.version], salt=salt_to_erase(found)),
    }
    return render(request, "manage_page/erase.html", context, status=status)
