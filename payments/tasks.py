"""Chores of payments."""

from celery import shared_task
from django.utils import timezone

from payments import inbox


@shared_task  # type: ignore[untyped-decorator]
def purge_stripe_events() -> int:
    return inbox.purge(now=timezone.now())
