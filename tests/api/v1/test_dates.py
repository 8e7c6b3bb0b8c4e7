"""GET /v1/availability/{business_id}/dates"""

from typing import Any

import pytest

from tests.api.calls import Tenant, hides_others, needs_key, nothing_changes, ok, refused, refused_fields

PATH = "/v1/availability/{}/dates"


def ask(tenant: Tenant, **query: Any) -> Any:
    return ok(tenant.full.get(PATH.format(tenant.id), **query))


def told_dates(tenant: Tenant, **query: Any) -> list[tuple[str, int]]:
    return [(d["date"], d["slot_count"]) for d in ask(tenant, **query)["dates"]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_next_seven_open_dates(salon: Tenant, slash: str) -> None:
    told = ok(salon.full.get(PATH.format(salon.id) + slash))
    assert told == {
        "business_id": salon.id,
        "timezone": "America/Chicago",
        "service_id": salon.service("cut"),
        "capacity": 1,
        "dates": [{"date": f"2026-05-0{day}", "slot_count": 8} for day in range(1, 8)],
    }


def test_from_a_date_and_so_many(salon: Tenant) -> None:
    assert told_dates(salon, **{"from": "2026-05-15"}, count=2) == [("2026-05-15", 8), ("2026-05-16", 8)]


def test_full_and_closed_dates_are_left_out(salon: Tenant) -> None:
    one = salon.resource("maria")
    ok(salon.full.post("/v1/manage/closures", {"from": "2026-05-02", "to": "2026-05-03"}), 201)
    salon.book(booking_date="2026-05-04", start_time="12:00", resource_id=one)
    dates = told_dates(salon, count=3, resource_id=one)
    assert dates == [("2026-05-01", 8), ("2026-05-04", 7), ("2026-05-05", 8)]


def test_today_is_the_businesss_own_date(salon: Tenant, clock: Any) -> None:
    clock.move_to("2026-05-02T03:00:00Z")  # 22:00 on May 1 in Chicago
    assert told_dates(salon, count=1) == [("2026-05-02", 8)]
    clock.move_to("2026-05-01T20:30:00Z")  # 15:30
    assert told_dates(salon, count=1) == [("2026-05-01", 1)]


def test_the_horizon_and_the_window(salon: Tenant) -> None:
    assert len(told_dates(salon, count=30, horizon=3)) == 3
    assert told_dates(salon, **{"from": "2026-06-29"}, count=30) == [("2026-06-29", 8), ("2026-06-30", 8)]
    assert told_dates(salon, **{"from": "2026-07-01"}) == []


def test_the_widget_key_may(salon: Tenant) -> None:
    assert len(ok(salon.widget.get(PATH.format(salon.id)))["dates"]) == 7


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("count=0", "count"),
        ("count=31", "count"),
        ("count=a", "count"),
        ("horizon=0", "horizon"),
        ("horizon=121", "horizon"),
        ("from=2026-02-30", "from"),
        ("from=9999-01-01", "from"),
        ("capacity=51", "capacity"),
        ("service_id=1", "service_id"),
        ("resource_id=1", "resource_id"),
    ],
)
def test_bad_parameters(salon: Tenant, query: str, field: str) -> None:
    with nothing_changes():
        refused_fields(salon.full.send("GET", PATH.format(salon.id), query=query), field)


def test_the_bounds_are_allowed(salon: Tenant) -> None:
    assert len(told_dates(salon, count=30, horizon=120)) == 30
    assert len(told_dates(salon, count=1, horizon=1)) == 1


def test_another_tenant_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.full, "GET", PATH, rival.id)
    hides_others(salon.full, "GET", PATH.format(salon.id) + "?service_id={}", rival.service("cut"))
    hides_others(salon.full, "GET", PATH.format(salon.id) + "?resource_id={}", rival.resource("jim"))


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH.format(salon.id))


def test_needs_the_scope(salon: Tenant) -> None:
    caller = salon.caller("full", name="no scopes")
    salon.business.apikeys.filter(name="no scopes").update(scopes=["bookings:create"])
    refused(caller.get(PATH.format(salon.id)), 403)
