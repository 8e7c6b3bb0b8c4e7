"""The host's page: plans and billing, whether everything is up, what waits, and whether the data keeps its promises."""

from typing import Any

import redis
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from availengine.api.throttling import client
from availengine.clock import current_time
from availengine.pages import readiness
from bookings.health import backlogs, readings
from bookings.integrity import broken_promises
from businesses.admin_scope import is_host
from businesses.models import BillingStatus, Business
from payments.models import Subscription

QUEUE = "celery"  # where Celery's broker keeps what waits for a worker
MOST_FINDINGS = 20
MOST_PAST_DUE = 50


def host_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """For superusers; a POST also checks the stored data, which takes as long as there is data."""
    if not is_host(request):
        raise PermissionDenied
    now = current_time()
    past_due = Business.objects.filter(billing_status=BillingStatus.PAST_DUE).order_by("name")
    context |= {
        "title": "Host",
        "checks": readiness(),
        "backlogs": backlogs(now=now),
        "readings": readings(),
        "queued": _queued(),
        "plans": list(Business.objects.values("plan", "billing_status").annotate(n=Count("id")).order_by("plan", "-n")),
        "past_due": list(past_due[:MOST_PAST_DUE]),
        "subscriptions": list(Subscription.objects.values("status").annotate(n=Count("id")).order_by("-n")),
        "promises": _promises() if request.method == "POST" else None,
    }
    return render(request, "host/host.html", context)


def _promises() -> list[tuple[str, list[str]]]:
    with transaction.atomic():
        return list(broken_promises(MOST_FINDINGS))


def _queued() -> int | None:
    """None: the broker does not answer."""
    try:
        return int(client().llen(QUEUE))
    except redis.RedisError:
        return None
