"""Reminders: hours before the visit, once for each time that it has, also across changes of the clocks."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from bookings import mailroom, reminders, tasks
from bookings.models import Booking, Message
from tests import factories
from tests.api.calls import Tenant, ok
from tests.messages.conftest import NOW, STUDIO, MakeStudio
from tests.messages.post import at_the_desk, collect, configure, kinds, made_at, sent, with_deposit

START = datetime(2026, 5, 15, 7, tzinfo=UTC)  # 10:00 in Athens
BEFORE = NOW - timedelta(days=1)


def booked(studio: Tenant, **changes: Any) -> str:
    """A booking of yesterday that has been told."""
    booking = studio.book(**changes)["id"]
    collect()
    made_at(booking, BEFORE)
    return booking


def reminded() -> list[Message]:
    before = set(Message.objects.values_list("id", flat=True))
    tasks.remind_customers()
    return list(Message.objects.exclude(id__in=before).order_by("id"))


def test_a_day_before_once(studio: Tenant, clock: Any) -> None:
    booked(studio)
    clock.move_to(START - timedelta(hours=24, seconds=1))
    assert reminded() == []
    clock.shift(timedelta(seconds=1))
    (message,) = reminded()
    assert (message.kind, message.recipient) == ("reminder", "jane@example.com")
    assert message.subject == "Studio: reminder of your booking on Friday, 15 May 2026 at 10:00"
    assert "METHOD:PUBLISH" in message.calendar
    assert "/b/" in message.text
    for _ in range(3):
        assert reminded() == []
        clock.shift(timedelta(minutes=1))


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de", "Studio: Erinnerung an Ihre Buchung am Freitag, 15. Mai 2026 um 10:00 Uhr"),
        ("el", "Studio: υπενθύμιση της κράτησής σας για Παρασκευή, 15 Μαΐου 2026 στις 10:00"),
    ],
)
def test_in_the_language_of_the_business(make_studio: MakeStudio, clock: Any, language: str, subject: str) -> None:
    booked(make_studio(business={"language": language}))
    clock.move_to(START - timedelta(hours=24))
    (message,) = reminded()
    assert message.subject == subject


def test_several_times(make_studio: MakeStudio, clock: Any) -> None:
    booked(make_studio(business={"rules": {"reminder_hours": [48, 2]}}))
    found = []
    for hours in (49, 48, 47, 24, 3, 2, 1):
        clock.move_to(START - timedelta(hours=hours))
        found.append((hours, len(reminded())))
    assert found == [(49, 0), (48, 1), (47, 0), (24, 0), (3, 0), (2, 1), (1, 0)]


def test_never(make_studio: MakeStudio, clock: Any) -> None:
    booked(make_studio(business={"rules": {"reminder_hours": []}}))
    clock.move_to(START - timedelta(hours=1))
    assert reminded() == []


def test_a_job_that_comes_late(studio: Tenant, clock: Any) -> None:
    booked(studio)
    clock.move_to(START - timedelta(hours=18))
    assert reminded() == []
    clock.shift(timedelta(seconds=-1))
    assert len(reminded()) == 1


def test_not_after_the_start(make_studio: MakeStudio, clock: Any) -> None:
    booked(make_studio(business={"rules": {"reminder_hours": [1]}}))
    clock.move_to(START)
    assert reminded() == []
    clock.shift(timedelta(seconds=-1))
    assert len(reminded()) == 1


def test_not_of_what_was_booked_after_that_moment(studio: Tenant, clock: Any) -> None:
    booking = studio.book()["id"]
    made_at(booking, START - timedelta(hours=23))
    clock.move_to(START - timedelta(hours=22))
    assert reminded() == []


def test_not_of_what_was_just_confirmed(studio: Tenant, clock: Any) -> None:
    booking = booked(studio)
    Message.objects.update(created_at=START - timedelta(hours=23))
    clock.move_to(START - timedelta(hours=22))
    assert reminded() == []
    assert Booking.objects.get(uuid=booking).status == "confirmed"


@pytest.mark.parametrize("status", ["pending", "cancelled", "checked_in", "no_show", "completed"])
def test_only_of_what_is_confirmed(studio: Tenant, clock: Any, status: str) -> None:
    booking = booked(studio)
    Booking.objects.filter(uuid=booking).update(status=status)
    clock.move_to(START - timedelta(hours=24))
    assert reminded() == []


def test_a_moved_booking_is_reminded_anew(studio: Tenant, clock: Any) -> None:
    booking = booked(studio)
    clock.move_to(START - timedelta(hours=24))
    assert len(reminded()) == 1
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-20", "time": "10:00"}))
    collect()
    made_at(booking, START - timedelta(hours=23))
    assert reminded() == []
    clock.move_to(START + timedelta(days=4))
    (message,) = reminded()
    assert message.subject == "Studio: reminder of your booking on Wednesday, 20 May 2026 at 10:00"


def test_one_moved_into_the_near_future_was_just_told(studio: Tenant, clock: Any) -> None:
    """Its allocations are new: nobody needs to be reminded of what the last minute's mail says."""
    booking = booked(studio, booking_date="2026-06-20")
    clock.move_to(START - timedelta(hours=20))
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-15", "time": "10:00"}))
    assert reminded() == []


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/Athens", "2026-03-29", datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ("Europe/Athens", "2026-10-25", datetime(2026, 10, 25, 8, tzinfo=UTC)),
        ("America/New_York", "2026-11-01", datetime(2026, 11, 1, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", "2026-10-04", datetime(2026, 10, 3, 23, tzinfo=UTC)),
    ],
)
def test_hours_are_hours_when_the_clocks_change(
    make_studio: MakeStudio, clock: Any, zone: str, day: str, start: datetime
) -> None:
    studio = make_studio(business={"timezone": zone})
    clock.move_to(start - timedelta(days=10))
    booking = studio.book(booking_date=day)["id"]
    collect()
    made_at(booking, start - timedelta(days=10))
    assert Booking.objects.get(uuid=booking).starts_at == start
    clock.move_to(start - timedelta(hours=24, seconds=1))
    assert reminded() == []
    clock.shift(timedelta(seconds=1))
    (message,) = reminded()
    assert message.subject.endswith(" at 10:00")


