"""The parts of the set-up that somebody may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.frame import SETUP, entries
from businesses.roles import Permission


@require_safe
@page(Permission.SETUP)
def setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "dashboard/setup.html", {"parts": list(entries(SETUP, desk, request.path))})
