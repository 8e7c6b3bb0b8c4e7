"""The customer's page of a booking: what is stored is handed out, and erased, of this booking alone."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from availengine.models import IdempotencyRecord
from bookings.models import Booking, Customer, ManageLink, Message
from tests.api.calls import Tenant, nothing_changes
from tests.dashboard.reading import hidden, text
from tests.messages.post import collect, link_in
from webhooks.models import Event


@pytest.fixture
def page(studio: Tenant) -> str:
    studio.book(customer_notes="By the window")
    (message,) = collect()
    return link_in(message)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def erase(browser: Client, page: str) -> HttpResponse:
    return browser.post(f"{page}/erase", {"form": hidden(browser.get(f"{page}/erase"), "form")})


def is_over(clock: Any) -> None:
    clock.move_to(Booking.objects.latest("ends_at").ends_at + timedelta(minutes=1))


def test_export(studio: Tenant, page: str, browser: Client) -> None:
    studio.book(start_time="12:00")  # the same phone number: nobody has shown that it is theirs
    Booking.objects.filter(customer_notes="By the window").update(staff_notes="difficult")
    with nothing_changes():
        answer = browser.post(f"{page}/export")
    booking = Booking.objects.get(customer_notes="By the window")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="booking-{booking.code}.json"'
    told = json.loads(answer.content)
    assert told["business"] == "Studio"
    assert (told["booking"]["confirmation_code"], told["booking"]["guest_first_name"]) == (booking.code, "Jane")
    assert told["booking"]["services"] == ["Cut"]
    assert [row["kind"] for row in told["messages"]] == ["confirmation"]
    assert page.removeprefix("/b/") not in answer.content.decode()
    assert "difficult" not in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_only_a_sent_form_exports(page: str, browser: Client, method: str) -> None:
    assert getattr(browser, method)(f"{page}/export").status_code == 405


def test_what_is_to_come_is_not_erased(page: str, browser: Client, clock: Any) -> None:
    with nothing_changes():
        asked = browser.get(f"{page}/erase")
        refused = browser.post(f"{page}/erase", {"form": "x"})
    assert "There are bookings to come. Cancel them first, or wait until they are over." in text(asked)
    assert refused.status_code == 403
    is_over(clock)
    form = hidden(browser.get(f"{page}/erase"), "form")
    clock.shift(timedelta(hours=-2))
    with nothing_changes():
        assert browser.post(f"{page}/erase", {"form": form}).status_code == 409


def test_erasing(page: str, browser: Client, clock: Any) -> None:
    is_over(clock)
    with nothing_changes():
        assert "Erase your data?" in text(browser.get(f"{page}/erase"))
    answer = erase(browser, page)
    assert answer.status_code == 200
    assert "Your data are erased" in text(answer)
    booking = Booking.objects.get()
    assert (booking.guest_first_name, booking.guest_email, booking.guest_phone) == ("Erased", "", "")
    assert (booking.customer_notes, booking.price_cents, booking.status) == ("", 3500, "confirmed")
    assert (ManageLink.objects.count(), list(Message.objects.values_list("text", "recipient"))) == (0, [("", "")])
    customer = Customer.objects.get()
    assert (customer.first_name, customer.phone, customer.deleted_at is not None) == ("Erased", "", True)
    assert all("jane" not in json.dumps(event.data).lower() for event in Event.objects.all())
    assert all(b"jane" not in bytes(row.body).lower() for row in IdempotencyRecord.objects.all())
    assert browser.get(page).status_code == 404


def test_a_customer_of_other_visits_stays(studio: Tenant, page: str, browser: Client, clock: Any) -> None:
    other = studio.book(booking_date="2026-05-14")
    is_over(clock)
    assert erase(browser, page).status_code == 200
    assert Customer.objects.get().first_name == "Jane"
    assert Booking.objects.get(uuid=other["id"]).guest_first_name == "Jane"
    assert Booking.objects.exclude(uuid=other["id"]).get().guest_first_name == "Erased"


def test_a_customer_who_was_known_before_stays(studio: Tenant, browser: Client, clock: Any) -> None:
    """Whoever books with somebody's number must not make the business forget them."""
    Customer.objects.create(
        business=studio.business, live=True, first_name="Jane", phone="+302105550100", phone_key="+302105550100"
    )
    clock.shift(timedelta(days=1))
    Customer.objects.update(created_at="2026-04-01T00:00Z")
    studio.book(phone="+302105550100")
    (message,) = collect()
    is_over(clock)
    assert erase(browser, link_in(message)).status_code == 200
    assert (Customer.objects.get().first_name, Booking.objects.get().guest_first_name) == ("Jane", "Erased")


@pytest.mark.parametrize("form", ["", "x", "W10:1vXyz:abc", "\x00"])
def test_without_our_form_nothing_is_erased(page: str, browser: Client, clock: Any, form: str) -> None:
    is_over(clock)
    with nothing_changes():
        assert browser.post(f"{page}/erase", {"form": form}).status_code == 403


def test_wrong_tokens(browser: Client, db: None) -> None:
    assert [browser.post(f"/b/nothing/{what}").status_code for what in ("export", "erase")] == [404, 404]
