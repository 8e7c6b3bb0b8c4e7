"""POST /api/v1/bookings"""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings.models import Booking
from tests.api.bookingflow.calls import BOOKINGS, PERSON, body, book, free, told
from tests.api.calls import (
    DAY,
    Tenant,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)
from tests.api.paying import asked, configure, deposit_of, letters, takes


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_desk_books_a_room(venue: Tenant, slash: str) -> None:
    made = ok(venue.full.post(BOOKINGS + slash, body(venue)), 201)
    assert is_uuid(made["id"])
    assert is_uuid(made["customer"]["id"])
    assert made["confirmationCode"].startswith("AV-")
    assert made == {
        "id": made["id"],
        "roomId": venue.resource("vault"),
        "roomName": "The Vault",
        "date": DAY,
        "time": "10:00",
        "endTime": "11:00",
        "guests": 4,
        "status": "confirmed",
        "confirmationCode": made["confirmationCode"],
        "customer": {"id": made["customer"]["id"], **PERSON},
        "price": 168.5,
        "currency": "EUR",
        "createdAt": made["createdAt"],
    }
    assert told(venue, made["id"]) == made
    stored = Booking.objects.get(uuid=made["id"])
    assert (stored.source, stored.staff_notes, stored.customer_notes) == ("staff", "Cake", "")


def test_the_buffer_is_blocked(venue: Tenant) -> None:
    book(venue)
    assert free(venue) == ["12:00", "13:00", "14:00", "15:00", "16:00"]


def test_the_desk_books_any_free_minute(venue: Tenant) -> None:
    assert book(venue, time="10:17")["endTime"] == "11:17"
    configure(venue, auto_confirm=False)
    assert book(venue, time="13:05")["status"] == "confirmed"


def test_the_public_books_offered_starts_only(venue: Tenant) -> None:
    with nothing_changes():
        error = refused(venue.widget.post(BOOKINGS, body(venue, time="10:17")), 409)
    assert error["details"]["reason"] == "off_grid"
    made = ok(venue.widget.post(BOOKINGS, body(venue)), 201)
    stored = Booking.objects.get(uuid=made["id"])
    assert (stored.source, stored.staff_notes, stored.customer_notes) == ("online", "", "Cake")


def test_a_hidden_price_is_hidden_from_the_public_only(venue: Tenant) -> None:
    configure(venue, show_service_prices=False)
    made = ok(venue.widget.post(BOOKINGS, body(venue)), 201)
    assert made["price"] is None
    assert told(venue, made["id"]) == {**made, "price": 168.5}
    assert book(venue, time="14:00")["price"] == 168.5


def test_public_bookings_wait_where_they_are_confirmed_by_hand(venue: Tenant) -> None:
    configure(venue, auto_confirm=False)
    assert ok(venue.widget.post(BOOKINGS, body(venue)), 201)["status"] == "pending"


def test_a_stored_customer_is_neither_told_nor_changed(venue: Tenant) -> None:
    first = book(venue)
    again = {**PERSON, "firstName": "Joan", "lastName": "Roe", "email": "joan@example.com"}
    made = ok(venue.widget.post(BOOKINGS, body(venue, time="14:00", customer=again)), 201)
    assert made["customer"] == {"id": first["customer"]["id"], **again}
    stored = ok(venue.full.get(f"/api/v1/customers/{first['customer']['id']}"))
    assert (stored["firstName"], stored["lastName"], stored["email"]) == ("Jane", "Doe", "jane@example.com")


def test_defaults(venue: Tenant) -> None:
    sent = body(venue, roomId=venue.resource("north"), guests=None, notes=None)
    sent["customer"] = {"firstName": "Jane", "phone": "+302101234567"}
    made = ok(venue.full.post(BOOKINGS, sent), 201)
    assert made["guests"] == 1
    assert made["customer"] == {**sent["customer"], "id": made["customer"]["id"], "lastName": "", "email": None}


@pytest.mark.parametrize(("room", "price", "end"), [("north", 40.0, "12:00"), ("south", 60.0, "12:00")])
def test_rooms_that_share_a_service(venue: Tenant, room: str, price: float, end: str) -> None:
    made = book(venue, roomId=venue.resource(room))
    assert (made["roomName"], made["price"], made["endTime"]) == (f"Studio {room.capitalize()}", price, end)


def test_staff_is_booked_like_a_room(venue: Tenant) -> None:
    made = book(venue, roomId=venue.resource("guide"), guests=1)
    assert (made["roomName"], made["price"]) == ("Guide", 10.0)


