"""The life of an invitation: sent, accepted once, void after a week or a newer one; and who may invite whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from bookings.invitations import invite, invite_again
from bookings.models import Message
from businesses import members
from businesses.errors import Conflict, Forbidden, Invalid, NotFound
from businesses.models import Business, Member, User
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import PASSWORD, browser, person

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
NEW = {"name": "Ada Lovelace", "password": "a long enough one"}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def link() -> str:
    """The path in the newest mail."""
    message = Message.objects.filter(kind="invitation").latest("id")
    (found,) = {word for word in message.text.split() if "/accounts/invitation/" in word}
    return found[found.index("/accounts/") :]


def invited(salon: Business, email: str = "ada@example.com", role: str = "staff") -> str:
    invite(salon, email, role, by=None, now=NOW)
    return link()


def test_the_mail(salon: Business) -> None:
    path = invited(salon)
    (message,) = Message.objects.all()
    assert (message.kind, message.recipient) == ("invitation", "ada@example.com")
    assert message.subject == "North Elm Studio invites you"
    assert len(path.rpartition("/")[2]) == 43


def test_who_is_invited_has_no_access_yet(salon: Business) -> None:
    invited(salon)
    member = Member.objects.get(user__email="ada@example.com")
    assert browser(member).get("/dashboard/salon/").status_code == 404
    assert b"North Elm" not in browser(member).get("/dashboard/").content


def test_somebody_new_sets_name_and_password_and_is_in(salon: Business) -> None:
    path = invited(salon)
    client = Client()
    with nothing_changes():
        page = client.get(path)
    for text in ("North Elm Studio", "Staff", "ada@example.com", 'name="password"'):
        assert text in page.content.decode()
    answer = client.post(path, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/salon/")
    assert client.get("/dashboard/salon/").status_code == 200
    user = User.objects.get(email="ada@example.com")
    assert (user.name, user.check_password(NEW["password"])) == ("Ada Lovelace", True)
    member = Member.objects.get(user=user)
    assert (member.accepted_at, member.invitation_digest, member.invitation_expires_at) == (NOW, None, None)


def test_it_works_once(salon: Business) -> None:
    path = invited(salon)
    Client().post(path, NEW)
    for client in (Client(), browser(Member.objects.get(user__email="ada@example.com"))):
        with nothing_changes():
            assert client.get(path).status_code == 404
            assert client.post(path, {"name": "Eve", "password": "another long one"}).status_code == 404


@pytest.mark.parametrize("later", [timedelta(days=7), timedelta(days=400)])
def test_it_ends(salon: Business, clock: Any, later: timedelta) -> None:
    path = invited(salon)
    clock.move_to(NOW + later - timedelta(seconds=1) if later.days == 7 else NOW + timedelta(days=6))
    assert Client().get(path).status_code == 200
    clock.move_to(NOW + later)
    with nothing_changes():
        assert Client().post(path, NEW).status_code == 404
        assert b"not valid, or not any more" in Client().get(path).content


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 300, "é" * 20])
def test_a_forged_one_looks_like_an_ended_one(salon: Business, token: str) -> None:
    path = invited(salon)
    Client().post(path, NEW)
    used = Client().get(path).content
    assert Client().get(f"/accounts/invitation/{token}").content == used


def test_a_newer_one_voids_it(salon: Business) -> None:
    old = invited(salon)
    member = Member.objects.get(user__email="ada@example.com")
    invite_again(salon, member.uuid, by=None, now=NOW)
    assert Client().get(old).status_code == 404
    assert Client().get(link()).status_code == 200
    assert Message.objects.count() == 2


def test_who_has_an_account_signs_in_first(salon: Business, rival: Business) -> None:
    known = person(rival, "owner", "ada@example.com")
    path = invited(salon)
    page = Client().get(path).content.decode()
    assert f"/accounts/login/?next={path}" in page
    assert 'name="password"' not in page
    with nothing_changes():
        assert Client().post(path, NEW).status_code == 403
    client = browser(known)
    assert client.post(path).headers["Location"] == "/dashboard/salon/"
    assert client.get("/dashboard/salon/").status_code == 200
    assert User.objects.get(email="ada@example.com").check_password(PASSWORD)


def test_somebody_else_cannot_take_it(salon: Business, rival: Business) -> None:
    person(rival, "staff", "ada@example.com")
    path = invited(salon)
    stranger = browser(person(rival, "owner"))
    assert "owner@rival.example" in stranger.get(path).content.decode()
    with nothing_changes():
        assert stranger.post(path, NEW).status_code == 403


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": " ", "password": NEW["password"]}, "Please say your name."),
        ({"name": "Ada", "password": "short"}, "too short"),
        ({"name": "Ada", "password": "password123"}, "too common"),
        ({"name": "Ada", "password": "ada@example.com"}, "too similar"),
    ],
)
def test_bad_names_and_passwords(salon: Business, sent: dict[str, str], said: str) -> None:
    path = invited(salon)
    with nothing_changes():
        answer = Client().post(path, sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_the_page_speaks_the_language_of_the_business(salon: Business) -> None:
    Business.objects.filter(id=salon.id).update(language="de")
    salon.refresh_from_db()
    page = Client().get(invited(salon)).content.decode()
    assert "Sie sind eingeladen" in page
    assert '<html lang="de">' in page


# --- the rules ----------------------------------------------------------------------------------------------------


def test_nobody_is_invited_twice(salon: Business) -> None:
    invited(salon)
    with nothing_changes(), pytest.raises(Conflict):
        invite(salon, " ADA@example.com ", "viewer", by=None, now=NOW)


@pytest.mark.parametrize(("email", "role"), [("nobody", "staff"), ("", "staff"), ("a@example.com", "boss")])
def test_bad_input(salon: Business, email: str, role: str) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        invite(salon, email, role, by=None, now=NOW)


@pytest.mark.parametrize(
    ("by", "role"), [("manager", "owner"), ("staff", "viewer"), ("viewer", "viewer"), ("invited", "viewer")]
)
def test_who_may_not_invite(salon: Business, people: dict[str, Member], by: str, role: str) -> None:
    people["invited"] = person(salon, "owner", "invited@example.com", accepted_at=None)
    with nothing_changes(), pytest.raises(Forbidden):
        invite(salon, "new@example.com", role, by=people[by], now=NOW)


def test_a_manager_does_not_touch_owners(salon: Business, people: dict[str, Member]) -> None:
    owner = person(salon, "owner", "second@example.com")
    with nothing_changes():
        for attempt in (
            lambda: members.change_role(salon, owner.uuid, "staff", by=people["manager"]),
            lambda: members.change_role(salon, people["staff"].uuid, "owner", by=people["manager"]),
            lambda: members.remove_member(salon, owner.uuid, by=people["manager"]),
        ):
            with pytest.raises(Forbidden):
                attempt()
    assert members.change_role(salon, people["staff"].uuid, "manager", by=people["manager"]).role == "manager"


def test_the_last_owner_stays(salon: Business, people: dict[str, Member]) -> None:
    """An owner who was only invited does not count."""
    invited(salon, role="owner")
    owner = people["owner"]
    with nothing_changes():
        with pytest.raises(Conflict):
            members.remove_member(salon, owner.uuid, by=owner)
        with pytest.raises(Conflict):
            members.change_role(salon, owner.uuid, "manager", by=None)
    second = person(salon, "owner", "second@example.com")
    members.remove_member(salon, owner.uuid, by=owner)
    assert list(Member.objects.filter(business=salon, role="owner").exclude(accepted_at=None)) == [second]


def test_an_invited_owner_can_be_taken_back(salon: Business, people: dict[str, Member]) -> None:
    path = invited(salon, role="owner")
    members.remove_member(salon, Member.objects.get(accepted_at=None).uuid, by=people["owner"])
    assert Client().get(path).status_code == 404


def test_other_businesses_members_are_not_found(salon: Business, rival: Business) -> None:
    theirs = person(rival, "staff")
    with nothing_changes():
        for attempt in (
            lambda: members.change_role(salon, theirs.uuid, "viewer", by=None),
            lambda: members.remove_member(salon, theirs.uuid, by=None),
            lambda: members.renew_invitation(salon, theirs.uuid, by=None, now=NOW),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_who_has_accepted_is_not_invited_again(salon: Business, people: dict[str, Member]) -> None:
    with nothing_changes(), pytest.raises(Conflict):
        invite_again(salon, people["staff"].uuid, by=None, now=NOW)


# --- manage.py invite ---------------------------------------------------------------------------------------------


def test_the_command(salon: Business, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite", "salon", "Ada@example.com", "owner")
    assert capsys.readouterr().out == "ada@example.com is invited to North Elm Studio as owner.\n"
    first = link()
    call_command("invite", "salon", "ada@example.com", "owner")
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200


def test_the_command_refuses(salon: Business) -> None:
    person(salon, "staff", "ada@example.com")
    for slug, email in (("no-such", "new@example.com"), ("salon", "ada@example.com"), ("salon", "none")):
        with nothing_changes(), pytest.raises(CommandError):
            call_command("invite", slug, email, "owner")
