"""Our own calendars at their secret addresses: what is in them, who may read them, and when nothing is sent."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from availengine.logs import WithoutTokens
from bookings import publishing
from bookings.models import Booking
from bookings.privacy import erase_customer
from businesses import calendars
from businesses.catalogue import remove, save_service
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import AuditEntry, CalendarAddress, Resource
from tests.api.calls import Tenant, ok
from tests.calendars.conftest import Elsewhere, blocked, poll, subscribe
from tests.messages.post import at_the_desk, configure

Clock = time_machine.Traveller


def address(tenant: Tenant, resource: str = "", **values: Any) -> tuple[CalendarAddress, str]:
    """An address and its path."""
    key = tenant.outcome.resources[resource].uuid if resource else None
    row, url = calendars.create_address(tenant.business.id, name="Phone", resource=key, **values)
    assert url.startswith("https://book.example/calendars/")
    return row, url.removeprefix("https://book.example")


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def read(path: str) -> Any:
    answer = get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def events(path: str) -> list[Any]:
    return list(read(path).walk("VEVENT"))


def test_a_calendar_of_the_business(studio: Tenant) -> None:
    made = studio.book(resource_id=studio.resource("maria"))
    _, path = address(studio)
    answer = get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"] == 'inline; filename="calendar.ics"'
    assert "Set-Cookie" not in answer.headers
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["X-WR-CALNAME"], calendar["X-WR-TIMEZONE"]) == ("Studio", "Europe/Athens")
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT15M"
    (event,) = calendar.walk("VEVENT")
    assert event.errors == []
    booking = Booking.objects.get(uuid=made["id"])
    link = f"https://book.example/dashboard/studio/bookings/{booking.uuid}/"
    assert event["UID"] == f"{booking.uuid}@book.example"
    assert event["SEQUENCE"] == 1
    assert event["DTSTART"].dt == datetime(2026, 5, 15, 7, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2026, 5, 15, 8, tzinfo=UTC)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == booking.updated_at.replace(microsecond=0)
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "OPAQUE")
    assert event["SUMMARY"] == "Cut · Jane D."
    assert event["LOCATION"] == "1 Elm Street, Athens"
    assert event["DESCRIPTION"] == f"Confirmation code: {booking.code}\nWith: Maria\n{link}"
    assert event["URL"] == link


def test_names_and_phones_are_shown_where_somebody_wants_them(studio: Tenant) -> None:
    studio.book(capacity=1, last_name="Doe")
    _, plain = address(studio)
    _, full = address(studio, shows_customers=True)
    assert "+301234567890" not in get(plain).content.decode()
    assert "Doe" not in get(plain).content.decode()
    (event,) = events(full)
    assert event["SUMMARY"] == "Cut · Jane Doe"
    assert "\nPhone: +301234567890\n" in event["DESCRIPTION"]
    assert "jane@example.com" not in get(full).content.decode()


def test_what_somebody_typed_is_inert(studio: Tenant) -> None:
    """GUARANTEES A8: no text of a customer becomes a line of the calendar."""
    name = "Eve\r\nATTENDEE:mailto:x@example.com\r\n, ; \\ \u2028 \x0b BEGIN"
    Booking.objects.filter(uuid=studio.book()["id"]).update(guest_first_name=name, guest_last_name="é" * 90)
    _, path = address(studio, shows_customers=True)
    content = get(path).content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert "ATTENDEE" not in event
    assert event["SUMMARY"].startswith("Cut · Eve")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"BEGIN:VEVENT") == 1


def test_a_calendar_of_a_resource(studio: Tenant) -> None:
    """One event for each time that a booking holds it."""
    mine = studio.book(resource_id=studio.resource("maria"))["id"]
    studio.book(resource_id=studio.resource("jim"))
    _, path = address(studio, "maria")
    (event,) = events(path)
    assert event["UID"] == f"{mine}.0a@book.example"
    assert read(path)["X-WR-CALNAME"] == "Studio · Maria"
    assert len(events(address(studio)[1])) == 2


def test_what_changes_keeps_its_uid(studio: Tenant, clock: Clock) -> None:
    key = studio.book(resource_id=studio.resource("maria"))["id"]
    _, path = address(studio)
    _, of_maria = address(studio, "maria")
    _, of_jim = address(studio, "jim")
    (before,) = events(path)
    clock.shift(60)
    ok(studio.full.post(f"/v1/manage/bookings/{key}/reschedule", {"date": "2026-05-16", "time": "12:00"}))
    (moved,) = events(path)
    assert (moved["UID"], moved["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert moved["DTSTART"].dt == datetime(2026, 5, 16, 9, tzinfo=UTC)
    clock.shift(60)
    change = {"resource_id": studio.resource("jim")}
    ok(studio.full.patch(f"/v1/manage/bookings/{key}", change))
    assert events(of_maria) == []
    assert len(events(of_jim)) == 1
    clock.shift(60)
    ok(studio.full.post(f"/v1/manage/bookings/{key}/cancel"))
    (cancelled,) = events(path)
    assert (cancelled["STATUS"], cancelled["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert cancelled["UID"] == before["UID"]


def test_live_bookings_of_some_time(studio: Tenant, clock: Clock) -> None:
    """From 30 days back to 90 days ahead, or as far as can be booked; test bookings never."""
    ok(studio.test.post("/v1/bookings/", studio.public()), 201)
    days = ("2026-05-02", "2026-06-01", "2026-07-30", "2026-07-31")
    for day in days:
        at_the_desk(studio, date=day)
    _, path = address(studio)

    def starts() -> list[str]:
        return [f"{event['DTSTART'].dt:%Y-%m-%d}" for event in events(path)]

    assert starts() == ["2026-05-02", "2026-06-01", "2026-07-30"]
    clock.shift(timedelta(days=31))
    assert starts() == list(days)
    clock.shift(timedelta(days=1))
    assert starts() == list(days[1:])
    configure(studio, window_days=5)
    assert starts() == list(days[1:])
    configure(studio, window_days=730)
    assert starts() == list(days[1:])


# --- nothing is sent twice ----------------------------------------------------------------------------------------


def test_what_is_known_is_not_sent_again(studio: Tenant, clock: Clock) -> None:
    studio.book()
    _, path = address(studio)
    first = get(path)
    tag = first.headers["ETag"]
    again = get(path, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert get(path, If_None_Match=f'W/{tag}, "x"').status_code == 304
    assert get(path, If_None_Match='"x"').status_code == 200
    assert get(path, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    assert get(path, If_Modified_Since="Fri, 01 May 2020 00:00:00 GMT").status_code == 200
    assert get(path).content == first.content
    head = Client().head(path)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)


@pytest.mark.parametrize(
    "change", ["book", "move", "seat", "cancel", "note", "service", "business", "erase", "name", "day"]
)
def test_whatever_changes_is_another_edition(studio: Tenant, clock: Clock, change: str) -> None:
    key = studio.book(resource_id=studio.resource("maria"))["id"]
    row, path = address(studio)
    tag = get(path).headers["ETag"]
    manage = f"/v1/manage/bookings/{key}"
    customer = Booking.objects.get(uuid=key).customer
    if change == "book":
        studio.book(start_time="12:00")
    elif change == "move":
        ok(studio.full.post(f"{manage}/reschedule", {"date": "2026-05-16", "time": "12:00"}))
    elif change == "seat":
        ok(studio.full.patch(manage, {"resource_id": studio.resource("jim")}))
    elif change == "cancel":
        ok(studio.full.post(f"{manage}/cancel"))
    elif change == "note":
        ok(studio.full.patch(f"{manage}/notes", {"staff_notes": "x"}))
    elif change == "service":
        save_service(studio.business.id, {"name": "Haircut"}, UUID(studio.service("cut")))
    elif change == "business":
        configure(studio, name="Atelier")
    elif change == "erase":
        ok(studio.full.post(f"{manage}/cancel"))
        tag = get(path).headers["ETag"]
        clock.shift(1)
        erase_customer(studio.business.id, customer.uuid, live=True, name=str(customer))
    elif change == "name":
        clock.shift(1)
        calendars.change_address(studio.business.id, row.uuid, {"shows_customers": True})
    else:
        clock.shift(timedelta(days=1))
    assert get(path, If_None_Match=tag).status_code == 200


def test_a_late_commit_is_another_edition(studio: Tenant) -> None:
    """It carries an earlier time than what was seen already."""
    keys = [studio.book(start_time=time)["id"] for time in ("10:00", "12:00")]
    _, path = address(studio)
    tag = get(path).headers["ETag"]
    earlier = datetime(2026, 4, 30, tzinfo=UTC)
    Booking.objects.filter(uuid=keys[0]).update(guest_first_name="Ann", updated_at=earlier)
    assert get(path, If_None_Match=tag).status_code == 200


def test_queries(studio: Tenant) -> None:
    """However much there is: the address, the edition, and the bookings unless they are known."""
    _, path = address(studio)

    def queries(**headers: str) -> int:
        with CaptureQueriesContext(connection) as found:
            get(path, **headers)
        return len(found)

    studio.book()
    first = queries()
    for hour in range(11, 16):
        studio.book(start_time=f"{hour}:00")
    assert queries() == first
    tag = get(path).headers["ETag"]
    assert queries(If_None_Match=tag) == first - 1
    assert first <= 4


# --- who may read -------------------------------------------------------------------------------------------------


def test_only_the_digest_is_stored(studio: Tenant) -> None:
    _, path = address(studio)
    token = path.removeprefix("/calendars/").removesuffix(".ics")
    assert len(token) == 32  # 192 bits
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM businesses_calendaraddress a")
        ((row,),) = cursor.fetchall()
        cursor.execute("SELECT a::text FROM businesses_auditentry a WHERE subject = 'calendar address'")
        ((entry,),) = cursor.fetchall()
    assert token not in row
    assert token not in entry
    assert "digest" not in entry


@pytest.mark.parametrize("token", ["x", "0" * 32, "a" * 65, "ö", "%00", "..%2f", "%ed%a0%80"])
def test_all_that_is_no_token_is_not_found(studio: Tenant, token: str) -> None:
    address(studio)
    assert get(f"/calendars/{token}.ics").status_code == 404


def test_replaced_and_removed(studio: Tenant, clock: Clock) -> None:
    row, path = address(studio)
    clock.shift(1)
    mark = calendars.address_mark(row)
    _, url = calendars.replace_address(studio.business.id, row.uuid, instead_of=mark)
    new = url.removeprefix("https://book.example")
    assert (get(path).status_code, get(new).status_code) == (404, 200)
    with pytest.raises(Conflict):
        calendars.replace_address(studio.business.id, row.uuid, instead_of=mark)
    assert get(new).status_code == 200
    calendars.remove_address(studio.business.id, row.uuid)
    assert get(new).status_code == 404
    actions = AuditEntry.objects.filter(subject="calendar address").order_by("id").values_list("action", "name")
    assert list(actions) == [("added", "Phone"), ("changed", "Phone"), ("removed", "Phone")]


def test_of_a_removed_resource(studio: Tenant) -> None:
    _, path = address(studio, "maria")
    remove(Resource, studio.business.id, studio.outcome.resources["maria"].uuid)
    assert get(path).status_code == 404
    assert not calendars.addresses_of(studio.business.id).exists()


def test_tenants_are_apart(studio: Tenant, other: Tenant) -> None:
    other.book()
    row, path = address(studio)
    assert events(path) == []
    foreign = other.business.id
    for attempt in (calendars.replace_address, calendars.remove_address):
        with pytest.raises(NotFound):
            attempt(foreign, row.uuid)
    with pytest.raises(Invalid):
        calendars.create_address(foreign, name="x", resource=studio.outcome.resources["maria"].uuid)
    with pytest.raises(Invalid):
        calendars.add_feed(foreign, name="x", resource=studio.outcome.resources["maria"].uuid, url="https://a.example/")
    assert get(path).status_code == 200
    assert CalendarAddress.objects.count() == 1


def test_so_many_a_minute(studio: Tenant, settings: Any) -> None:
    settings.VISITOR_READS_PER_MINUTE = 3
    _, path = address(studio)
    statuses = [get("/calendars/guess.ics").status_code for _ in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    refused = get("/calendars/guess.ics")
    assert int(refused.headers["Retry-After"]) <= 60
    assert [get(path).status_code for _ in range(31)] == [200] * 30 + [429]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_but_reading(studio: Tenant, method: str) -> None:
    _, path = address(studio)
    assert getattr(Client(), method)(path).status_code == 405


def test_the_log_does_not_tell_the_token() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "%s: %s", ("Internal Server Error", "/calendars/secret.ics"), None
    )
    assert WithoutTokens().filter(record) is True
    assert record.getMessage() == "Internal Server Error: /calendars/…"
    other = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Error", "/v1/bookings"), None)
    WithoutTokens().filter(other)
    assert other.getMessage() == "Error: /v1/bookings"


def test_as_many_as_a_calendar_holds(studio: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "MOST_EVENTS", 2)
    for hour in (12, 10, 11):
        studio.book(start_time=f"{hour}:00")
    starts = [event["DTSTART"].dt.hour for event in events(address(studio)[1])]
    assert starts == [7, 8]


def test_in_the_language_of_the_business(studio: Tenant) -> None:
    configure(studio, language="de")
    studio.book(capacity=1)
    (event,) = events(address(studio)[1])
    assert event["DESCRIPTION"].splitlines()[1].startswith("Mit: ")


def test_our_own_calendar_read_back_blocks_nothing(studio: Tenant, elsewhere: Elsewhere, clock: Clock) -> None:
    """Also where one goes in a circle: out to a calendar elsewhere, and back."""
    studio.book(resource_id=studio.resource("maria"))
    for path in (address(studio)[1], address(studio, "maria")[1]):
        elsewhere.text = get(path).content
        feed = subscribe(studio, elsewhere.url)
        poll(clock)
        assert blocked(feed) == []
        feed.refresh_from_db()
        assert feed.problem == ""
