"""Periodic chores."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from availengine import tasks
from availengine.celery import app
from availengine.models import IdempotencyRecord
from businesses.models import ApiKey
from tests import factories


def test_records_of_idempotency_are_purged_after_a_day_in_batches(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    salon = factories.business().business
    key, now = ApiKey.objects.filter(business=salon)[0], timezone.now()
    ages = {"new": timedelta(hours=23), **{f"old{n}": timedelta(hours=25, minutes=n) for n in range(5)}}
    for name, age in ages.items():
        IdempotencyRecord.objects.create(
            business=salon, api_key=key, method="POST", path="/v1/bookings", key=name, body_digest=b"",
            created_at=now - age,
        )  # fmt: skip
    assert tasks.purge_idempotency_records() == 5
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]
    assert tasks.purge_idempotency_records() == 0


def test_the_schedule_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
