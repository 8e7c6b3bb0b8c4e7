"""Calendar files, read back: a calendar adds, moves and removes the right entry."""

from datetime import UTC, datetime

from django.test import Client

from bookings.models import Booking
from tests.api.calls import Tenant, ok
from tests.messages.conftest import MakeStudio
from tests.messages.post import calendar_in, collect, configure, link_in


def test_added_moved_removed(studio: Tenant) -> None:
    booking = studio.book(resource_id=studio.resource("maria"))["id"]
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-11-02", "time": "12:00"}))
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    messages = collect()
    (added, first), (moved, second), (removed, third) = [calendar_in(m.calendar) for m in messages]
    assert [added, moved, removed] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert {str(event["UID"]) for event in (first, second, third)} == {f"{booking}@book.example"}
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
    assert [str(event["STATUS"]) for event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert first["DTSTART"].dt == datetime(2026, 5, 15, 7, tzinfo=UTC)  # 10:00 in Athens in summer
    assert first["DTEND"].dt == datetime(2026, 5, 15, 8, tzinfo=UTC)
    assert second["DTSTART"].dt == datetime(2026, 11, 2, 10, tzinfo=UTC)  # 12:00 in winter
    assert str(first["SUMMARY"]) == "Studio: Cut"
    assert str(first["LOCATION"]) == "1 Elm Street, Athens"
    assert str(first["ORGANIZER"]) == "mailto:desk@studio.example"
    code = Booking.objects.get(uuid=booking).code
    link = f"https://book.example{link_in(messages[0])}"
    assert str(first["DESCRIPTION"]) == f"Confirmation code: {code}\n{link}"
    assert b"\r\n" in messages[0].calendar.encode()


def test_a_request_is_tentative(studio: Tenant) -> None:
    configure(studio, auto_confirm=False)
    studio.book()
    (message,) = collect()
    method, event = calendar_in(message.calendar)
    assert (method, str(event["STATUS"])) == ("PUBLISH", "TENTATIVE")


def test_names_make_no_lines(make_studio: MakeStudio) -> None:
    studio = make_studio(business={"address": "1 Elm; Street, \\ Athens"})
    configure(studio, name='A "B"\r\nBEGIN:VALARM\r\n\x0bx', address="1 Elm\nATTENDEE:mailto:eve@example.com")
    studio.book()
    (message,) = collect()
    _, event = calendar_in(message.calendar)
    assert str(event["SUMMARY"]) == 'A "B" BEGIN:VALARM x: Cut'
    assert "ATTENDEE" not in event
    assert not event.walk("VALARM")


def test_the_file_of_the_page(studio: Tenant) -> None:
    booking = studio.book()["id"]
    (message,) = collect()
    response = Client().get(f"{link_in(message)}/calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    method, event = calendar_in(response.content.decode())
    assert (method, str(event["UID"])) == ("PUBLISH", f"{booking}@book.example")
    assert event["SEQUENCE"] == calendar_in(message.calendar)[1]["SEQUENCE"]
