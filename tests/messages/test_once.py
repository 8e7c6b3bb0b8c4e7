"""GUARANTEES E1: a message for every event and no second one, whatever dies or runs twice on the way."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from availengine.api.throttling import client
from bookings import mailroom, tasks
from bookings.models import EventReader, ManageLink, Message
from tests import factories
from tests.api.calls import Tenant
from tests.messages.conftest import STUDIO
from tests.messages.post import kinds, sent
from webhooks import feed

pytestmark = pytest.mark.django_db(transaction=True)

JANE = [("confirmation", "email", "jane@example.com")]


@pytest.fixture
def open_studio(_fresh_memory: None) -> Tenant:
    """A business whose rows are committed, and a mailroom that begins now."""
    mailroom.read_on()
    return Tenant(factories.business(**STUDIO))


def written() -> list[Message]:
    return list(Message.objects.order_by("id"))


def test_what_is_committed_is_told_once(open_studio: Tenant) -> None:
    open_studio.book()
    assert tasks.write_messages() > 0
    assert tasks.write_messages() == 0
    assert kinds(written()) == JANE


def test_what_is_rolled_back_is_not_told(open_studio: Tenant) -> None:
    with transaction.atomic():
        open_studio.book()
        transaction.set_rollback(True)
    tasks.write_messages()
    assert written() == []


def test_a_new_installation_begins_at_the_present(open_studio: Tenant) -> None:
    open_studio.book()
    EventReader.objects.all().delete()
    assert tasks.write_messages() == 0
    open_studio.book(start_time="12:00")
    tasks.write_messages()
    assert kinds(written()) == JANE
    assert "at 12:00" in written()[0].subject


def test_a_crash_between_writing_and_remembering(open_studio: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    open_studio.book()
    open_studio.book(start_time="12:00")
    before = EventReader.objects.values_list("transaction", "event").get()

    def crash(reader: EventReader, position: feed.Position) -> None:
        assert len(written()) == 2
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(mailroom, "_remember", crash)
        with pytest.raises(SystemExit):
            mailroom.read_on()
    assert written() == []
    assert ManageLink.objects.count() == 0
    assert EventReader.objects.values_list("transaction", "event").get() == before
    tasks.write_messages()
    assert kinds(written()) == JANE * 2


def test_in_batches(open_studio: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailroom, "MOST", 1)
    for hour in range(10, 15):
        open_studio.book(start_time=f"{hour}:00")
    while mailroom.read_on(most=1):
        pass
    assert [m.subject.split(" at ")[1][:5] for m in written()] == [f"{hour}:00" for hour in range(10, 15)]


def test_two_at_once(open_studio: Tenant) -> None:
    """The second finds the first at work, and leaves it to it."""
    for hour in range(10, 17):
        open_studio.book(start_time=f"{hour}:00")
    start, found = threading.Barrier(4), []

    def consume() -> None:
        start.wait(10)
        try:
            for _ in range(20):
                found.append(mailroom.read_on(most=2))
        finally:
            connection.close()

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tasks.write_messages()
    assert kinds(written()) == JANE * 7


def test_while_one_reads_another_does_not(open_studio: Tenant) -> None:
    open_studio.book()
    found: list[int] = []

    def consume() -> None:
        try:
            found.append(mailroom.read_on())
        finally:
            connection.close()

    with transaction.atomic():
        EventReader.objects.select_for_update().get()
        thread = threading.Thread(target=consume)
        thread.start()
        thread.join(30)
    assert found == [0]
    assert mailroom.read_on() > 0


def test_an_event_that_commits_late_is_not_passed_over(open_studio: Tenant) -> None:
    """Numbered early, visible late: the mailroom waits for open transactions."""
    other = Tenant(factories.business(**factories.merged(STUDIO, {"business": {"slug": "other"}})))
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                other.book()
                begun.set()
                go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(30)
    try:
        open_studio.book(start_time="12:00")
        tasks.write_messages()
    finally:
        go_on.set()
        thread.join(30)
    tasks.write_messages()
    assert sorted(m.subject.split(" at ")[1][:5] for m in written()) == ["10:00", "12:00"]


def test_without_a_broker_nothing_is_lost(open_studio: Tenant, settings: Any) -> None:
    open_studio.book()
    client().flushall()
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    tasks.write_messages()
    client().flushall()
    assert len(sent()) == 1
    assert [message.state for message in written()] == ["sent"]


def test_the_same_key_is_stored_once(open_studio: Tenant) -> None:
    """Should two ever write of the same event, the database keeps one."""
    open_studio.book()
    tasks.write_messages()
    (first,) = written()
    Message.objects.bulk_create(
        [
            Message(
                business=first.business,
                booking=first.booking,
                kind=first.kind,
                key=first.key,
                recipient=first.recipient,
            )
        ],
        ignore_conflicts=True,
    )
    assert written() == [first]
