"""Why a service can, or cannot, be booked on a day: every start with its reason."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.why import WhyForm
from availengine.dashboard.frame import way
from availengine.dashboard.reasons import closure_texts, hours_text, rows
from bookings.availability import Reason
from bookings.explaining import explained_day, next_starts
from bookings.queries import snapshot_of
from bookings.wording import spoken_date, spoken_minute
from businesses.localtime import date_of
from businesses.roles import Permission

# Reasons that hold for the whole day or the whole wish: told above the list.
OVERALL = {
    Reason.NOT_BOOKABLE_ONLINE,
    Reason.NO_RESOURCE,
    Reason.CAPACITY,
    Reason.BEYOND_WINDOW,
}


@require_safe
@page(Permission.VIEW)
def why(request: HttpRequest, desk: Desk) -> HttpResponse:
    """As customers see it: with lead time, booking window and the grid of starts."""
    today = date_of(desk.zone, desk.minute)
    form = WhyForm(request.GET, snapshot=snapshot_of(desk.business.id), today=today)
    setup_url = way("setup", desk, Permission.SETUP)
    context: dict[str, object] = {"form": form, "nothing": not form.service_choices, "setup_url": setup_url}
    if form.service_choices and form.is_valid():
        context |= _answer(desk, form)
    return render(request, "dashboard/why.html", context, status=400 if form.errors else 200)


def _answer(desk: Desk, form: WhyForm) -> dict[str, object]:
    ask, day = form.ask(), form.cleaned_data["day"]
    explained = explained_day(desk.business, ask, day, live=desk.live, now=desk.minute)
    told = rows(explained, desk)
    reasons = {stretch.reason for stretch in explained.stretches}
    whole = told[0] if len(told) == 1 and reasons <= OVERALL else None
    starts = next_starts(desk.business, ask, live=desk.live, now=desk.minute)
    return {
        "answered": True,
        "day": spoken_date(day, desk.business),
        "around": [
            ((day - timedelta(days=1)).isoformat(), _("Day before")),
            ((day + timedelta(days=1)).isoformat(), _("Day after")),
        ],
        "rows": [] if whole else told,
        "whole": whole,
        "offered": explained.offered,
        "hours": hours_text(explained, desk),
        "closures": closure_texts(explained, desk),
        "next_day": spoken_date(date_of(desk.zone, starts[0]), desk.business) if starts else "",
        "next": [spoken_minute(start, desk.business) for start in starts],
    }
