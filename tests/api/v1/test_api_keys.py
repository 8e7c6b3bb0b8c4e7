"""/v1/manage/api-keys"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from availengine.models import IdempotencyRecord
from businesses import keys
from businesses.models import ApiKey, Business
from tests import factories
from tests.api.calls import (
    Caller,
    Operation,
    Tenant,
    all_need_key,
    all_need_scope,
    hides_others,
    nothing_changes,
    ok,
    refused,
    refused_fields,
    walk,
)

PATH = "/v1/manage/api-keys"
BODY = {"name": "till", "preset": "staff", "mode": "live"}
READ = "/v1/manage/bookings"


@pytest.fixture
def issued(salon: Tenant) -> dict[str, Any]:
    """A new key, as told when it was issued."""
    told: dict[str, Any] = ok(salon.full.post(PATH, BODY), 201)
    return told


def test_issue_shows_the_secret_once(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, {**BODY, "requests_per_minute": 90, "allowed_origins": ["https://a.example"]}), 201)
    secret = told.pop("secret")
    assert keys.well_formed(secret)
    assert secret.startswith("avail_live_")
    assert told.pop("created_at").endswith("Z")
    assert told == {
        "id": told["id"],
        "name": "till",
        "preset": "staff",
        "scopes": ["availability:read", "bookings:create", "bookings:read", "bookings:manage"],
        "mode": "live",
        "hint": secret[:15],
        "requests_per_minute": 90,
        "allowed_origins": ["https://a.example"],
        "expires_at": None,
        "revoked_at": None,
        "last_used_at": None,
    }
    for response in (salon.full.get(f"{PATH}/{told['id']}"), salon.full.get(PATH)):
        assert response.status_code == 200
        assert secret[15:].encode() not in response.content
        assert b'"secret"' not in response.content


def test_only_the_hash_is_stored(salon: Tenant) -> None:
    """Neither in the keys' table nor in the record of an Idempotency-Key."""
    secret = ok(salon.full.post(PATH, BODY, Idempotency_Key="k"), 201)["secret"]
    assert secret not in str(list(ApiKey.objects.values()))
    assert secret.encode() not in b"".join(bytes(r.body) for r in IdempotencyRecord.objects.all())


def test_it_works_at_once(salon: Tenant, issued: dict[str, Any]) -> None:
    ok(Caller(issued["secret"]).get(READ))
    used = ok(salon.full.get(f"{PATH}/{issued['id']}"))["last_used_at"]
    assert used == "2026-05-01T07:00:00Z"


@pytest.mark.parametrize("preset", ["widget", "read_only", "staff", "full"])
@pytest.mark.parametrize("mode", ["live", "test"])
def test_every_preset_in_both_modes(salon: Tenant, preset: str, mode: str) -> None:
    told = ok(salon.full.post(PATH, {"name": "x", "preset": preset, "mode": mode}), 201)
    assert told["secret"].startswith(f"avail_{mode}_")
    assert told["requests_per_minute"] == 60
    status = 403 if preset == "widget" else 200
    assert Caller(told["secret"]).get(READ).status_code == status


def test_a_test_key_issues_no_live_keys(salon: Tenant) -> None:
    """A key for development must not open the door to live customers."""
    live = ApiKey.objects.get(business=salon.business, name="full")
    with nothing_changes():
        refused(salon.test.post(PATH, BODY), 403)
        for response in (salon.test.post(f"{PATH}/{live.uuid}/rotate", {}), salon.test.delete(f"{PATH}/{live.uuid}")):
            assert response.status_code in (403, 404)
    ok(salon.test.post(PATH, {**BODY, "mode": "test"}), 201)


def test_list(salon: Tenant, issued: dict[str, Any]) -> None:
    shown = walk(salon.full, PATH, limit=2)
    assert [key["name"] for key in shown] == ["full", "test", "widget", "read", "staff", "till"]
    assert shown[-1] == ok(salon.full.get(f"{PATH}/{issued['id']}/"))
    assert shown[-1] == {name: value for name, value in issued.items() if name != "secret"}


