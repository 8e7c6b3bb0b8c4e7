"""The customer's page of a booking: choosing another time (GUARANTEES A6)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from bookings.models import Booking
from businesses.catalogue import save_closure
from businesses.localtime import minute_of
from businesses.models import Closure
from tests.api.calls import Tenant, nothing_changes, put_in_status
from tests.messages.conftest import MakeStudio
from tests.messages.post import collect, configure, link_in

DAY = "?date=2026-05-16"


@pytest.fixture
def page(studio: Tenant) -> str:
    studio.book()
    (message,) = collect()
    return link_in(message)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def form_of(browser: Client, page: str) -> str:
    return re.findall(r'name="moving" value="([^"]+)"', text_of(browser.get(f"{page}{DAY}")))[0]


def starts(browser: Client, page: str) -> dict[str, str]:
    """The times to choose from with what their buttons send."""
    found = re.findall(r'name="start" value="(\d+)" required> <span>([\d:]+)<', text_of(browser.get(page)))
    return {time: minute for minute, time in found}


def move(browser: Client, page: str, start: str, form: str | None = None) -> HttpResponse:
    sent = {"moving": form_of(browser, page) if form is None else form, "start": start}
    return browser.post(f"{page}/move", sent)


def when() -> str:
    return Booking.objects.get().starts_at.strftime("%Y-%m-%d %H:%M")


def away(studio: Tenant, **values: Any) -> Closure:
    booking = Booking.objects.get()
    span = {"starts_at": booking.starts_at - timedelta(hours=1), "ends_at": booking.ends_at + timedelta(hours=1)}
    return save_closure(studio.business.id, {**span, **values})


def test_what_is_free_is_shown(studio: Tenant, page: str, browser: Client) -> None:
    studio.book(
        booking_date="2026-05-16", start_time="11:00", phone="+302101111111", resource_id=studio.resource("jim")
    )
    studio.book(booking_date="2026-05-16", start_time="11:00", phone="+302102222222")
    with nothing_changes():
        found = starts(browser, f"{page}{DAY}")
        same_day = starts(browser, page)
    assert list(found) == ["09:00", "10:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
    assert list(same_day) == ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
    assert "Saturday, 16 May 2026" in text_of(browser.get(f"{page}{DAY}"))


def test_moving(page: str, browser: Client) -> None:
    start = starts(browser, f"{page}{DAY}")["12:00"]
    response = move(browser, page, start)
    assert (response.status_code, response.headers["Location"]) == (302, page)
    assert when() == "2026-05-16 09:00"
    (message,) = collect()
    assert (message.kind, message.recipient) == ("reschedule", "jane@example.com")
    assert "Saturday, 16 May 2026, 12:00 – 13:00" in text_of(browser.get(page))


def test_twice_has_one_effect(page: str, browser: Client) -> None:
    form, times = form_of(browser, page), starts(browser, f"{page}{DAY}")
    assert move(browser, page, times["12:00"], form).status_code == 302
    with nothing_changes():
        response = move(browser, page, times["13:00"], form)
    assert response.status_code == 409
    assert "The booking was not moved." in text_of(response)


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete"])
def test_only_a_sent_form_moves(page: str, browser: Client, method: str) -> None:
    with nothing_changes():
        assert getattr(browser, method)(f"{page}/move?start=29647860").status_code in (200, 405)


@pytest.mark.parametrize("form", ["", "x", "W10:1vXyz:abc", "\x00"])
def test_without_our_form_nothing_happens(page: str, browser: Client, form: str) -> None:
    start = starts(browser, f"{page}{DAY}")["12:00"]
    with nothing_changes():
        response = move(browser, page, start, form)
    assert response.status_code == 403
    assert "The booking was not moved." in text_of(response)


def test_the_form_that_cancels_does_not_move(page: str, browser: Client) -> None:
    (cancelling,) = re.findall(r'name="form" value="([^"]+)"', text_of(browser.get(page)))
    start = starts(browser, f"{page}{DAY}")["12:00"]
    with nothing_changes():
        assert move(browser, page, start, cancelling).status_code == 403


@pytest.mark.parametrize(
    ("start", "status"),
    [("", 403), ("x", 403), ("-1", 403), ("9" * 12, 403), ("٢٩٦٤٧٨٦٠", 403), ("999999999", 409), ("0000001", 409)],
)
def test_starts_that_are_none(page: str, browser: Client, start: str, status: int) -> None:
    with nothing_changes():
        assert move(browser, page, start).status_code == status


def test_only_what_is_offered(page: str, browser: Client) -> None:
    """Staff may book any minute; customers choose from the grid, within hours and window."""
    noon = int(starts(browser, f"{page}{DAY}")["12:00"])
    for start in (noon + 1, noon + 12 * 60, noon + 400 * 1440, minute_of(Booking.objects.get().starts_at) - 30 * 1440):
        with nothing_changes():
            assert move(browser, page, str(start)).status_code == 409


def test_taken_meanwhile(studio: Tenant, page: str, browser: Client) -> None:
    start, form = starts(browser, f"{page}{DAY}")["12:00"], form_of(browser, page)
    for phone in ("+302101111111", "+302102222222"):
        studio.book(booking_date="2026-05-16", start_time="12:00", phone=phone)
    before = Booking.objects.order_by("id")[0].starts_at
    with nothing_changes():
        response = move(browser, page, start, form)
    assert response.status_code == 409
    assert "Saturday, 16 May 2026" in text_of(response)
    assert "<span>12:00</span>" not in text_of(response)
    assert Booking.objects.order_by("id")[0].starts_at == before


def test_within_the_policy_only(page: str, browser: Client, clock: Any) -> None:
    """Else who would pay for cancelling late would move far ahead, and cancel then."""
    start, form = starts(browser, f"{page}{DAY}")["12:00"], form_of(browser, page)
    clock.move_to(Booking.objects.get().starts_at - timedelta(hours=24) + timedelta(minutes=1))
    assert "Choose another time" not in text_of(browser.get(page))
    with nothing_changes():
        assert move(browser, page, start, form).status_code in (403, 409)


def test_who_is_away_lets_customers_move_late(studio: Tenant, page: str, browser: Client, clock: Any) -> None:
    clock.move_to(Booking.objects.get().starts_at - timedelta(hours=1))
    assert "Choose another time" not in text_of(browser.get(page))
    closure = away(studio)
    shown = text_of(browser.get(page))
    assert "We cannot keep this time. Please choose another one." in shown
    start = starts(browser, f"{page}{DAY}")["12:00"]
    assert move(browser, page, start).status_code == 302
    assert when() == "2026-05-16 09:00"
    assert closure.starts_at < closure.ends_at
    assert "We cannot keep this time" not in text_of(browser.get(page))


def test_a_special_opening_is_no_disruption(studio: Tenant, page: str, browser: Client) -> None:
    away(studio, kind="open")
    assert "We cannot keep this time" not in text_of(browser.get(page))


def test_a_full_day_names_the_next_free_ones(studio: Tenant, page: str, browser: Client) -> None:
    span = {"starts_at": "2026-05-16T00:00Z", "ends_at": "2026-05-18T21:00Z"}
    save_closure(studio.business.id, span)
    shown = text_of(browser.get(f"{page}{DAY}"))
    assert "Nothing is free on Saturday, 16 May 2026." in shown
    assert f'href="{page}?date=2026-05-19#move">Tuesday, 19 May 2026<' in shown
    assert "2026-05-18" not in shown


@pytest.mark.parametrize("asked", ["x", "2026-02-30", "9999-12-31", "0001-01-01", "20260516", "２０２６-05-16", "\x00"])
def test_days_that_are_none(page: str, browser: Client, asked: str) -> None:
    with nothing_changes():
        assert browser.get(page, {"date": asked}).status_code == 200


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show", "checked_in"])
def test_what_is_past_that_is_not_moved(page: str, browser: Client, status: str) -> None:
    start, form = starts(browser, f"{page}{DAY}")["12:00"], form_of(browser, page)
    put_in_status(str(Booking.objects.get().uuid), status)
    with nothing_changes():
        assert move(browser, page, start, form).status_code == 409


def test_in_the_language_of_the_business(make_studio: MakeStudio, browser: Client) -> None:
    make_studio(business={"language": "el"}).book()
    (message,) = collect()
    assert "Επιλογή άλλης ώρας" in text_of(browser.get(link_in(message)))


def test_a_past_due_business_lets_its_customers_move(studio: Tenant, page: str, browser: Client) -> None:
    configure(studio, billing_status="past_due")
    assert move(browser, page, starts(browser, f"{page}{DAY}")["12:00"]).status_code == 302