def test_one_that_waited_too_long_is_not_sent(studio: Tenant, clock: Any) -> None:
    """The mail server was down, and the customer has cancelled meanwhile."""
    booking = booked(studio)
    sent()
    clock.move_to(START - timedelta(hours=24))
    (message,) = reminded()
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    assert sent() == []
    message.refresh_from_db()
    assert (message.state, message.problem) == ("skipped", "What it tells of has changed since.")


def test_test_bookings_remind_the_business(studio: Tenant, clock: Any) -> None:
    booking = ok(studio.test.post("/v1/bookings/", studio.public()), 201)["booking"]["id"]
    collect()
    made_at(booking, BEFORE)
    clock.move_to(START - timedelta(hours=24))
    (message,) = reminded()
    assert (message.recipient, message.live) == ("desk@studio.example", False)
    assert message.subject.startswith("[TEST] ")


def test_nobody_to_remind(studio: Tenant, clock: Any) -> None:
    """Such bookings do not stay in the way of others."""
    made_at(at_the_desk(studio), BEFORE)
    collect()
    clock.move_to(START - timedelta(hours=24))
    assert reminders.due(now=timezone.now(), most=10) == []


def test_a_confirmed_booking_whose_link_is_not_paid_is_reminded(studio: Tenant, clock: Any) -> None:
    booking = booked(studio)
    with_deposit(booking, status="failed")
    clock.move_to(START - timedelta(hours=24))
    assert kinds(reminded()) == [("reminder", "email", "jane@example.com")]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once(clock: Any) -> None:
    mailroom.read_on()
    studio = Tenant(factories.business(**STUDIO))
    for hour in range(10, 14):
        made_at(studio.book(start_time=f"{hour}:00")["id"], BEFORE)
    clock.move_to(START - timedelta(hours=20, minutes=30))
    barrier = threading.Barrier(3)

    def run() -> None:
        barrier.wait(10)
        try:
            tasks.remind_customers()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tasks.remind_customers()
    assert [m.kind for m in Message.objects.all()] == ["reminder"] * 4
    assert len(set(Message.objects.values_list("key", flat=True))) == 4


@pytest.mark.django_db(transaction=True)
def test_the_scan_is_narrow(clock: Any, owner: Any) -> None:
    studio = Tenant(factories.business(**STUDIO))
    row = Booking.objects.get(uuid=booked(studio))
    values = {field.attname: getattr(row, field.attname) for field in Booking._meta.concrete_fields}
    days = [timedelta(days=number % 365) for number in range(2000)]
    Booking.objects.bulk_create(
        Booking(
            **{
                **values,
                "id": None,
                "uuid": uuid4(),
                "code": f"C{number}",
                "starts_at": row.starts_at + day,
                "ends_at": row.ends_at + day,
            }
        )
        for number, day in enumerate(days)
    )
    owner.execute("ANALYZE bookings_booking")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + reminders.DUE, {"now": NOW, "late": reminders.LATE, "most": 200})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    (scan,) = [part for part in plan.split("->") if "on bookings_booking" in part]
    assert "using booking_by_time" in scan
    assert "starts_at >" in scan.split("Index Cond")[1]


def test_hours_beyond_bounds_are_refused(make_studio: MakeStudio) -> None:
    for hours, problem in (
        ([0], "business.rules.reminder_hours[0]: must be 1 to 720, not 0"),
        ([721], "business.rules.reminder_hours[0]: must be 1 to 720, not 721"),
        ([24, 24], "business.rules.reminder_hours[1]: 24 is there twice"),
        ([1, 2, 3, 4, 5, 6], "business.rules.reminder_hours: has more than 5 reminders"),
        (["24"], "business.rules.reminder_hours[0]: must be an integer, not '24'"),
        (24, "business.rules.reminder_hours: must be a list, not 24"),
    ):
        with pytest.raises(Exception) as refusal:  # noqa: PT011
            make_studio(business={"rules": {"reminder_hours": hours}})
        assert str(refusal.value) == problem


def test_the_default_is_a_day(studio: Tenant) -> None:
    assert (studio.business.reminder_hours, studio.business.sms_reminders) == ([24], False)
    configure(studio, reminder_hours=[48])
    again = factories.business(**STUDIO)
    assert (again.changed, again.business.reminder_hours) == (True, [24])
