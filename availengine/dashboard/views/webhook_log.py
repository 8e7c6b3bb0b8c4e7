"""One endpoint with what was delivered to it, and one delivery with its attempts."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.integrations import EndpointForm
from availengine.dashboard.integration_words import DELIVERIES, DELIVERY_BADGES
from availengine.dashboard.paging import chosen, listed
from availengine.dashboard.views.webhooks import failing_since, replay_from
from bookings.wording import spoken_moment
from businesses.roles import Permission
from webhooks import log
from webhooks.endpoints import resend, secret_mark
from webhooks.envelope import body_of
from webhooks.models import Attempt, Delivery
from webhooks.types import TYPES

OF_TYPES = {name: name for name in TYPES}


@require_safe
@page(Permission.INTEGRATIONS)
def webhook(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    endpoint = log.endpoint_of(desk.business.id, key)
    state, of_type = chosen(request, "state", DELIVERIES), chosen(request, "type", OF_TYPES)
    found = log.listed_deliveries(endpoint, state=state, type=of_type)
    shown = listed(found, request, desk, listing=f"deliveries:{key}")
    attempts = log.last_attempts(shown.rows)
    context = {
        "endpoint": endpoint,
        "form": EndpointForm(
            initial={"url": endpoint.url, "description": endpoint.description, "events": endpoint.events}
        ),
        "problem": _(endpoint.problem) if endpoint.problem else "",
        "since": failing_since(desk, endpoint),
        "replay_from": replay_from(desk, endpoint),
        "mark": secret_mark(endpoint),
        "rows": [_told(desk, row, attempts.get(row.id)) for row in shown.rows],
        "listed": shown,
        "states": DELIVERIES.items(),
        "types": TYPES,
        "state": state,
        "type": of_type,
    }
    return render(request, "dashboard/webhook.html", context)


@require_safe
@page(Permission.INTEGRATIONS)
def delivery(request: HttpRequest, desk: Desk, key: UUID, delivery_id: UUID) -> HttpResponse:
    """The payload as it is sent, and every attempt."""
    endpoint = log.endpoint_of(desk.business.id, key)
    row = log.delivery_of(endpoint, delivery_id)
    attempts = log.attempts_of(row)
    context = {
        "endpoint": endpoint,
        "row": _told(desk, row, attempts[0] if attempts else None),
        "attempts": [(attempt, spoken_moment(attempt.started_at, desk.business)) for attempt in attempts],
        "means": _(TYPES[row.event.type]) if row.event.type in TYPES else "",
        "payload": json.dumps(json.loads(body_of(row.event_id)), indent=2, ensure_ascii=False),
    }
    return render(request, "dashboard/webhook_delivery.html", context)


@require_POST
@page(Permission.INTEGRATIONS)
def resend_one(request: HttpRequest, desk: Desk, key: UUID, delivery_id: UUID) -> HttpResponseBase:
    endpoint = log.endpoint_of(desk.business.id, key)
    resend(desk.business.id, key, delivery_id, live=endpoint.live)
    messages.success(request, _("It is sent again. Load the page again to see what became of it."))
    return redirect("dashboard:webhook-delivery", desk.business.slug, key, delivery_id)


def _told(desk: Desk, row: Delivery, attempt: Attempt | None) -> dict[str, Any]:
    return {
        "delivery": row,
        "attempt": attempt,
        "when": spoken_moment(row.event.created_at, desk.business),
        "state": DELIVERIES[row.state],
        "badge": DELIVERY_BADGES[row.state],
        "next": spoken_moment(row.next_try_at, desk.business) if row.next_try_at else "",
    }
