"""The native reference, example by example: requests word for word, answers compared with the documented ones.

The examples are files under `tests/contracts/v1/`. Those of deposits are in the files of their endpoints.
"""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from availengine.sandbox import Sandbox
from tests.api.calls import Caller, Tenant, ok, put_in_status, refused
from tests.api.paying import paid, takes
from tests.api.shapes import same_shape

CONTRACTS = Path(__file__).parents[2] / "contracts" / "v1"


def example(name: str) -> str:
    """A documented body, word for word."""
    return (CONTRACTS / f"{name}.json").read_text()


@pytest.fixture(scope="module")
def _documented(stored: Any) -> Tenant:
    tenant: Tenant = stored(
        "documented-salon",
        business={"timezone": "Europe/Athens", "currency": "EUR", "phone": "+302101234567"},
        resources=[
            {"key": "maria", "name": "Maria", "kind": "staff", "section": "Main Floor", "capacity_max": 2},
        ],
        services=[{"key": "visit", "name": "Visit", "duration_minutes": 60, "resources": ["maria"], "default": True}],
    )
    return tenant


@pytest.fixture
def documented(db: None, _documented: Tenant) -> Tenant:
    """A business to which the examples apply: Maria on the Main Floor, visits of an hour."""
    return _documented


@pytest.mark.parametrize("path", ["/v1/bookings/", "/v1/bookings"])
def test_public_booking(documented: Tenant, path: str) -> None:
    body = example("public_booking.request").replace('"business_id": "uuid"', f'"business_id": "{documented.id}"')
    told = ok(documented.full.send("POST", path, body.encode()), 201)
    shown = json.loads(example("public_booking.response"))
    same_shape(shown, told)
    fixed = ("status", "booking_date", "start_time", "end_time", "capacity")
    assert {name: told["booking"][name] for name in fixed} == {name: shown["booking"][name] for name in fixed}
    assert told["booking"]["resource_id"] == documented.resource("maria")


def test_booking_by_direct_access(documented: Tenant) -> None:
    """seed 000: curl, fetch with an Idempotency-Key, httpx with another."""
    body = example("direct_booking.request").replace('"business_id": "..."', f'"business_id": "{documented.id}"')
    told = ok(documented.full.send("POST", "/v1/bookings/", body.encode()), 201)
    assert told["booking"]["booking_date"] == "2026-06-15"
    assert told["booking"]["start_time"] == "10:00:00"
    later = body.replace("10:00", "11:00").encode()
    headers = {"Idempotency-Key": str(uuid4())}
    first = documented.full.send("POST", "/v1/bookings/", later, headers=headers)
    assert ok(first, 201)["booking"]["start_time"] == "11:00:00"
    assert documented.full.send("POST", "/v1/bookings/", later, headers=headers).content == first.content


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("query", ["date=2026-06-15", "date=2026-06-15&capacity=2"])
def test_availability(documented: Tenant, query: str, slash: str) -> None:
    told = ok(documented.full.send("GET", f"/v1/availability/{documented.id}{slash}", query=query))
    assert told["date"] == "2026-06-15"
    assert [slot["start_time"] for slot in told["slots"]] == [f"{hour:02}:00" for hour in range(9, 17)]


@pytest.mark.parametrize("path", ["/v1/manage/bookings/staff", "/v1/manage/bookings/staff/"])
def test_staff_booking(documented: Tenant, path: str) -> None:
    told = ok(documented.full.send("POST", path, example("staff_booking.request").encode()), 201)
    same_shape(json.loads(example("public_booking.response")), told)
    item = documented.item(told["booking"]["id"])
    assert item["status"] == "confirmed"
    assert item["source"] == "staff"
    assert item["capacity"] == 2
    assert item["booking_date"] == "2026-05-15"
    assert item["start_time"] == "14:00"
    assert item["staff_notes"] == "Walk-in, prefers Maria"
    assert item["customer_notes"] is None
    refused(documented.full.send("POST", path, example("staff_booking.request").encode()), 409)


@pytest.mark.parametrize("path", ["/v1/manage/bookings", "/v1/manage/bookings/"])
def test_listing_bookings(documented: Tenant, stripe: Sandbox, clock: Any, path: str) -> None:
    """With a deposit that is held: so the booking is made the day before, as the example says."""
    clock.move_to("2026-05-14T10:30:00Z")
    takes(documented, "authorization_hold")
    paid(documented, stripe, booking_date="2026-05-15", start_time="14:00", capacity=2)
    told = ok(documented.full.get(path))
    shown = json.loads(example("list_bookings.response"))
    same_shape(shown, told)
    item, sample = told["items"][0], shown["items"][0]
    for generated in ("id", "confirmation_code", "created_at"):
        del item[generated], sample[generated]
    del item["customer"]["id"], sample["customer"]["id"]
    sample["resource"]["capacity_max"] = 2  # the example seats two in a chair for one
    assert told == shown


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_notes(documented: Tenant, slash: str) -> None:
    path = f"/v1/manage/bookings/{documented.book()['id']}/notes{slash}"
    told = ok(documented.full.send("PATCH", path, example("staff_notes.request").encode()))
    assert told["staff_notes"] == "Allergic to latex — use nitrile gloves"


@pytest.mark.parametrize("slash", ["", "/"])
def test_available_resources(documented: Tenant, slash: str) -> None:
    path = f"/v1/manage/bookings/{documented.book()['id']}/available-resources{slash}"
    assert ok(documented.full.get(path)) == {"items": [], "next_cursor": None, "has_more": False}


TRANSITIONS = """
pending    → confirmed, cancelled
confirmed  → checked_in, cancelled, no_show
checked_in → completed, no_show
completed  → (terminal)
cancelled  → (terminal)
no_show    → (terminal)
"""


def test_status_transitions(documented: Tenant) -> None:
    """The table of the reference, read from its text; the refusals are in test_bookings_update.py."""
    table = dict(line.split("→") for line in TRANSITIONS.strip().splitlines())
    booking = documented.book()
    for status, targets in table.items():
        for target in re.findall(r"[a-z_]+", targets.replace("(terminal)", "")):
            put_in_status(booking["id"], status.strip())
            told = ok(documented.full.patch(f"/v1/manage/bookings/{booking['id']}", {"status": target}))
            assert told["status"] == target


@pytest.mark.parametrize("action", ["no-show", "release-hold"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_deposit_must_exist_with_status_held(documented: Tenant, action: str, slash: str) -> None:
    path = f"/v1/manage/bookings/{documented.book()['id']}/{action}{slash}"
    refused(documented.full.send("POST", path), 409)


def test_a_confirmation_code_is_found_in_any_case(documented: Tenant) -> None:
    code = documented.book()["confirmation_code"]
    for part in (code, code.lower(), code[3:], code[4:7].lower()):
        assert [i["confirmation_code"] for i in ok(documented.full.get("/v1/manage/bookings", code=part))["items"]] == [
            code
        ]


def test_error_codes(documented: Tenant) -> None:
    """seed 000, "Error Handling"; 402 and 429 are in test_access_matrix.py and test_throttling.py."""
    path = "/v1/bookings/"
    documented.book()
    refused(Caller().post(path, documented.public()), 401)
    refused(documented.read.post(path, documented.public()), 403)
    refused(documented.full.get(f"/v1/manage/bookings/{uuid4()}"), 404)
    refused(documented.full.post(path, documented.public()), 409)
