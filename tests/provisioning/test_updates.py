"""A changed file brings a business up to date; what it does not name is left alone."""

import copy
from typing import Any

import pytest

from bookings.queries import snapshot_of
from businesses.models import ApiKey, Business, Closure, Member, OpeningHours, Resource, Service, User
from businesses.provisioning import DocumentError, Outcome, apply_plan, read_plan
from tests import factories
from tests.api.calls import Caller, Tenant, nothing_changes, ok

CHRISTMAS = {"from": "2026-12-24", "to": "2026-12-26", "reason": "Christmas"}


def document() -> dict[str, Any]:
    return {
        **copy.deepcopy(factories.SALON),
        "closures": [dict(CHRISTMAS)],
        "members": [{"email": "owner@example.com", "role": "owner"}],
    }


def applied(changed: dict[str, Any]) -> Outcome:
    return apply_plan(read_plan(changed))


@pytest.fixture
def first(db: None) -> Outcome:
    return applied(document())


def test_a_change_raises_the_configuration_version(first: Outcome) -> None:
    changed = document()
    changed["business"]["name"] = "New name"
    assert applied(changed).changed is True
    business = Business.objects.get()
    assert business.name == "New name"
    assert business.config_version > first.business.config_version
    assert str(business.uuid) == str(first.business.uuid)


def test_rules_reach_the_next_question(first: Outcome) -> None:
    snapshot_of(first.business.id)
    changed = document()
    changed["business"]["rules"]["slot_interval_minutes"] = 15
    applied(changed)
    assert snapshot_of(first.business.id).calendar.rules.interval == 15


def test_what_is_left_out_of_the_business_returns_to_its_default(first: Outcome) -> None:
    changed = document()
    del changed["business"]["rules"]
    applied(changed)
    assert Business.objects.get().slot_interval_minutes == 30


def test_hours(first: Outcome) -> None:
    kept = OpeningHours.objects.get(weekday=0).id
    changed = document()
    changed["business"]["hours"] = {"monday": ["09:00-17:00"], "tuesday": ["10:00-11:00", "12:00-13:00"]}
    assert applied(changed).changed is True
    found = OpeningHours.objects.order_by("weekday", "opens").values_list("weekday", "opens", "closes")
    assert list(found) == [(0, 540, 1020), (1, 600, 660), (1, 720, 780)]
    assert OpeningHours.objects.get(weekday=0).id == kept


def test_own_hours_come_and_go(first: Outcome) -> None:
    changed = document()
    changed["resources"][0]["hours"] = {"monday": ["10:00-12:00"]}
    assert applied(changed).changed is True
    maria = Resource.objects.get(key="maria")
    assert (maria.own_hours, maria.opening_hours.count()) == (True, 1)
    assert applied(document()).changed is True
    maria.refresh_from_db()
    assert (maria.own_hours, maria.opening_hours.count()) == (False, 0)


def test_resources_and_services(first: Outcome) -> None:
    changed = document()
    changed["resources"][0]["name"] = "Maria Gomez"
    changed["resources"].append({"key": "room", "name": "Room", "kind": "room"})
    changed["services"][0] |= {
        "price": "40.00",
        "resources": [{"resource": "jim", "price": "50.00"}],
        "category": "Hair",
    }
    second = applied(changed)
    assert second.resources["maria"].id == first.resources["maria"].id
    assert second.resources["maria"].name == "Maria Gomez"
    assert Resource.objects.count() == 3
    cut = Service.objects.get()
    assert (cut.id, cut.price_cents) == (first.services["cut"].id, 4000)
    assert list(cut.performers.values_list("resource__key", "price_cents")) == [("jim", 5000)]
    assert cut.category is not None
    with nothing_changes():
        assert applied(changed).changed is False


def test_the_default_moves(first: Outcome) -> None:
    changed = document()
    changed["services"][0]["default"] = False
    changed["services"].insert(0, {"key": "shave", "name": "Shave", "duration_minutes": 20, "default": True})
    applied(changed)
    assert [s.key for s in Service.objects.filter(is_default=True)] == ["shave"]
    applied({**document(), "services": [*document()["services"], {**changed["services"][0], "default": False}]})
    assert [s.key for s in Service.objects.filter(is_default=True)] == ["cut"]


def test_what_is_not_named_is_left_alone(first: Outcome) -> None:
    changed = document()
    for section in ("resources", "services", "closures", "keys", "members"):
        changed[section] = []
    with nothing_changes():
        assert applied(changed).changed is False


def test_a_deleted_resource_is_made_anew(first: Outcome) -> None:
    tenant = Tenant(first)
    assert tenant.full.delete(f"/v1/manage/resources/{tenant.resource('jim')}").status_code == 204
    second = applied(document())
    assert second.resources["jim"].id != first.resources["jim"].id
    assert second.changed is True
    with nothing_changes():
        assert applied(document()).changed is False


