"""The panel of a booking: what it shows, and every change but those of money."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import tasks
from bookings.history import happenings
from bookings.models import Booking, Message
from businesses.models import Business
from tests import factories
from tests.api.calls import DAY, Tenant, nothing_changes, ok, put_in_status
from tests.api.conftest import _rival, _salon, _sandbox, _studio, clock, rival, salon, stored, stripe, studio
from tests.dashboard.panel import HTMX, at_desk, booking, path, text
from webhooks.models import Event

__all__ = ["_rival", "_salon", "_sandbox", "_studio", "clock", "rival", "salon", "stored", "stripe", "studio"]


@pytest.fixture
def key(salon: Tenant) -> str:
    """The id of Maria's booking at ten."""
    made: str = salon.book(resource_id=salon.resource("maria"), customer_notes="Short <i>please</i>")["id"]
    return made


def events() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("type", "actor"))


# --- looking --------------------------------------------------------------------------------------------------------


def test_what_there_is_to_know(salon: Tenant, key: str) -> None:
    found = booking(key)
    page = at_desk(salon, "viewer").get(path(salon, "bookings", key))
    said = text(page)
    assert page.status_code == 200
    for fact in (found.code, "Jane Doe", "Friday, 15 May 2026, 10:00 – 11:00", "Cut", "Maria", "1 person", "USD 35"):
        assert fact in said
    for fact in ("+301234567890", "jane@example.com", "online", "Short <i>please</i>", "No deposit was asked for."):
        assert fact in said
    assert "Short <i>" not in page.content.decode()
    assert "Times are of America/Chicago." in said


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("pending", ["confirmed"]),
        ("confirmed", ["checked_in", "no_show"]),
        ("checked_in", ["completed", "no_show"]),
        ("completed", []),
        ("cancelled", []),
        ("no_show", []),
    ],
)
def test_only_allowed_transitions_are_offered(salon: Tenant, key: str, status: str, offered: list[str]) -> None:
    put_in_status(key, status)
    page = at_desk(salon).get(path(salon, "bookings", key)).content.decode()
    steps = [step for step in ("confirmed", "checked_in", "completed", "no_show") if f'data-step="{step}"' in page]
    assert steps == offered
    assert ('id="panel-cancel"' in page) == (status in ("pending", "confirmed"))
    assert ('id="panel-move"' in page) == (status in ("pending", "confirmed"))
    assert ('id="panel-seat"' in page) == (status in ("pending", "confirmed", "checked_in"))


def test_who_may_only_look_is_offered_nothing(salon: Tenant, key: str) -> None:
    page = at_desk(salon, "viewer").get(path(salon, "bookings", key)).content.decode()
    assert 'id="panel-actions"' not in page
    assert "<textarea" not in page
    assert page.count("<form") == 2  # the search, signing out


def test_htmx_gets_the_panel_alone(salon: Tenant, key: str) -> None:
    page = at_desk(salon).get(path(salon, "bookings", key), headers=HTMX).content.decode()
    assert "<html" not in page
    assert page.count('data-booking="') == 1
    assert "HX-Trigger" not in page
    assert booking(key).code in page


def test_nothing_is_found_of_others_or_of_test_bookings(salon: Tenant, rival: Tenant) -> None:
    theirs = rival.book()["id"]
    test = ok(salon.test.post("/v1/bookings/", salon.public()), 201)["booking"]["id"]
    desk = at_desk(salon, "owner")
    random = desk.get(path(salon, "bookings", uuid4()))
    for key in (theirs, test):
        answer = desk.get(path(salon, "bookings", key))
        assert (answer.status_code, text(answer)) == (404, text(random))


def test_earlier_visits(salon: Tenant, key: str) -> None:
    for day, status in (("2026-05-11", "completed"), ("2026-05-12", "no_show"), ("2026-05-13", "cancelled")):
        put_in_status(salon.book(booking_date=day)["id"], status)
    put_in_status(salon.book(booking_date="2026-05-20")["id"], "confirmed")
    salon.book(booking_date="2026-05-11", phone="+301111111111", start_time="12:00")
    said = text(at_desk(salon).get(path(salon, "bookings", key)))
    assert "1 visit 1 no-show" in said
    earlier = said[said.index("1 no-show") : said.index("Messages")]
    for line in ("13 May 2026, 10:00 Cut · ", "12 May 2026, 10:00", "11 May 2026, 10:00"):
        assert line in earlier
    assert earlier.index("13 May") < earlier.index("12 May") < earlier.index("11 May")
    assert "20 May" not in earlier
    assert "12:00" not in earlier


