"""A customer books on the page of the business, and changes it by the link: in a real Chromium, at both widths."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from availengine.sandbox import Sandbox
from bookings.links import new_link
from bookings.models import Booking, Customer
from businesses.models import Business
from tests.api import paying
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.sizes import PHONE
from tests.browser.watch import Watch
from tests.money import arrive, books_agree

LATER = "2026-05-01T14:31Z"  # nobody fills in a form at once
NewContext = Callable[..., Any]
ClockAt = Callable[[str], None]


def fill_in(page: Page) -> None:
    for name, value in (("First name", "Jane"), ("Last name", "Doe"), ("Phone number", "+13125550100")):
        page.get_by_label(name).fill(value)
    page.get_by_label("E-mail address").fill("jane@example.com")


def choose(page: Page, time: str = "10:00") -> None:
    """With whom and when, up to the details."""
    page.goto("/book/salon")
    page.get_by_role("link", name="Whoever is free").click()
    page.locator('a.day[data-date="2026-05-15"]').click()
    expect(page.get_by_role("heading", name="Friday, 15 May 2026")).to_be_visible()
    page.get_by_role("link", name=time, exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Your details")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_start_to_confirmed(
    salon: Tenant, new_context: NewContext, clock_at: ClockAt, size: Any, scripts: bool
) -> None:
    page = new_context(viewport=size, java_script_enabled=scripts).new_page()
    choose(page)
    expect(page.get_by_text("Friday, 15 May 2026, 10:00 – 11:00")).to_be_visible()
    fill_in(page)
    clock_at(LATER)
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_role("heading", name="Your booking is confirmed.")).to_be_visible()
    booking = Booking.objects.get()
    assert (booking.status, booking.guest_last_name, booking.starts_at.hour) == ("confirmed", "Doe", 15)
    expect(page.get_by_text(booking.code)).to_be_visible()
    assert page.context.cookies() == []
    page.go_back()
    expect(page.get_by_role("button", name="Book now")).to_be_enabled()
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_text(booking.code)).to_be_visible()
    assert Booking.objects.count() == 1


def test_every_step_is_accessible(salon: Tenant, visitor: Page, clock_at: ClockAt, findings: axe.Findings) -> None:
    Business.objects.update(terms_text="Please come in time.", marketing_text="Send me news.")
    visitor.goto("/book/salon")
    assert findings(visitor) == []
    choose(visitor)
    visitor.go_back()
    expect(visitor.locator(".time").first).to_be_visible()
    assert findings(visitor) == []
    visitor.go_forward()
    fill_in(visitor)
    clock_at(LATER)
    visitor.locator("form[data-once]").evaluate("form => form.noValidate = true")
    visitor.get_by_role("button", name="Book now").click()
    expect(visitor.get_by_text("Please agree to the terms.")).to_be_visible()
    assert findings(visitor) == []
    clock_at("2026-05-01T14:32Z")
    visitor.get_by_label("Please come in time.").check()
    visitor.get_by_role("button", name="Book now").click()
    expect(visitor.get_by_role("heading", name="Your booking is confirmed.")).to_be_visible()
    assert findings(visitor) == []
    visitor.get_by_role("button", name="Change or cancel").click()
    expect(visitor.get_by_text("Choose another time")).to_be_visible()
    for fold in visitor.locator("summary").all():
        fold.evaluate("summary => summary.parentElement.open = true")
    assert findings(visitor) == []
    assert list(Booking.objects.get().consents) == ["terms"]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_deposit(
    salon: Tenant, stripe: Sandbox, watch: Watch, new_context: NewContext, clock_at: ClockAt, scripts: bool
) -> None:
    paying.takes(salon, "charge")
    watch.origins.add(stripe.url)
    page = new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    choose(page)
    expect(page.get_by_text("A deposit of USD 20 is paid when you book.")).to_be_visible()
    fill_in(page)
    clock_at(LATER)
    page.get_by_role("button", name="Continue to pay USD 20").click()
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on card").fill("Jane Doe")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", name="We are waiting for your payment")).to_be_visible()
    arrive(stripe)
    expect(page.get_by_role("heading", name="Your booking is confirmed.")).to_be_visible()
    assert Booking.objects.get().status == "confirmed"
    books_agree(stripe)


def test_a_lost_slot(salon: Tenant, new_context: NewContext, clock_at: ClockAt) -> None:
    page = new_context(viewport=PHONE).new_page()
    choose(page)
    fill_in(page)
    for number, resource in enumerate(("maria", "jim")):
        salon.book(start_time="10:00", resource_id=salon.resource(resource), phone=f"+1312555020{number}")
    clock_at(LATER)
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_role("alert")).to_contain_text("This time has been taken meanwhile.")
    expect(page.get_by_label("First name")).to_have_value("Jane")
    page.get_by_text("Friday, 15 May 2026 at 11:00").click()
    clock_at("2026-05-01T14:32Z")
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_role("heading", name="Your booking is confirmed.")).to_be_visible()
    assert Booking.objects.get(guest_phone="+13125550100").starts_at.hour == 16


def test_with_keys_alone(salon: Tenant, visitor: Page, clock_at: ClockAt) -> None:
    def to(selector: str) -> None:
        """Tab until there."""
        for _ in range(80):
            visitor.keyboard.press("Tab")
            if visitor.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no way to {selector}")

    visitor.goto("/book/salon")
    to(".choice")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1, name="When would you like to come?")).to_be_focused()
    to('[data-date="2026-05-15"]')
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="Friday, 15 May 2026")).to_be_visible()
    expect(visitor.locator('[data-date="2026-05-15"]')).to_be_focused()
    to(".time")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1, name="Your details")).to_be_focused()
    for value in ("Jane", "Doe", "+13125550100", "jane@example.com"):
        to("input")
        visitor.keyboard.type(value)
    clock_at(LATER)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="Your booking is confirmed.")).to_be_visible()
    assert Booking.objects.count() == 1


def test_the_zone_of_somebody_elsewhere(salon: Tenant, new_context: NewContext) -> None:
    page = new_context(timezone_id="Europe/Athens").new_page()
    page.goto("/book/salon?staff=any")
    expect(page.locator("[data-zone]")).to_have_text(
        "Times are those of Chicago. When it is 12:00 there, your clock shows 20:00."
    )
    near = new_context(timezone_id="America/Chicago").new_page()
    near.goto("/book/salon?staff=any")
    expect(near.locator("[data-zone]")).to_have_text("Times are those of Chicago.")


def test_the_way_back_and_forward(salon: Tenant, visitor: Page) -> None:
    choose(visitor)
    for heading in ("When would you like to come?", "When would you like to come?", "With whom?"):
        visitor.go_back()
        expect(visitor.get_by_role("heading", level=1, name=heading)).to_be_visible()
    visitor.go_forward()
    expect(visitor.get_by_role("heading", level=1, name="When would you like to come?")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_link_of_a_booking(salon: Tenant, new_context: NewContext, clock_at: ClockAt, scripts: bool) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    booking = Booking.objects.get(uuid=salon.book()["id"])
    link = new_link(booking)
    page.goto(link)
    page.get_by_text("Choose another time").click()
    page.get_by_role("link", name="The day after").click()
    page.get_by_role("radio", name="11:00").check()
    page.get_by_role("button", name="Move the booking").click()
    expect(page.get_by_text("Saturday, 16 May 2026, 11:00 – 12:00")).to_be_visible()
    page.get_by_text("Your data", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    assert json.loads(download.value.path().read_text())["booking"]["confirmation_code"] == booking.code
    page.get_by_role("link", name="Erase my data").click()
    expect(page.get_by_text("There are bookings to come.")).to_be_visible()
    page.get_by_role("link", name="Back to the booking").click()
    page.get_by_text("Cancel the booking").click()
    expect(page.get_by_text("Cancelling costs nothing.")).to_be_visible()
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", name="Your booking is cancelled.")).to_be_visible()
    page.get_by_text("Your data", exact=True).click()
    page.get_by_role("link", name="Erase my data").click()
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_role("heading", name="Your data are erased")).to_be_visible()
    assert Booking.objects.get().guest_first_name == "Erased"
    assert Customer.objects.get().deleted_at is not None
