"""The page of the people of a business."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Message
from businesses.models import Business, Member
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody, person

PAGE = "/dashboard/salon/setup/members/"


def text(client: Client, path: str = PAGE) -> str:
    return client.get(path, follow=True).content.decode()


def test_who_is_there(signed_in: AsSomebody, salon: Business) -> None:
    person(salon, "viewer", "waiting@example.com", accepted_at=None)
    page = text(signed_in("owner"))
    for email in ("owner@salon.example", "staff@salon.example", "waiting@example.com"):
        assert email in page
    assert page.count(">Active<") == 4
    assert page.count(">Invited<") == 1


def test_inviting(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    answer = owner.post(PAGE, {"email": "New@example.com", "role": "manager"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert "new@example.com was invited." in text(owner)
    member = Member.objects.get(user__email="new@example.com")
    assert (member.role, member.accepted_at) == ("manager", None)
    assert [message.recipient for message in Message.objects.all()] == ["new@example.com"]


@pytest.mark.parametrize(
    ("email", "role", "status", "said"),
    [
        ("nobody", "staff", 400, "Not a valid e-mail address."),
        ("new@example.com", "boss", 400, "There is no such role."),
        ("staff@salon.example", "staff", 409, "This person is a member already."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, email: str, role: str, status: int, said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(PAGE, {"email": email, "role": role})
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()


def test_a_manager_sees_owners_and_cannot_touch_them(signed_in: AsSomebody, people: dict[str, Member]) -> None:
    manager = signed_in("manager")
    page = text(manager)
    assert f"role-{people['staff'].uuid}" in page
    assert f"role-{people['owner'].uuid}" not in page
    assert 'value="owner"' not in page
    with nothing_changes():
        for path in ("role", "remove"):
            answer = manager.post(f"{PAGE}{people['owner'].uuid}/{path}/", {"role": "staff"})
            assert answer.status_code == 403
        assert manager.post(PAGE, {"email": "new@example.com", "role": "owner"}).status_code == 403


def test_a_role_is_changed(signed_in: AsSomebody, people: dict[str, Member]) -> None:
    owner = signed_in("owner")
    owner.post(f"{PAGE}{people['staff'].uuid}/role/", {"role": "viewer"})
    assert Member.objects.get(id=people["staff"].id).role == "viewer"
    assert "staff@salon.example: Viewer." in text(owner)


def test_the_last_owner_is_told_so(signed_in: AsSomebody, people: dict[str, Member]) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{PAGE}{people['owner'].uuid}/remove/")
    assert answer.status_code == 409
    assert "This is the last owner" in answer.content.decode()


def test_who_is_removed_is_out_at_once(signed_in: AsSomebody, people: dict[str, Member]) -> None:
    staff = signed_in("staff")
    assert staff.get("/dashboard/salon/").status_code == 200
    signed_in("owner").post(f"{PAGE}{people['staff'].uuid}/remove/")
    assert staff.get("/dashboard/salon/").status_code == 404


def test_who_leaves_is_shown_the_way_out(signed_in: AsSomebody, salon: Business, people: dict[str, Member]) -> None:
    person(salon, "owner", "second@example.com")
    owner = signed_in("owner")
    assert owner.post(f"{PAGE}{people['owner'].uuid}/remove/").headers["Location"] == "/dashboard/"


def test_an_invitation_is_sent_again(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    owner.post(PAGE, {"email": "new@example.com", "role": "staff"})
    member = Member.objects.get(user__email="new@example.com")
    owner.post(f"{PAGE}{member.uuid}/invite/")
    assert Message.objects.count() == 2
    assert Message.objects.values("key").distinct().count() == 2


def test_a_fixed_number_of_queries(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            text(owner)
        counts.append(len(queries))
        for extra in range(5):
            person(salon, "viewer", f"v{number}{extra}@example.com")
    assert counts[0] == counts[1] < 12