def test_ten_earlier_visits_at_most(salon: Tenant, key: str) -> None:
    for number in range(12):
        salon.book(booking_date=f"2026-05-{2 + number:02}")
    page = at_desk(salon).get(path(salon, "bookings", key)).content.decode()
    earlier = page[page.index('id="earlier"') : page.index('id="panel-messages"')]
    assert earlier.count("<li") == 10
    assert "13 May 2026" in earlier
    assert "3 May 2026, 10:00</a>" not in earlier.replace("13 May 2026", "")


def test_a_fixed_number_of_queries(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(path(salon, "bookings", key)).status_code == 200
        counts.append(len(queries))
        for hour in ("11:00", "12:00", "13:00"):
            salon.staff.patch(f"/v1/manage/bookings/{key}", {"capacity": 1})
            salon.book(booking_date=f"2026-05-0{3 + number}", start_time=hour)
    assert counts[0] == counts[1] <= 14


# --- history --------------------------------------------------------------------------------------------------------


def history(salon: Tenant, key: str) -> str:
    said = text(at_desk(salon).get(path(salon, "bookings", key)))
    return said[said.rindex("History") :]


def test_every_change_is_told_with_who_and_when(salon: Tenant, key: str, clock: time_machine.Traveller) -> None:
    desk = at_desk(salon)
    found = booking(key)
    clock.shift(timedelta(minutes=5))
    Event.objects.update(created_at="2026-05-01T07:00:00Z")
    desk.post(path(salon, "bookings", key, "seat"), {"resource": salon.resource("jim"), "version": found.version})
    start = {"date": DAY, "start": "other", "time": "14:00", "version": found.version + 1}
    desk.post(path(salon, "bookings", key, "reschedule"), start)
    salon.staff.post(f"/v1/manage/bookings/{key}/reschedule", {"date": "2026-05-16", "time": "15:00"})
    desk.post(path(salon, "bookings", key, "notes"), {"staff_notes": "Nuts", "before": ""})
    desk.post(path(salon, "bookings", key, "status"), {"status": "checked_in"})
    told = history(salon, key)
    for line in (
        "Changed With: from Maria to Jim Staff · ",
        "Moved Time: from 10:00 – 11:00 to 14:00 – 15:00 Staff · ",
        "Moved Time: from Friday, 15 May 2026, 14:00 – 15:00 to Saturday, 16 May 2026, 15:00 – 16:00 API key staff · ",
        "Notes or details saved Staff · ",
        "Arrived Staff · ",
        "Booked API key full · 1 May 2026, 02:00",
    ):
        assert line in told, (line, told)
    assert told.index("Arrived") < told.index("Notes or") < told.index("Moved") < told.index("Booked API")
    assert told.count("Staff · ") == 4


def test_a_removed_resource_is_still_named(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    desk.post(path(salon, "bookings", key, "seat"), {"resource": salon.resource("jim")})
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('maria')}", {"name": "Maria Gomez"}))
    assert salon.full.delete(f"/v1/manage/resources/{salon.resource('maria')}").status_code == 204
    assert "With: from Maria Gomez to Jim" in history(salon, key)


def test_the_history_of_another_booking_stays_out(salon: Tenant, key: str) -> None:
    other = salon.book(start_time="12:00")["id"]
    at_desk(salon).post(path(salon, "bookings", other, "status"), {"status": "checked_in"})
    assert "Arrived" not in history(salon, key)


@pytest.mark.django_db(transaction=True)
def test_the_history_is_found_by_its_index(owner: psycopg.Connection[Any]) -> None:
    """Among many events of a business."""
    business = factories.business().business
    Event.objects.bulk_create(
        Event(business=business, type="booking.updated", live=True, data={"booking": {"id": f"{n}"}})
        for n in range(5000)
    )
    owner.execute("ANALYZE webhooks_event")
    with CaptureQueriesContext(connection) as queries:
        assert happenings(Booking(business=business, live=True)) == []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using event_of_booking" in plan, plan


# --- status ---------------------------------------------------------------------------------------------------------


def test_checking_in(salon: Tenant, key: str) -> None:
    Event.objects.all().delete()
    answer = at_desk(salon).post(path(salon, "bookings", key, "status"), {"status": "checked_in", "version": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, path(salon, "bookings", key))
    assert (booking(key).status, booking(key).version) == ("checked_in", 2)
    assert events() == [("booking.checked_in", "member:Staff"), ("booking.updated", "member:Staff")]


def test_htmx_is_told_of_a_change(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "status")
    panel = desk.post(where, {"status": "checked_in", "version": "1"}, headers=HTMX)
    assert (panel.status_code, panel.headers["HX-Trigger"]) == (200, "bookings-changed")
    assert 'data-status="checked_in"' in panel.content.decode()
    assert "The booking is now “Arrived”." in text(panel)
    elsewhere = desk.post(where, {"status": "completed", "version": "2"}, headers={"HX-Request": "true"})
    assert (elsewhere.status_code, elsewhere.headers["HX-Trigger"]) == (204, "bookings-changed")
    assert booking(key).status == "completed"


def test_a_second_click_is_the_first(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "status")
    desk.post(where, {"status": "checked_in", "version": "1"})
    with nothing_changes():
        answer = desk.post(where, {"status": "checked_in", "version": "1"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"status": "completed", "version": "1"}, 409, "not possible any more: the booking is now “Confirmed”"),
        ({"status": "checked_in", "version": "2"}, 409, "This booking has been changed meanwhile."),
        ({"status": "gone", "version": "1"}, 400, "There is no such status."),
        ({}, 400, "There is no such status."),
        ({"status": "checked_in", "version": "x"}, 400, "There is no such status."),
    ],
)
def test_what_cannot_be(salon: Tenant, key: str, body: dict[str, str], status: int, said: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "status")
    with nothing_changes():
        page, panel = desk.post(where, body), desk.post(where, body, headers=HTMX)
        notice = desk.post(where, body, headers={"HX-Request": "true"})
    assert [answer.status_code for answer in (page, panel, notice)] == [status] * 3
    for answer in (page, panel, notice):
        assert said in text(answer)
    assert notice.headers["HX-Retarget"] == "#notices"
    assert "HX-Trigger" not in panel.headers


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [("/dashboard/endpoint-salon/?day=1", True), ("https://evil.example/", False), ("//evil.example", False)],
)
def test_back_to_the_page_that_asked(salon: Tenant, key: str, wanted: str, goes: bool) -> None:
    body = {"status": "checked_in", "version": "1", "next": wanted}
    answer = at_desk(salon).post(path(salon, "bookings", key, "status"), body)
    assert answer.headers["Location"] == (wanted if goes else path(salon, "bookings", key))


