"""Customers: the list, the profile, changing, merging, handing out, erasing."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.customers import save_customer
from bookings.models import Booking, Customer
from businesses.models import Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.visits import NOW, visit, with_deposit

PAGE = "/dashboard/salon/customers/"
JANE = {
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "phone": "+1 312 555 0100",
    "notes": "Tea",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(signed_in: AsSomebody) -> Client:
    return signed_in("staff")


@pytest.fixture
def jane(salon: Business) -> Customer:
    return save_customer(salon.id, JANE, live=True)


def made(business: Business, **values: Any) -> Customer:
    return save_customer(business.id, {"first_name": "Ann", **values}, live=values.pop("live", True))


def text(client: Client, path: str, **query: Any) -> str:
    response = client.get(path, query)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def listed(client: Client, **query: Any) -> list[str]:
    return re.findall(r'data-customer="([^"]+)"', text(client, PAGE, **query))


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-figure="([\w-]+)">([^<]*)<', page))


def test_the_list(staff: Client, salon: Business, rival: Business, jane: Customer) -> None:
    ann = made(salon, phone="+13125550177")
    made(rival)
    save_customer(salon.id, {"first_name": "Test"}, live=False)
    visit(salon)
    assert listed(staff) == [str(ann.uuid), str(jane.uuid)]
    page = text(staff, PAGE)
    assert "Jane Doe" in page
    assert page.count(">Coming<") == 1


@pytest.mark.parametrize("said", ["jan", "DOE", "doe jane", "jane d", "jane@", "312555", "+1 (312) 555-01", "001312"])
def test_searching(staff: Client, salon: Business, jane: Customer, said: str) -> None:
    made(salon, first_name="Bob", phone="+306971234567")
    assert listed(staff, q=said) == [str(jane.uuid)]


def test_who_was_merged_is_found_by_what_they_had(staff: Client, salon: Business, jane: Customer) -> None:
    other = made(salon, first_name="Giovanna", phone="+13125550144")
    staff.post(f"{PAGE}{jane.uuid}/merge/", {"other": str(other.uuid), "keep": str(jane.uuid)})
    for said in ("giov", "3125550144"):
        assert listed(staff, q=said) == [str(jane.uuid)]
    assert staff.get(f"{PAGE}{other.uuid}/").headers["Location"] == f"{PAGE}{jane.uuid}/"


def test_nobody(staff: Client) -> None:
    assert "No customers yet" in text(staff, PAGE)
    assert "Nobody is called that" in text(staff, PAGE, q="x")
    assert staff.get(PAGE, {"q": "x" * 101}).status_code == 400
    assert staff.get(PAGE, {"cursor": "x"}).status_code == 400


def test_page_by_page(staff: Client, salon: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("availengine.dashboard.views.customers.PAGE", 2)
    people = [str(made(salon).uuid) for _ in range(3)]
    first = text(staff, PAGE, q="ann")
    (further,) = re.findall(r'rel="next" href="\?([^"]+)"', first)
    second = text(staff, f"{PAGE}?{further.replace('&amp;', '&')}")
    seen = re.findall(r'data-customer="([^"]+)"', first + second)
    assert seen == people[::-1]


def test_the_profile(signed_in: AsSomebody, salon: Business, jane: Customer, clock: Any) -> None:
    been, missed = visit(salon, "2026-05-10"), visit(salon, "2026-05-11", status="no_show")
    gone, done = visit(salon, "2026-05-12", status="cancelled"), visit(salon, "2026-05-13", status="completed")
    coming = visit(salon, "2026-05-20")
    with_deposit(been, captured_cents=2000, refunded_cents=500)
    clock.move_to("2026-05-15T12:00:00Z")
    page = text(signed_in("owner"), f"{PAGE}{jane.uuid}/")
    assert figures(page) == {
        "visits": "2", "no-shows": "1", "cancelled": "1", "worth": "USD 70", "deposits": "USD 15",
    }  # fmt: skip
    for said in ("Sun, 10 May 2026", "Wed, 13 May 2026", "Tea", "tel:+13125550100", "mailto:jane@example.com"):
        assert said in page
    assert re.findall(r'nowrap">(AV-\w+)<', page) == [coming.code]
    past = text(signed_in("owner"), f"{PAGE}{jane.uuid}/", when="past")
    assert re.findall(r'nowrap">(AV-\w+)<', past) == [done.code, gone.code, missed.code, been.code]


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_takings_are_for_managers(
    signed_in: AsSomebody, salon: Business, jane: Customer, role: str, clock: Any
) -> None:
    visit(salon)
    clock.move_to("2026-05-16T12:00:00Z")
    page = text(signed_in(role), f"{PAGE}{jane.uuid}/")
    assert figures(page) == {"visits": "1", "no-shows": "0", "cancelled": "0"}
    assert "Erase" not in page
    assert ("Edit" in page) is (role == "staff")


def test_who_there_is_not(staff: Client, rival: Business) -> None:
    test = save_customer(rival.id, {"first_name": "x"}, live=True)
    for key in (test.uuid, uuid4()):
        for page in ("", "edit/", "merge/"):
            assert staff.get(f"{PAGE}{key}/{page}").status_code == 404


def test_adding(staff: Client) -> None:
    answer = staff.post(f"{PAGE}new/", {**JANE, "first_name": " Jane "})
    jane = Customer.objects.get()
    assert answer.headers["Location"] == f"{PAGE}{jane.uuid}/"
    assert {name: getattr(jane, name) for name in JANE} == JANE
    assert (jane.phone_key, jane.live) == ("+13125550100", True)


def test_editing(staff: Client, jane: Customer) -> None:
    page = text(staff, f"{PAGE}{jane.uuid}/edit/")
    assert 'value="Jane"' in page
    staff.post(f"{PAGE}{jane.uuid}/edit/", {"first_name": "Joan", "phone": "(312) 555-0101"})
    jane.refresh_from_db()
    assert (str(jane), jane.email, jane.phone_key, jane.notes) == ("Joan", "", "+13125550101", "")


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"first_name": ""}, 400, "This field is required."),
        ({"first_name": "x" * 101}, 400, "at most 100 characters"),
        ({"email": "no address"}, 400, "Enter a valid email address."),
        ({"phone": "call me"}, 400, "Digits, spaces and"),
        ({"phone": "12"}, 400, "Digits, spaces and"),
        ({"first_name": "a\x00b"}, 400, "Null characters are not allowed."),
        ({"phone": "+13125550177"}, 409, "Another customer has this phone number."),
    ],
)
def test_what_cannot_be_stored(
    staff: Client, salon: Business, jane: Customer, values: dict[str, str], status: int, said: str
) -> None:
    made(salon, phone="+13125550177")
    for path in (f"{PAGE}new/", f"{PAGE}{jane.uuid}/edit/"):
        with nothing_changes():
            answer = staff.post(path, {"first_name": "Jane", "notes": "kept", **values})
        assert answer.status_code == status
        assert said in answer.content.decode()
        assert "kept" in answer.content.decode()


def test_merging_step_by_step(staff: Client, salon: Business, jane: Customer) -> None:
    other = made(salon, first_name="jane", last_name="DOE", phone="+13125550111")
    booking = visit(salon, phone="+13125550111")
    assert "Is this one person?" in text(staff, f"{PAGE}{jane.uuid}/")
    path = f"{PAGE}{jane.uuid}/merge/"
    with nothing_changes():
        assert f"?other={other.uuid}" in text(staff, path)
        page = text(staff, path, other=str(other.uuid))
    assert page.count('name="keep"') == 2
    answer = staff.post(path, {"other": str(other.uuid), "keep": str(other.uuid)})
    assert answer.headers["Location"] == f"{PAGE}{other.uuid}/"
    assert "Merged. All bookings are with jane DOE now." in text(staff, f"{PAGE}{other.uuid}/")
    jane.refresh_from_db()
    assert jane.merged_into_id == other.id
    assert Booking.objects.get(id=booking.id).customer_id == other.id


def test_others_can_be_searched_for(staff: Client, salon: Business, jane: Customer) -> None:
    other = made(salon, first_name="Ann")
    path = f"{PAGE}{jane.uuid}/merge/"
    assert f"?other={other.uuid}" in text(staff, path, q="ann")
    assert f"?other={jane.uuid}" not in text(staff, path, q="jane")
    assert "Nobody is called that" in text(staff, path, q="zoe")


def test_what_cannot_be_merged(staff: Client, salon: Business, rival: Business, jane: Customer) -> None:
    other = made(salon, notes="x" * 1999)
    theirs = made(rival)
    path = f"{PAGE}{jane.uuid}/merge/"
    with nothing_changes():
        for sent, status in (
            ({"other": str(theirs.uuid), "keep": str(jane.uuid)}, 404),
            ({"other": "x", "keep": str(jane.uuid)}, 404),
            ({"other": str(jane.uuid), "keep": str(jane.uuid)}, 400),
            ({"keep": str(jane.uuid)}, 400),
            ({"other": str(other.uuid)}, 400),
            ({"other": str(other.uuid), "keep": str(theirs.uuid)}, 400),
            ({"other": str(other.uuid), "keep": str(jane.uuid)}, 409),
        ):
            assert staff.post(path, sent).status_code == status, sent


def test_handing_out(signed_in: AsSomebody, salon: Business, jane: Customer) -> None:
    booking = visit(salon)
    response = signed_in("manager").get(f"{PAGE}{jane.uuid}/export.json")
    assert response.headers["Content-Disposition"] == f'attachment; filename="customer-{jane.uuid}.json"'
    told = json.loads(response.content)
    assert told["customer"]["notes"] == "Tea"
    assert [row["confirmation_code"] for row in told["bookings"]] == [booking.code]


def test_erasing(signed_in: AsSomebody, salon: Business, jane: Customer, clock: Any) -> None:
    owner, path = signed_in("owner"), f"{PAGE}{jane.uuid}/erase/"
    booking = visit(salon, "2026-05-10")
    with nothing_changes():
        assert "Type “Jane Doe” to confirm" in text(owner, path)
        answer = owner.post(path, {"name": "Jane Doe"})
        assert (answer.status_code, "There are bookings to come." in answer.content.decode()) == (409, True)
    clock.move_to(booking.ends_at)
    with nothing_changes():
        answer = owner.post(path, {"name": "jane"})
        assert (answer.status_code, "This is not the customer&#x27;s name." in answer.content.decode()) == (400, True)
    assert owner.post(path, {"name": "jane doe"}).headers["Location"] == PAGE
    assert "Erased. The bookings are kept without the person." in text(owner, PAGE)
    assert owner.get(f"{PAGE}{jane.uuid}/").status_code == 404
    assert Booking.objects.get().guest_first_name == "Erased"


def test_a_fixed_number_of_queries(staff: Client, salon: Business, jane: Customer) -> None:
    counts = []
    for numbers in (range(10, 12), range(12, 20)):
        for number in numbers:
            visit(salon, f"2026-05-{number}")
            visit(salon, f"2026-06-{number}", phone=f"+131255502{number}")
        for path in (PAGE, f"{PAGE}?q=jane", f"{PAGE}{jane.uuid}/", f"{PAGE}{jane.uuid}/merge/"):
            staff.get(path)
            with CaptureQueriesContext(connection) as queries:
                staff.get(path)
            counts.append(len(queries))
    assert counts[:4] == counts[4:]
    assert max(counts) < 12
