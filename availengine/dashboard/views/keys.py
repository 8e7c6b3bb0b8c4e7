"""API keys: a list, issuing, replacing, revoking. A secret is on the answering page, once, and nowhere else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.integrations import KeyForm, RotationForm
from availengine.dashboard.integration_words import PRESET_MEANS, PRESETS
from availengine.dashboard.tickets import issue_key_once, new_ticket
from bookings.wording import spoken_moment
from businesses import keys as services
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import ApiKey
from businesses.roles import Permission

MOST_ENDED = 50  # of the keys that do not work any more


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.INTEGRATIONS)
def keys(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The list, and the form that issues one."""
    if request.method != "POST":
        return _page(request, desk, KeyForm(initial={"ticket": new_ticket(desk)}))
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=400)
    values = {**form.cleaned_data}
    try:
        issued = issue_key_once(desk, live=values.pop("mode") == "live", **values)
    except Conflict as error:
        form.add_error("name", _(error.message))
        return _page(request, desk, form, status=409)
    if issued is None:
        messages.warning(
            request, _("This key was issued already. Its secret was shown once: replace the key if nobody kept it.")
        )
        return redirect("dashboard:keys", desk.business.slug)
    return _secret_page(request, desk, *issued)


@require_POST
@page(Permission.INTEGRATIONS)
def rotate(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """A successor; the key goes on working for some hours."""
    form = RotationForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say for how many hours the old key goes on working: 0 to 168."))
    hours = form.cleaned_data["overlap_hours"]
    issued = services.rotate_key(_key(desk, key), overlap=timedelta(hours=hours))
    return _secret_page(request, desk, *issued, overlap_hours=hours)


@require_POST
@page(Permission.INTEGRATIONS, past_due=True)
def revoke(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Also while the subscription is past due: who is to have no access any more is not to keep it for that."""
    row = _key(desk, key)
    services.revoke_key(row)
    messages.success(request, _("%(name)s was revoked.") % {"name": row.name})
    return redirect("dashboard:keys", desk.business.slug)


def _key(desk: Desk, key: UUID) -> ApiKey:
    row = ApiKey.objects.filter(business=desk.business, uuid=key).first()
    if row is None:
        raise NotFound
    return row


def _secret_page(request: HttpRequest, desk: Desk, key: ApiKey, secret: str, **more: Any) -> HttpResponse:
    return render(request, "dashboard/key_issued.html", {"key": key, "secret": secret, **more})


def _page(request: HttpRequest, desk: Desk, form: KeyForm, *, status: int = 200) -> HttpResponse:
    found = [_told(desk, key) for key in ApiKey.objects.filter(business=desk.business).order_by("-id")]
    context = {
        "form": form,
        "rows": [row for row in found if row["works"]],
        "ended": [row for row in found if not row["works"]][:MOST_ENDED],
    }
    return render(request, "dashboard/keys.html", context, status=status)


def _told(desk: Desk, key: ApiKey) -> dict[str, Any]:
    def said(name: str) -> str:
        moment = getattr(key, name)
        return spoken_moment(moment, desk.business) if moment else ""

    return {
        "key": key,
        "preset": PRESETS.get(key.preset, key.preset),
        "means": PRESET_MEANS.get(key.preset, ""),
        "works": not key.revoked_at and (key.expires_at is None or key.expires_at > desk.now),
        "used": said("last_used_at"),
        "ends": said("expires_at"),
        "revoked": said("revoked_at"),
    }
