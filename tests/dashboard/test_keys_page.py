"""The page of the API keys: secrets are shown once and kept nowhere."""

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from businesses.keys import issue_key, principal_of
from businesses.models import ApiKey, Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody, browser, person
from tests.dashboard.reading import hidden, queries_of, text

PAGE = "/dashboard/salon/setup/keys/"


def entered(client: Client, **changes: Any) -> dict[str, Any]:
    """The form as it is sent."""
    form = {"name": "Till", "preset": "staff", "mode": "live", "requests_per_minute": "120", "origins": ""}
    return {"ticket": hidden(client.get(PAGE), "ticket"), **form, **changes}


def secret_in(answer: Any) -> str:
    page = answer.content.decode()
    found: str = page[page.index('id="secret"') :].split("<code>")[1].split("</code>")[0]
    return found


def test_what_there_is(signed_in: AsSomebody, salon: Business) -> None:
    issue_key(
        business_id=salon.id, name="Shop", preset="widget", live=False, allowed_origins=["https://shop.example.com"]
    )
    page = text(signed_in("owner").get(PAGE))
    hint = ApiKey.objects.get(name="Shop").hint
    assert f"Shop {hint}… Widget Test Last used: never 60 per minute https://shop.example.com" in page
    assert "Sees, makes and changes bookings, as people at the desk do." in page


def test_issuing(signed_in: AsSomebody, salon: Business, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    owner = signed_in("owner")
    answer = owner.post(PAGE, entered(owner, origins="https://a.example.com/\nhttp://b.example.com:81\n"))
    secret = secret_in(answer)
    key = ApiKey.objects.get(business=salon, name="Till")
    assert (key.preset, key.live, key.requests_per_minute) == ("staff", True, 120)
    assert key.allowed_origins == ["https://a.example.com", "http://b.example.com:81"]
    assert principal_of(secret).key_id == key.id  # type: ignore[union-attr]
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in caplog.text
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    assert secret not in owner.get(PAGE).content.decode()


def test_the_same_form_again_issues_nothing(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    form = entered(owner)
    owner.post(PAGE, form)
    with nothing_changes():
        again = owner.post(PAGE, {**form, "name": "Another"})
    assert (again.status_code, again.headers["Location"]) == (302, PAGE)
    assert "This key was issued already." in text(owner.get(PAGE))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"name": ""}, 400, "This field is required."),
        ({"preset": "root"}, 400, "Select a valid choice."),
        ({"mode": "both"}, 400, "Select a valid choice."),
        ({"requests_per_minute": "0"}, 400, "greater than or equal to 1"),
        ({"requests_per_minute": "100001"}, 400, "less than or equal to 100000"),
        ({"origins": "shop.example.com"}, 400, "shop.example.com is not an origin"),
        ({"origins": "https://a.example.com/path"}, 400, "https://a.example.com/path is not an origin"),
        ({"origins": "\n".join(f"https://a{i}.example.com" for i in range(21))}, 400, "At most 20."),
        ({"name": "full"}, 409, "There is a key with this name already."),
        ({"ticket": "forged:x"}, 400, "This form is outdated."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, changes: dict[str, str], status: int, said: str) -> None:
    owner = signed_in("owner")
    form = entered(owner, **changes)
    with nothing_changes():
        answer = owner.post(PAGE, form)
    assert answer.status_code == status
    assert said in text(answer)


def test_a_ticket_is_of_one_business(signed_in: AsSomebody, salon: Business, rival: Business) -> None:
    from_salon, foreigner = entered(signed_in("owner")), browser(person(rival, "owner"))
    with nothing_changes():
        answer = foreigner.post("/dashboard/rival/setup/keys/", from_salon)
    assert answer.status_code == 400


def test_replacing(signed_in: AsSomebody, salon: Business) -> None:
    owner, old = signed_in("owner"), ApiKey.objects.get(business=salon, name="staff")
    answer = owner.post(f"{PAGE}{old.uuid}/rotate/", {"overlap_hours": "6"})
    new = ApiKey.objects.get(business=salon, name="staff", expires_at=None)
    old.refresh_from_db()
    assert old.expires_at is not None
    assert timedelta(hours=5, minutes=59) < old.expires_at - timezone.now() <= timedelta(hours=6)
    assert principal_of(secret_in(answer)).key_id == new.id  # type: ignore[union-attr]
    assert "works for another 6 h" in text(answer)
    with nothing_changes():
        again = owner.post(f"{PAGE}{old.uuid}/rotate/", {"overlap_hours": "6"})
    assert again.status_code == 409
    assert "This key has ended, or has a successor already." in text(again)


@pytest.mark.parametrize("hours", ["", "-1", "169", "x"])
def test_how_long_both_work(signed_in: AsSomebody, salon: Business, hours: str) -> None:
    owner, key = signed_in("owner"), ApiKey.objects.get(business=salon, name="staff")
    with nothing_changes():
        answer = owner.post(f"{PAGE}{key.uuid}/rotate/", {"overlap_hours": hours})
    assert answer.status_code == 400
    assert "0 to 168" in text(answer)


def test_revoking(signed_in: AsSomebody, salon: Business) -> None:
    owner, key = signed_in("owner"), ApiKey.objects.get(business=salon, name="staff")
    answer = owner.post(f"{PAGE}{key.uuid}/revoke/")
    assert answer.headers["Location"] == PAGE
    key.refresh_from_db()
    assert key.revoked_at is not None
    page = text(owner.get(PAGE))
    assert "staff was revoked." in page
    assert "Keys that have ended (1)" in page


def test_unknown_keys(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    for what in ("rotate", "revoke"):
        with nothing_changes():
            assert owner.post(f"{PAGE}{uuid4()}/{what}/", {"overlap_hours": "1"}).status_code == 404


def test_who_did_it_is_noted(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    owner.post(PAGE, entered(owner))
    entry = salon.auditentrys.order_by("-id").first()
    assert entry is not None
    assert (entry.actor, entry.subject, entry.action, entry.name) == (
        "member:owner@salon.example",
        "key",
        "added",
        "Till",
    )


def test_a_fixed_number_of_queries(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    before = queries_of(owner, PAGE)
    for number in range(5):
        issue_key(business_id=salon.id, name=f"key {number}", preset="full", live=True)
    assert queries_of(owner, PAGE) == before < 8
