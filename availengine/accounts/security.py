"""Everybody's own page: who they are, how they sign in, and where they are signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from availengine.accounts.devices import device
from businesses.members import change_name as store_name
from businesses.models import User


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "account/overview.html")


@require_POST
@login_required
def change_name(request: HttpRequest) -> HttpResponseBase:
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    store_name(request.user, request.POST.get("name", ""))
    messages.success(request, _("Saved."))
    return redirect("account_overview")


class Sessions(ListUserSessionsView):  # type: ignore[misc]
    """All of them; a POST ends all others."""

    def get_context_data(self, **rest: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**rest)
        return context | {"rows": [(session, device(session.user_agent)) for session in context["sessions"]]}


@require_POST
@login_required
def end_session(request: HttpRequest, key: int) -> HttpResponseBase:
    """One of one's own; the present one is ended by signing out."""
    found = UserSession.objects.filter(user_id=request.user.pk, id=key).first()
    if found is None or found.session_key == request.session.session_key:
        raise Http404
    found.end()
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")
