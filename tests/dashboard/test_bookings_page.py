"""The list of bookings: searching, narrowing, pages, export."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Booking
from businesses.models import Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.visits import NOW, key_of, visit, with_deposit

PAGE = "/dashboard/salon/bookings/"
EXPORT = f"{PAGE}export.csv"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(signed_in: AsSomebody) -> Client:
    return signed_in("staff")


def shown(client: Client, **query: Any) -> list[str]:
    """The codes on the page, in order."""
    response = client.get(PAGE, query)
    assert response.status_code == 200, response.content.decode()
    return re.findall(r'digits nowrap">(AV-\w+)<', response.content.decode())


def test_what_comes_is_shown_first(staff: Client, salon: Business) -> None:
    later, soon, today = visit(salon, "2026-05-20"), visit(salon, "2026-05-03"), visit(salon, "2026-05-01", "09:00")
    past = visit(salon, "2026-05-02")
    Booking.objects.filter(id=past.id).update(starts_at="2026-04-30T15:00Z", ends_at="2026-04-30T16:00Z")
    visit(salon, "2026-05-04", live=False)
    with nothing_changes():
        assert shown(staff) == [today.code, soon.code, later.code]
        assert shown(staff, when="past") == [past.code]
        assert shown(staff, when="all") == [later.code, soon.code, today.code, past.code]
        assert shown(staff, when="all", sort="start") == [past.code, today.code, soon.code, later.code]
        assert shown(staff, sort="-created") == [today.code, soon.code, later.code]
    page = staff.get(PAGE).content.decode()
    assert "Sun, 3 May 2026" in page
    assert "10:00 – 11:00" in page
    assert "Times are of America/Chicago." in page


def test_nothing_there(staff: Client) -> None:
    assert "Nothing is booked from today on" in staff.get(PAGE).content.decode()
    assert "No booking is like that" in staff.get(PAGE, {"q": "nobody"}).content.decode()
    assert "No bookings" in staff.get(PAGE, {"when": "past"}).content.decode()


@pytest.mark.parametrize(
    "said",
    ["maria", "MARÍA", "Papa", "papadópoulos maria", "maria  papa", "μ", "maria@", "+30 697", "(312) 555-0199",
     "3125550199", "0013125550199"],
)  # fmt: skip
def test_searching(staff: Client, salon: Business, said: str) -> None:
    wanted = visit(salon, first_name="Mária", last_name="Papadopoulos", email="Maria@Example.com", phone="+13125550199")
    greek = visit(salon, "2026-05-16", first_name="Μαρία", last_name="Δέδες", email="", phone="+306971234567")
    visit(salon, "2026-05-17", first_name="Bob", last_name="Stone", email="bob@example.com", phone="+13125550200")
    assert shown(staff, q=said) == [greek.code if said in ("μ", "+30 697") else wanted.code]


def test_names_without_case_and_accents(staff: Client, salon: Business) -> None:
    found = visit(salon, first_name="Γιώργος", last_name="Ξενάκης", phone="")
    for said in ("γιωργος", "ΓΙΏΡΓΟΣ ΞΕΝ", "ξενακησ", "Ξενάκης Γ"):
        assert shown(staff, q=said) == [found.code]
    assert shown(staff, q="ιώργος") == []


def test_searching_by_code(staff: Client, salon: Business) -> None:
    Booking.objects.filter(id=visit(salon).id).update(code="AV-K7M2QX")
    visit(salon, "2026-05-16", code="AV-Z9M2QX")
    for said in ("AV-K7M2QX", "av-k7", "k7m2qx", "K7", "AVK7", " av-k7 "):
        assert shown(staff, q=said) == ["AV-K7M2QX"]


def test_the_stored_customer_is_found_too(staff: Client, salon: Business) -> None:
    """Who books for somebody else is found by both names."""
    visit(salon, first_name="Ann")
    other = visit(salon, "2026-05-16", first_name="Bea")
    assert shown(staff, q="bea") == [other.code]
    assert len(shown(staff, q="ann")) == 2


@pytest.mark.parametrize("said", ["%", "_", "\\", "'", "100%", "a%b", "%%%"])
def test_signs_of_patterns_are_text(staff: Client, salon: Business, said: str) -> None:
    visit(salon)
    assert shown(staff, q=said) == []


def test_other_businesses_are_not_searched(staff: Client, salon: Business, rival: Business) -> None:
    visit(rival)
    assert shown(staff, q="jane") == shown(staff, when="all") == []


def test_narrowing(staff: Client, salon: Business) -> None:
    maria, jim = visit(salon, resource="Maria"), visit(salon, "2026-05-16", resource="Jim", status="cancelled")
    with_deposit(maria, status="pending")
    Booking.objects.filter(id=jim.id).update(source="online")
    key = key_of(salon, "Jim")
    for query, found in (
        ({"status": "cancelled"}, [jim]),
        ({"status": "no_show"}, []),
        ({"source": "staff"}, [maria]),
        ({"resource": key}, [jim]),
        ({"service": str(salon.services.get().uuid)}, [maria, jim]),
        ({"service": str(salon.services.get().uuid), "resource": key}, [jim]),
        ({"unpaid": "on"}, [maria]),
        ({"first": "2026-05-16"}, [jim]),
        ({"last": "2026-05-15"}, [maria]),
        ({"first": "2026-05-15", "last": "2026-05-15"}, [maria]),
    ):
        assert shown(staff, **query) == [booking.code for booking in found], query


def test_a_day_is_one_of_the_business(staff: Client, salon: Business) -> None:
    Business.objects.filter(id=salon.id).update(timezone="Pacific/Auckland")
    found = visit(salon, "2026-05-15", "09:00")
    assert found.starts_at.date().isoformat() == "2026-05-14"
    assert shown(staff, first="2026-05-15", last="2026-05-15") == [found.code]


@pytest.mark.parametrize(
    "query",
    [{"first": "x"}, {"first": "2026-02-30"}, {"last": "9999-12-31"}, {"first": "0001-01-01"}, {"status": "gone"},
     {"resource": "x"}, {"sort": "name"}, {"when": "never"}, {"q": "x" * 101}, {"q": "a\x00b"}, {"cursor": "forged"}],
)  # fmt: skip
def test_what_cannot_be_asked(staff: Client, salon: Business, query: dict[str, str]) -> None:
    assert staff.get(PAGE, query).status_code == 400


def test_page_by_page(staff: Client, salon: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("availengine.dashboard.views.bookings.PAGE", 2)
    codes = [visit(salon, f"2026-05-{day}", q).code for day in (10, 11, 12) for q in ("09:00", "10:00")][:5]
    seen, path = [], f"{PAGE}?q=jane&sort=start"
    for size in (2, 2, 2):
        text = staff.get(path).content.decode()
        seen += re.findall(r'digits nowrap">(AV-\w+)<', text)
        assert len(seen) % 2 == 0
        further = re.findall(r'rel="next" href="(\?[^"]+)"', text)
        if not further:
            break
        path = PAGE + further[0].replace("&amp;", "&")
        assert size == 2
    assert seen[:5] == codes
    assert "Back to the first page" in text
    assert "q=jane" in path


def test_a_cursor_of_another_business_opens_nothing(
    staff: Client, salon: Business, rival: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("availengine.dashboard.views.bookings.PAGE", 1)
    for day in ("2026-05-10", "2026-05-11"):
        visit(salon, day)
    further = re.findall(r'rel="next" href="(\?[^"]+)"', staff.get(PAGE).content.decode())[0]
    business = Business.objects.get(id=rival.id)
    staff_of_rival = Client()
    member = business.members.create(
        user_id=int(staff.session["_auth_user_id"]), role="staff", accepted_at=timezone.now()
    )
    assert member.business_id == rival.id
    staff_of_rival.cookies = staff.cookies
    assert staff_of_rival.get(f"/dashboard/rival/bookings/{further}".replace("&amp;", "&")).status_code == 400
    assert staff.get(PAGE + further.replace("&amp;", "&") + "&sort=-created").status_code == 400


def test_a_fixed_number_of_queries(staff: Client, salon: Business) -> None:
    counts = []
    for days in (range(10, 11), range(11, 16)):
        for day in days:
            visit(salon, f"2026-05-{day}", phone=f"+131255501{day}")
        for query in ({}, {"q": "jane", "resource": key_of(salon, "Maria")}):
            staff.get(PAGE, query)
            with CaptureQueriesContext(connection) as queries:
                staff.get(PAGE, query)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) < 10


# --- export -------------------------------------------------------------------------------------------------------


def table(client: Client, **query: Any) -> list[list[str]]:
    response = client.get(EXPORT, query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    content = response.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_export(signed_in: AsSomebody, salon: Business) -> None:
    booking = visit(salon, first_name="=cmd|' /C calc'!A0", last_name="@Doe", customer_notes="-1+1\nwindow, please")
    titles, row = table(signed_in("manager"))
    assert titles[:4] == ["Confirmation code", "State", "Start (America/Chicago)", "End (America/Chicago)"]
    assert dict(zip(titles, row, strict=True)) == {
        "Confirmation code": booking.code,
        "State": "Confirmed",
        "Start (America/Chicago)": "2026-05-15 10:00",
        "End (America/Chicago)": "2026-05-15 11:00",
        "Service": "Cut",
        "With": row[5],
        "First name": "'=cmd|' /C calc'!A0",
        "Last name": "'@Doe",
        "Phone number": "'+13125550100",
        "E-mail address": "jane@example.com",
        "People": "1",
        "Price": "35.00",
        "Currency": "USD",
        "Deposit": "",
        "Booked by": "At the desk",
        "Booked on (America/Chicago)": row[15],
        "Wishes of the customer": "'-1+1\nwindow, please",
    }


def test_the_export_is_whole_and_narrowed(
    signed_in: AsSomebody, salon: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("availengine.dashboard.views.bookings.EXPORTED_AT_ONCE", 2)
    codes = [visit(salon, f"2026-05-{day}").code for day in range(10, 15)]
    cancelled = visit(salon, "2026-05-20", status="cancelled")
    assert [row[0] for row in table(signed_in("owner"))[1:]] == [*codes, cancelled.code]
    assert [row[0] for row in table(signed_in("owner"), status="cancelled")[1:]] == [cancelled.code]


def test_the_export_speaks_the_language_of_the_business(signed_in: AsSomebody, salon: Business) -> None:
    Business.objects.filter(id=salon.id).update(language="de")
    visit(salon)
    titles, row = table(signed_in("owner"))
    assert (titles[1], row[1]) == ("Stand", "Bestätigt")


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_who_may_not_export(signed_in: AsSomebody, role: str) -> None:
    client = signed_in(role)
    assert client.get(EXPORT).status_code == 403
    assert "export.csv" not in client.get(PAGE).content.decode()


def test_an_export_of_nonsense_leads_back(signed_in: AsSomebody) -> None:
    assert signed_in("owner").get(EXPORT, {"first": "x"}).headers["Location"] == PAGE
