"""Who changed what in the set-up: noted by the database, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from businesses import catalogue, keys
from businesses.actors import act_as, acting, nobody_acting
from businesses.models import ApiKey, AuditEntry, Business, Member, Resource, Role, User
from businesses.provisioning import Outcome
from tests import factories
from tests.api.calls import Caller
from webhooks.endpoints import register_endpoint
from webhooks.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Outcome:
    found = factories.business()
    AuditEntry.objects.all().delete()
    return found


@pytest.fixture(autouse=True)
def _nobody() -> Any:
    with nobody_acting():
        yield


def entries() -> list[dict[str, Any]]:
    found = AuditEntry.objects.order_by("id").values("actor", "action", "subject", "name", "changes")
    rows = list(found)
    AuditEntry.objects.all().delete()
    return rows


def test_a_new_resource_is_noted_with_who_made_it(salon: Outcome) -> None:
    act_as("member", "Maria Gomez")
    made = catalogue.save_resource(salon.business.id, {"name": "Room 1", "kind": "room"})
    (entry,) = entries()
    changes = entry.pop("changes")
    assert entry == {"actor": "member:Maria Gomez", "action": "added", "subject": "resource", "name": "Room 1"}
    assert (changes["name"], changes["kind"]) == ([None, "Room 1"], [None, "room"])
    assert {"id", "uuid", "business_id", "created_at", "updated_at"} & set(changes) == set()
    assert AuditEntry.objects.count() == 0
    told = Event.objects.filter(type="resource.updated", data__resource__id=str(made.uuid))
    assert set(told.values_list("actor", flat=True)) == {"member:Maria Gomez"}


def test_a_change_tells_only_what_differs(salon: Outcome) -> None:
    resource = next(iter(salon.resources.values()))
    catalogue.save_resource(salon.business.id, {"name": "Jane"}, resource.uuid)
    catalogue.save_resource(salon.business.id, {"name": "Jane"}, resource.uuid)
    assert entries() == [
        {
            "actor": "",
            "action": "changed",
            "subject": "resource",
            "name": "Jane",
            "changes": {"name": [resource.name, "Jane"]},
        }
    ]


def test_a_removal(salon: Outcome) -> None:
    resource = next(iter(salon.resources.values()))
    act_as("key", "pos")
    catalogue.remove(Resource, salon.business.id, resource.uuid)
    (entry,) = entries()
    assert (entry["actor"], entry["action"], entry["name"]) == ("key:pos", "removed", resource.name)


def test_secrets_are_not_told(salon: Outcome) -> None:
    key, secret = keys.issue_key(business_id=salon.business.id, name="new", preset="full", live=True)
    keys.rotate_key(key, overlap=timedelta(hours=1))
    register_endpoint(salon.business.id, live=True, url="https://example.com/hook")
    found = entries()
    assert [(e["subject"], e["action"], e["name"]) for e in found] == [
        ("key", "added", "new"),
        ("key", "changed", "new"),
        ("key", "added", "new"),
        ("endpoint", "added", "https://example.com/hook"),
    ]
    hidden = {"digest", "last_used_at", "secret", "former_secret"}
    assert [hidden & set(entry["changes"]) for entry in found] == [set()] * 4
    assert secret not in str(found)


def test_what_only_machines_care_for_is_no_change(salon: Outcome) -> None:
    Business.objects.update(longest_block_minutes=99)
    ApiKey.objects.update(last_used_at=timezone.now())
    assert entries() == []


def test_members_and_rules(salon: Outcome) -> None:
    user = User.objects.create_user("new@example.com")
    member = Member.objects.create(business=salon.business, user=user, role=Role.STAFF)
    Business.objects.filter(id=salon.business.id).update(window_days=7)
    added, changed = entries()
    assert (added["subject"], added["changes"]["role"]) == ("member", [None, "staff"])
    assert (changed["subject"], changed["changes"]) == ("business", {"window_days": [salon.business.window_days, 7]})
    assert member.business_id == salon.business.id


def test_a_request_acts_as_its_key_and_leaves_nobody_behind(salon: Outcome) -> None:
    caller = Caller(salon.keys["full"])
    assert caller.post("/v1/manage/resources", {"name": "Room 1", "kind": "room"}).status_code == 201
    assert [entry["actor"] for entry in entries()] == ["key:full"]
    assert acting() == ""


def test_a_long_name_is_cut() -> None:
    act_as("key", "x" * 300)
    assert acting() == "key:" + "x" * 196
