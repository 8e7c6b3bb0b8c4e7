"""What customers see when they book: settings, the address of the page, the snippet for one's own website."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.booking_page import BookingPageForm
from availengine.dashboard.forms.integrations import WidgetKeyForm
from availengine.dashboard.tickets import issue_key_once, new_ticket
from availengine.widget.script import NEWEST, newest
from businesses.errors import Conflict
from businesses.models import ApiKey, Preset
from businesses.roles import Permission
from businesses.tenants import save_business

REQUESTS_PER_MINUTE = 600  # of all visitors of a website together; bookings of one visitor have a limit of their own
FIELDS = tuple(BookingPageForm.base_fields)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def booking_page(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, desk)
    form = BookingPageForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, shown=form, status=400)
    save_business(desk.business.id, form.cleaned_data, now=desk.now)
    messages.success(request, _("Saved."))
    return redirect("dashboard:booking-page", desk.business.slug)


@require_POST
@page(Permission.INTEGRATIONS)
def new_key(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """A key for one's own website, and the snippet with it: shown this once."""
    form = WidgetKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=400)
    try:
        issued = issue_key_once(
            desk, preset=Preset.WIDGET, live=True, requests_per_minute=REQUESTS_PER_MINUTE, **form.cleaned_data
        )
    except Conflict as error:
        form.add_error("name", _(error.message))
        return _page(request, desk, form, status=409)
    if issued is None:
        messages.warning(
            request, _("This key was issued already. Its secret was shown once: replace the key if nobody kept it.")
        )
        return redirect("dashboard:booking-page", desk.business.slug)
    key, secret = issued
    return render(request, "dashboard/key_issued.html", {"key": key, "secret": secret, **snippets(desk, secret)})


def snippets(desk: Desk, key: str) -> dict[str, str]:
    """What goes into a website: with the newest script, and with the one of today, which nobody can change."""
    element = f'<availengine-booking business="{desk.business.uuid}" key="{key}"></availengine-booking>'
    script = newest()
    checked = f'integrity="{script.integrity}" crossorigin="anonymous"'
    return {
        "snippet": f'<script src="{settings.BASE_URL}{NEWEST}" async></script>\n{element}',
        "pinned": f'<script src="{script.address}" {checked} async></script>\n{element}',
    }


def _page(
    request: HttpRequest,
    desk: Desk,
    key_form: WidgetKeyForm | None = None,
    *,
    shown: BookingPageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": shown or BookingPageForm(initial=model_to_dict(desk.business, FIELDS)),
        "address": f"{settings.BASE_URL}/book/{desk.business.slug}",
    }
    if desk.may(Permission.INTEGRATIONS):
        keys = ApiKey.objects.filter(
            business=desk.business, preset=Preset.WIDGET, live=True, revoked_at=None, expires_at=None
        )
        context |= {
            **snippets(desk, _("YOUR-KEY")),
            "keys": keys.order_by("id"),
            "key_form": key_form or WidgetKeyForm(initial={"ticket": new_ticket(desk), "name": _("Website")}),
        }
    return render(request, "dashboard/booking_page.html", context, status=status)
