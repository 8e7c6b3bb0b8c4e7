"""What owners are told of the machinery, and invitations."""

from typing import Any

import pytest
from django.utils import timezone

from bookings import alerts, messages, outcomes, tasks
from bookings.models import Booking, Message
from businesses.models import Member, User
from payments.models import Action, Instruction, Progress
from tests.api.calls import Tenant
from tests.messages.conftest import MakeStudio
from tests.messages.post import configure, kinds, with_deposit
from webhooks.models import Endpoint


def switched_off(tenant: Tenant, **changes: Any) -> Endpoint:
    values = {"live": True, "active": False, "problem": "No success in 5 days.", "secret": b"x", **changes}
    return Endpoint.objects.create(business=tenant.business, url="https://hook.example/x", **values)


def test_an_endpoint_that_was_switched_off_is_told_once(studio: Tenant) -> None:
    endpoint = switched_off(studio)
    assert tasks.tell_of_endpoints() == 1
    assert tasks.tell_of_endpoints() == 0
    (message,) = Message.objects.all()
    assert kinds([message]) == [("endpoint_off", "email", "desk@studio.example")]
    assert message.subject == "A webhook endpoint was switched off"
    assert "https://hook.example/x was switched off: No success in 5 days.\n" in message.text
    assert message.booking is None
    endpoint.refresh_from_db()
    assert endpoint.told_at == timezone.now()


@pytest.mark.parametrize(
    "changes", [{"active": True}, {"problem": ""}, {"told_at": timezone.now()}, {"deleted_at": timezone.now()}]
)
def test_others_are_not_told(studio: Tenant, changes: dict[str, Any]) -> None:
    """Those that work, that their owner switched off or removed, and those that were told."""
    switched_off(studio, **changes)
    assert tasks.tell_of_endpoints() == 0
    assert not Message.objects.exists()


def test_a_crash_tells_nobody_and_it_is_told_later(studio: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = switched_off(studio)
    with monkeypatch.context() as patched:
        patched.setattr(Endpoint, "save", lambda self, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            alerts.tell_of_endpoint(endpoint.id)
    assert not Message.objects.exists()
    assert alerts.tell_of_endpoint(endpoint.id) is True


def test_an_endpoint_of_test_mode_is_marked(studio: Tenant) -> None:
    switched_off(studio, live=False)
    tasks.tell_of_endpoints()
    assert Message.objects.get().subject == "[TEST] A webhook endpoint was switched off"


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "Ein Webhook-Endpunkt wurde abgeschaltet"), ("el", "Ένα webhook endpoint απενεργοποιήθηκε")],
)
def test_in_the_language_of_the_business(make_studio: MakeStudio, language: str, subject: str) -> None:
    switched_off(make_studio(business={"language": language}))
    tasks.tell_of_endpoints()
    assert Message.objects.get().subject == subject


def test_the_owners_where_the_business_has_no_address(studio: Tenant) -> None:
    configure(studio, email="")
    for address, role in (("a@example.com", "owner"), ("b@example.com", "owner"), ("c@example.com", "staff")):
        user = User.objects.create_user(address, "a long password")
        Member.objects.create(business=studio.business, user=user, role=role)
    switched_off(studio)
    tasks.tell_of_endpoints()
    assert sorted(Message.objects.values_list("recipient", flat=True)) == ["a@example.com", "b@example.com"]


def test_a_capture_that_failed(studio: Tenant) -> None:
    booking = Booking.objects.get(uuid=studio.book()["id"])
    deposit = with_deposit(str(booking.uuid), kind="authorization_hold", status="held")
    refused = Instruction(
        business=studio.business,
        deposit=deposit,
        action=Action.CAPTURE,
        purpose="no_show",
        progress=Progress.REFUSED,
        problem="The hold has lapsed.",
    )
    outcomes.follow_deposit(booking, deposit, deposit, now=timezone.now(), instruction=refused)
    (message,) = Message.objects.all()
    assert kinds([message]) == [("capture_failed", "email", "desk@studio.example")]
    assert message.subject == f"The hold for {booking.code} could not be charged"
    text = f"The hold of EUR 20 for the booking {booking.code} could not be charged (The hold has lapsed.)."
    assert text in message.text


def test_an_invitation(make_studio: MakeStudio) -> None:
    studio = make_studio(business={"language": "de"})
    user = User.objects.create_user("ann@example.com", "a long password")
    member = Member.objects.create(business=studio.business, user=user, role="staff")
    for _ in range(2):
        messages.invite(member, "https://book.example/invitations/abc")
    (message,) = Message.objects.all()
    assert kinds([message]) == [("invitation", "email", "ann@example.com")]
    assert message.subject == "Studio lädt Sie ein"
    assert "Einladung annehmen: https://book.example/invitations/abc\n" in message.text
