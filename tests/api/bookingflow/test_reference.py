"""The reference (seed 004), word for word, and the whole flow that a client written from it goes through.

`booking.json` is DESIGN 8.21, where the reference leaves the shape open.
"""

import json
import re
from pathlib import Path
from typing import Any

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.sandbox import Sandbox
from businesses.keys import forget_principals
from businesses.models import ApiKey
from tests.api.bookingflow.calls import body, book, put
from tests.api.calls import DAY, Caller, Tenant, ok, refused
from tests.api.paying import forget_the_past, pay, takes, told, unpaid
from tests.api.shapes import same_shape
from webhooks.types import TYPES

CONTRACTS = Path(__file__).parents[2] / "contracts" / "bookingflow"
BOOKING = json.loads((CONTRACTS / "booking.json").read_text())


def endpoints() -> list[tuple[str, str]]:
    """(method, path) as the reference lists them."""
    found = re.findall(r"^([A-Z]+)\n(/\S+)$", (CONTRACTS / "endpoints.txt").read_text(), re.MULTILINE)
    return [(method, path) for method, path in found]


def test_the_example_request(venue: Tenant) -> None:
    line = (CONTRACTS / "catalog.curl").read_text()
    path, query = re.search(r"https://bookingflowai\.com(\S+)\?(\S+)", line).groups()  # type: ignore[union-attr]
    (header,) = re.findall(r'-H "Content-Type: (.+)"', line)
    query = query.replace("YOUR_ORG_ID", venue.id)
    assert ok(Caller().send("GET", path, query=query, content_type=header))["orgId"] == venue.id


def test_every_endpoint_of_the_list_answers(venue: Tenant) -> None:
    assert len(endpoints()) == 13
    booking = book(venue)
    ids = {"bookings": booking["id"], "rooms": venue.resource("attic"), "customers": booking["customer"]["id"]}
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("POST", "/v1/bookings"): body(venue, time="14:00"),
        ("PUT", "/v1/bookings/:id"): {"time": "15:30", "guests": 3},
        ("POST", "/v1/rooms"): {"name": "New"},
        ("PUT", "/v1/rooms/:id"): {"price": 80},
        ("POST", "/v1/schedules/block"): {"from": "2026-06-01", "to": "2026-06-02"},
    }
    for method, path in endpoints():
        address = f"/api{path}".replace(":id", ids.get(path.split("/")[2], ""))
        response = venue.full.send(method, address, bodies.get((method, path)))
        ok(response, 201 if method == "POST" else 200)


def test_a_booking_in_every_place(venue: Tenant) -> None:
    """Created, listed, read, changed, in a customer's history, cancelled: always the same shape."""
    made = book(venue)
    path = f"/api/v1/bookings/{made['id']}"
    cancelled = ok(venue.full.delete(path))
    cancelled.pop("refund")
    seen = [
        made,
        ok(venue.full.get("/api/v1/bookings"))["data"][0],
        ok(venue.full.get(path)),
        ok(put(venue.full, path, {})),
        ok(venue.full.get(f"/api/v1/customers/{made['customer']['id']}"))["bookings"][0],
        cancelled,
    ]
    for booking in seen:
        same_shape(BOOKING, booking)


def test_the_whole_flow(venue: Tenant) -> None:
    """Create a room, block a day, book, reschedule, cancel."""
    till, base = venue.full, "/api/v1"
    room = ok(till.post(f"{base}/rooms", {"name": "Clock Tower", "price": 99, "durationMinutes": 60}), 201)
    block = {"roomId": room["id"], "from": DAY, "to": DAY, "reason": "Maintenance"}
    assert ok(till.post(f"{base}/schedules/block", block), 201)["bookings"] == 0
    days = ok(till.get(f"{base}/schedules", **{"from": DAY, "to": "2026-05-16"}, room=room["id"]))["days"]
    assert days[0]["slots"] == []
    slot = days[1]["slots"][0]
    wanted = {"roomId": slot["roomId"], "date": days[1]["date"], "time": slot["time"], "guests": 2}
    refused(till.post(f"{base}/bookings", {**body(venue), **wanted, "date": DAY}), 409)
    booking = ok(till.post(f"{base}/bookings", {**body(venue), **wanted}), 201)
    path = f"{base}/bookings/{booking['id']}"
    moved = ok(put(till, path, {"time": "15:00", "guests": 3}))
    assert moved == {**booking, "time": "15:00", "endTime": "16:00", "guests": 3}
    cancelled = ok(till.delete(path))
    assert cancelled == {**moved, "status": "cancelled", "refund": {"amount": 0.0, "currency": "EUR", "pending": False}}


def test_keys_are_replaced_without_downtime(venue: Tenant) -> None:
    """Old keys continue working until revoked."""
    old = venue.caller("full", name="till").speaking(BOOKINGFLOW)
    key = ApiKey.objects.get(name="till", business=venue.business)
    new = Caller(ok(old.post(f"/v1/manage/api-keys/{key.uuid}/rotate", {}), 201)["secret"], BOOKINGFLOW)
    for caller in (old, new):
        ok(caller.get("/api/v1/bookings"))
    assert new.delete(f"/v1/manage/api-keys/{key.uuid}").status_code == 204
    forget_principals()
    refused(old.get("/api/v1/bookings"), 401)
    ok(new.get("/api/v1/bookings"))


def test_events(venue: Tenant, studio: Tenant, stripe: Sandbox) -> None:
    """The four that the reference names; how they are delivered is the webhooks' matter."""
    assert set(TYPES) >= {"booking.created", "booking.updated", "booking.canceled", "payment.succeeded"}
    takes(studio)
    forget_the_past()
    made = unpaid(studio)
    pay(stripe, made)
    path = f"/api/v1/bookings/{made['booking']['id']}"
    spoken = studio.speaking(BOOKINGFLOW)
    ok(put(spoken.full, path, {"time": "15:00"}))
    ok(spoken.full.delete(path))
    wanted = ["booking.created", "payment.succeeded", "booking.updated", "booking.canceled"]
    seen = told("booking", "payment")
    assert [type_ for type_ in dict.fromkeys(seen) if type_ in wanted] == wanted
