"""/llms.txt and /book/{slug}.md: for everybody, and nothing but text."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from availengine.agents import documents
from availengine.agents.markdown import inert
from businesses.models import Business, Service, ServiceCategory
from tests.api.calls import Tenant, nothing_changes
from tests.api.paying import configure, takes

PAGE = "/book/endpoint-salon.md"


def text_of(response: HttpResponse) -> str:
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


@pytest.fixture(autouse=True)
def base(settings: Any) -> None:
    settings.BASE_URL = "https://book.example"


def test_the_page_of_a_business(salon: Tenant) -> None:
    configure(salon, description="Hair since 1980.", address="1 North Elm", category="Salon")
    response = Client().get(PAGE)
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert (
        text_of(response)
        == f"""# North Elm Studio

> Hair since 1980.

- Category: Salon
- Address: 1 North Elm
- Phone: +13125551234
- Time zone: America/Chicago (of all times here)
- Language: en

## Opening hours

- Monday: 09:00 to 17:00
- Tuesday: 09:00 to 17:00
- Wednesday: 09:00 to 17:00
- Thursday: 09:00 to 17:00
- Friday: 09:00 to 17:00
- Saturday: 09:00 to 17:00
- Sunday: 09:00 to 17:00

Holidays and special days are not listed here: only what is shown as free can be booked.

## Services

- Cut (1 h, USD 35), id `{salon.service("cut")}`

## Terms

- Bookings are taken up to 60 days ahead, at the latest 0 min before the start.
- Nothing is paid when booking.
- Cancelling is free until 24 hours before. Later than that, the whole deposit is kept.

## How to book

- In a browser: https://book.example/book/endpoint-salon
- As an agent: the MCP server https://book.example/mcp (streamable HTTP) with a key of this business as bearer token
- As a program: https://book.example/v1/docs with a key of this business, whose id is `{salon.id}`

