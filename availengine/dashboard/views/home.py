"""Today: the day's bookings, in order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.words import STATUSES
from bookings.queries import bookings_of_day
from bookings.wording import spoken_day, spoken_time
from businesses.roles import Permission


@require_safe
@page(Permission.VIEW)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    today = desk.now.astimezone(desk.zone).date()
    rows = [
        {
            "booking": booking,
            "from": spoken_time(booking.starts_at, desk.business),
            "until": spoken_time(booking.ends_at, desk.business),
            "status": STATUSES[booking.status],
        }
        for booking in bookings_of_day(desk.business, today, live=desk.live)
    ]
    context = {"rows": rows, "day": spoken_day(desk.now, desk.business)}
    return render(request, "dashboard/home.html", context)
