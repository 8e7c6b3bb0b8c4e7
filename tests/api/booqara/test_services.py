"""GET /booking/services"""

from typing import Any

import pytest

from businesses.models import Service, ServiceCategory
from tests.api.booqara.speech import needs_key
from tests.api.calls import Tenant, ok
from tests.api.paying import configure

PATH = "/booking/services"


def offered(tenant: Tenant) -> dict[str, dict[str, Any]]:
    """The services by name."""
    groups = ok(tenant.full.get(PATH))["categories"]
    return {service["name"]: service for group in groups for service in group["services"]}


def change(tenant: Tenant, key: str, **values: Any) -> None:
    Service.objects.filter(uuid=tenant.service(key)).update(**values)


@pytest.mark.parametrize("slash", ["", "/"])
def test_services_by_category(parlour: Tenant, slash: str) -> None:
    told = ok(parlour.full.get(PATH + slash))["categories"]
    assert [(group["categoryName"], [s["name"] for s in group["services"]]) for group in told] == [
        ("Hair", ["Cut", "Color"]),
        ("Body", ["For two"]),
        ("Other", ["Spa"]),
    ]
    hair = ServiceCategory.objects.get(business=parlour.business, name="Hair")
    assert [told[0]["categoryId"], told[2]["categoryId"]] == [str(hair.uuid), None]
    assert told[0]["services"][0] == {
        "id": parlour.service("cut"),
        "name": "Cut",
        "description": "",
        "photoUrl": None,
        "durationMinutes": 60,
        "price": 35,
    }


def test_a_service_without_a_price_has_none(parlour: Tenant) -> None:
    assert list(offered(parlour)["Color"]) == ["id", "name", "description", "photoUrl", "durationMinutes"]


def test_categories_come_in_their_order(parlour: Tenant) -> None:
    ServiceCategory.objects.filter(business=parlour.business, name="Hair").update(position=9)
    groups = ok(parlour.full.get(PATH))["categories"]
    assert [group["categoryName"] for group in groups] == ["Body", "Hair", "Other"]


@pytest.mark.parametrize(
    ("currency", "amount", "price"),
    [
        ("USD", 3500, "35"),
        ("USD", 3550, "35.5"),
        ("USD", 3505, "35.05"),
        ("USD", 0, "0"),
        ("USD", 2_000_000_001, "20000000.01"),
        ("JPY", 3500, "3500"),
        ("KWD", 3500, "3.5"),
        ("KWD", 35_001, "35.001"),
        ("KWD", 35_000, "35"),
    ],
)
def test_prices_are_numbers_in_major_units(salon: Tenant, currency: str, amount: int, price: str) -> None:
    configure(salon, currency=currency)
    change(salon, "cut", price_cents=amount)
    assert f'"price":{price}}}'.encode() in salon.full.get(PATH).content


@pytest.mark.parametrize(
    ("flags", "left_out"),
    [
        ({"show_service_prices": False}, {"price"}),
        ({"show_service_duration": False}, {"durationMinutes"}),
        ({"show_service_prices": False, "show_service_duration": False}, {"price", "durationMinutes"}),
    ],
)
def test_what_the_business_hides_is_left_out(salon: Tenant, flags: dict[str, bool], left_out: set[str]) -> None:
    every = set(offered(salon)["Cut"])
    configure(salon, **flags)
    assert set(offered(salon)["Cut"]) == every - left_out


def test_a_service_may_hide_its_own(parlour: Tenant) -> None:
    change(parlour, "cut", show_price=False, show_duration=False)
    told = offered(parlour)
    assert list(told["Cut"]) == ["id", "name", "description", "photoUrl"]
    assert (told["Spa"]["price"], told["Spa"]["durationMinutes"]) == (80, 120)


def test_nothing_on_offer(salon: Tenant) -> None:
    change(salon, "cut", active=False)
    assert ok(salon.full.get(PATH)) == {"categories": []}


def test_texts_and_pictures(salon: Tenant) -> None:
    change(salon, "cut", description="Wash and cut", photo_url="https://cdn.example.com/cut.jpg")
    told = offered(salon)["Cut"]
    assert (told["description"], told["photoUrl"]) == ("Wash and cut", "https://cdn.example.com/cut.jpg")


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