def test_another_closure(first: Outcome) -> None:
    changed = document()
    changed["closures"].append({"resource": "jim", "from": "2026-12-01T09:00", "to": "2026-12-01T12:00"})
    assert applied(changed).changed is True
    assert Closure.objects.count() == 2


def test_another_reason_of_a_closure(first: Outcome) -> None:
    changed = document()
    changed["closures"][0]["reason"] = "Holidays"
    assert applied(changed).changed is True
    assert Closure.objects.get().reason == "Holidays"


def test_a_closure_that_was_entered_twice_by_hand(first: Outcome) -> None:
    tenant = Tenant(first)
    ok(tenant.full.post("/v1/manage/closures", {"from": "2026-12-24", "to": "2026-12-26"}), 201)
    assert applied(document()).changed is False


def test_the_limits_of_a_key(first: Outcome) -> None:
    changed = document()
    changed["keys"][2] |= {"requests_per_minute": 7, "allowed_origins": ["https://a.example"]}
    second = applied(changed)
    assert second.changed is True
    assert second.keys == dict.fromkeys(first.keys)
    row = ApiKey.objects.get(name="widget")
    assert (row.requests_per_minute, row.allowed_origins) == (7, ["https://a.example"])
    assert ok(Caller(first.keys["widget"]).get(f"/v1/businesses/{first.business.uuid}"))


@pytest.mark.parametrize(("field", "value"), [("preset", "read_only"), ("mode", "test"), ("prefix", "pk")])
def test_what_a_key_may_do_is_never_left_behind_in_silence(first: Outcome, field: str, value: str) -> None:
    """Either the stored key follows the file, or the file is refused by the path."""
    changed = document()
    changed["keys"][0][field] = value
    refusal = None
    try:
        applied(changed)
    except DocumentError as error:
        refusal = str(error)
    if refusal is not None:
        assert refusal.startswith(f"keys[0].{field}: ")
        return
    row = ApiKey.objects.filter(name="full", revoked_at=None).latest("id")
    stored = {"preset": row.preset, "mode": "live" if row.live else "test", "prefix": row.hint.split("_")[0]}
    assert stored[field] == value
    if field == "preset":
        assert row.scopes == ["availability:read", "bookings:read"]


def test_a_revoked_key_is_issued_anew(first: Outcome) -> None:
    tenant = Tenant(first)
    key = ApiKey.objects.get(name="widget")
    assert tenant.full.delete(f"/v1/manage/api-keys/{key.uuid}").status_code == 204
    second = applied(document())
    assert second.keys["widget"] not in (None, first.keys["widget"])
    assert second.keys["full"] is None
    assert applied(document()).changed is False


def test_a_rotated_key_stays_rotated(first: Outcome) -> None:
    tenant = Tenant(first)
    key = ApiKey.objects.get(name="widget")
    ok(tenant.full.post(f"/v1/manage/api-keys/{key.uuid}/rotate", {}), 201)
    with nothing_changes():
        assert applied(document()).changed is False


def test_members(first: Outcome) -> None:
    changed = document()
    changed["members"] = [
        {"email": "Owner@Example.com", "role": "manager"},
        {"email": "desk@example.com", "role": "staff"},
    ]
    second = applied(changed)
    assert second.members["owner@example.com"] is None
    assert second.members["desk@example.com"]
    assert {m.user.email: m.role for m in Member.objects.all()} == {
        "owner@example.com": "manager",
        "desk@example.com": "staff",
    }


def test_a_user_of_another_business_keeps_the_password(first: Outcome) -> None:
    stored = User.objects.get().password
    other = {**document(), "business": {**document()["business"], "slug": "other"}}
    assert applied(other).members == {"owner@example.com": None}
    assert User.objects.get().password == stored
    assert Member.objects.count() == 2


def test_two_businesses_do_not_touch_each_other(first: Outcome) -> None:
    other = applied({**document(), "business": {**document()["business"], "slug": "other"}})
    assert other.business.id != first.business.id
    assert not {r.id for r in other.resources.values()} & {r.id for r in first.resources.values()}
    with nothing_changes():
        assert applied(document()).changed is False


@pytest.mark.parametrize(
    ("currency", "price", "cents"),
    [("EUR", "35.00", 3500), ("EUR", "35.5", 3550), ("EUR", 35, 3500), ("JPY", "3500", 3500), ("KWD", "1.250", 1250)],
)
def test_prices_in_minor_units(db: None, currency: str, price: Any, cents: int) -> None:
    changed = document()
    changed["business"]["currency"] = currency
    changed["services"][0]["price"] = price
    assert applied(changed).services["cut"].price_cents == cents


@pytest.mark.parametrize(("currency", "price"), [("JPY", "35.00"), ("KWD", "1.2505"), ("EUR", "1.005")])
def test_prices_finer_than_the_currency(db: None, currency: str, price: str) -> None:
    changed = document()
    changed["business"]["currency"] = currency
    changed["services"][0]["price"] = price
    with nothing_changes(), pytest.raises(DocumentError, match=r"^services\[0\]\.price: "):
        applied(changed)
