"""A deposit by the widget: paid on Stripe's page only; the widget shows what became of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from availengine.sandbox import Sandbox
from bookings import tasks
from tests.api import paying
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.conftest import NewContext
from tests.browser.site import Site
from tests.browser.watch import Watch
from tests.browser.widgets import fill, heard, kept, only_booking, opened, start, step, submit
from tests.money import arrive, books_agree

TEN = "2026-05-01T15:00:00Z"


@pytest.fixture
def site(site: Site, watch: Watch, stripe: Sandbox) -> Site:
    watch.origins.add(stripe.public_url)
    return site


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context(timezone_id="America/Chicago", viewport={"width": 375, "height": 740}).new_page()


def until_the_deposit(page: Page) -> None:
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    step(page, "pay")


def pay(form: Page) -> None:
    form.get_by_label("Card number").fill("4242424242424242")
    form.get_by_label("Expiry").fill("12/34")
    form.get_by_label("CVC").fill("123")
    form.get_by_role("button").first.click()


def test_paid_in_another_tab(salon: Tenant, site: Site, stripe: Sandbox, page: Page) -> None:
    paying.takes(salon, "charge", 2000)
    opened(page, site, salon)
    start(page, TEN).click()
    expect(page.get_by_text("A deposit of $20 is due. You pay it on the next page.")).to_be_visible()
    fill(page)
    page.get_by_role("button", name="Book and go on to payment").click()
    waiting = step(page, "pay")
    booking = only_booking()
    assert (booking.status, booking.deposit.status) == ("pending", "pending")  # type: ignore[union-attr]
    until = booking.deposit.expires_at.astimezone(salon.business.zone)  # type: ignore[union-attr]
    expect(waiting.get_by_text(f"Your time is held for you until {until:%H:%M}.")).to_be_visible()
    assert heard(page, "booked")[0]["status"] == "pending"
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Pay $20").click()
    pay(opening.value)
    expect(opening.value.get_by_role("heading", name="Thank you")).to_be_visible()
    arrive(stripe)
    opening.value.close()
    page.clock.fast_forward(20_000)
    done = step(page, "done")
    expect(done.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
    booking.refresh_from_db()
    assert (booking.status, paying.deposit_of(str(booking.uuid)).status) == ("confirmed", "paid")
    assert [event["status"] for event in heard(page, "paid")] == ["confirmed"]
    assert kept(page) == {"local": 0, "session": 0, "cookies": 0}
    books_agree(stripe)


def test_in_the_same_tab(salon: Tenant, site: Site, stripe: Sandbox, page: Page) -> None:
    paying.takes(salon, "authorization_hold", 2000)
    opened(page, site, salon, checkout="same-tab")
    until_the_deposit(page)
    link = page.get_by_role("link", name="Give a card for $20")
    expect(link).not_to_have_attribute("target", "_blank")
    link.click()
    page.wait_for_url(f"{stripe.public_url}/checkout/**")
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    arrive(stripe)
    booking = only_booking()
    assert (booking.status, booking.deposit.status) == ("confirmed", "held")  # type: ignore[union-attr]


def test_not_paid_in_time(
    salon: Tenant, site: Site, stripe: Sandbox, page: Page, clock_at: Callable[[str], None]
) -> None:
    paying.takes(salon, "charge", 2000)
    opened(page, site, salon)
    until_the_deposit(page)
    clock_at("2026-05-01T16:31Z")
    tasks.expire_unpaid()
    page.clock.fast_forward(20_000)
    over = step(page, "over")
    expect(over.get_by_text("The deposit was not paid in time")).to_be_visible()
    assert only_booking().status == "cancelled"
    over.get_by_role("button", name="Choose another time").click()
    step(page, "when")


def test_three_wait_already(salon: Tenant, site: Site, stripe: Sandbox, page: Page) -> None:
    paying.takes(salon, "charge", 2000)
    for number in range(3):
        paying.unpaid(salon, booking_date="2026-05-02", start_time=f"1{number}:00", email="ada@example.com")
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    expect(page.get_by_text("Three of your bookings wait for their deposit already.")).to_be_visible()
    assert heard(page, "error") == [{"code": "conflict", "status": 409}]


def test_stripe_is_silent(salon: Tenant, site: Site, stripe: Sandbox, page: Page) -> None:
    """It was taken back, and is sent again by itself: the second time Stripe answers."""
    paying.takes(salon, "charge", 2000)
    stripe.fail("/v1/checkout/sessions", kind="reset")
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    page.clock.fast_forward(10_000)
    step(page, "pay")


def test_everybody_can_pay(salon: Tenant, site: Site, stripe: Sandbox, page: Page, findings: axe.Findings) -> None:
    site.extra = ""  # the checker itself needs to evaluate text
    paying.takes(salon, "charge", 2000)
    opened(page, site, salon, head='<meta name="color-scheme" content="light dark">')
    until_the_deposit(page)
    assert findings(page) == []
