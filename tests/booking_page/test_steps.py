"""The way through the page without JavaScript: every choice is in the address, and looking changes nothing."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine

from bookings.models import Booking
from businesses.catalogue import save_closure
from businesses.localtime import moment_of
from businesses.models import Business
from tests.api.calls import Tenant, nothing_changes
from tests.booking_page.conftest import MakeBusiness
from tests.booking_page.visiting import DAY, Visitor

MANY = {
    "services": [
        {"key": "cut", "name": "Cut", "category": "Hair", "duration_minutes": 60, "price": "35.00",
         "resources": ["maria", {"resource": "jim", "price": "30.00"}]},
        {"key": "beard", "name": "Beard", "category": "Hair", "duration_minutes": 30, "price": "20.00",
         "resources": ["jim"]},
        {"key": "shine", "name": "Shine", "duration_minutes": 30, "resources": ["maria", "jim"]},
    ]
}  # fmt: skip
TAVERNA = {
    "business": {"page": {"show_service_prices": False}},
    "resources": [
        {"key": "t1", "name": "Table 1", "kind": "table", "capacity_max": 2},
        {"key": "t2", "name": "Table 2", "kind": "table", "capacity_min": 2, "capacity_max": 6},
    ],
    "services": [
        {"key": "table", "name": "Table", "duration_minutes": 120, "party_max": 12, "resources": ["t1", "t2"]}
    ],
}


def test_from_start_to_end(make: MakeBusiness, visitor: Visitor) -> None:
    make(**MANY)
    with nothing_changes():
        visitor.go("/book/studio")
        assert visitor.heading == "What would you like to book?"
        beard, cut = (re.findall(rf'value="([^"]*)">[^>]*>[^>]*>{name}<', visitor.html)[0] for name in ("Beard", "Cut"))
        visitor.go(f"/book/studio?service={cut}&service={beard}")
        assert visitor.heading == "When would you like to come?"  # Jim alone can do both
        visitor.go(f"/book/studio?service={cut}")
        assert visitor.heading == "With whom?"
        visitor.follow("Jim")
        assert "EUR 30" in visitor.html
        assert visitor.days()["2026-05-15"] == "8 times free"
        visitor.go(re.findall(r'href="([^"]*date=2026-05-15[^"]*)"', visitor.html)[0])
        visitor.go(visitor.times()["10:00"])
        assert visitor.heading == "Your details"
        assert "Friday, 15 May 2026, 10:00 – 11:00" in visitor.html
    visitor.send()
    assert (visitor.page.status_code, visitor.client.cookies) == (302, {})
    booking = Booking.objects.get()
    assert (booking.status, booking.source, booking.live, booking.price_cents) == ("confirmed", "online", True, 3000)
    assert (booking.guest_first_name, booking.guest_email, booking.customer_notes) == (
        "Jane",
        "jane@example.com",
        "By the window",
    )
    assert booking.starts_at.isoformat() == "2026-05-15T07:00:00+00:00"
    visitor.go(visitor.page.headers["Location"])
    assert visitor.heading == "Your booking is confirmed."
    assert booking.code in visitor.html


def test_one_service_of_one_kind_needs_no_choice(make: MakeBusiness, visitor: Visitor) -> None:
    make(business={"page": {"show_staff_selection": False}})
    visitor.go("/book/studio")
    assert visitor.heading == "When would you like to come?"
    assert 'class="progress"' not in visitor.html
    assert "2026-05-01" in visitor.days()


def test_party_sizes(make: MakeBusiness, visitor: Visitor) -> None:
    make(**TAVERNA)
    visitor.go("/book/studio")
    assert visitor.heading == "For how many people?"
    assert re.findall(r'class="size" href="/book/studio\?party=(\d+)"', visitor.html) == ["1", "2", "3", "4", "5", "6"]
    visitor.go("/book/studio?party=5")
    assert visitor.heading == "When would you like to come?"
    assert "EUR" not in visitor.html
    visitor.go("/book/studio?party=7")
    assert visitor.heading == "For how many people?"


def test_the_first_free_day_is_open(studio: Tenant, visitor: Visitor) -> None:
    with time_machine.travel("2026-05-31T16:00Z", tick=False):
        visitor.go("/book/studio?staff=any")
    assert 'aria-live="polite">June 2026<' in visitor.html
    assert "Monday, 1 June 2026" in visitor.html
    assert list(visitor.times())[:2] == ["09:00", "10:00"]


def test_months(studio: Tenant, visitor: Visitor) -> None:
    visitor.go("/book/studio?staff=any")
    assert "Previous month" not in visitor.html
    visitor.go("/book/studio?staff=any&month=2026-06")
    assert list(visitor.days())[-1] == "2026-06-30"
    assert "month=2026-05" in visitor.html
    assert "Next month" not in visitor.html
    for month in ("2099-01", "1999-01", "2026-13", "x"):
        assert visitor.go(f"/book/studio?staff=any&month={month}").status_code == 200


def test_a_full_day_names_the_next_free_ones(studio: Tenant, visitor: Visitor) -> None:
    for hour in range(9, 17):
        for number, resource in enumerate(("maria", "jim")):
            phone = f"+30210555{hour:02}{number:02}"
            studio.book(start_time=f"{hour:02}:00", resource_id=studio.resource(resource), phone=phone)
    visitor.go(f"/book/studio?staff=any&date={DAY}")
    assert visitor.days()[DAY] == "fully booked"
    assert "This day is fully booked." in visitor.html
    found = re.findall(r'<li><a href="[^"]*date=([^&"#]*)[^"]*#times">([^<]*)</a>', visitor.html)
    assert found[0] == ("2026-05-16", "Saturday, 16 May 2026")
    wish = f"service={studio.service('cut')}&staff=any&party=1&date={DAY}"
    assert visitor.link("Tell me when something is free") == f"/book/studio/waitlist?{wish}"
    Business.objects.filter(id=studio.business.id).update(waitlist=False)
    visitor.go(f"/book/studio?staff=any&date={DAY}")
    assert "This day is fully booked." in visitor.html
    assert "waitlist" not in visitor.html


def test_a_class_says_how_many_places_are_left(make: MakeBusiness, visitor: Visitor) -> None:
    course = {
        "key": "yoga",
        "name": "Yoga",
        "duration_minutes": 60,
        "party_max": 3,
        "places": 3,
        "resources": ["maria"],
    }
    studio = make(services=[{**course, "default": True, "starts": {"friday": ["10:00", "12:00"]}}])
    studio.book(start_time="10:00", capacity=2)
    visitor.go(f"/book/studio?party=1&date={DAY}")
    shown = re.findall(r'class="time[^>]*>([^<]*)<span class="left">([^<]*)</span>', visitor.html)
    assert shown == [("10:00", "1 place left"), ("12:00", "3 places left")]
    visitor.go(f"/book/studio?party=2&date={DAY}")
    assert re.findall(r'class="time[^>]*>([^<]*)<span', visitor.html) == ["12:00"]


def test_a_closed_day_says_so(studio: Tenant, visitor: Visitor) -> None:
    span = {"starts_at": moment_of(29646720), "ends_at": moment_of(29646720 + 1440)}  # the 15th in Athens, from 03:00
    save_closure(studio.business.id, span)
    visitor.go(f"/book/studio?staff=any&date={DAY}")
    assert DAY not in visitor.days()
    assert "We are closed on this day." in visitor.html


def test_parts_of_the_day(make: MakeBusiness, visitor: Visitor) -> None:
    make(business={"hours": {"friday": ["11:00-02:00"]}})
    visitor.go(f"/book/studio?staff=any&date={DAY}")
    assert re.findall(r"<h3>(Night|Morning|Afternoon|Evening)</h3>", visitor.html) == [
        "Morning",
        "Afternoon",
        "Evening",
    ]
    visitor.go("/book/studio?staff=any&date=2026-05-16")
    assert re.findall(r"<h3>(Night|Morning)</h3>", visitor.html) == ["Night", "Morning"]


@pytest.mark.parametrize(
    "query",
    ["service=x", f"service={uuid4()}", "staff=x", f"staff={uuid4()}", "party=0", "party=9", "party=٣", "start=1",
     "start=٢٩٦٤٧٨٦٠",
     "date=2026-02-30", "date=9999-12-31", "month=0001-01", "key=x", f"key={'0' * 32}", "step=details",
     "step=%00", "lang=%00", "lang=xx", "service=%00", "staff=%ff", "start=999999999&staff=any"],
)  # fmt: skip
def test_what_cannot_be_read_is_not_there(studio: Tenant, visitor: Visitor, query: str) -> None:
    with nothing_changes():
        assert visitor.go(f"/book/studio?{query}").status_code in (200, 409)


def test_deep_links(make: MakeBusiness, visitor: Visitor) -> None:
    tenant = make(**MANY)
    visitor.go(f"/book/studio?service={tenant.service('cut')}&staff={tenant.resource('jim')}")
    assert visitor.heading == "When would you like to come?"
    assert "EUR 30" in visitor.html
    visitor.go(f"/book/studio?service={tenant.service('beard')}&staff={tenant.resource('maria')}")
    assert visitor.heading == "When would you like to come?"  # she does not: as if she had not been chosen
    assert "Maria" not in visitor.html


def test_a_step_back_keeps_what_was_chosen(make: MakeBusiness, visitor: Visitor) -> None:
    tenant = make(**MANY)
    visitor.go(f"/book/studio?service={tenant.service('cut')}&staff=any&step=staff")
    assert visitor.heading == "With whom?"
    assert re.findall(r'class="choice is-chosen".*?choice-name">([^<]*)', visitor.html, re.S) == ["Whoever is free"]


def test_a_start_that_is_taken_shows_the_day(studio: Tenant, visitor: Visitor) -> None:
    visitor.go(f"/book/studio?staff={studio.resource('maria')}&date={DAY}")
    address = visitor.times()["10:00"]
    studio.book(start_time="10:00", resource_id=studio.resource("maria"))
    assert visitor.go(address).status_code == 409
    assert "This time has been taken meanwhile." in visitor.html
    assert "10:00" not in visitor.times()
    assert "11:00" in visitor.times()


@pytest.mark.parametrize(
    ("query", "accept", "language", "heading"),
    [
        ("", "", "el", "Πότε θέλετε να έρθετε;"),
        ("&lang=de", "", "de", "Wann möchten Sie kommen?"),
        ("&lang=xx", "", "el", "Πότε θέλετε να έρθετε;"),
        ("", "de-DE,de;q=0.9,en;q=0.8", "de", "Wann möchten Sie kommen?"),
        ("", "en-GB,en;q=0.9,el;q=0.5", "el", "Πότε θέλετε να έρθετε;"),
        ("", "fr,it", "el", "Πότε θέλετε να έρθετε;"),
    ],
)
def test_languages(make: MakeBusiness, visitor: Visitor, query: str, accept: str, language: str, heading: str) -> None:
    make(business={"language": "el"})
    visitor.go(f"/book/studio?staff=any{query}", **({"Accept-Language": accept} if accept else {}))
    assert f'<html lang="{language}">' in visitor.html
    assert visitor.heading == heading


def test_what_stands_around_it(studio: Tenant, visitor: Visitor) -> None:
    Business.objects.update(logo_url="https://cdn.example/logo.png")
    answer = visitor.go("/book/studio?staff=any")
    for text in (
        "<title>Book at Studio Elm</title>",
        '<link rel="canonical" href="https://book.example/book/studio">',
        '<meta property="og:image" content="https://cdn.example/logo.png">',
        'href="https://www.google.com/maps/search/?api=1&query=Studio+Elm%2C+1+Elm+Street%2C+Athens"',
        "09:00 – 17:00",
        'href="tel:+302101234567"',
        "Times are those of Athens.",
    ):
        assert text in visitor.html
    for absent in ("<img", "noindex", "<style", "style=", "onclick"):
        assert absent not in visitor.html
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.cookies == {}
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy


def test_a_logo_of_ones_own_is_shown(studio: Tenant, visitor: Visitor) -> None:
    Business.objects.update(logo_url="https://book.example/static/logo.png")
    visitor.go("/book/studio")
    assert '<img class="logo" src="https://book.example/static/logo.png"' in visitor.html


@pytest.mark.parametrize("change", [{"billing_status": "past_due"}, {"hosted_page": False}])
def test_closed(studio: Tenant, visitor: Visitor, change: dict[str, object]) -> None:
    visitor.to_details()
    form, address = visitor.form(), visitor.action()
    visitor.wait(20)
    Business.objects.update(**change)
    assert visitor.go("/book/studio").status_code == 200
    assert visitor.heading == "Nothing can be booked online at the moment"
    assert "+302101234567" in visitor.html
    assert '<meta name="robots" content="noindex, nofollow">' in visitor.html
    with nothing_changes():
        assert visitor.client.post(address, form).status_code == 409


def test_without_services_it_is_closed(make: MakeBusiness, visitor: Visitor) -> None:
    make(services=[])
    visitor.go("/book/studio")
    assert visitor.heading == "Nothing can be booked online at the moment"


@pytest.mark.parametrize("slug", ["nowhere", "Studio", "studio%00", "-"])
def test_unknown_businesses(studio: Tenant, visitor: Visitor, slug: str) -> None:
    assert visitor.go(f"/book/{slug}").status_code == 404


def test_queries(make: MakeBusiness, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The business, its configuration's version, and where times are shown the taken time."""
    tenant, said = make(**MANY), []
    cut = tenant.service("cut")
    execute = psycopg.Cursor.execute

    def told(cursor: Any, query: Any, *args: Any, **more: Any) -> Any:
        said.append(query)
        return execute(cursor, query, *args, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", told)
    found = {}
    for query in (
        "",
        f"?service={cut}",
        f"?service={cut}&staff=any&date={DAY}",
        f"?service={cut}&staff=any&start=29647140",
    ):
        visitor.go(f"/book/studio{query}")
        said.clear()
        visitor.go(f"/book/studio{query}")
        found[visitor.heading] = len(said)
    assert found == {
        "What would you like to book?": 2,
        "With whom?": 2,
        "When would you like to come?": 3,
        "Your details": 3,
    }


def test_too_many_looks(studio: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.VISITOR_READS_PER_MINUTE = 2
    statuses = [visitor.go("/book/studio").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert "That was a lot at once." in visitor.html
    assert int(visitor.page.headers["Retry-After"]) <= 60


def test_weeks_begin_on_monday(studio: Tenant, visitor: Visitor) -> None:
    visitor.go("/book/studio?staff=any&month=2026-05")
    names = re.findall(r'<th scope="col">([^<]*)</th>', visitor.html)
    assert names == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert date(2026, 5, 1).weekday() == 4
    first_row = re.findall(r"<tbody><tr>(.*?)</tr>", visitor.html, re.S)[0]
    assert first_row.count("<td></td>") == 4
