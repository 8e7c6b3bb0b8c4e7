"""From nothing to the first bookable start, by the pages alone; and who may begin."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from businesses.models import Business, Member, User
from tests.api.calls import nothing_changes
from tests.dashboard.bodies import NEW, RESOURCE, SERVICE
from tests.dashboard.conftest import AsSomebody, browser

PAGE = "/dashboard/new/"
SETUP = "/dashboard/glow/setup/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 5, 1, 12, 0, tzinfo=UTC), tick=False):
        yield


def host() -> Client:
    client = Client()
    user = User.objects.create_superuser("host@example.com", "correct horse battery")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_from_nothing_to_the_first_start(db: None) -> None:
    client = host()
    assert f'href="{PAGE}"' in client.get("/dashboard/").content.decode()
    english = {**NEW, "language": "en"}
    assert client.post(PAGE, english).headers["Location"] == SETUP
    page = client.get(SETUP).content.decode()
    assert "Glow is there. Three steps, and it can be booked." in page
    assert (page.count("is-done"), "first-slot" in page) == (0, False)
    hours = {"seen": "own", "opens-0-0": "09:00", "closes-0-0": "17:00"}
    assert client.post(f"{SETUP}hours/", hours).headers["Location"] == SETUP
    assert client.get(SETUP).content.decode().count("is-done") == 1
    assert client.post(f"{SETUP}resources/new/", {**RESOURCE, "bookable_online": "on"}).headers["Location"] == SETUP
    assert client.get(SETUP).content.decode().count("is-done") == 2
    (key,) = Business.objects.get(slug="glow").resources.values_list("uuid", flat=True)
    sent = {**SERVICE, f"by-{key}-performs": "on"}
    assert client.post(f"{SETUP}services/new/", sent).headers["Location"] == SETUP
    page = client.get(SETUP).content.decode()
    assert "<strong>Monday, 4 May 2026 at 09:00</strong>, Colour." in page
    assert "First steps" not in page


def test_steps_that_lead_nowhere_say_what_to_look_at(signed_in: AsSomebody, salon: Business) -> None:
    Business.objects.filter(id=salon.id).update(lead_time_minutes=500_000)
    page = signed_in("owner").get("/dashboard/salon/setup/").content.decode()
    assert page.count("is-done") == 3
    assert "no start is free in the next days" in page


def test_an_owner_may_where_the_host_lets_them(
    signed_in: AsSomebody, people: dict[str, Member], settings: object
) -> None:
    owner = signed_in("owner")
    assert f'href="{PAGE}"' in owner.get("/dashboard/salon/").content.decode()
    assert owner.post(PAGE, NEW).status_code == 302
    member = Member.objects.get(business__slug="glow")
    assert (member.user, member.role) == (people["owner"].user, "owner")
    settings.OWNERS_ADD_BUSINESSES = False  # type: ignore[attr-defined]
    assert f'href="{PAGE}"' not in owner.get("/dashboard/salon/").content.decode()
    with nothing_changes():
        assert owner.get(PAGE).status_code == 403
        assert owner.post(PAGE, {**NEW, "slug": "other"}).status_code == 403


@pytest.mark.parametrize("role", ["manager", "staff", "viewer"])
def test_others_may_not(signed_in: AsSomebody, role: str) -> None:
    client = signed_in(role)
    assert f'href="{PAGE}"' not in client.get("/dashboard/salon/").content.decode()
    with nothing_changes():
        assert (client.get(PAGE).status_code, client.post(PAGE, NEW).status_code) == (403, 403)


def test_strangers_are_asked_who_they_are(db: None) -> None:
    for answer in (browser().get(PAGE), browser().post(PAGE, NEW)):
        assert answer.headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert Business.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("slug", "a b", "Enter a valid"),
        ("slug", "salon", "This address is taken."),
        ("slug", "SALON", "This address is taken."),
        ("slug", "new", "This address is taken."),
        ("timezone", "Mars/Base", "Select a valid choice."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, field: str, value: str, said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(PAGE, {**NEW, field: value}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert said in answer.content.decode()
