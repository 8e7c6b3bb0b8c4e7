"""What the admin changes goes through the services: rules hold, events and audit name who did it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.utils import timezone

from bookings import messages as mailing
from bookings.models import Allocation, Booking, Message
from businesses.errors import Conflict, NotFound
from businesses.models import ApiKey, AuditEntry, Business, Closure, Member, OpeningHours, Service
from tests.admin.conftest import form_values, listing, row_of
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import browser, person
from tests.visits import World
from webhooks.models import Event


def act(client: Client, action: str, *rows: Any) -> str:
    """Send an action; what the list says afterwards."""
    sent = {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    return client.post(listing(type(rows[0])), sent, follow=True).content.decode()


def test_cancel(salon: World, owner: Client) -> None:
    booking, held = row_of(Booking, salon), row_of(Allocation, salon)
    assert "Cancelled: 1" in act(owner, "cancel", booking)
    booking.refresh_from_db()
    held.refresh_from_db()
    assert (booking.status, held.active, booking.version) == ("cancelled", False, 2)
    event = Event.objects.get(type="booking.canceled")
    assert event.actor == "member:owner@salon.example"
    with nothing_changes():
        page = act(owner, "cancel", booking)
    assert "cannot become cancelled" in page
    assert "Cancelled: 0" in page


def test_send_again(salon: World, owner: Client) -> None:
    message = row_of(Message, salon)
    assert "To be sent: 1" in act(owner, "send_again", message)
    message.refresh_from_db()
    assert (message.state, message.tries) == ("pending", 0)
    with nothing_changes():
        assert "Only a message that was given up can be sent again." in act(owner, "send_again", message)


def test_send_again_is_for_failed_messages_of_the_business(salon: World, rival: World) -> None:
    now, message = timezone.now(), row_of(Message, salon)
    with nothing_changes(), pytest.raises(NotFound):
        mailing.send_again(rival.business.id, message.uuid, now=now)
    for changes in ({"sent_at": now}, {"skipped": True}, {"recipient": ""}, {"next_try_at": now}):
        Message.objects.filter(id=message.id).update(**changes)
        with nothing_changes(), pytest.raises(Conflict):
            mailing.send_again(salon.business.id, message.uuid, now=now)
        Message.objects.filter(id=message.id).update(
            sent_at=None, skipped=False, recipient=message.recipient, next_try_at=None
        )


def test_revoke(salon: World, owner: Client) -> None:
    key = row_of(ApiKey, salon)
    assert "Revoked: 1" in act(owner, "revoke", key)
    key.refresh_from_db()
    assert key.revoked_at is not None
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.subject, entry.row, entry.action) == (
        "member:owner@salon.example",
        "key",
        key.id,
        "changed",
    )


def test_remove_members(salon: World, owner: Client) -> None:
    manager, own = person(salon.business, "manager", "m@salon.example"), salon.business.members.get(role="owner")
    assert "Removed: 1" in act(owner, "remove", manager)
    assert not Member.objects.filter(id=manager.id).exists()
    with nothing_changes():
        act(owner, "remove", own)  # the last owner stays


def test_a_manager_does_not_remove_owners(salon: World) -> None:
    second = person(salon.business, "owner", "second@salon.example")
    manager = browser(person(salon.business, "manager"))
    with nothing_changes():
        act(manager, "remove", second)


def test_remove_is_soft(salon: World, owner: Client) -> None:
    jim = salon.resources["jim"]
    assert "Removed: 1" in act(owner, "remove", jim)
    jim.refresh_from_db()
    assert jim.deleted_at is not None
    assert owner.get(f"/admin/businesses/resource/{jim.pk}/change/").status_code == 302
    hours = row_of(OpeningHours, salon)
    assert "Removed: 1" in act(owner, "remove", hours)
    assert not OpeningHours.objects.filter(id=hours.id).exists()


def test_saving_is_audited_and_by_the_service(salon: World, owner: Client) -> None:
    other = Service.objects.create(business=salon.business, name="Dye", duration_minutes=30)
    path = f"/admin/businesses/service/{other.pk}/change/"
    answer = owner.post(path, {**form_values(owner, path), "is_default": "on", "name": "Colour"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    other.refresh_from_db()
    salon.services["cut"].refresh_from_db()
    assert (other.name, other.is_default, salon.services["cut"].is_default) == ("Colour", True, False)
    entry = AuditEntry.objects.filter(subject="service", row=other.id).latest("id")
    assert (entry.actor, entry.changes) == (
        "member:owner@salon.example",
        {"name": ["Dye", "Colour"], "is_default": [False, True]},
    )


def test_the_business_is_audited_too(salon: World, owner: Client, host: Client) -> None:
    path = f"/admin/businesses/business/{salon.business.id}/change/"
    for client, actor, name in ((owner, "member:owner@salon.example", "One"), (host, "host:host@example.com", "Two")):
        assert client.post(path, {**form_values(client, path), "name": name}).status_code == 302
        entry = AuditEntry.objects.filter(subject="business").latest("id")
        assert (entry.actor, entry.name) == (actor, name)


def test_a_refusal_of_the_service_is_said(salon: World, owner: Client) -> None:
    add = "/admin/businesses/openinghours/add/"
    values = {"business": salon.business.id, "weekday": 0, "opens": 545, "closes": 650}
    values["resource"] = salon.resources["maria"].pk
    with nothing_changes():
        assert "These hours overlap others." in owner.post(add, values, follow=True).content.decode()


def test_hours_and_closures_of_a_resource(salon: World, owner: Client) -> None:
    values = {"business": salon.business.id, "weekday": 2, "opens": 540, "closes": 600}
    assert owner.post("/admin/businesses/openinghours/add/", {**values, "resource": salon.resources["jim"].pk})
    hours = OpeningHours.objects.get(weekday=2, resource=salon.resources["jim"])
    assert (hours.opens, hours.resource.own_hours) == (540, True)  # type: ignore[union-attr]
    path = f"/admin/businesses/openinghours/{hours.pk}/change/"
    assert owner.post(path, {**form_values(owner, path), "closes": 660}).status_code == 302
    hours.refresh_from_db()
    assert (hours.closes, hours.resource) == (660, salon.resources["jim"])


def test_times_are_of_the_businesses_zone(salon: World, owner: Client, host: Client) -> None:
    """A member whose businesses share one speaks it; the host speaks UTC."""
    values: dict[str, Any] = {"business": salon.business.id, "kind": "closed"}
    values |= {"starts_at_0": "2026-07-01", "starts_at_1": "10:00", "ends_at_0": "2026-07-01", "ends_at_1": "11:00"}
    for client, hour, said in ((owner, 15, "Times are America/Chicago"), (host, 10, "Times are UTC")):
        assert client.post("/admin/businesses/closure/add/", values).status_code == 302
        assert Closure.objects.latest("id").starts_at == datetime(2026, 7, 1, hour, tzinfo=UTC)
        assert said in client.get("/admin/").content.decode()
    latest = Closure.objects.latest("id")
    assert "5 a.m." in owner.get("/admin/businesses/closure/").content.decode()
    assert b'value="05:00:00"' in owner.get(f"/admin/businesses/closure/{latest.pk}/change/").content


def test_businesses_in_two_zones_speak_utc(salon: World, rival: World, owner: Client) -> None:
    Business.objects.filter(id=rival.business.id).update(timezone="Europe/Athens")
    Member.objects.create(business=rival.business, user=Member.objects.get(business=salon.business).user, role="owner")
    assert "Times are UTC" in owner.get("/admin/").content.decode()