def test_a_no_show_without_hold(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    assert "The booking ends as a no-show." in text(desk.get(path(salon, "bookings", key)))
    desk.post(path(salon, "bookings", key, "status"), {"status": "no_show", "version": "1"})
    assert booking(key).status == "no_show"


# --- notes ----------------------------------------------------------------------------------------------------------


def test_notes(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "notes")
    answer = desk.post(where, {"staff_notes": "First\r\nsecond <b>", "before": ""})
    assert answer.status_code == 302
    assert booking(key).staff_notes == "First\nsecond <b>"
    with nothing_changes():
        again = desk.post(where, {"staff_notes": "First\r\nsecond <b>", "before": ""})
    assert again.status_code == 302
    assert "First\nsecond &lt;b&gt;</textarea>" in desk.get(path(salon, "bookings", key)).content.decode()


def test_notes_of_somebody_else_are_not_overwritten(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "notes")
    desk.post(where, {"staff_notes": "Theirs", "before": ""})
    with nothing_changes():
        answer = desk.post(where, {"staff_notes": "Mine", "before": ""})
    assert answer.status_code == 409
    said = text(answer)
    for part in ("Somebody else has changed the notes meanwhile.", "Theirs", "Mine"):
        assert part in said
    desk.post(where, {"staff_notes": "Mine", "before": "Theirs"})
    assert booking(key).staff_notes == "Mine"


def test_notes_that_are_too_long(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "notes"), {"staff_notes": "x" * 2001})
    assert answer.status_code == 400


# --- moving ---------------------------------------------------------------------------------------------------------


def test_free_times_of_a_day(salon: Tenant, key: str) -> None:
    salon.book(start_time="12:00", resource_id=salon.resource("maria"), phone="+301111111111")
    salon.book(start_time="12:00", resource_id=salon.resource("jim"), phone="+301111111112")
    salon.book(start_time="13:00", resource_id=salon.resource("jim"), phone="+301111111113")
    said = text(at_desk(salon).get(path(salon, "bookings", key, "reschedule")))
    assert "Morning 09:00 Maria, Jim 10:00 as it is Maria, Jim 11:00 Maria, Jim Afternoon 13:00 Maria 14:00" in said
    assert "12:00" not in said
    assert "Evening" not in said
    only_jim = text(at_desk(salon).get(path(salon, "bookings", key, "reschedule"), {"resource": salon.resource("jim")}))
    assert "09:00 Jim 10:00 as it is Jim 11:00 Jim Afternoon 14:00 Jim" in only_jim
    closed = text(at_desk(salon).get(path(salon, "bookings", key, "reschedule"), {"date": "2026-04-01"}))
    assert "Nothing is free on this day." in closed


