"""Webhook endpoints: a list, registering, changing, and what is asked of one of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.integrations import MODES, EndpointForm, NewEndpointForm, ReplayForm
from availengine.dashboard.paging import chosen
from availengine.dashboard.tickets import new_ticket, register_endpoint_once
from bookings.wording import spoken_moment
from businesses.errors import DomainError, Invalid
from businesses.localtime import earliest_instant, moment_of
from businesses.roles import Permission
from webhooks import endpoints as services
from webhooks.log import endpoint_of
from webhooks.models import Endpoint


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.INTEGRATIONS)
def webhooks(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The endpoints of a mode, and the form that registers one."""
    mode = chosen(request, "mode", MODES) or "live"
    if request.method != "POST":
        return _page(request, desk, NewEndpointForm(initial={"ticket": new_ticket(desk)}), mode)
    form = NewEndpointForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, mode, status=400)
    try:
        made = register_endpoint_once(desk, live=mode == "live", **form.cleaned_data)
    except DomainError as error:
        return _page(request, desk, form, mode, status=_entered(form, error))
    if made is None:
        messages.warning(
            request, _("This endpoint was registered already. Its secret was shown once: replace it if nobody kept it.")
        )
        return redirect("dashboard:webhooks", desk.business.slug)
    return _secret_page(request, *made)


@require_POST
@page(Permission.INTEGRATIONS)
def change(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    endpoint = endpoint_of(desk.business.id, key)
    form = EndpointForm(request.POST)
    problem: dict[str, Any] = {}
    if form.is_valid():
        try:
            services.change_endpoint(desk.business.id, key, form.cleaned_data, live=endpoint.live)
        except DomainError as error:
            problem["status"] = _entered(form, error)
    if form.errors:
        context = {"endpoint": endpoint, "form": form}
        return render(request, "dashboard/webhook_change.html", context, status=problem.get("status", 400))
    messages.success(request, _("Saved."))
    return _back(desk, key)


@require_POST
@page(Permission.INTEGRATIONS)
def switch(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """On or off."""
    active = request.POST.get("active") == "on"
    services.change_endpoint(desk.business.id, key, {"active": active}, live=endpoint_of(desk.business.id, key).live)
    messages.success(request, _("Switched on.") if active else _("Switched off."))
    return _back(desk, key)


@require_POST
@page(Permission.INTEGRATIONS)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    endpoint = endpoint_of(desk.business.id, key)
    services.remove_endpoint(desk.business.id, key, live=endpoint.live)
    messages.success(request, _("Removed."))
    listing = redirect("dashboard:webhooks", desk.business.slug)
    return listing if endpoint.live else redirect(f"{listing.url}?mode=test")


@require_POST
@page(Permission.INTEGRATIONS)
def new_secret(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """The form names the secret it replaces: sent again, it replaces nothing."""
    endpoint, instead_of = endpoint_of(desk.business.id, key), request.POST.get("instead_of", "")
    changed = services.rotate_secret(desk.business.id, key, live=endpoint.live, instead_of=instead_of)
    return _secret_page(request, *changed, replaced=True)


@require_POST
@page(Permission.INTEGRATIONS)
def send_test(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    services.send_test(desk.business.id, key, live=endpoint_of(desk.business.id, key).live)
    messages.success(request, _("A test event is on its way. Load the page again to see what became of it."))
    return _back(desk, key)


@require_POST
@page(Permission.INTEGRATIONS)
def replay(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Everything since a wall-clock time of the business."""
    endpoint, form = endpoint_of(desk.business.id, key), ReplayForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say since when events are to be sent again."))
    local = form.cleaned_data["since"]
    since = moment_of(earliest_instant(desk.zone, local.date(), local.hour * 60 + local.minute))
    count = services.replay(desk.business.id, key, live=endpoint.live, since=since)
    text = ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", count)
    messages.success(request, text % {"count": count})
    return _back(desk, key)


def _entered(form: EndpointForm, error: DomainError) -> int:
    """A refusal of the core beside its field; the status of the answer."""
    if isinstance(error, Invalid) and error.details:
        for name, problems in error.details.items():
            form.add_error(name, [_(problem) for problem in problems])
        return 400
    form.add_error(None, _(error.message))
    return 400 if isinstance(error, Invalid) else 409


def _back(desk: Desk, key: UUID) -> HttpResponseBase:
    return redirect("dashboard:webhook", desk.business.slug, key)


def _secret_page(request: HttpRequest, endpoint: Endpoint, secret: str, *, replaced: bool = False) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret, "replaced": replaced}
    return render(request, "dashboard/webhook_secret.html", context)


def _page(request: HttpRequest, desk: Desk, form: NewEndpointForm, mode: str, *, status: int = 200) -> HttpResponse:
    found = services.endpoints_of(desk.business.id, live=mode == "live").order_by("id")
    context = {
        "rows": [{"endpoint": row, "since": failing_since(desk, row)} for row in found],
        "form": form,
        "mode": mode,
        "modes": MODES.items(),
    }
    return render(request, "dashboard/webhooks.html", context, status=status)


def failing_since(desk: Desk, endpoint: Endpoint) -> str:
    return spoken_moment(endpoint.failing_since, desk.business) if endpoint.failing_since else ""


def replay_from(desk: Desk, endpoint: Endpoint) -> str:
    """What the form proposes: since it fails, else the last day. As the field wants it."""
    since = endpoint.failing_since or desk.now - timedelta(days=1)
    return f"{since.astimezone(desk.zone):%Y-%m-%dT%H:%M}"
