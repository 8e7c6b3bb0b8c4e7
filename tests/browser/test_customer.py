"""What customers do by clicks: pay by the link, move and cancel on their own page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from availengine.sandbox import Sandbox
from bookings.links import new_link
from bookings.models import Booking
from tests.api import paying
from tests.api.calls import Tenant
from tests.browser.conftest import NewContext
from tests.browser.watch import Watch
from tests.money import arrive, books_agree

DAY = "2026-05-06"


@pytest.fixture
def theirs(new_context: NewContext, size: ViewportSize) -> Page:
    """A customer's browser, at both widths."""
    return new_context(viewport=size).new_page()


@pytest.fixture
def booking(salon: Tenant) -> Booking:
    made = salon.book(booking_date=DAY, start_time="10:00", resource_id=salon.resource("maria"))
    return Booking.objects.get(uuid=made["id"])


def test_moved_by_the_customer(theirs: Page, booking: Booking) -> None:
    theirs.goto(new_link(booking))
    theirs.get_by_text("Choose another time").click()
    theirs.locator("label", has_text=re.compile(r"^\s*14:00")).click()
    theirs.get_by_role("button", name="Move the booking").click()
    expect(theirs.get_by_text("14:00").first).to_be_visible()
    booking.refresh_from_db()
    assert (booking.starts_at, booking.status) == (datetime(2026, 5, 6, 19, tzinfo=UTC), "confirmed")


def test_cancelled_by_the_customer(theirs: Page, booking: Booking) -> None:
    theirs.goto(new_link(booking))
    theirs.get_by_text("Cancel the booking").click()
    booking.refresh_from_db()
    assert booking.status == "confirmed"  # asked first
    theirs.get_by_role("button", name="Cancel now").click()
    expect(theirs.get_by_text("Your booking is cancelled.")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == "cancelled"


def test_a_payment_link_is_paid(
    salon: Tenant, stripe: Sandbox, theirs: Page, watch: Watch, clock_at: Callable[[str], None]
) -> None:
    paying.takes(salon, "charge")
    made = paying.linked(salon, booking_date=DAY, start_time="11:00")
    watch.origins.add(stripe.url)  # the customer is sent there
    theirs.goto(made["checkout_url"])
    for label, value in (("Card number", "4242424242424242"), ("Expiry", "12/34"), ("CVC", "123"), ("Name", "Jane")):
        theirs.get_by_label(re.compile(label)).first.fill(value)
    theirs.get_by_role("button", name=re.compile("Pay")).click()
    theirs.wait_for_url("**/pay/thanks")
    arrive(stripe, *paying.DECISIVE)
    assert paying.state(salon, made["booking"]["id"]) == ("confirmed", "paid")
    books_agree(stripe)