def test_a_room_that_is_not_sold_by_itself(venue: Tenant) -> None:
    with nothing_changes():
        refused(venue.full.post(BOOKINGS, body(venue, roomId=venue.resource("cabin"), guests=1)), 409)


def test_a_taken_start_names_the_nearest(venue: Tenant) -> None:
    book(venue)
    with nothing_changes():
        error = refused(venue.full.post(BOOKINGS, body(venue)), 409)
    assert error["details"]["reason"] == "busy"
    assert error["details"]["nearest"][0] == {"date": DAY, "time": "12:00", "startsAt": f"{DAY}T09:00:00Z"}


@pytest.mark.parametrize(("guests", "status"), [(6, 201), (7, 409), (1, 409)])
def test_guests_must_fit(venue: Tenant, guests: int, status: int) -> None:
    assert venue.widget.post(BOOKINGS, body(venue, guests=guests)).status_code == status


def test_bad_input_is_named(venue: Tenant) -> None:
    with nothing_changes():
        refused_fields(venue.full.post(BOOKINGS, {}), "roomId", "date", "time", "customer")
        error = refused(venue.full.post(BOOKINGS, body(venue, customer={"email": "x"})), 400)
        assert sorted(error["details"]["customer"]) == ["email", "firstName", "phone"]
        refused_fields(venue.full.post(BOOKINGS, body(venue, guests="4")), "guests")


def test_a_time_that_the_clocks_skip(venue: Tenant) -> None:
    """Named as this dialect does."""
    with nothing_changes():
        refused_fields(venue.full.post(BOOKINGS, body(venue, date="2027-03-28", time="03:30")), "time")


def test_replay(venue: Tenant) -> None:
    first = venue.full.post(BOOKINGS, body(venue), Idempotency_Key="k")
    with nothing_changes():
        again = venue.full.post(BOOKINGS, body(venue), Idempotency_Key="k")
        refused(venue.full.post(BOOKINGS, body(venue, guests=5), Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, first.content)


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant) -> None:
    needs_key(venue, "POST", BOOKINGS, body(venue))
    needs_scope(venue, "read_only", method="POST", path=BOOKINGS, body=body(venue))
    hides_others(neighbour.full, "POST", BOOKINGS, venue.resource("vault"), body(venue, roomId="{}"))


def test_test_keys_book_beside_live_ones(venue: Tenant) -> None:
    book(venue)
    made = ok(venue.test.post(BOOKINGS, body(venue)), 201)
    refused(venue.full.get(f"{BOOKINGS}/{made['id']}"), 404)
    refused(venue.test.post(BOOKINGS, body(venue)), 409)


def test_where_a_deposit_is_due_the_public_gets_a_link(venue: Tenant, stripe: Sandbox) -> None:
    takes(venue, amount_cents=2000)
    first = venue.widget.post(BOOKINGS, body(venue), Idempotency_Key="k")
    made = ok(first, 201)
    assert made["status"] == "pending"
    assert made["customer"]["email"] == "jane@example.com"
    deposit = deposit_of(made["id"])
    assert (deposit.status, deposit.amount_cents, deposit.channel) == ("pending", 2000, "link")
    assert deposit.checkout_url
    assert ("payment_link", "jane@example.com") in letters()
    with nothing_changes():
        assert venue.widget.post(BOOKINGS, body(venue), Idempotency_Key="k").content == first.content
    assert len(asked(stripe, "/checkout/sessions")) == 1


def test_a_deposit_needs_an_address(venue: Tenant, stripe: Sandbox) -> None:
    takes(venue)
    with nothing_changes():
        error = refused(venue.widget.post(BOOKINGS, body(venue, customer={**PERSON, "email": None})), 400)
    assert error["details"] == {"customer": {"email": ["Required: a deposit is due."]}}


def test_the_desk_takes_no_deposit(venue: Tenant, stripe: Sandbox) -> None:
    takes(venue)
    assert book(venue)["status"] == "confirmed"
    assert stripe.requests == []


def test_visitors_with_browser_keys_are_counted(venue: Tenant, settings: Any) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 1
    address = {"REMOTE_ADDR": "192.0.2.77"}
    assert venue.widget.send("POST", BOOKINGS, body(venue), **address).status_code == 201
    response = venue.widget.send("POST", BOOKINGS, body(venue, time="14:00"), **address)
    refused(response, 429)
    assert 0 < int(response.headers["Retry-After"]) <= 60
    assert venue.full.send("POST", BOOKINGS, body(venue, time="14:00"), **address).status_code == 201
