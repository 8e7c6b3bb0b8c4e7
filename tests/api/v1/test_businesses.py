"""GET /v1/businesses/{business_id}, …/services, …/resources"""

from typing import Any

import pytest

from businesses.models import Business
from tests.api.calls import Tenant, hides_others, needs_key, nothing_changes, ok, refused

PATHS = ("/v1/businesses/{}", "/v1/businesses/{}/services", "/v1/businesses/{}/resources")


@pytest.fixture(scope="module")
def _shop(stored: Any) -> Tenant:
    tenant: Tenant = stored(
        "public-shop",
        business={
            "description": "Modern color",
            "category": "Salon",
            "address": "123 Main St",
            "logo_url": "https://example.com/logo.png",
            "hours": {"monday": ["09:00-13:00", "14:00-19:00"], "friday": ["18:00-02:00"]},
            "page": {"show_staff_selection": False},
        },
        resources=[
            {
                "key": "maria",
                "name": "Maria",
                "kind": "staff",
                "section": "Main Floor",
                "job_title": "Lead stylist",
                "about": "Twenty years",
                "photo_url": "https://example.com/maria.jpg",
            },
            {"key": "jim", "name": "Jim", "kind": "staff", "bookable_online": False},
            {"key": "ann", "name": "Ann", "kind": "staff", "active": False},
        ],
        services=[
            {
                "key": "cut",
                "name": "Cut",
                "description": "A cut",
                "category": "Hair",
                "duration_minutes": 45,
                "price": "35.50",
                "party_max": 2,
                "places": None,
                "policy": "Be on time",
                "instructions": "Come in",
                "photo_url": "https://example.com/cut.jpg",
                "resources": ["maria", "jim", "ann"],
                "default": True,
            },
            {"key": "quiet", "name": "Quiet", "duration_minutes": 30, "price": "9.00", "show_price": False},
            {"key": "long", "name": "Long", "duration_minutes": 30, "show_duration": False},
            {"key": "desk", "name": "Desk only", "duration_minutes": 30, "bookable_online": False},
            {"key": "old", "name": "Old", "duration_minutes": 30, "active": False},
        ],
    )
    return tenant


@pytest.fixture
def shop(db: None, _shop: Tenant) -> Tenant:
    return _shop


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_profile(shop: Tenant, slash: str) -> None:
    assert ok(shop.widget.get(PATHS[0].format(shop.id) + slash)) == {
        "id": shop.id,
        "slug": "public-shop",
        "name": "North Elm Studio",
        "description": "Modern color",
        "category": "Salon",
        "logo_url": "https://example.com/logo.png",
        "phone": "+13125551234",
        "address": "123 Main St",
        "timezone": "America/Chicago",
        "currency": "USD",
        "language": "en",
        "hours": [
            {"weekday": "monday", "opens": "09:00", "closes": "13:00"},
            {"weekday": "monday", "opens": "14:00", "closes": "19:00"},
            *({"weekday": day, "opens": "09:00", "closes": "17:00"} for day in ("tuesday", "wednesday", "thursday")),
            {"weekday": "friday", "opens": "18:00", "closes": "02:00"},
            *({"weekday": day, "opens": "09:00", "closes": "17:00"} for day in ("saturday", "sunday")),
        ],
        "rules": {
            "slot_interval_minutes": 60,
            "lead_time_minutes": 0,
            "window_days": 60,
            "auto_confirm": True,
            "cancel_notice_hours": 24,
        },
        "page": {
            "show_staff_selection": False,
            "show_service_prices": True,
            "show_service_duration": True,
            "require_customer_email": True,
            "waitlist": True,
            "terms_text": None,
            "marketing_text": None,
        },
        "deposit": None,
        "cancellation": [{"hours_before": 24, "fee_percent": 0}],
    }


def test_what_a_business_does_not_say_is_null(salon: Tenant) -> None:
    told = ok(salon.widget.get(PATHS[0].format(salon.id)))
    assert [told[name] for name in ("description", "category", "logo_url", "address")] == [None] * 4


FIVE_EACH = {"type": "charge", "basis": "per_person", "amount_cents": 500, "percent": None, "only_for": []}


