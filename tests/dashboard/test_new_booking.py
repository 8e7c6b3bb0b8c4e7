"""A new booking: the form, the parts that htmx asks for, and that it books once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from availengine.clock import current_minute
from availengine.sandbox import Sandbox
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.models import Booking, Customer
from bookings.once import USED, book_once
from bookings.placing import Start
from bookings.services import NewBooking
from businesses.errors import Conflict
from businesses.models import Resource, ServiceResource
from tests import factories
from tests.api.calls import DAY, Tenant, nothing_changes
from tests.api.conftest import _rival, _salon, _sandbox, _studio, clock, rival, salon, stored, stripe, studio
from tests.api.paying import letters, pay, state, takes
from tests.dashboard.panel import at_desk, booking, form, path, text
from tests.money import books_agree
from tests.proofs.race import next_monday

__all__ = ["_rival", "_salon", "_sandbox", "_studio", "clock", "rival", "salon", "stored", "stripe", "studio"]

AT_TEN = 29647620 + 24 * 60 - 1440  # 10:00 in Chicago on DAY, as a minute


def checked(response: Any) -> list[str]:
    """The values of the starts that are selected."""
    page = response.content.decode()
    return [part.split('"')[0] for part in page.split('name="start" value="')[1:] if " checked>" in part.split("<")[0]]


def send(tenant: Tenant, role: str = "staff", **changes: Any) -> Any:
    return at_desk(tenant, role).post(path(tenant, "bookings", "new"), form(tenant, **changes))


# --- the form ------------------------------------------------------------------------------------------------------


def test_it_begins_with_today_and_the_default_service(salon: Tenant) -> None:
    page = at_desk(salon).get(path(salon, "bookings", "new"))
    shown = page.content.decode()
    assert page.status_code == 200
    assert 'name="date" type="date" required value="2026-05-01"' in shown
    assert f'<option value="{salon.service("cut")}" selected>' in shown
    assert 'name="party" type="number" min="1" max="50" required value="1"' in shown
    assert "Morning 09:00 Jim, Maria" in text(page) or "Morning 09:00 Maria, Jim" in text(page)


def test_a_click_into_the_calendar_fills_it(salon: Tenant) -> None:
    query = {"date": DAY, "time": "10:00", "resource": salon.resource("jim"), "service": salon.service("cut")}
    page = at_desk(salon).get(path(salon, "bookings", "new"), query)
    shown = page.content.decode()
    assert f'value="{DAY}"' in shown
    assert f'<option value="{salon.resource("jim")}" selected>' in shown
    (chosen,) = checked(page)
    assert text(page).count("10:00 Jim") == 1
    answer = send(salon, start=chosen, time="", resource=salon.resource("jim"))
    assert answer.status_code == 302
    assert salon.item(str(Booking.objects.get().uuid))["start_time"] == "10:00"


def test_a_time_off_the_grid_stays_as_another_time(salon: Tenant) -> None:
    page = at_desk(salon).get(path(salon, "bookings", "new"), {"date": DAY, "time": "10:20"})
    assert checked(page) == ["other"]
    assert 'name="time" value="10:20"' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"date": "9999-12-31"},
        {"date": "no"},
        {"date": DAY, "service": "no"},
        {"date": DAY, "resource": str(UUID(int=1))},
        {"date": DAY, "start": "9" * 30, "time": "x"},
        {"date": DAY, "party": "51"},
        {"date": DAY, "time": "\x00"},
    ],
)
def test_whatever_is_asked_the_form_comes(salon: Tenant, query: dict[str, str]) -> None:
    desk = at_desk(salon)
    for page in ("", "starts"):
        answer = desk.get(path(salon, "bookings", "new", *filter(None, [page])), query)
        assert answer.status_code == 200
        assert "start" in answer.content.decode()


def test_the_free_times_alone(salon: Tenant) -> None:
    salon.book(start_time="10:00", resource_id=salon.resource("jim"))
    query = {"date": DAY, "party": "1", "service": salon.service("cut")}
    answer = at_desk(salon).get(path(salon, "bookings", "new", "starts"), query)
    said = text(answer)
    assert said.startswith("Morning 09:00 ")
    assert "10:00 Maria 11:00" in said
    assert "Afternoon 12:00 " in said
    assert "<html" not in answer.content.decode()
    none = at_desk(salon).get(path(salon, "bookings", "new", "starts"), query | {"party": "9"})
    assert text(none).startswith("No resource takes a party of this size.")
    past = at_desk(salon).get(path(salon, "bookings", "new", "starts"), query | {"date": "2026-04-30"})
    assert text(past).startswith("Nothing is free on this day.")
    odd = at_desk(salon).get(path(salon, "bookings", "new", "starts"), query | {"party": ""})
    assert text(odd).startswith("Choose service, party and date.")


def test_outside_hours_only_when_asked(salon: Tenant) -> None:
    refused = send(salon, time="20:00")
    assert (refused.status_code, Booking.objects.count()) == (409, 0)
    assert "This time is outside the opening hours." in text(refused)
    query = {"date": DAY, "party": "1", "service": salon.service("cut"), "override": "1"}
    assert "Evening 17:00" in text(at_desk(salon).get(path(salon, "bookings", "new", "starts"), query))
    assert send(salon, time="20:00", override="1").status_code == 302


def test_a_fixed_number_of_queries(salon: Tenant) -> None:
    desk = at_desk(salon)
    salon.book(start_time="09:00")  # from now on the longest block is known
    desk.get(path(salon, "bookings", "new"))
    counts = []
    for hour in ("10:00", "11:00"):
        with CaptureQueriesContext(connection) as queries:
            desk.get(path(salon, "bookings", "new"), {"date": DAY})
        counts.append(len(queries))
        salon.book(start_time=hour)
    assert counts[0] == counts[1] <= 9


# --- booking --------------------------------------------------------------------------------------------------------


def test_booking(salon: Tenant) -> None:
    answer = send(salon, email="jane@example.com", customer_notes="Window", staff_notes="Regular")
    made = Booking.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, path(salon, "bookings", made.uuid))
    item = salon.item(str(made.uuid))
    assert (item["status"], item["source"], item["booking_date"], item["start_time"]) == (
        "confirmed",
        "staff",
        DAY,
        "10:00",
    )
    assert (made.guest_first_name, made.guest_last_name, made.guest_phone, made.guest_email) == (
        "Jane",
        "Doe",
        "+301234567890",
        "jane@example.com",
    )
    assert (made.customer_notes, made.staff_notes, made.live, made.deposit) == ("Window", "Regular", True, None)


def test_only_a_name_is_needed(salon: Tenant) -> None:
    assert send(salon, last_name=None, phone=None).status_code == 302
    assert Booking.objects.get().customer.phone_key == ""


def test_any_minute_that_is_free(salon: Tenant) -> None:
    assert send(salon, time="10:07").status_code == 302
    assert salon.item(str(Booking.objects.get().uuid))["start_time"] == "10:07"


def test_several_services_in_one_visit(salon: Tenant) -> None:
    services = [salon.service("cut"), "", salon.service("cut")]
    assert send(salon, service=services).status_code == 302
    made = Booking.objects.get()
    assert made.allocations.count() == 2
    assert made.ends_at - made.starts_at == 2 * (made.ends_at - made.starts_at) / 2
    assert (made.ends_at - made.starts_at).total_seconds() == 7200


def test_with_whom_it_shall_be(salon: Tenant) -> None:
    send(salon, resource=salon.resource("jim"))
    assert Booking.objects.get().allocations.get().resource.name == "Jim"


TYPED = {"first_name": "Jané <b>", "staff_notes": "Keep me", "amount": "12", "email": "jane@example.com"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"phone": "123"}, "phone"),
        ({"phone": "no number"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"party": "0"}, "party"),
        ({"party": "x"}, "party"),
        ({"date": "2026-02-30"}, "date"),
        ({"time": ""}, "start"),
        ({"time": "24:00"}, "time"),
        ({"start": str(AT_TEN), "date": "2026-05-16"}, "start"),
        ({"service": "no"}, "service"),
        ({"staff_notes": "x" * 1001}, ""),
        ({"first_name": "a\x00b"}, "first_name"),
        ({"token": "x"}, ""),
    ],
)
def test_what_is_wrong_is_marked_and_nothing_is_lost(salon: Tenant, change: dict[str, str], field: str) -> None:
    desk, body = at_desk(salon), form(salon, **{**TYPED, **change})
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new"), body)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert not field or f'id="{field}-errors"' in page
    for name in TYPED.keys() - change.keys() - {"amount"}:
        assert {"first_name": "Jané &lt;b&gt;"}.get(name, TYPED[name]) in page


def test_taken_time_offers_the_nearest_which_fill_the_form(salon: Tenant) -> None:
    for resource, phone in (("maria", "+301111111111"), ("jim", "+301111111112")):
        salon.book(start_time="10:00", resource_id=salon.resource(resource), phone=phone)
    desk, body = at_desk(salon), form(salon, **TYPED)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new"), body)
    assert answer.status_code == 409
    said = text(answer)
    assert "This time is no longer available. Free instead: 15 May 2026, 09:00 15 May 2026, 11:00" in said
    page = answer.content.decode()
    assert "Jané &lt;b&gt;" in page
    take = page.split('name="take" value="')[2].split('"')[0]
    with nothing_changes():
        filled = desk.post(path(salon, "bookings", "new"), {**body, "take": take})
    assert filled.status_code == 200
    assert checked(filled) == [take]
    assert "Keep me" in filled.content.decode()
    assert desk.post(path(salon, "bookings", "new"), {**body, "start": take}).status_code == 302
    assert (
        Booking.objects.filter(guest_first_name="Jané <b>").get().starts_at.isoformat() == "2026-05-15T16:00:00+00:00"
    )


def test_showing_does_not_book(salon: Tenant) -> None:
    desk, body = at_desk(salon), form(salon, **TYPED)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new"), {**body, "show": "1"})
    assert answer.status_code == 200
    assert "Please look at the marked fields." not in text(answer)
    assert f'value="{body["token"]}"' in answer.content.decode()


# --- once -----------------------------------------------------------------------------------------------------------


def test_sent_twice_it_is_booked_once(salon: Tenant) -> None:
    desk, body = at_desk(salon), form(salon)
    first = desk.post(path(salon, "bookings", "new"), body)
    with nothing_changes():
        again = desk.post(path(salon, "bookings", "new"), body)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert Booking.objects.get().uuid == UUID(body["token"])


def test_a_form_that_was_sent_books_nothing_else(salon: Tenant) -> None:
    desk, body = at_desk(salon), form(salon)
    desk.post(path(salon, "bookings", "new"), body)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new"), {**body, "first_name": "John"})
    assert answer.status_code == 409
    assert "This form was sent before. Please fill in a new one." in text(answer)
    assert f'value="{body["token"]}"' not in answer.content.decode()


def test_the_key_of_another_business_is_refused(salon: Tenant, rival: Tenant) -> None:
    body = form(salon, token=rival.book()["id"])
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new"), body)
    assert answer.status_code == 409
    assert "This form was sent before." in text(answer)


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_make_one_booking() -> None:
    """Six rounds of four threads each, on two free resources."""
    outcome = factories.business()
    day, clients = next_monday(date.today()), 4
    for hour in range(9, 15):
        new = _new(outcome, uuid4(), day, hour)
        together = Barrier(clients)

        def submit(new: NewBooking = new, together: Barrier = together) -> UUID:
            together.wait()
            try:
                return book_once(new, now=current_minute()).uuid
            finally:
                connections.close_all()

        with ThreadPoolExecutor(clients) as pool:
            made = [future.result() for future in [pool.submit(submit) for _ in range(clients)]]
        assert made == [new.key] * clients
    assert Booking.objects.count() == 6


def _new(outcome: Any, key: UUID, day: date, hour: int) -> NewBooking:
    return NewBooking(
        business_id=outcome.business.id,
        live=True,
        guest=Guest(first_name="Jane", last_name="Doe", phone="+301234567890"),
        start=Start(day, hour * 60),
        ask=Ask(staff=True),
        key=key,
    )


def test_the_time_went_to_the_first_of_two(salon: Tenant) -> None:
    """With one resource the second finds the time taken, by its own booking."""
    ServiceResource.objects.filter(resource=Resource.objects.get(uuid=salon.resource("jim"))).delete()
    desk, body = at_desk(salon), form(salon)
    first = desk.post(path(salon, "bookings", "new"), body)
    again = desk.post(path(salon, "bookings", "new"), body)
    assert again.headers["Location"] == first.headers["Location"]
    other = desk.post(path(salon, "bookings", "new"), form(salon, first_name="John"))
    assert other.status_code == 409
    with pytest.raises(Conflict, match=USED):
        book_once(_new(salon.outcome, UUID(body["token"]), date(2026, 5, 15), 12), now=current_minute())


# --- payment links --------------------------------------------------------------------------------------------------


def test_with_a_payment_link(studio: Tenant, stripe: Sandbox) -> None:
    answer = send(studio, "manager", email="jane@example.com", link="1", amount="12,50")
    assert answer.status_code == 302
    made = Booking.objects.get()
    assert state(studio, str(made.uuid)) == ("pending", "pending")
    assert made.deposit.amount_cents == 1250
    assert ("payment_link", "jane@example.com") in letters()
    page = at_desk(studio, "manager").get(answer.headers["Location"])
    assert "EUR 12.50 Not paid yet" in text(page)
    assert f'value="{made.deposit.checkout_url}"' in page.content.decode()
    pay(stripe, {"checkout_url": made.deposit.checkout_url})
    assert state(studio, str(made.uuid)) == ("confirmed", "paid")
    books_agree(stripe)


def test_the_rule_says_how_much(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, amount_cents=2000)
    send(studio, "owner", email="jane@example.com", link="1")
    assert Booking.objects.get().deposit.amount_cents == 2000


def test_sent_twice_there_is_one_deposit(studio: Tenant, stripe: Sandbox) -> None:
    desk = at_desk(studio, "owner")
    body = form(studio, email="jane@example.com", link="1", amount="20")
    first = desk.post(path(studio, "bookings", "new"), body)
    with nothing_changes():
        again = desk.post(path(studio, "bookings", "new"), body)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(stripe.objects("checkout.session")) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": "20", "email": ""}, "the link to pay it is sent by e-mail."),
        ({"amount": "", "email": "jane@example.com"}, "How much?"),
        ({"amount": "much", "email": "jane@example.com"}, "Not an amount."),
    ],
)
def test_links_that_cannot_be(studio: Tenant, stripe: Sandbox, change: dict[str, str], said: str) -> None:
    desk = at_desk(studio, "owner")
    with nothing_changes():
        answer = desk.post(path(studio, "bookings", "new"), form(studio, link="1", **change))
    assert answer.status_code == 409
    assert said in text(answer)


def test_staff_ask_for_no_money(studio: Tenant, stripe: Sandbox) -> None:
    assert 'name="link"' not in at_desk(studio).get(path(studio, "bookings", "new")).content.decode()
    send(studio, email="jane@example.com", link="1", amount="20")
    assert (Booking.objects.get().status, Booking.objects.get().deposit) == ("confirmed", None)


def test_while_stripe_is_silent_the_booking_is_taken_back(studio: Tenant, stripe: Sandbox) -> None:
    desk = at_desk(studio, "owner")
    body = form(studio, email="jane@example.com", link="1", amount="20")
    stripe.fail("POST", ".*checkout/sessions", kind="reset")
    answer = desk.post(path(studio, "bookings", "new"), body)
    assert answer.status_code == 409
    assert "The payment provider gave no answer yet. Try again shortly." in text(answer)
    assert booking(body["token"]).status == "cancelled"
    fresh = answer.content.decode().split('name="token" value="')[1].split('"')[0]
    assert fresh != body["token"]
    assert desk.post(path(studio, "bookings", "new"), {**body, "token": fresh}).status_code == 302
    assert booking(fresh).status == "pending"


# --- finding customers ----------------------------------------------------------------------------------------------


@pytest.fixture
def guests(salon: Tenant) -> None:
    for first, last, phone in (("Jane", "Doe", "+301234567890"), ("Janet", "Smith", "+13125550100")):
        booked = salon.book(first_name=first, last_name=last, phone=phone, start_time="09:00", booking_date=DAY)
        Booking.objects.filter(uuid=booked["id"]).get().allocations.all().delete()


def test_eight_at_most_and_only_own_live_present_ones(salon: Tenant, rival: Tenant) -> None:
    for number in range(10):
        Customer.objects.create(business=salon.business, live=True, first_name=f"Zoe {number}")
    Customer.objects.create(business=rival.business, live=True, first_name="Zoe A")
    Customer.objects.create(business=salon.business, live=False, first_name="Zoe B")
    Customer.objects.create(business=salon.business, live=True, first_name="Zoe C", deleted_at="2026-01-01T00:00Z")
    page = text(at_desk(salon).post(path(salon, "bookings", "new", "customers"), {"q": "zoe"}))
    assert re.findall(r"Zoe \w", page) == [f"Zoe {number}" for number in range(8)]
    assert "Zoe" not in text(at_desk(salon).post(path(salon, "bookings", "new", "customers"), {"q": "z"}))


def test_the_search_as_htmx_asks(salon: Tenant, guests: None) -> None:
    desk = at_desk(salon)
    with nothing_changes():
        answer = desk.post(path(salon, "bookings", "new", "customers"), {"q": "jan"})
        nobody = desk.post(path(salon, "bookings", "new", "customers"), {"q": "nobody"})
    page = answer.content.decode()
    assert page.count("<button") == 2
    assert 'data-first_name="Jane" data-last_name="Doe" data-phone="+301234567890"' in page
    assert "Nobody found" in text(nobody)


def test_who_was_found_fills_the_form(salon: Tenant, guests: None) -> None:
    desk: Client = at_desk(salon)
    key = Customer.objects.get(first_name="Janet").uuid
    body = form(salon, first_name="", last_name="", phone="", staff_notes="Keep me", q="jan")
    listed = desk.post(path(salon, "bookings", "new"), {**body, "find": "1"})
    assert "Janet Smith" in text(listed)
    page = desk.post(path(salon, "bookings", "new"), {**body, "pick": str(key)}).content.decode()
    for part in ('value="Janet"', 'value="Smith"', 'value="+13125550100"', "Keep me"):
        assert part in page


def test_customers_of_others_fill_nothing(salon: Tenant, rival: Tenant) -> None:
    rival.book(first_name="Secret")
    key = Customer.objects.get(first_name="Secret").uuid
    for pick in (str(key), "x"):
        page = at_desk(salon).post(path(salon, "bookings", "new"), {**form(salon), "pick": pick}).content.decode()
        assert "Secret" not in page
        assert 'value="Jane"' in page
