"""Feeds that block time: read in turn, kept when they cannot be read, told to the owner once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import tasks
from bookings.feeds import fetching, polling
from bookings.models import Booking, Message
from businesses import calendars, outgoing
from businesses.catalogue import remove
from businesses.errors import Invalid
from businesses.models import AuditEntry, Business, CalendarFeed, Closure, Resource
from businesses.sealing import seal
from businesses.tenants import save_business
from tests.api.calls import DAY, Tenant, ok
from tests.calendars.conftest import Elsewhere, blocked, poll, subscribe
from tests.calendars.texts import calendar, event
from tests.webhooks.receiver import Reply
from tests.webhooks.test_outgoing import PRIVATE

Clock = time_machine.Traveller
SOON = timedelta(minutes=20)
DENTIST = event(";TZID=Europe/Athens:20260515T120000", ";TZID=Europe/Athens:20260515T140000", "SUMMARY:Dentist")
SCHOOL = event(";TZID=Europe/Athens:20260516T090000", ";TZID=Europe/Athens:20260516T093000", uid="two@elsewhere")
ERROR = "127.0.0.1 answers with the error %d. The address may have been replaced."
MUST_NOT = "The address leads to a place that must not be asked."
NO_CALENDAR = "There is no calendar at the address: perhaps a page to sign in."
BLOCKED = [("05-15 12:00", "05-15 14:00")]


def version(tenant: Tenant) -> int:
    return int(Business.objects.values_list("config_version", flat=True).get(id=tenant.business.id))


def offered(tenant: Tenant, resource: str = "maria", on: str = DAY) -> list[str]:
    query = {"date": on, "resource_id": tenant.resource(resource)}
    answer = ok(tenant.full.get(f"/v1/availability/{tenant.id}", **query))
    return [slot["start_time"] for slot in answer["slots"]]


ALL_DAY = [f"{hour:02}:00" for hour in range(9, 17)]


def test_what_is_busy_elsewhere_cannot_be_booked_here(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    assert offered(studio) == ALL_DAY
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    assert poll(clock) == 1
    assert blocked(feed) == BLOCKED
    assert offered(studio) == ["09:00", "10:00", "11:00", "14:00", "15:00", "16:00"]
    assert offered(studio, "jim") == ALL_DAY
    refused = studio.full.post("/v1/bookings/", studio.public(start_time="12:00", resource_id=studio.resource("maria")))
    assert refused.status_code == 409
    assert not Booking.objects.exists()


def test_nothing_of_what_an_event_is_about_is_kept(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(DENTIST)
    subscribe(studio, elsewhere.url)
    poll(clock)
    (row,) = Closure.objects.all()
    assert (row.reason, row.kind) == ("", "closed")
    shown = studio.full.get(f"/v1/availability/{studio.id}", date=DAY, explain=1).content.decode()
    assert "Dentist" not in shown
    assert "own" not in shown
    assert ok(studio.full.get("/v1/manage/closures"))["items"] == []
    assert studio.full.get(f"/v1/manage/closures/{row.uuid}").status_code == 404
    assert studio.full.delete(f"/v1/manage/closures/{row.uuid}").status_code == 409
    assert studio.full.patch(f"/v1/manage/closures/{row.uuid}", {"reason": "x"}).status_code == 409
    assert list(Closure.objects.values_list("reason", flat=True)) == [""]


def test_the_address_is_a_secret(studio: Tenant, elsewhere: Elsewhere, clock: Clock, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    elsewhere.reply = Reply(404)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    poll(clock, timedelta(hours=3))
    feed.refresh_from_db()
    assert feed.host == "127.0.0.1"
    assert calendars.secret_url(feed) == elsewhere.url
    assert b"secret-of-google" not in bytes(feed.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text || a::text FROM businesses_calendarfeed f, businesses_auditentry a")
        rows = [row for (row,) in cursor.fetchall()]
    assert rows
    assert all("secret-of-google" not in row for row in rows)
    assert all("secret-of-google" not in f"{m.text}{m.html}{m.subject}" for m in Message.objects.all())
    assert "secret-of-google" not in caplog.text


def test_an_unchanged_feed_writes_nothing(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """Neither when the server says so, nor when it sends the same text again with another stamp."""
    elsewhere.text, elsewhere.etag = calendar(DENTIST.replace("END:", "DTSTAMP:20260501T000000Z\nEND:")), '"one"'
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    before, row = version(studio), Closure.objects.get()
    poll(clock, SOON)
    assert elsewhere.asked[1]["if-none-match"] == '"one"'
    elsewhere.etag, elsewhere.text = "", elsewhere.text.replace(b"DTSTAMP:20260501", b"DTSTAMP:20260502")
    poll(clock, SOON)
    elsewhere.text = elsewhere.text.replace(b"Dentist", b"Doctor")  # another text, the same time
    poll(clock, SOON)
    assert len(elsewhere.asked) == 4
    assert version(studio) == before
    assert Closure.objects.get().updated_at == row.updated_at
    feed.refresh_from_db()
    assert feed.last_success_at == datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    assert not AuditEntry.objects.filter(subject="closure").exists()


def test_only_what_differs_is_written(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(DENTIST, SCHOOL)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    kept = Closure.objects.get(starts_at=datetime(2026, 5, 16, 6, tzinfo=UTC)).id
    elsewhere.text = calendar(SCHOOL, event(":20260517T070000Z", ":20260517T080000Z", uid="three@elsewhere"))
    poll(clock, SOON)
    assert blocked(feed) == [("05-16 09:00", "05-16 09:30"), ("05-17 10:00", "05-17 11:00")]
    assert Closure.objects.filter(id=kept).exists()
    assert offered(studio) == ALL_DAY


def test_polled_every_quarter_of_an_hour(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    feed.refresh_from_db()
    pause = feed.next_poll_at - feed.last_success_at  # type: ignore[operator]
    assert timedelta(minutes=13.5) <= pause <= timedelta(minutes=16.5)
    assert poll(clock, timedelta(minutes=13)) == 0
    assert poll(clock, timedelta(minutes=4)) == 1
    calendars.poll_soon(studio.business.id, feed.uuid)
    assert poll(clock) == 1


def test_the_next_day_is_read_even_if_the_text_is_the_same(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """What repeats for ever reaches one day further each day; and what is over stays for a while, for the diary."""
    elsewhere.etag = '"same"'
    elsewhere.text = calendar(event(":20260501T030000Z", ":20260501T040000Z", "RRULE:FREQ=DAILY"))
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    last = date(2026, 5, 1) + timedelta(days=60 + polling.BEYOND)
    assert blocked(feed)[0] == ("05-01 06:00", "05-01 07:00")
    assert blocked(feed)[-1][0] == f"{last:%m-%d} 06:00"
    before = version(studio)
    poll(clock, timedelta(hours=1))
    assert version(studio) == before
    poll(clock, timedelta(days=10))
    assert "if-none-match" not in elsewhere.asked[-1]
    assert blocked(feed)[0] == ("05-01 06:00", "05-01 07:00")
    assert blocked(feed)[-1][0] == f"{last + timedelta(days=10):%m-%d} 06:00"
    poll(clock, timedelta(days=30))
    assert blocked(feed)[0] == ("05-09 06:00", "05-09 07:00")


# --- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(404), ERROR % 404),
        (Reply(500), ERROR % 500),
        (Reply(304), ERROR % 304),
        (
            Reply(200, b"<html><body>Sign in</body></html>"),
            NO_CALENDAR,
        ),
        (Reply(200, b""), NO_CALENDAR),
        (Reply(200, calendar(DENTIST)[:-20]), NO_CALENDAR),
        (
            Reply(200, calendar(event(":20260101T000000Z", "", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"))),
            "The calendar cannot be understood: something repeats within a day.",
        ),
        (Reply(200, calendar("X:" + "y" * fetching.MOST_BYTES)), "The calendar is larger than 2 MB."),
        (Reply(302, b"", (("Location", "http://10.0.0.1/x.ics"),)), MUST_NOT),
        (Reply(302, b"", (("Location", "file:///etc/passwd"),)), MUST_NOT),
        (Reply(302, b"", (("Location", "/again"),)), ERROR % 302),
    ],
)  # fmt: skip
def test_what_cannot_be_read_keeps_its_state(
    studio: Tenant, elsewhere: Elsewhere, clock: Clock, reply: Reply, problem: str
) -> None:
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    before = version(studio)
    elsewhere.reply = reply
    poll(clock, SOON)
    feed.refresh_from_db()
    assert polling.letters.problem_of(feed) == problem
    assert (feed.failures, feed.failing_since) == (1, datetime(2026, 5, 1, 7, 20, tzinfo=UTC))
    assert blocked(feed) == BLOCKED
    assert version(studio) == before
    elsewhere.reply = None
    poll(clock, timedelta(minutes=20))
    feed.refresh_from_db()
    assert (feed.failures, feed.failing_since, feed.problem) == (0, None, "")
    assert not Message.objects.exists()


PAUSES = [(13, 17), (13, 17), (27, 33), (54, 66), (108, 132), (108, 132)]  # minutes


def test_nobody_answers(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """The owner is told after the third time, once, and when it works again."""
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    url = elsewhere.url
    elsewhere.server.close()
    waits, told = [], []
    for _ in range(6):
        feed.refresh_from_db()
        waits.append(round((feed.next_poll_at - datetime.now(UTC)).total_seconds() / 60))  # type: ignore[operator]
        poll(clock, timedelta(hours=3) if len(waits) > 3 else timedelta(minutes=17 * len(waits) ** 2))
        told.append(Message.objects.count())
    assert told == [0, 1, 1, 1, 1, 1]  # the second time it has failed for more than an hour
    assert [low <= wait <= high for wait, (low, high) in zip(waits, PAUSES, strict=True)] == [True] * 6
    (message,) = Message.objects.all()
    assert (message.kind, message.recipient) == ("feed_failing", "desk@studio.example")
    assert message.subject == "The calendar Maria's own cannot be read"
    assert "blocks time of Maria, cannot be read: Nobody answers at 127.0.0.1." in message.text
    assert "https://book.example/dashboard/studio/setup/calendars/" in message.text
    assert blocked(feed) == BLOCKED
    assert url not in message.text


def test_the_owner_is_told_when_it_works_again(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.reply = Reply(503)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    poll(clock, timedelta(hours=2))
    assert list(Message.objects.values_list("kind", flat=True)) == ["feed_failing"]
    elsewhere.reply, elsewhere.text = None, calendar(DENTIST)
    poll(clock, timedelta(hours=2))
    poll(clock, timedelta(hours=2))
    _failing, works = Message.objects.order_by("id")
    assert (works.kind, works.subject) == ("feed_works", "The calendar Maria's own works again")
    assert "could not be read since Friday, 1 May 2026 at 10:00." in works.text
    assert blocked(feed) == BLOCKED
    elsewhere.reply = Reply(503)
    for _ in range(2):
        poll(clock, timedelta(hours=2))
    assert Message.objects.count() == 3  # a new trouble is told anew


def test_what_is_empty_at_once_is_believed_the_second_time(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text, elsewhere.etag = calendar(DENTIST), '"one"'
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    elsewhere.text, elsewhere.etag = calendar(), '"two"'
    poll(clock, SOON)
    feed.refresh_from_db()
    assert feed.emptied_at == datetime(2026, 5, 1, 7, 20, tzinfo=UTC)
    assert blocked(feed) == BLOCKED
    poll(clock, SOON)
    feed.refresh_from_db()
    assert feed.emptied_at is None
    assert blocked(feed) == []
    assert offered(studio) == ALL_DAY


def test_what_was_empty_by_mistake(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = full = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    before = version(studio)
    for elsewhere.text in (calendar(), full, calendar()):
        poll(clock, SOON)
        assert blocked(feed) == BLOCKED
    assert version(studio) == before


def test_places_that_must_not_be_asked(studio: Tenant, settings: Any, clock: Clock) -> None:
    """The corpus of the webhooks: refused when it is entered, and again when it is polled."""
    settings.OUTGOING_ALLOW_NETWORKS = []
    feed = subscribe(studio, "https://calendar.example/x.ics")
    outcomes = set()
    for url in (url.format(1) for url in PRIVATE):
        with pytest.raises(Invalid) as caught:
            calendars.change_feed(studio.business.id, feed.uuid, url=url)
        assert list(caught.value.details or ()) == ["url"]
        CalendarFeed.objects.update(url=seal(url.encode()), next_poll_at=datetime.now(UTC))
        poll(clock)
        feed.refresh_from_db()
        outcomes.add(feed.problem)
    assert len(PRIVATE) >= 60
    assert outcomes <= {"not_allowed", "unreachable"}  # what this machine cannot even read as an address
    assert not Closure.objects.exists()


def test_a_name_that_leads_elsewhere_by_now(studio: Tenant, settings: Any, monkeypatch: Any, clock: Clock) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    feed = subscribe(studio, "webcal://calendar.example/x.ics")
    assert calendars.secret_url(feed) == "https://calendar.example/x.ics"
    monkeypatch.setattr(outgoing, "_addresses", lambda name, timeout: ["93.184.216.34", "127.0.0.1"])
    poll(clock)
    feed.refresh_from_db()
    assert (feed.problem, feed.problem_detail) == ("not_allowed", "This address is not public.")


def test_redirects_are_followed_each_checked(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    answers = elsewhere.server.reply
    elsewhere.text = calendar(DENTIST)
    elsewhere.server.reply = lambda got: (
        Reply(301, b"", (("Location", "/moved.ics"),)) if "private" in got.path else answers(got)
    )
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    assert blocked(feed) == BLOCKED
    assert [got.path for got in elsewhere.server.got] == ["/private/secret-of-google/basic.ics", "/moved.ics"]


def test_a_sealed_address_that_cannot_be_opened(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    feed = subscribe(studio, elsewhere.url)
    CalendarFeed.objects.filter(id=feed.id).update(url=b"sealed with another key")
    poll(clock)
    feed.refresh_from_db()
    assert feed.problem == "sealed"
    assert elsewhere.asked == []


# --- crashes, leases, others --------------------------------------------------------------------------------------


def test_a_crash_reads_it_again(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """Killed while it asked: nobody else asks until the lease has run out."""
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    (job,) = polling.claim(now=datetime.now(UTC), most=8)
    assert polling.claim(now=datetime.now(UTC), most=8) == []
    answer = fetching.ask(job)
    clock.shift(polling.LEASE)
    assert poll(clock) == 1
    assert blocked(feed) == BLOCKED
    assert polling.settle(job, fetching.outcome_of(job, answer), now=datetime.now(UTC)) is False  # it was not dead
    assert Closure.objects.count() == 1


def test_a_crash_while_writing(studio: Tenant, elsewhere: Elsewhere, clock: Clock, monkeypatch: Any) -> None:
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    with monkeypatch.context() as patched:
        patched.setattr(CalendarFeed, "save", lambda self, **kwargs: 1 / 0)
        assert poll(clock) == 0
    assert blocked(feed) == []
    assert poll(clock, polling.LEASE) == 1
    assert blocked(feed) == BLOCKED


def test_another_address_while_it_is_read(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    (job,) = polling.claim(now=datetime.now(UTC), most=8)
    calendars.change_feed(studio.business.id, feed.uuid, url=f"{elsewhere.server.url}/new.ics")
    assert polling.settle(job, fetching.outcome_of(job, fetching.ask(job)), now=datetime.now(UTC)) is False
    assert blocked(feed) == []
    assert poll(clock) == 1
    assert elsewhere.server.got[-1].path == "/new.ics"


def test_those_that_fail_come_last_and_many_are_read_at_once(
    studio: Tenant, elsewhere: Elsewhere, clock: Clock
) -> None:
    elsewhere.text = calendar(DENTIST)
    feeds = [subscribe(studio, f"{elsewhere.server.url}/{n}", name=str(n)) for n in range(10)]
    CalendarFeed.objects.filter(id=feeds[0].id).update(failures=3)
    assert [job.feed_id for job in polling.claim(now=datetime.now(UTC), most=10)][-1] == feeds[0].id
    assert poll(clock, polling.LEASE) == 10
    assert Closure.objects.count() == 10


def test_a_feed_of_a_removed_resource_is_not_asked(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    subscribe(studio, elsewhere.url)
    remove(Resource, studio.business.id, studio.outcome.resources["maria"].uuid)
    assert poll(clock) == 0
    assert elsewhere.asked == []
    assert not calendars.feeds_of(studio.business.id).exists()


def test_removing_a_feed_frees_its_time(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(DENTIST)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    calendars.remove_feed(studio.business.id, feed.uuid)
    assert not CalendarFeed.objects.exists()
    assert not Closure.objects.exists()
    assert offered(studio) == ALL_DAY


def test_bookings_stay_under_what_is_blocked_later(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    booking = studio.book(start_time="12:00", resource_id=studio.resource("maria"))["id"]
    elsewhere.text = calendar(DENTIST)
    subscribe(studio, elsewhere.url)
    poll(clock)
    assert Booking.objects.get(uuid=booking).status == "confirmed"


def test_our_own_bookings_block_once(studio: Tenant, other: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """A calendar that shows ours back adds nothing; a booking of another business here takes the person's time."""
    ours = studio.book(start_time="12:00", resource_id=studio.resource("maria"))["id"]
    theirs = other.book(start_time="14:00")["id"]
    times = [(ours, "T090000Z", "T100000Z"), (f"{ours}.0a", "T091500Z", "T100000Z"), (theirs, "T110000Z", "T120000Z")]
    times += [(str(uuid4()), "T123000Z", "T130000Z"), ("no-id", "T130000Z", "T133000Z")]
    parts = [event(f":20260515{a}", f":20260515{b}", uid=f"{key}@book.example") for key, a, b in times]
    elsewhere.text = calendar(*parts)
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    assert blocked(feed) == [("05-15 14:00", "05-15 15:00"), ("05-15 15:30", "05-15 16:30")]


def test_the_zone_of_the_business_is_changed(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    elsewhere.text = calendar(event(";VALUE=DATE:20260515"))
    feed = subscribe(studio, elsewhere.url)
    poll(clock)
    row = Business.objects.get(id=studio.business.id)
    save_business(row.id, {"timezone": "Europe/Berlin"}, now=datetime.now(UTC))
    assert Closure.objects.get().starts_at == datetime(2026, 5, 14, 21, tzinfo=UTC)  # not moved by hand
    poll(clock)
    assert Closure.objects.get().starts_at == datetime(2026, 5, 14, 22, tzinfo=UTC)
    assert feed.host == "127.0.0.1"


def test_the_job_asks_a_fixed_number_of_times(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """However many events there are."""
    feed = subscribe(studio, elsewhere.url)

    def queries(days: int) -> int:
        elsewhere.text = calendar(event(":20260501T030000Z", "", "DURATION:PT1H", f"RRULE:FREQ=DAILY;COUNT={days}"))
        calendars.poll_soon(studio.business.id, feed.uuid)
        with CaptureQueriesContext(
            connection,
        ) as found:
            tasks.poll_feeds()
        return len(found)

    queries(1)
    assert queries(3) == queries(80)
    assert Closure.objects.count() == 80
