"""Periodic chores of the edge."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

BATCH = 1000

PURGE = """
DELETE FROM edge_idempotencyrecord WHERE id IN (
    SELECT id FROM edge_idempotencyrecord WHERE created_at < %s ORDER BY created_at LIMIT %s
    FOR UPDATE SKIP LOCKED
)
"""


@shared_task
def purge_idempotency_records() -> int:
    """Remove records older than a day, in batches. Returns how many."""
    before = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    removed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PURGE, [before, BATCH])
            removed += cursor.rowcount
            if cursor.rowcount < BATCH:
                return removed