def test_moving(salon: Tenant, key: str) -> None:
    Event.objects.all().delete()
    start = int(booking(key).starts_at.timestamp()) // 60 + 24 * 60 + 60
    body = {"date": "2026-05-16", "start": str(start), "version": "1", "resource": ""}
    answer = at_desk(salon).post(path(salon, "bookings", key, "reschedule"), body)
    assert (answer.status_code, answer.headers["Location"]) == (302, path(salon, "bookings", key))
    item = salon.item(key)
    assert (item["booking_date"], item["start_time"], item["resource"]["name"]) == ("2026-05-16", "11:00", "Maria")
    assert [type_ for type_, _ in events()] == ["booking.rescheduled", "booking.updated"]


def test_moving_twice_moves_once(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "reschedule")
    body = {"date": DAY, "start": "other", "time": "14:30", "version": "1"}
    assert desk.post(where, body).status_code == 302
    with nothing_changes():
        again = desk.post(where, body)
    assert again.status_code == 409
    assert "This booking has been changed meanwhile." in text(again)
    assert salon.item(key)["start_time"] == "14:30"


def test_moving_to_taken_time_offers_the_nearest(salon: Tenant, key: str) -> None:
    for resource in ("maria", "jim"):
        salon.book(start_time="14:00", resource_id=salon.resource(resource), phone=f"+3011111111{len(resource)}")
    body = {"date": DAY, "start": "other", "time": "14:00", "version": "1"}
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "reschedule"), body, headers=HTMX)
    assert answer.status_code == 409
    said = text(answer)
    assert "This time is no longer available." in said
    assert "Free instead: 15 May 2026, 11:00 15 May 2026, 12:00 15 May 2026, 13:00" in said
    assert 'value="14:00"' in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {"date": DAY},
        {"date": DAY, "start": "other"},
        {"date": DAY, "start": "x", "time": "10:00"},
        {"date": "2026-05-16", "start": "29647740"},  # a start of another date
        {"date": "9999-12-31", "start": "other", "time": "10:00"},
        {"date": "2026-02-30", "start": "other", "time": "10:00"},
        {"date": DAY, "start": "other", "time": "25:00"},
    ],
)
def test_moving_to_no_time(salon: Tenant, key: str, body: dict[str, str]) -> None:
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "reschedule"), body)
    assert answer.status_code == 400
    assert "Choose a time." in text(answer)


def test_what_is_over_is_not_moved_or_reassigned(salon: Tenant, key: str) -> None:
    put_in_status(key, "completed")
    desk, move = at_desk(salon), path(salon, "bookings", key, "reschedule")
    seat = path(salon, "bookings", key, "seat")
    with nothing_changes():
        answers = [desk.get(move), desk.post(move, {"date": DAY, "start": "other", "time": "14:00"})]
        answers += [desk.get(seat), desk.post(seat, {"party": "1", "resource": salon.resource("jim")})]
    for answer in answers:
        assert answer.status_code == 409
        assert "not possible any more: the booking is now “Completed”" in text(answer)


# --- reassigning ----------------------------------------------------------------------------------------------------


def test_free_resources_are_shown(salon: Tenant, key: str) -> None:
    said = text(at_desk(salon).get(path(salon, "bookings", key, "seat")))
    assert "Free at this time Maria as it is Jim" in said
    salon.book(resource_id=salon.resource("jim"), phone="+301111111111")
    said = text(at_desk(salon).get(path(salon, "bookings", key, "seat")))
    assert "Nothing else is free at this time." in said


def test_reassigning(salon: Tenant, key: str) -> None:
    body = {"resource": salon.resource("jim"), "party": "1", "version": "1"}
    assert at_desk(salon).post(path(salon, "bookings", key, "seat"), body).status_code == 302
    assert salon.item(key)["resource"]["name"] == "Jim"


