"""Where one is signed in: a single session is ended, and only one's own."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from availengine.accounts.devices import device
from businesses.models import Business, Member
from tests.dashboard.conftest import PASSWORD, browser, person

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0"


@pytest.fixture
def owner(salon: Business) -> Member:
    return person(salon, "owner", "owner@example.com")


def signed_in(agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    client.post("/accounts/login/", {"login": "owner@example.com", "password": PASSWORD})
    return client


def inside(client: Client) -> bool:
    return client.get("/dashboard/salon/").status_code == 200


def number(agent: str) -> int:
    return UserSession.objects.get(user_agent=agent).pk


def end(client: Client, session: int) -> int:
    return client.post(f"/accounts/sessions/{session}/end/").status_code


def test_one_of_three_is_ended(owner: Member) -> None:
    here, there, phone = signed_in("Here"), signed_in(FIREFOX), signed_in("Phone")
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox, Windows" in page
    assert page.count("/end/") == 2  # not the present one
    assert end(here, number(FIREFOX)) == 302
    assert (inside(here), inside(there), inside(phone)) == (True, False, True)
    assert UserSession.objects.count() == 2


def test_not_the_present_one_nor_somebody_elses(owner: Member, salon: Business) -> None:
    here, other = signed_in("Here"), browser(person(salon, "manager"))
    other.get("/accounts/sessions/")
    assert end(other, number("Here")) == 404
    assert end(here, number("Here")) == 404
    assert end(here, 2**31) == 404
    assert end(Client(), number("Here")) == 302  # to sign in
    assert here.get(f"/accounts/sessions/{number('Here')}/end/").status_code == 405
    assert (inside(here), UserSession.objects.filter(user_agent="Here").count()) == (True, 1)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("curl/8.7.1", "curl/8.7.1"),
        ("x" * 80, "x" * 60),
    ],
)
def test_what_browsers_call_themselves(agent: str, said: str) -> None:
    assert device(agent) == said
