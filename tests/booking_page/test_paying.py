"""A deposit that is due: on to the Checkout page, and back to what is true."""

from datetime import UTC, datetime
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking, Message
from businesses.models import Business
from payments.models import Deposit, Instruction
from tests.api import paying
from tests.api.calls import Tenant, nothing_changes
from tests.booking_page.conftest import MakeBusiness
from tests.booking_page.visiting import Visitor
from tests.money import arrive, books_agree


def test_paid_on_the_checkout_page(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "charge")
    visitor.to_details()
    assert "A deposit of EUR 20 is paid when you book." in visitor.html
    assert "Continue to pay EUR 20" in visitor.html
    policy = visitor.page.headers["Content-Security-Policy"]
    answer = visitor.send()
    session = answer.headers["Location"].split("/")[-1]
    assert answer.headers["Location"] == f"{stripe.url}/checkout/{session}"
    assert f"form-action 'self' {stripe.url}" in policy
    deposit = Deposit.objects.get()
    assert (deposit.channel, deposit.status, deposit.amount_cents) == ("page", "pending", 2000)
    assert deposit.expires_at == datetime(2026, 5, 1, 7, 31, tzinfo=UTC)
    assert Message.objects.count() == 0
    stripe.pay_session(session, "pm_card_visa")
    (made,) = stripe.objects("checkout.session")
    with nothing_changes():
        visitor.go(visitor.client.get(made["success_url"].removeprefix("https://book.example")).headers["Location"])
    assert visitor.heading == "Thank you. We are waiting for your payment to arrive."
    assert "data-wait" in visitor.html
    arrive(stripe)
    visitor.go(visitor.page.request["PATH_INFO"] + "?paid")
    assert visitor.heading == "Your booking is confirmed."
    assert "EUR 20: paid" in visitor.html
    books_agree(stripe)


def test_sent_twice_leads_to_the_same_page_to_pay(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "charge")
    visitor.to_details()
    address, form = visitor.action(), visitor.form()
    visitor.wait(20)
    first, second = (visitor.client.post(address, form).headers["Location"] for _ in range(2))
    assert first == second
    assert (Booking.objects.count(), len(stripe.objects("checkout.session"))) == (1, 1)


def test_not_paid_shows_until_when_it_is_kept(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "charge")
    visitor.to_details()
    to_pay = visitor.send().headers["Location"]
    (made,) = stripe.objects("checkout.session")
    visitor.go(visitor.client.get(made["cancel_url"].removeprefix("https://book.example")).headers["Location"])
    assert visitor.heading == "Almost done: the deposit is missing"
    assert "We keep this time for you until 10:31. Pay EUR 20 by then, and it is yours." in visitor.html
    assert to_pay in visitor.html
    path = visitor.page.request["PATH_INFO"]
    visitor.wait(31 * 60)
    tasks.expire_unpaid()
    arrive(stripe)
    visitor.go(path)
    assert visitor.heading == "This time is not kept for you any more"
    assert Booking.objects.get().status == "cancelled"
    assert "10:00" in visitor.go("/book/studio?staff=any&date=2026-05-15").content.decode()


def test_a_hold(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "authorization_hold")
    visitor.to_details()
    assert "EUR 20 are held on your card, and charged only if you do not come." in visitor.html
    session = visitor.send().headers["Location"].split("/")[-1]
    stripe.pay_session(session, "pm_card_visa")
    arrive(stripe)
    assert (Booking.objects.get().status, Deposit.objects.get().status) == ("confirmed", "saved")


def test_only_from_some(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "charge", only_for=("earlier_no_shows",))
    visitor.to_details()
    assert "You may be asked for a deposit of EUR 20." in visitor.html
    assert "Book now" in visitor.html
    assert "/booked/" in visitor.send().headers["Location"]
    assert Deposit.objects.count() == 0


def test_a_page_to_pay_from_elsewhere_is_a_link(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    """The browser would not follow the form there."""
    paying.takes(studio, "charge")
    stripe.public_url = "https://pay.example"
    try:
        visitor.to_details()
        visitor.go(visitor.send().headers["Location"])
    finally:
        stripe.public_url = stripe.url
    assert visitor.heading == "Almost done: the deposit is missing"
    assert 'href="https://pay.example/checkout/' in visitor.html


def test_three_unpaid_and_no_more(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    paying.takes(studio, "charge")
    for time in ("10:00", "11:00", "12:00"):
        visitor.to_details(time=time)
        assert visitor.send().status_code == 302
    visitor.to_details(time="13:00")
    with nothing_changes():
        assert visitor.send().status_code == 409
    assert "Several of your bookings are waiting for their deposit." in visitor.html


def test_payments_that_are_not_set_up(studio: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    paying.takes(studio, "charge")
    visitor.to_details()
    with nothing_changes():
        assert visitor.send().status_code == 409
    assert "it cannot be paid online at the moment. Please call us." in visitor.html


def test_stripe_is_silent(studio: Tenant, stripe: Sandbox, visitor: Visitor) -> None:
    """Taken back, and sent again it is another booking."""
    paying.takes(studio, "charge")
    visitor.to_details()
    stripe.fail("POST", "/v1/checkout/sessions", kind="error_500")
    assert visitor.send().status_code == 503
    assert "Please send it again in a moment: it is booked once." in visitor.html
    assert list(Booking.objects.values_list("status", flat=True)) == ["cancelled"]
    stripe.clear_faults()
    Instruction.objects.update(next_try_at=None)
    assert "/checkout/" in visitor.send().headers["Location"]
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["cancelled", "pending"]


def test_a_business_that_looks_at_each_booking(studio: Tenant, visitor: Visitor) -> None:
    Business.objects.update(auto_confirm=False)
    visitor.to_details()
    visitor.go(visitor.send().headers["Location"])
    assert visitor.heading == "We have received your booking"


def test_what_was_booked(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    visitor.go(visitor.send().headers["Location"])
    booking = Booking.objects.get()
    for text in (
        "We have sent the details to jane@example.com.",
        "Friday, 15 May 2026, 10:00 – 11:00",
        "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Studio+Elm%3A+Cut"
        f"&dates=20260515T070000Z%2F20260515T080000Z&details={booking.code}",
        "https://outlook.live.com/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent",
        "startdt=2026-05-15T07%3A00%3A00Z&enddt=2026-05-15T08%3A00%3A00Z",
    ):
        assert text in visitor.html
    assert visitor.page.headers["Cache-Control"] == "no-store"
    path = visitor.page.request["PATH_INFO"]
    with nothing_changes():
        file = visitor.client.get(f"{path}/calendar.ics")
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20260515T070000Z" in file.content.decode()
    to_change = visitor.client.post(path).headers["Location"].removeprefix("https://book.example")
    assert to_change.startswith("/b/")
    assert visitor.client.get(to_change).status_code == 200
    visitor.wait(24 * 3600 + 1)
    assert visitor.go(path).status_code == 404
    assert visitor.client.post(path).status_code == 404


@pytest.mark.parametrize("path", ["/book/studio/booked/x", "/book/studio/booked/x:y", "/pay/x", "/pay/x:y", "/pay/%00"])
def test_forged_addresses(studio: Tenant, visitor: Visitor, path: str) -> None:
    assert visitor.go(path).status_code == 404


def test_another_business_does_not_show_it(make: MakeBusiness, studio: Tenant, visitor: Visitor) -> None:
    make(business={"slug": "rival"})
    visitor.to_details()
    path = visitor.send().headers["Location"]
    assert visitor.go(path.replace("/book/studio/", "/book/rival/")).status_code == 404
