"""Somebody is away: the preview, and what is done about each booking."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Allocation, Booking, Message
from bookings.services import set_staff_notes
from businesses.models import Business, Closure
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.visits import NOW, key_of, visit

PAGE = "/dashboard/salon/disruption/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def manager(signed_in: AsSomebody) -> Client:
    return signed_in("manager")


def asked(business: Business, **changes: str) -> dict[str, str]:
    query = {"resource": str(key_of(business, "Maria")), "first": "2026-05-15", "last": "2026-05-16", "reason": "Ill"}
    return {name: value for name, value in {**query, **changes}.items() if value}


def preview(client: Client, business: Business, **changes: str) -> str:
    with nothing_changes():
        response = client.get(PAGE, asked(business, **changes))
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def form_of(page: str) -> dict[str, str]:
    """What the form would send as it is shown: the first choice of each."""
    body = page[page.index('id="hit"') :]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', body))
    hidden.pop("csrfmiddlewaretoken", None)
    for name, first in re.findall(r'<select name="([^"]+)"[^>]*>\s*<option value="([^"]+)"', body):
        hidden[name] = first
    return hidden


def told(response: Any) -> dict[str, tuple[str, str]]:
    assert response.status_code == 200
    rows = re.findall(
        r'<tr(?: data-booking="([^"]*)")? data-state="(\w+)">.*?told-\w+">([^<]*)<', response.content.decode(), re.S
    )
    return {key: (state, said) for key, state, said in rows}


def with_whom(booking: Booking) -> str:
    return str(Allocation.objects.get(booking=booking).resource.name)


def test_the_way_in(signed_in: AsSomebody) -> None:
    assert f'href="{PAGE}"' in signed_in("manager").get("/dashboard/salon/setup/").content.decode()
    assert f'href="{PAGE}"' in signed_in("manager").get("/dashboard/salon/bookings/").content.decode()
    assert f'href="{PAGE}"' not in signed_in("staff").get("/dashboard/salon/bookings/").content.decode()


def test_the_preview(manager: Client, salon: Business) -> None:
    free, busy = visit(salon, resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    visit(salon, clock="12:00", resource="Jim")
    other = visit(salon, "2026-05-17", resource="Maria")
    page = preview(manager, salon)
    assert "Maria is away: Fri, 15 May 2026, 00:00 – Sun, 17 May 2026, 00:00" in page
    form = form_of(page)
    assert form[f"do-{free.uuid}"] == str(key_of(salon, "Jim"))
    assert form[f"do-{busy.uuid}"] == "ask"
    assert form[f"version-{busy.uuid}"] == "1"
    assert str(other.uuid) not in page
    assert Closure.objects.count() == 0


def test_confirming(manager: Client, salon: Business) -> None:
    free, busy = visit(salon, resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    silent = visit(salon, "2026-05-16", "12:00", resource="Maria", email="", phone="+13125550177")
    kept = visit(salon, "2026-05-16", resource="Maria")
    for day in ("2026-05-15", "2026-05-16"):
        visit(salon, day, "12:00", resource="Jim")
    form = form_of(preview(manager, salon, since="09:30", until="18:00"))
    form[f"do-{kept.uuid}"] = "leave"
    assert told(manager.post(PAGE, form)) == {
        str(free.uuid): ("good", "Moved to Jim."),
        str(busy.uuid): ("good", "A mail asks to choose another time."),
        str(silent.uuid): ("warn", "There is no address: call +13125550177."),
        str(kept.uuid): ("plain", "Left as it is."),
    }
    closure = Closure.objects.get()
    assert (str(closure.starts_at), str(closure.ends_at), closure.reason, closure.resource.name) == (
        "2026-05-15 14:30:00+00:00", "2026-05-16 23:00:00+00:00", "Ill", "Maria",
    )  # fmt: skip
    assert str(closure.uuid) == form["key"]
    assert [with_whom(row) for row in (free, busy, silent, kept)] == ["Jim", "Maria", "Maria", "Maria"]
    assert [row.booking_id for row in Message.objects.filter(kind="repick")] == [busy.id]


def test_sent_twice_it_is_done_once(manager: Client, salon: Business) -> None:
    free, busy = visit(salon, resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    visit(salon, clock="12:00", resource="Jim")
    form = form_of(preview(manager, salon))
    manager.post(PAGE, form)
    again = manager.post(PAGE, form)
    assert "1 more bookings were moved or cancelled meanwhile" in again.content.decode()
    assert (Closure.objects.count(), Message.objects.filter(kind="repick").count()) == (1, 1)
    assert (with_whom(free), with_whom(busy)) == ("Jim", "Maria")


def test_what_happens_between_preview_and_confirming(manager: Client, salon: Business) -> None:
    changed, lost = visit(salon, resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    form = form_of(preview(manager, salon))
    set_staff_notes(salon.id, changed.uuid, "called", live=True)
    visit(salon, clock="12:00", resource="Jim")
    new = visit(salon, clock="15:00", resource="Maria")
    answer = told(manager.post(PAGE, form))
    assert {key: state for key, (state, _) in answer.items()} == dict.fromkeys(
        (str(changed.uuid), str(lost.uuid), str(new.uuid)), "bad"
    )
    assert answer[str(changed.uuid)][1].startswith("Changed meanwhile, nothing was done.")
    assert answer[str(new.uuid)][1] == "Booked meanwhile, nothing was done. Look at it again."
    assert [with_whom(row) for row in (changed, lost, new)] == ["Maria"] * 3
    assert not Message.objects.filter(kind="repick").exists()
    assert Closure.objects.count() == 1


def test_nobody_is_hit(manager: Client, salon: Business) -> None:
    page = preview(manager, salon)
    assert "No booking is hit" in page
    assert told(manager.post(PAGE, form_of(page))) == {}
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "x"}, {"last": ""}, {"first": "2026-05-17"}, {"last": "2027-05-17"}, {"since": "25:00"},
        {"first": "2026-04-01", "last": "2026-04-30"}, {"resource": "6c1b1b0e-2c11-4c62-9a3c-000000000001"},
        {"last": "2026-05-15", "since": "12:00", "until": "12:00"}, {"reason": "x" * 201}, {"first": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_cannot_be_entered(manager: Client, salon: Business, changes: dict[str, str]) -> None:
    with nothing_changes():
        assert manager.get(PAGE, asked(salon, **changes)).status_code == 400
        assert manager.post(PAGE, {**asked(salon, **changes), "key": "x"}).status_code == 400


@pytest.mark.parametrize("key", ["", "x"])
def test_only_what_was_previewed(manager: Client, salon: Business, key: str) -> None:
    with nothing_changes():
        assert manager.post(PAGE, {**asked(salon), "key": key}).status_code == 404


def test_nonsense_is_told_and_does_nothing(manager: Client, salon: Business, rival: Business) -> None:
    booking = visit(salon, resource="Maria")
    form = form_of(preview(manager, salon))
    for what in ("x", "", str(key_of(rival, "Jim"))):
        answer = told(manager.post(PAGE, {**form, f"do-{booking.uuid}": what}))
        assert answer[str(booking.uuid)][0] == "bad"
    assert told(manager.post(PAGE, {**form, f"version-{booking.uuid}": "x"}))[str(booking.uuid)][0] == "bad"
    assert with_whom(booking) == "Maria"


def test_a_resource_of_somebody_else(manager: Client, salon: Business, rival: Business) -> None:
    with nothing_changes():
        assert manager.get(PAGE, asked(salon, resource=str(key_of(rival, "Jim")))).status_code == 400


def test_a_fixed_number_of_queries(manager: Client, salon: Business) -> None:
    counts = []
    for clocks in (["09:00"], ["10:00", "11:00", "12:00", "13:00"]):
        for at in clocks:
            visit(salon, clock=at, resource="Maria")
        preview(manager, salon)
        with CaptureQueriesContext(connection) as queries:
            manager.get(PAGE, asked(salon))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 10
