"""The waitlist at the desk, and held times in the diary, the list and the panel."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.asking import Ask
from bookings.customers import Guest
from bookings.holds import NOBODY, Holder, hold_slot
from bookings.models import Booking, Message, WaitlistEntry
from bookings.placing import Start
from bookings.services import NewBooking
from bookings.waitlist import offers
from bookings.waitlist.entries import NewEntry, join_waitlist
from businesses.localtime import instants, minute_of
from businesses.models import Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.reading import text

AT = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)  # 10 o'clock in Chicago
DAY = date(2026, 5, 15)
PAGE = "/dashboard/salon/waitlist/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def joined(salon: Business, name: str, day: date = DAY, **more: Any) -> WaitlistEntry:
    number = sum(map(ord, name))
    guest = Guest(first_name=name, last_name="", phone=f"+1312555{number:04}", email=f"{name.lower()}@example.com")
    new = NewEntry(business_id=salon.id, live=True, guest=guest, first_day=day, last_day=day, **more)
    return join_waitlist(new, now=minute_of(AT))


def minute(salon: Business, hour: int) -> str:
    return str(instants(salon.zone, DAY, hour * 60)[0])


@pytest.fixture
def staff(signed_in: AsSomebody) -> Client:
    return signed_in("staff")


def test_nobody_waits(staff: Client) -> None:
    assert "Nobody is waiting" in text(staff.get(PAGE))


def test_who_waits_in_order(staff: Client, salon: Business) -> None:
    joined(salon, "Bob", from_minutes=600, until_minutes=720, customer_notes="By the window")
    joined(salon, "Ada", date(2026, 5, 20))
    page = text(staff.get(PAGE))
    assert page.index("Bob") < page.index("Ada")
    for shown in ("Friday, 15 May 2026", "from 10:00 to 12:00", "Cut", "By the window", "since "):
        assert shown in page
    assert "Bob" not in text(staff.get(PAGE, {"day": "2026-05-20"}))
    assert "Nothing like that" in text(staff.get(PAGE, {"state": "booked"}))
    assert "Ada" in text(staff.get(PAGE, {"state": "x", "day": "soon"}))


def test_a_long_list_in_pages(staff: Client, salon: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("availengine.dashboard.views.waitlist.PAGE", 2)
    for name in ("Ada", "Bob", "Cyd"):
        joined(salon, name)
    page = staff.get(PAGE)
    assert "Cyd" not in text(page)
    (link,) = [part.split('"')[0] for part in page.content.decode().split('href="')[1:] if "cursor=" in part]
    assert "Cyd" in text(staff.get(f"{PAGE}{link.replace('&amp;', '&')}"))


def test_as_many_queries_for_many(staff: Client, salon: Business, django_assert_num_queries: Any) -> None:
    joined(salon, "Ada")
    staff.get(PAGE)
    with django_assert_num_queries(6):
        staff.get(PAGE)
    for name in ("Bob", "Cyd"):
        entry = joined(salon, name)
        start = Start(DAY, 600)
        offers.offer_by_hand(salon.id, entry.uuid, start, live=True, now=minute_of(AT))
    staff.get(PAGE)
    with django_assert_num_queries(6):
        assert "held until 10:30" in text(staff.get(PAGE))


def test_a_time_is_offered_by_hand(staff: Client, salon: Business) -> None:
    entry = joined(salon, "Ada")
    page = f"{PAGE}{entry.uuid}/offer/"
    shown = staff.get(page)
    assert "14:00" in text(shown)
    assert f'value="{minute(salon, 14)}"' in shown.content.decode()
    answer = staff.post(page, {"start": minute(salon, 14)})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    listed = text(staff.get(PAGE))
    assert "The time is held, and Ada is told." in listed
    assert "15 May 2026, 14:00 , held until 10:30" in listed
    assert Message.objects.filter(kind="waitlist_offer", recipient="ada@example.com").count() == 1
    with nothing_changes():
        assert staff.post(page, {"start": minute(salon, 15)}).status_code == 409
    assert "does not wait any more" in text(staff.get(page))


@pytest.mark.parametrize("start", ["", "x", "12345678901234567890"])
def test_no_such_time(staff: Client, salon: Business, start: str) -> None:
    entry = joined(salon, "Ada")
    with nothing_changes():
        answer = staff.post(f"{PAGE}{entry.uuid}/offer/", {"start": start})
    assert answer.status_code == 400
    assert "Choose a time." in text(answer)


def test_taken_off_the_list(staff: Client, salon: Business) -> None:
    entry = joined(salon, "Ada")
    assert staff.post(f"{PAGE}{entry.uuid}/remove/").status_code == 302
    assert "Ada is off the waitlist." in text(staff.get(PAGE))
    entry.refresh_from_db()
    assert entry.state == "withdrawn"


def test_what_is_booked_stays(staff: Client, salon: Business) -> None:
    entry = joined(salon, "Ada")
    offer = offers.offer_by_hand(salon.id, entry.uuid, Start(DAY, 600), live=True, now=minute_of(AT))
    offers.accept_offer(salon.id, entry.uuid, offer.uuid, live=True, now=minute_of(AT))
    staff.post(f"{PAGE}{entry.uuid}/remove/")
    assert "booked already" in text(staff.get(PAGE))
    entry.refresh_from_db()
    assert entry.state == "booked"


# --- held times ---------------------------------------------------------------------------------------------------


@pytest.fixture
def held(salon: Business) -> Booking:
    """Today at two, nobody's yet."""
    new = NewBooking(business_id=salon.id, live=True, guest=NOBODY, start=Start(AT.date(), 14 * 60), ask=Ask())
    return hold_slot(new, by=Holder(name="key 1"), minutes=15, now=minute_of(AT))[0]


def test_held_times_are_seen_everywhere(staff: Client, held: Booking) -> None:
    for page in ("", "bookings/", f"bookings/{held.uuid}/"):
        shown = text(staff.get(f"/dashboard/salon/{page}"))
        assert "Held time" in shown
        assert shown.count("Held until 10:15") == 1


def test_a_held_time_is_only_let_go(staff: Client, held: Booking) -> None:
    page = f"/dashboard/salon/bookings/{held.uuid}/"
    shown = text(staff.get(page))
    assert "Let the time go" in shown
    for absent in ("Check in", "Reassign", "Move"):
        assert absent not in shown
    with nothing_changes():
        assert staff.post(f"{page}status/", {"status": "confirmed", "version": "1"}).status_code == 409
    assert "Nothing is booked yet" in text(staff.get(f"{page}cancel/"))
    assert staff.post(f"{page}cancel/", {"version": "1", "fee": "0"}).status_code == 302
    held.refresh_from_db()
    assert held.status == "cancelled"
    assert "Held time" not in text(staff.get("/dashboard/salon/"))
    assert staff.get(page).status_code == 200
