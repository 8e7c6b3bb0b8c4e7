"""What the business pays the host: to look at."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.integration_words import PLAN_MEANS, PLANS, SUBSCRIPTIONS
from bookings.wording import spoken_day
from businesses.roles import Permission
from payments.standing import standing_of


@require_safe
@page(Permission.BILLING)
def billing(request: HttpRequest, desk: Desk) -> HttpResponse:
    standing = standing_of(desk.business)
    found = standing.subscription
    context = {
        "plan": PLANS[desk.business.plan],
        "means": PLAN_MEANS[desk.business.plan],
        "subscription": found,
        "state": SUBSCRIPTIONS.get(found.status, found.status) if found else "",
        "ends": spoken_day(found.period_ends_at, desk.business) if found and found.period_ends_at else "",
        "since": spoken_day(standing.since, desk.business) if standing.since else "",
        "contact": settings.HOST_CONTACT,
    }
    return render(request, "dashboard/billing.html", context)
