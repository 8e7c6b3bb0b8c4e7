"""Periodic chores."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
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


SCHEDULE = {
    "availengine.tasks.purge_idempotency_records": 600,
    "availengine.tasks.purge_sessions": 86_400,
    "payments.tasks.purge_stripe_events": 3600,
    "bookings.tasks.handle_stripe_events": 5,
    "bookings.tasks.carry_out_instructions": 5,
    "bookings.tasks.send_messages": 5,
    "bookings.tasks.expire_unpaid": 10,
    "bookings.tasks.expire_held": 5,
    "bookings.tasks.purge_held": 3600,
    "bookings.tasks.offer_freed": 3,
    "bookings.tasks.settle_offers": 5,
    "bookings.tasks.tend_waitlists": 600,
    "bookings.tasks.place_holds": 60,
    "bookings.tasks.watch_holds": 300,
    "bookings.tasks.reconcile_deposits": 60,
    "bookings.tasks.write_messages": 3,
    "bookings.tasks.remind_customers": 60,
    "bookings.tasks.tell_of_endpoints": 60,
    "bookings.tasks.poll_feeds": 15,
    "bookings.tasks.purge_links": 3600,
}


def test_the_schedule() -> None:
    """The reconciler comes every 15 minutes at most (GUARANTEES M3)."""
    entries = app.conf.beat_schedule
    assert {entry["task"]: entry["schedule"] for entry in entries.values()} == SCHEDULE
    assert len(entries) == len(SCHEDULE)


@pytest.mark.parametrize("name", SCHEDULE)
def test_the_schedule_names_a_task_that_exists(name: str) -> None:
    app.loader.import_default_modules()
    assert app.tasks[name].name == name


def test_runs_do_not_pile_up_while_the_worker_is_away() -> None:
    """What was not started until the next run comes is dropped: nothing is lost, it is in the database."""
    for name, entry in app.conf.beat_schedule.items():
        if entry["task"].startswith("bookings."):
            assert entry["options"] == {"expires": entry["schedule"]}, name


def test_sessions_that_are_over_are_removed(db: None) -> None:
    now = timezone.now()
    for key, ends in (("over", now - timedelta(seconds=1)), ("alive", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    tasks.purge_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["alive"]
