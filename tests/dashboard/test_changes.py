"""What open pages ask every few seconds: has anything happened since?"""

import re
from typing import Any

import pytest
import time_machine

from bookings.services import set_staff_notes
from businesses.localtime import minute_of
from businesses.models import Business
from tests.api.calls import put_in_status
from tests.dashboard.desk import NINE, DeskAtWork
from webhooks.models import Event

# An event is told once all older transactions are over: within a test's own transaction it never would be.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(transactional_db: None) -> DeskAtWork:
    return DeskAtWork()


def position(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-(after|version)="(\d+-\d+|\d+)"', page.partition('<dl class="tiles">')[0]))


def ask(desk: DeskAtWork, **query: str) -> Any:
    return desk.staff.get(f"{desk.url}changes/", query)


def test_nothing(desk: DeskAtWork) -> None:
    desk.book("10:00")
    told = position(desk.page())
    answer = ask(desk, **told)
    assert (answer.status_code, answer.content) == (204, b"")


def test_what_happened_since(desk: DeskAtWork) -> None:
    desk.book("10:00")
    told = position(desk.page())
    new, old = desk.book("12:00"), desk.book("09:00", "jim")
    set_staff_notes(desk.business.id, old.uuid, "Tall", live=True)
    answer = ask(desk, **told).json()
    assert [tuple(found) for found in answer["bookings"]] == [
        (str(new.uuid), minute_of(new.starts_at)),
        (str(old.uuid), minute_of(old.starts_at)),
    ]
    assert str(answer["version"]) == told["version"]
    assert ask(desk, after=answer["after"], version=told["version"]).status_code == 204


def test_deposits_count(desk: DeskAtWork) -> None:
    booking = desk.book("10:00")
    told = position(desk.page())
    data = {"deposit": {"booking_id": str(booking.uuid)}}
    Event.objects.create(business=desk.business, live=True, type="payment.succeeded", data=data)
    assert [found[0] for found in ask(desk, **told).json()["bookings"]] == [str(booking.uuid)]


def test_changes_of_the_set_up(desk: DeskAtWork) -> None:
    told = position(desk.page())
    Business.objects.filter(id=desk.business.id).update(name="Renamed")
    answer = ask(desk, **told).json()
    assert (answer["bookings"], answer["after"]) == ([], told["after"])
    assert str(answer["version"]) != told["version"]


def test_those_of_others_and_test_bookings_are_not_told(desk: DeskAtWork) -> None:
    desk.book("09:00")
    told = position(desk.page())
    DeskAtWork(business={"slug": "rival"}).book("10:00")
    desk.book("10:00", live=False)
    assert ask(desk, **told).status_code == 204


@pytest.mark.parametrize(
    "after", ["", "x", "1", "1-", "-1", "1-x", "9" * 40 + "-1", "1-" + "9" * 40, "1-" + "9" * 19, "١-١"]
)
def test_made_up_positions(desk: DeskAtWork, after: str) -> None:
    assert ask(desk, after=after).status_code == 400


def test_the_page_tells_what_it_shows(desk: DeskAtWork) -> None:
    """The position is read before the bookings: what comes in between is asked for again, never missed."""
    booking = desk.book("10:00")
    put_in_status(str(booking.uuid), "checked_in")
    told = position(desk.page())
    assert set(told) == {"after", "version"}
