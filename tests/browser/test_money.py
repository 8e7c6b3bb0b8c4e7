"""Money at the desk: a no-show whose hold is captured, a refund."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from availengine.sandbox import Sandbox
from businesses.models import Member
from tests.api import paying
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.sizes import SIZES
from tests.money import arrive, books_agree

TODAY = "2026-05-01"


@pytest.fixture(params=list(SIZES))
def page(owner: Member, as_member: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    return as_member(owner, viewport=SIZES[request.param])


def test_a_no_show_is_charged(salon: Tenant, stripe: Sandbox, page: Page, clock_at: Callable[[str], None]) -> None:
    paying.takes(salon, "authorization_hold")
    booking = paying.paid(salon, stripe, booking_date=TODAY, start_time="10:00")
    assert paying.state(salon, booking) == ("confirmed", "held")
    clock_at("2026-05-01T15:30Z")
    page.goto(f"/dashboard/salon/bookings/{booking}/")
    page.locator('summary[data-step="no_show"]').click()
    page.get_by_role("button", name="No-show, charge").click()
    expect(page.locator('[data-status="no_show"]')).to_be_visible()
    expect(page.locator('[data-deposit="captured"]')).to_be_visible()
    arrive(stripe)
    assert paying.state(salon, booking) == ("no_show", "captured")
    books_agree(stripe)


def test_a_refund(salon: Tenant, stripe: Sandbox, page: Page, findings: axe.Findings) -> None:
    paying.takes(salon, "charge")
    booking = paying.paid(salon, stripe, booking_date=TODAY, start_time="11:00")
    page.goto(f"/dashboard/salon/bookings/{booking}/")
    page.locator("#panel-refund").click()
    expect(page.get_by_text("At most")).to_contain_text("20")
    page.locator("#refund-amount").fill("5.00")
    assert findings(page) == []
    page.get_by_role("button", name="Refund", exact=True).click()
    expect(page.get_by_text("went back")).to_contain_text("5")
    arrive(stripe)
    assert paying.deposit_of(booking).refunded_cents == 500
    books_agree(stripe)