Keys are given by the business.
"""
    )


def test_prices_and_lengths_as_the_page_shows_them(salon: Tenant) -> None:
    configure(salon, show_service_prices=False, show_service_duration=False, auto_confirm=False)
    takes(salon)
    services = Service.objects.filter(business=salon.business)
    services.update(party_min=2, party_max=6, description="All of it", policy="On time", deposit_type="none")
    shown = text_of(Client().get(PAGE))
    told = "All of it \u2013 On time"
    assert f"- Cut (for 2 to 6 people), id `{salon.service('cut')}`: {told}\n" in shown
    assert "USD 35" not in shown
    assert (
        "- When booking, a deposit of USD 20 is paid.\n- Some services have a deposit of their own, or none.\n" in shown
    )
    assert "- The business accepts each booking by itself" in shown


def test_groups_come_together_in_order(salon: Tenant) -> None:
    hair = ServiceCategory.objects.create(business=salon.business, name="Hair")
    for number, category in enumerate((hair, None, hair), 1):
        values = {"name": f"S{number}", "duration_minutes": 5, "position": number, "category": category}
        Service.objects.create(business=salon.business, **values)
    lines = re.findall("^(?:### .*|- Cut|- S[0-9])", text_of(Client().get(PAGE)), re.MULTILINE)
    assert lines == ["- Cut", "- S2", "### Hair", "- S1", "- S3"]


def test_nothing_to_book(salon: Tenant) -> None:
    Service.objects.filter(business=salon.business).update(bookable_online=False)
    salon.business.openinghourss.all().delete()
    shown = text_of(Client().get(PAGE))
    assert "Nothing can be booked online at present." in shown
    assert "- Monday: closed\n" in shown


HOSTILE = (
    "# H\n\n* x <script>alert(1)</script> [a](javascript:x) ![b](//evil) `c` **d** | e | www.evil.example "
    "https://evil.example &lt; mail@evil.example \u202e\u200b\\*"
)


def test_what_owners_write_is_text(salon: Tenant) -> None:
    configure(salon, name=HOSTILE[:200], description=HOSTILE, address=HOSTILE, category="# x", phone="|")
    Service.objects.filter(business=salon.business).update(name=HOSTILE[:150], description=HOSTILE, policy="\n\n# y")
    for path in (PAGE, "/llms.txt"):
        shown = text_of(Client().get(path))
        assert not set("\u202e\u200b") & set(shown)
        marked = re.sub(r"\\.", "", shown)  # without what is escaped
        for bad in (
            "<",
            "[a]",
            "![",
            "](javascript",
            "`c`",
            "**",
            "|",
            "www.",
            "https://evil",
            "l@e",
            "&",
        ):
            assert bad not in marked, (path, bad)
    headings = re.findall(r"^ *#.*", text_of(Client().get(PAGE)), re.MULTILINE)
    assert headings[1:] == ["## Opening hours", "## Services", "## Terms", "## How to book"]


@pytest.mark.parametrize(
    ("name", "told"), [("1. Cut", "- 1\\. Cut ("), ("- Cut", "- \\- Cut ("), ("+ 1", "- \\+ 1 ("), ("10 x", "- 10 x (")]
)
def test_names_that_look_like_lists(salon: Tenant, name: str, told: str) -> None:
    Service.objects.filter(business=salon.business).update(name=name)
    assert f"\n{told}" in text_of(Client().get(PAGE))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cut & colour", "Cut \\& colour"),
        ("a\r\n\r\nb\tc", "a b c"),
        ("50 % - 1. (x) + y = z", "50 % - 1. (x) + y = z"),
        ("Größe ΑΒΓ 髪", "Größe ΑΒΓ 髪"),
        ("http://x", "http\\://x"),
        ("WWW.x", "WWW\\.x"),
        ("", ""),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_inert(text: str, told: str) -> None:
    assert inert(text) == told


def test_asked_again_it_is_the_same(salon: Tenant) -> None:
    first = Client().get(PAGE)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    etag = first.headers["ETag"]
    again = Client().get(PAGE, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    configure(salon, phone="+13125559999")
    changed = Client().get(PAGE, headers={"If-None-Match": etag})
    assert "+13125559999" in text_of(changed)
    assert changed.headers["ETag"] != etag


def test_few_queries(salon: Tenant, django_assert_num_queries: Any) -> None:
    Client().get(PAGE)
    for path in (PAGE, "/llms.txt"):
        with django_assert_num_queries(1):
            assert Client().get(path).status_code == 200


def test_the_host_in_a_few_words(salon: Tenant, rival: Tenant) -> None:
    response = Client().get("/llms.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    shown = text_of(response)
    assert shown.startswith("# AvailEngine\n\n> What is free")
    for line in (
        "- [MCP server](https://book.example/mcp): streamable HTTP without sessions.",
        "- [AvailEngine API](https://book.example/v1/schema): What is free, and how to book it.",
        "(https://book.example/booking/v1/schema)",
        "(https://book.example/booking/schema)",
        "(https://book.example/api/v1/schema)",
        "- [North Elm Studio](https://book.example/book/endpoint-salon.md)\n",
        "(https://book.example/book/endpoint-rival.md)\n",
    ):
        assert line in shown
    etag = response.headers["ETag"]
    assert Client().get("/llms.txt", headers={"If-None-Match": etag}).status_code == 304


def test_no_more_than_some_are_listed(salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_LISTED", 1)
    shown = text_of(Client().get("/llms.txt"))
    assert shown.count("/book/") == 1
    assert "There are more, which are not listed here." in shown


def test_who_does_not_show_itself_is_not_there(salon: Tenant, rival: Tenant) -> None:
    Business.objects.filter(slug="endpoint-salon").update(hosted_page=False)
    assert Client().get(PAGE).status_code == 404
    shown = text_of(Client().get("/llms.txt"))
    assert "endpoint-rival" in shown
    assert "endpoint-salon" not in shown
    Business.objects.filter(slug="endpoint-rival").update(hosted_page=False)
    assert "None shows itself here." in text_of(Client().get("/llms.txt"))


@pytest.mark.parametrize(
    "path", ["/book/nobody.md", "/book/.md", "/book/%00.md", "/book/a.b.md", "/book/endpoint-salon.MD"]
)
def test_pages_that_there_are_not(salon: Tenant, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/llms.txt"])
def test_only_to_read(salon: Tenant, path: str) -> None:
    with nothing_changes():
        assert Client().head(path).status_code == 200
        for method in ("post", "put", "patch", "delete"):
            assert getattr(Client(), method)(path).status_code == 405


def test_readers_are_counted(salon: Tenant, settings: Any) -> None:
    settings.VISITOR_READS_PER_MINUTE = 2
    answers = [Client().get(path) for path in (PAGE, "/llms.txt", PAGE)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "60"
