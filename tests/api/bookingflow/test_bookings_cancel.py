"""DELETE /api/v1/bookings/{id}"""

from typing import Any

import pytest

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.sandbox import Sandbox
from tests.api.bookingflow.calls import BOOKINGS, book, free, told
from tests.api.calls import Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, put_in_status, refused
from tests.api.paying import NEAR, configure, deposit_of, forget_the_past, paid, takes, unpaid
from tests.api.paying import told as events
from tests.money import books_agree

NOTHING = {"amount": 0.0, "currency": "EUR", "pending": False}


@pytest.fixture
def booking(venue: Tenant) -> dict[str, Any]:
    made = book(venue)
    forget_the_past()
    return made


@pytest.mark.parametrize("slash", ["", "/"])
def test_cancels_and_frees_the_time(venue: Tenant, booking: dict[str, Any], slash: str) -> None:
    answer = ok(venue.staff.delete(f"{BOOKINGS}/{booking['id']}{slash}"))
    assert answer == {**booking, "status": "cancelled", "refund": NOTHING}
    assert told(venue, booking["id"]) == {**booking, "status": "cancelled"}
    assert "10:00" in free(venue)
    assert events("booking") == ["booking.canceled", "booking.updated"]


def test_again_is_the_same(venue: Tenant, booking: dict[str, Any]) -> None:
    first = venue.full.delete(f"{BOOKINGS}/{booking['id']}")
    with nothing_changes():
        again = venue.full.delete(f"{BOOKINGS}/{booking['id']}")
    assert (again.status_code, again.content) == (200, first.content)


@pytest.mark.parametrize("status", ["checked_in", "completed", "no_show"])
def test_what_has_taken_place_stays(venue: Tenant, booking: dict[str, Any], status: str) -> None:
    put_in_status(booking["id"], status)
    with nothing_changes():
        refused(venue.full.delete(f"{BOOKINGS}/{booking['id']}"), 409)


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant, booking: dict[str, Any]) -> None:
    path = f"{BOOKINGS}/{booking['id']}"
    needs_key(venue, "DELETE", path)
    needs_scope(venue, "widget", "read_only", method="DELETE", path=path)
    hides_others(neighbour.full, "DELETE", f"{BOOKINGS}/{{}}", booking["id"])


@pytest.mark.parametrize(("hours", "refunded"), [(24, 20.0), (24 * 20, 0.0)])
def test_refunds_by_policy(studio: Tenant, stripe: Sandbox, hours: int, refunded: float) -> None:
    takes(studio)
    configure(studio, cancel_notice_hours=hours)
    path = f"{BOOKINGS}/{paid(studio, stripe)}"
    speaking = studio.speaking(BOOKINGFLOW)
    answer = ok(speaking.full.delete(path))
    assert answer["status"] == "cancelled"
    assert answer["refund"] == {"amount": refunded, "currency": "EUR", "pending": False}
    assert ok(speaking.full.delete(path)) == answer
    books_agree(stripe)


def test_a_silent_stripe_leaves_the_refund_pending(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    path = f"{BOOKINGS}/{paid(studio, stripe)}"
    speaking = studio.speaking(BOOKINGFLOW)
    stripe.fail("POST", "/v1/refunds", kind="reset")
    assert ok(speaking.full.delete(path))["refund"] == {"amount": 20.0, "currency": "EUR", "pending": True}


def test_a_hold_is_released(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    assert ok(studio.speaking(BOOKINGFLOW).full.delete(f"{BOOKINGS}/{booking}"))["refund"] == NOTHING
    assert deposit_of(booking).status == "released"


def test_an_unpaid_deposit_is_closed(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = unpaid(studio)["booking"]["id"]
    assert ok(studio.speaking(BOOKINGFLOW).full.delete(f"{BOOKINGS}/{booking}"))["refund"] == NOTHING
    assert deposit_of(booking).status == "canceled"
