"""The Booxi reference (seed 002): its request and its response word for word, but for the ids.

A business like the example's is provisioned; ids are put in the place of the example's, and back.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bookings.models import Booking
from tests.api.booxi.calls import BOOKING, SEARCH, Merchant, client, refused
from tests.api.calls import Tenant, ok

CONTRACTS = Path(__file__).parents[2] / "contracts" / "booxi"
MERCHANT, JIM, CONSULTATION, HEATHER = 34497, 74144, 173269, 198246


def example(name: str) -> str:
    """A documented body, word for word."""
    return (CONTRACTS / f"{name}.json").read_text()


def with_ids(text: str, ids: dict[int, int]) -> str:
    for documented, ours in ids.items():
        text = text.replace(str(documented), str(ours))
    return text


def with_documented(value: Any, ids: dict[int, int], kind: str = "") -> Any:
    """An answer with the example's ids in the place of ours. `kind`: the nearest name that says what an id is of."""
    if isinstance(value, dict):
        return {name: with_documented(item, ids, kind if name == "id" else name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_documented(item, ids, kind) for item in value]
    return next((shown for shown in OF.get(kind, ()) if ids[shown] == value), value)


# What the numbers under these names are of; an `id` is of the list that it stands in.
OF = {
    "merchantId": (MERCHANT,),
    "staffIds": (JIM,),
    "staffs": (JIM,),
    "serviceId": (CONSULTATION, HEATHER),
    "services": (CONSULTATION, HEATHER),
}


@pytest.fixture(scope="module")
def _documented(stored: Any) -> Tenant:
    tenant: Tenant = stored(
        "booxi-example",
        business={
            "timezone": "America/Toronto",
            "currency": "CAD",
            "rules": {"slot_interval_minutes": 15, "lead_time_minutes": 10_080, "window_days": 1},
        },
        resources=[{"key": "jim", "name": "Jim Smith", "kind": "staff", "job_title": "Owner"}],
        services=[
            {
                "key": "consultation",
                "name": "Consultation",
                "duration_minutes": 30,
                "price": "0.00",
                "resources": ["jim"],
            },
            {
                "key": "heather",
                "name": "Heather Myers",
                "duration_minutes": 60,
                "price": "0.00",
                "resources": ["jim"],
                "policy": "Any modification or cancellation must be done at least 1 min before the appointment time.",
            },
        ],
    )
    return tenant


@pytest.fixture
def ids(db: None, _documented: Tenant, clock: Any) -> dict[int, int]:
    """The example's ids and ours. It is the day before; lead time and window do not count."""
    clock.move_to("2026-03-18T12:00:00Z")
    shop = Merchant(_documented)
    return {
        MERCHANT: shop.id,
        JIM: shop.staff("jim"),
        CONSULTATION: shop.service("consultation"),
        HEATHER: shop.service("heather"),
    }


@pytest.fixture
def shop(ids: dict[int, int], _documented: Tenant) -> Merchant:
    return Merchant(_documented)


@pytest.mark.parametrize("path", [SEARCH, f"{SEARCH}/"])
def test_the_example(shop: Merchant, ids: dict[int, int], path: str) -> None:
    """Field by field in the documented order, type by type, value by value."""
    response = shop.full.send(
        "POST", path, with_ids(example("search.request"), ids).encode(), headers={"accept": "application/json"}
    )
    told = with_documented(ok(response), ids)
    assert json.dumps(told) == json.dumps(json.loads(example("search.response")))


def test_the_example_has_eight_slots(shop: Merchant, ids: dict[int, int]) -> None:
    told = ok(shop.full.send("POST", SEARCH, with_ids(example("search.request"), ids).encode()))
    assert [slot["startsOn"][11:16] for slot in told["availability"]["bookingTimeSlots"]] == [
        f"{hour}:{minute:02}" for hour in (14, 15) for minute in (0, 15, 30, 45)
    ]


def test_the_next_page_by_the_cursor_alone(shop: Merchant, ids: dict[int, int]) -> None:
    """The example's cursor is of somebody else's; one of ours in its place leads on."""
    refused(shop.full.send("POST", SEARCH, example("next_page.request").encode()), 400)
    body = json.loads(with_ids(example("search.request"), ids))
    body["range"]["endsOn"] = "2026-03-26T09:00:00-05:00"
    first = ok(shop.full.post(SEARCH, body))
    assert first["cursor"].startswith("csa_")
    documented = json.loads(example("next_page.request"))["cursor"]
    second = ok(
        shop.full.send("POST", SEARCH, example("next_page.request").replace(documented, first["cursor"]).encode())
    )
    last, following = first["availability"]["bookingTimeSlots"][-1], second["availability"]["bookingTimeSlots"][0]
    assert last["startsOn"] < following["startsOn"]
    assert second["services"] == first["services"]


@pytest.mark.parametrize("path", [BOOKING, f"{BOOKING}/"])
def test_the_response_is_used_to_create_a_booking(shop: Merchant, ids: dict[int, int], path: str) -> None:
    found = ok(shop.full.send("POST", SEARCH, with_ids(example("search.request"), ids).encode()))
    slot = found["availability"]["bookingTimeSlots"][3]
    told = ok(shop.full.post(path, {"merchantId": shop.id, **slot, "client": client()}))
    stored = Booking.objects.get(business=shop.business)
    assert told == {
        "id": stored.id,
        "merchantId": shop.id,
        "status": "Confirmed",
        "confirmationCode": stored.code,
        "startsOn": "2026-03-19T14:45:00Z",
        "endsOn": "2026-03-19T16:15:00Z",
        "staffIds": slot["staffIds"],
        "items": slot["items"],
        "client": {"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com", "phone": "+301234567890"},
        "notes": "",
        "price": {"visibility": "Show", "amount": "0.00", "currency": "CAD"},
        "deposit": None,
    }
