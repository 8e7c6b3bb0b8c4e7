"""Everybody's own page: who they are, and how they sign in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

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
