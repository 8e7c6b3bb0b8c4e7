"""Periodic chores of the edge."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

BATCH = 1000

PURGE = """
DELETE FROM edge_idempotencyrecord WHERE id IN (
    SELECT id FROM edge_idempotencyrecord WHERE created_at < %s ORDER BY created_at LIMIT %s
    FOR UPDATE SKIP LOCKED
)
"""


@shared_task  # type: ignore[untyped-decorator]
def purge_idempotency_records() -> int:
    """Remove records older than a day, in batches. Returns how many."""
    before = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    removed: int = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PURGE, [before, BATCH])
            batch: int = cursor.rowcount
            removed += batch
            if batch < BATCH:
                return removed


@shared_task  # type: ignore[untyped-decorator]
def purge_sessions() -> None:
    """Remove what browsers were signed in with and is over."""
    SessionStore.clear_expired()