def test_revoke(salon: Tenant, issued: dict[str, Any]) -> None:
    caller = Caller(issued["secret"])
    ok(caller.get(READ))
    assert salon.full.delete(f"{PATH}/{issued['id']}").status_code == 204
    with nothing_changes():
        refused(caller.get(READ), 401)
    assert ok(salon.full.get(f"{PATH}/{issued['id']}"))["revoked_at"] == "2026-05-01T07:00:00Z"
    ok(salon.full.post(PATH, BODY), 201)  # the name is free again


def test_revoking_twice_keeps_the_first_time(salon: Tenant, issued: dict[str, Any], clock: Any) -> None:
    for _ in range(2):
        assert salon.full.delete(f"{PATH}/{issued['id']}").status_code == 204
        clock.shift(60)
    assert ok(salon.full.get(f"{PATH}/{issued['id']}"))["revoked_at"] == "2026-05-01T07:00:00Z"


def test_rotate(salon: Tenant, issued: dict[str, Any], clock: Any) -> None:
    told = ok(salon.full.post(f"{PATH}/{issued['id']}/rotate", {}), 201)
    same = ("name", "preset", "scopes", "mode", "requests_per_minute", "allowed_origins")
    assert {name: told[name] for name in same} == {name: issued[name] for name in same}
    assert told["id"] != issued["id"]
    assert told["expires_at"] is None
    old, new = Caller(issued["secret"]), Caller(told["secret"])
    assert ok(salon.full.get(f"{PATH}/{issued['id']}"))["expires_at"] == "2026-05-02T07:00:00Z"
    for caller in (old, new):
        ok(caller.get(READ))
    clock.shift(timedelta(hours=24))
    refused(old.get(READ), 401)
    ok(new.get(READ))


@pytest.mark.parametrize("slash", ["", "/"])
def test_rotate_without_a_body(salon: Tenant, issued: dict[str, Any], slash: str) -> None:
    ok(salon.full.post(f"{PATH}/{issued['id']}/rotate{slash}"), 201)
    assert ok(salon.full.get(f"{PATH}/{issued['id']}"))["expires_at"] == "2026-05-02T07:00:00Z"


def test_rotate_without_overlap(salon: Tenant, issued: dict[str, Any]) -> None:
    told = ok(salon.full.post(f"{PATH}/{issued['id']}/rotate", {"overlap_hours": 0}), 201)
    refused(Caller(issued["secret"]).get(READ), 401)
    ok(Caller(told["secret"]).get(READ))


@pytest.mark.parametrize("hours", [-1, 169, "24", 1.5, None])
def test_the_overlap_has_limits(salon: Tenant, issued: dict[str, Any], hours: Any) -> None:
    with nothing_changes():
        refused_fields(salon.full.post(f"{PATH}/{issued['id']}/rotate", {"overlap_hours": hours}), "overlap_hours")


def test_a_pk_key_stays_one(db: None) -> None:
    tenant = Tenant(factories.business(keys=[{"name": "full", "preset": "full", "mode": "live", "prefix": "pk"}]))
    (key,) = walk(tenant.full, PATH)
    assert ok(tenant.full.post(f"{PATH}/{key['id']}/rotate", {}), 201)["secret"].startswith("pk_live_")


def test_a_revoked_key_is_not_rotated(salon: Tenant, issued: dict[str, Any]) -> None:
    assert salon.full.delete(f"{PATH}/{issued['id']}").status_code == 204
    with nothing_changes():
        refused(salon.full.post(f"{PATH}/{issued['id']}/rotate", {}), 409)


def test_an_expired_key_does_not_come_back(salon: Tenant, issued: dict[str, Any], clock: Any) -> None:
    successor = ok(salon.full.post(f"{PATH}/{issued['id']}/rotate", {"overlap_hours": 1}), 201)
    clock.shift(timedelta(hours=2))
    assert salon.full.delete(f"{PATH}/{successor['id']}").status_code == 204
    with nothing_changes():
        refused(salon.full.post(f"{PATH}/{issued['id']}/rotate", {}), 409)
    refused(Caller(issued["secret"]).get(READ), 401)


