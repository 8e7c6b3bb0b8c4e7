"""Walk-ins: seated now, at the smallest that is free, checked in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from bookings.models import Booking
from tests.api.calls import Tenant, nothing_changes
from tests.api.conftest import stored
from tests.dashboard.panel import at_desk, path, text
from webhooks.models import Event

__all__ = ["stored"]

NOW = datetime(2026, 5, 15, 17, 3, 20, tzinfo=UTC)  # Friday, 12:03:20 in Chicago


@pytest.fixture(autouse=True)
def now(_fresh_memory: None) -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def _tavern(stored: Any) -> Tenant:
    tables = [("two", 2), ("four", 4), ("six", 6)]
    resources = [{"key": key, "name": f"Table {key}", "kind": "table", "capacity_max": most} for key, most in tables]
    service = {"key": "table", "name": "Table", "duration_minutes": 90, "resources": ["two", "four", "six"]}
    hours = {"friday": ["11:00-15:00", "18:00-23:00"]}
    tenant: Tenant = stored(
        "walk-in-tavern", business={"hours": hours}, resources=resources, services=[{**service, "default": True}]
    )
    return tenant


@pytest.fixture
def tavern(db: None, _tavern: Tenant) -> Tenant:
    return _tavern


def body(**changes: Any) -> dict[str, Any]:
    return {"token": str(uuid4()), "party": "2", "first_name": "Ann", **changes}


def seated(tavern: Tenant) -> list[tuple[str, str, str]]:
    rows = Booking.objects.order_by("id")
    return [(b.guest_first_name, b.status, b.allocations.get().resource.name) for b in rows]


def test_three_fields_and_they_sit(tavern: Tenant) -> None:
    desk = at_desk(tavern)
    page = desk.get(path(tavern, "walk-in"))
    assert "It is 12:03." in text(page)
    assert f'<option value="{tavern.service("table")}" selected>' in page.content.decode()
    assert 'name="party" type="number" min="1" max="50" required autofocus value="2"' in page.content.decode()
    answer = desk.post(path(tavern, "walk-in"), body(service=tavern.service("table")))
    made = Booking.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, path(tavern, "bookings", made.uuid))
    assert seated(tavern) == [("Ann", "checked_in", "Table two")]
    assert (made.starts_at.isoformat(), made.source) == ("2026-05-15T17:04:00+00:00", "staff")
    assert "Ann: Table two." in text(desk.get(answer.headers["Location"]))
    types = list(Event.objects.filter(type__startswith="booking.").order_by("id").values_list("type", "actor"))
    assert types == [
        ("booking.created", "member:Staff"),
        ("booking.checked_in", "member:Staff"),
        ("booking.updated", "member:Staff"),
    ]


def test_the_smallest_that_suffices(tavern: Tenant) -> None:
    desk = at_desk(tavern)
    for name, party in (("Bo", "3"), ("Cy", "1"), ("Di", "2")):
        assert desk.post(path(tavern, "walk-in"), body(first_name=name, party=party)).status_code == 302
    assert seated(tavern) == [
        ("Bo", "checked_in", "Table four"),
        ("Cy", "checked_in", "Table two"),
        ("Di", "checked_in", "Table six"),
    ]


def test_without_a_name(tavern: Tenant) -> None:
    at_desk(tavern).post(path(tavern, "walk-in"), body(first_name=""))
    assert seated(tavern) == [("Walk-in", "checked_in", "Table two")]


def test_sent_twice_they_sit_once(tavern: Tenant) -> None:
    desk, sent = at_desk(tavern), body()
    first = desk.post(path(tavern, "walk-in"), sent)
    with nothing_changes():
        again = desk.post(path(tavern, "walk-in"), sent)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])


def test_when_all_is_taken_the_next_free_time_is_told(tavern: Tenant, now: time_machine.Traveller) -> None:
    desk = at_desk(tavern)
    desk.post(path(tavern, "walk-in"), body(party="6"))
    with nothing_changes():
        answer = desk.post(path(tavern, "walk-in"), body(party="5", first_name="Ed"))
    assert answer.status_code == 409
    said = text(answer)
    assert "This time is no longer available." in said
    assert "The next that fits is free at 18:00." in said  # at 13:34 it would end after three
    assert 'value="Ed"' in answer.content.decode()
    now.move_to(NOW - timedelta(minutes=53))
    desk.post(path(tavern, "walk-in"), body(party="4"))
    Booking.objects.filter(party_size=6).get().allocations.all().delete()
    desk.post(path(tavern, "walk-in"), body(party="6"))
    answer = desk.post(path(tavern, "walk-in"), body(party="3"))
    assert "The next that fits is free at 12:41." in text(answer)


def test_when_it_is_closed(tavern: Tenant, now: time_machine.Traveller) -> None:
    desk = at_desk(tavern)
    now.move_to(datetime(2026, 5, 15, 21, 0, tzinfo=UTC))  # 16:00
    with nothing_changes():
        answer = desk.post(path(tavern, "walk-in"), body())
    assert answer.status_code == 409
    assert "This time is outside the opening hours." in text(answer)
    assert "The next that fits is free at 18:00." in text(answer)
    now.move_to(datetime(2026, 5, 16, 3, 0, tzinfo=UTC))  # 22:00
    answer = desk.post(path(tavern, "walk-in"), body())
    assert "Nothing that fits is free any more today." in text(answer)


def test_too_many_for_any_table(tavern: Tenant) -> None:
    answer = at_desk(tavern).post(path(tavern, "walk-in"), body(party="7"))
    assert answer.status_code == 409
    assert "No resource takes a party of this size." in text(answer)
    assert "Nothing that fits is free any more today." in text(answer)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"party": "0"}, "party"), ({"party": ""}, "party"), ({"phone": "12"}, "phone"), ({"service": "x"}, "service")],
)
def test_what_is_wrong_is_marked(tavern: Tenant, change: dict[str, str], field: str) -> None:
    desk = at_desk(tavern)
    with nothing_changes():
        answer = desk.post(path(tavern, "walk-in"), body(**change))
    assert answer.status_code == 400
    assert f'id="{field}-errors"' in answer.content.decode()
    assert 'value="Ann"' in answer.content.decode()
