"""The parts of the set-up that somebody may see, and the first steps of a business that nobody can book yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.frame import SETUP, entries
from bookings.readiness import Readiness, readiness
from bookings.wording import spoken_moment
from businesses.localtime import moment_of
from businesses.roles import Permission


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    about: str
    url: str
    done: bool


@require_safe
@page(Permission.SETUP)
def setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    found = readiness(desk.business, live=desk.live, now=desk.minute)
    context = {
        "parts": list(entries(SETUP, desk, request.path)),
        "steps": [] if found.bookable else list(_steps(desk, found)),
        "all_done": found.hours and found.resources and found.performed,
        "first": found.first,
        "first_at": spoken_moment(moment_of(found.first.minute), desk.business) if found.first else "",
    }
    return render(request, "dashboard/setup.html", context)


def _steps(desk: Desk, found: Readiness) -> Iterator[Step]:
    def to(route: str) -> str:
        return reverse(f"dashboard:{route}", args=[desk.business.slug])

    yield Step(_("Set your opening hours"), _("When can people come?"), to("hours"), found.hours)
    yield Step(
        _("Add who or what is booked"),
        _("A person, a table, a room: whatever serves one booking at a time."),
        to("resources" if found.resources else "resource-new"),
        found.resources,
    )
    yield Step(
        _("Add a service"),
        _("What people book, how long it takes, and who performs it."),
        to("services" if found.services else "service-new"),
        found.performed,
    )