def test_revocation_by_another_process_acts_within_five_seconds(
    salon: Tenant, issued: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda: now[0]))
    caller = Caller(issued["secret"])
    ok(caller.get(READ))
    ApiKey.objects.filter(uuid=issued["id"]).update(revoked_at="2026-05-01T07:00:00Z")
    now[0] += 5
    refused(caller.get(READ), 401)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ["", None, 5, "x" * 101]),
        ("preset", ["", "admin", None]),
        ("mode", ["", "LIVE", None]),
        ("requests_per_minute", [0, 100_001, "60", None]),
        ("allowed_origins", ["https://a.example", ["a.example"], ["https://a.example/path"], [5], ["*"]]),
    ],
)
def test_limits(salon: Tenant, field: str, values: list[Any]) -> None:
    with nothing_changes():
        for value in values:
            refused_fields(salon.full.post(PATH, {**BODY, field: value}), field)


def test_required_fields(salon: Tenant) -> None:
    refused_fields(salon.full.post(PATH, {}), "name", "preset", "mode")


@pytest.mark.parametrize("field", ["scopes", "secret", "digest", "expires_at", "business_id"])
def test_forbidden_fields_have_no_effect(salon: Tenant, field: str) -> None:
    told = ok(salon.full.post(PATH, {**BODY, "preset": "widget", field: ["catalogue:manage"]}), 201)
    assert told["scopes"] == ["availability:read", "bookings:create"]
    assert told["expires_at"] is None
    refused(Caller(told["secret"]).get(PATH), 403)


def test_replay(salon: Tenant) -> None:
    first = salon.full.post(PATH, BODY, Idempotency_Key="k")
    with nothing_changes():
        again = salon.full.post(PATH, BODY, Idempotency_Key="k")
        refused(salon.full.post(PATH, {**BODY, "name": "x"}, Idempotency_Key="k"), 422)
    assert ok(first, 201)
    assert again.content == first.content


@pytest.fixture
def operations(salon: Tenant) -> Callable[[str], list[Operation]]:
    def of(key: str) -> list[Operation]:
        return [("GET", f"{PATH}/{key}", None), ("DELETE", f"{PATH}/{key}", None), ("POST", f"{PATH}/{key}/rotate", {})]

    return of


def test_needs_a_key(salon: Tenant, issued: dict[str, Any], operations: Any) -> None:
    all_need_key(salon, [("GET", PATH, None), ("POST", PATH, BODY), *operations(issued["id"])])


def test_needs_the_scope(salon: Tenant, issued: dict[str, Any], operations: Any) -> None:
    every: list[Operation] = [("GET", PATH, None), ("POST", PATH, BODY), *operations(issued["id"])]
    all_need_scope(salon, ("widget", "read_only", "staff"), every)


def test_another_tenants_key_is_not_found(salon: Tenant, rival: Tenant, operations: Any) -> None:
    theirs = str(ApiKey.objects.get(business=rival.business, name="full").uuid)
    for method, path, body in operations("{}"):
        hides_others(salon.full, method, path, theirs, body)
    ok(rival.full.get(READ))


def test_past_due(salon: Tenant, issued: dict[str, Any]) -> None:
    caller = salon.caller("full")
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    with nothing_changes():
        refused(caller.post(PATH, {**BODY, "name": "x"}), 402)
    ok(caller.get(PATH))


# Outside a transaction of the test, because a refusal by the database would end that.


@pytest.fixture
def alone(transactional_db: None) -> Tenant:
    return Tenant(factories.business())


def test_a_name_is_used_once(alone: Tenant) -> None:
    ok(alone.full.post(PATH, BODY), 201)
    with nothing_changes():
        error = refused(alone.full.post(PATH, BODY), 409)
    assert error["message"] == "There is a key with this name already."


def test_rotating_a_rotated_key_again_changes_nothing(alone: Tenant) -> None:
    old = ok(alone.full.post(PATH, BODY), 201)["id"]
    ok(alone.full.post(f"{PATH}/{old}/rotate", {"overlap_hours": 1}), 201)
    with nothing_changes():
        refused(alone.full.post(f"{PATH}/{old}/rotate", {"overlap_hours": 168}), 409)