def test_reassigning_nothing_changes_nothing(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "seat"), {"party": "1", "resource": ""})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"party": "2"}, 409, "The resource is too small for this party."),
        ({"party": "51"}, 400, "A party has 1 to 50 people."),
        ({"party": "1", "resource": "busy"}, 409, "The resource is not free at that time."),
        ({"party": "1", "resource": "x"}, 400, "A party has 1 to 50 people."),
    ],
)
def test_what_cannot_be_reassigned(salon: Tenant, key: str, change: dict[str, str], status: int, said: str) -> None:
    salon.book(resource_id=salon.resource("jim"), phone="+301111111111")
    if change.get("resource") == "busy":
        change = change | {"resource": salon.resource("jim")}
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "seat"), {"version": "1", **change})
    assert answer.status_code == status
    assert said in text(answer)


# --- cancelling without money: with it, test_booking_money.py -------------------------------------------------------


def test_cancelling(salon: Tenant, key: str) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "cancel")
    assert "Nothing was paid: cancelling costs nothing." in text(desk.get(where))
    answer = desk.post(where, {"version": "1", "fee": "0"})
    assert (answer.status_code, booking(key).status) == (302, "cancelled")
    assert not booking(key).allocations.filter(active=True).exists()
    with nothing_changes():
        assert desk.post(where, {"version": "1", "fee": "0"}).status_code == 302
        assert desk.get(where).status_code == 409


def test_cancelling_what_has_changed(salon: Tenant, key: str) -> None:
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "cancel"), {"version": "2", "fee": "0"})
    assert answer.status_code == 409
    assert "This booking has been changed meanwhile." in text(answer)


# --- messages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def letter(salon: Tenant, key: str) -> Message:
    """The confirmation, sent."""
    Message.objects.create(
        business_id=salon.business.id,
        booking=booking(key),
        kind="confirmation",
        key="event",
        recipient="jane@example.com",
        subject="Confirmed",
        text="Hello",
        html="<p>Hello",
        calendar="BEGIN",
        sent_at="2026-05-01T06:00:00Z",
        tries=1,
    )
    return Message.objects.get()


def test_a_message_is_sent_again_once(salon: Tenant, key: str, letter: Message) -> None:
    desk, where = at_desk(salon), path(salon, "bookings", key, "messages", letter.uuid)
    assert "Confirmed jane@example.com Send again" in text(desk.get(path(salon, "bookings", key)))
    for _ in range(2):
        assert desk.post(where).status_code == 302
    copy = Message.objects.exclude(id=letter.id).get()
    same = ("booking_id", "kind", "channel", "live", "recipient", "reply_to", "subject", "text", "html", "calendar")
    assert [getattr(copy, name) for name in same] == [getattr(letter, name) for name in same]
    assert (copy.state, copy.tries, copy.key) == ("pending", 0, f"event:again:{letter.uuid}")
    assert "Send again" not in text(desk.get(path(salon, "bookings", key)))
    tasks.send_messages()
    copy.refresh_from_db()
    assert copy.state == "sent"
    desk.post(path(salon, "bookings", key, "messages", copy.uuid))
    assert Message.objects.latest("id").key == f"event:again:{copy.uuid}"
    assert Message.objects.count() == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"sent_at": None, "next_try_at": "2026-05-01T06:00:00Z"},  # on its way
        {"sent_at": None, "skipped": True, "problem": "There is no e-mail address."},
        {"kind": "reminder", "key": "of-another-time"},
        {"kind": "payment_link"},  # there is no deposit that could be paid
        {"text": ""},
    ],
)
def test_what_is_not_sent_again(salon: Tenant, key: str, letter: Message, fields: dict[str, Any]) -> None:
    Message.objects.update(**fields)
    desk = at_desk(salon)
    assert "Send again" not in text(desk.get(path(salon, "bookings", key)))
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", key, "messages", letter.uuid))
    assert answer.status_code == 409
    assert "This message cannot be sent again." in text(answer)


def test_messages_of_other_bookings_are_not_found(salon: Tenant, key: str, letter: Message) -> None:
    other = salon.book(start_time="12:00")["id"]
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", other, "messages", letter.uuid))
    assert answer.status_code == 404


# --- everything -----------------------------------------------------------------------------------------------------


def test_without_subscription_nothing_is_offered(salon: Tenant, key: str) -> None:
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    desk = at_desk(salon)
    assert 'id="panel-actions"' not in desk.get(path(salon, "bookings", key)).content.decode()
    with nothing_changes():
        assert desk.post(path(salon, "bookings", key, "status"), {"status": "checked_in"}).status_code == 402
