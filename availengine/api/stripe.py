"""Inbound events from Stripe: verified over the raw bytes, stored, handled by a job (GUARANTEES M3)."""

import functools
import json
import logging
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from availengine.api.errors import Problem, envelope
from availengine.clock import current_time
from payments import gateway, inbox

logger = logging.getLogger(__name__)


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """POST /v1/webhooks/stripe: 200 once the event is stored, whatever it is about; 400 when Stripe did not sign it."""
    if request.method != "POST":
        return _refusal("This method is not supported here.", "method_not_allowed", Allow="POST")
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES:
        return _refusal("The event is too large.")
    try:
        payload = gateway.verified(request.body, request.headers.get("Stripe-Signature", ""), now=time.time())
        stored = inbox.store(json.loads(payload), now=current_time())
    except gateway.BadSignature:
        return _refusal("The signature does not fit.")
    except (ValueError, KeyError, TypeError, RecursionError):
        return _refusal("This is not an event of Stripe's.")
    if stored is not None:
        _hurry(stored)
    return JsonResponse({"received": True})


@functools.cache
def _celery() -> Any:
    """Loaded with the first event: web processes need it for nothing else."""
    from availengine.celery import app

    return app


def _hurry(event_id: int) -> None:
    """Have it handled now. Without the broker a sweep does it some seconds later."""
    try:
        _celery().send_task("bookings.tasks.handle_stripe_event", [event_id], retry=False, expires=60)
    except Exception as error:  # whatever the broker's client raises: the event is safe
        logger.warning("the broker cannot be reached: %s", error)


def _refusal(message: str, code: str = "validation_error", **headers: str) -> HttpResponse:
    problem = Problem(code, message, headers=headers)
    return JsonResponse(envelope(problem), status=problem.status, headers=problem.headers)