def test_deposits_and_cancellation(salon: Tenant) -> None:
    """The business's rule, and of each service the one that counts: the business's, its own, or none."""
    ok(
        salon.full.post("/v1/manage/services", {"name": "Free", "duration_minutes": 5, "deposit": {"type": "none"}}),
        201,
    )
    own = {"type": "charge", "basis": "percent", "percent": 20, "only_for": ["new_customers"]}
    ok(salon.full.post("/v1/manage/services", {"name": "Own", "duration_minutes": 5, "deposit": own}), 201)

    def effective() -> list[Any]:
        told = ok(salon.widget.get(PATHS[1].format(salon.id)))["items"]
        assert [service["name"] for service in told] == ["Cut", "Free", "Own"]
        return [service["deposit"] for service in told]

    twenty = {**own, "amount_cents": None}
    assert effective() == [None, None, twenty]
    Business.objects.filter(id=salon.business.id).update(
        deposit_type="charge",
        deposit_basis="per_person",
        deposit_amount_cents=500,
        cancellation_steps=[[48, 0], [24, 50]],
    )
    profile = ok(salon.widget.get(PATHS[0].format(salon.id)))
    assert profile["deposit"] == FIVE_EACH
    assert profile["cancellation"] == [{"hours_before": 48, "fee_percent": 0}, {"hours_before": 24, "fee_percent": 50}]
    assert effective() == [FIVE_EACH, None, twenty]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_services(shop: Tenant, slash: str) -> None:
    told = ok(shop.widget.get(PATHS[1].format(shop.id) + slash))
    assert told["next_cursor"] is None
    assert told["has_more"] is False
    assert [service["name"] for service in told["items"]] == ["Cut", "Quiet", "Long"]
    cut, quiet, long = told["items"]
    assert cut == {
        "id": shop.service("cut"),
        "name": "Cut",
        "description": "A cut",
        "category": "Hair",
        "duration_minutes": 45,
        "price_cents": 3550,
        "currency": "USD",
        "party_min": 1,
        "party_max": 2,
        "places": None,
        "policy": "Be on time",
        "instructions": "Come in",
        "photo_url": "https://example.com/cut.jpg",
        "is_default": True,
        "deposit": None,
        "resource_ids": [shop.resource("maria")],
    }
    assert (quiet["price_cents"], quiet["duration_minutes"]) == (None, 30)
    assert (long["price_cents"], long["duration_minutes"]) == (None, None)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_resources(shop: Tenant, slash: str) -> None:
    assert ok(shop.widget.get(PATHS[2].format(shop.id) + slash)) == {
        "items": [
            {
                "id": shop.resource("maria"),
                "name": "Maria",
                "kind": "staff",
                "section": "Main Floor",
                "capacity_min": 1,
                "capacity_max": 1,
                "job_title": "Lead stylist",
                "about": "Twenty years",
                "photo_url": "https://example.com/maria.jpg",
                "service_ids": [shop.service("cut")],
            }
        ],
        "next_cursor": None,
        "has_more": False,
    }


def test_changes_show_at_once(shop: Tenant) -> None:
    ok(shop.widget.get(PATHS[2].format(shop.id)))
    ok(shop.full.patch(f"/v1/manage/resources/{shop.resource('jim')}", {"bookable_online": True}))
    told = ok(shop.widget.get(PATHS[2].format(shop.id)))
    assert [resource["name"] for resource in told["items"]] == ["Maria", "Jim"]


@pytest.mark.parametrize("path", PATHS)
def test_every_key_may_read(salon: Tenant, path: str) -> None:
    bodies = {
        getattr(salon, caller).get(path.format(salon.id)).content
        for caller in ("widget", "read", "staff", "full", "test")
    }
    assert len(bodies) == 1


@pytest.mark.parametrize("path", PATHS)
def test_needs_a_key(salon: Tenant, path: str) -> None:
    needs_key(salon, "GET", path.format(salon.id))


@pytest.mark.parametrize("path", PATHS)
def test_needs_the_scope(salon: Tenant, path: str) -> None:
    caller = salon.caller("full", name="no scopes")
    salon.business.apikeys.filter(name="no scopes").update(scopes=["bookings:create"])
    with nothing_changes():
        refused(caller.get(path.format(salon.id)), 403)


@pytest.mark.parametrize("path", PATHS)
def test_another_tenant_is_not_found(salon: Tenant, rival: Tenant, path: str) -> None:
    hides_others(salon.full, "GET", path, rival.id)
