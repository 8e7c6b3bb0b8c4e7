"""The booking's panel as a dialog of Today, quick actions there; what viewers do not see."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from businesses.models import Business, Member
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.test_desk import block, booked, local
from tests.dashboard.conftest import person

LATE = "2026-05-01T15:20Z"  # 10:20 in Chicago
AsMember = Callable[..., Page]


@pytest.fixture
def today(owner: Member, as_member: AsMember) -> Page:
    page = as_member(owner)
    page.goto("/dashboard/salon/")
    return page


def test_checked_in_from_the_panel(salon: Tenant, today: Page, findings: axe.Findings) -> None:
    booking = booked(salon, "10:00")
    today.reload()
    block(today, booking).locator(".visit").click()
    dialog = today.get_by_role("dialog", name="Booking")
    expect(dialog).to_be_visible()
    assert findings(today) == []
    dialog.get_by_role("button", name="Check in").click()
    expect(dialog.locator('[data-status="checked_in"]')).to_be_visible()
    today.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(block(today, booking)).to_have_class(re.compile("is-checked_in"))
    booking.refresh_from_db()
    assert booking.status == "checked_in"


def test_a_no_show_from_the_panel_asks_first(salon: Tenant, today: Page, clock_at: Callable[[str], None]) -> None:
    booking = booked(salon, "10:00")
    clock_at(LATE)
    today.reload()
    expect(block(today, booking)).to_have_class(re.compile("is-late"))
    block(today, booking).locator(".visit").click()
    dialog = today.get_by_role("dialog", name="Booking")
    dialog.locator('summary[data-step="no_show"]').click()
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    dialog.get_by_role("button", name="Record the no-show").click()
    expect(block(today, booking)).to_have_class(re.compile("is-no_show"))
    booking.refresh_from_db()
    assert booking.status == "no_show"


def test_who_comes_later_is_moved_with_two_clicks(salon: Tenant, today: Page, clock_at: Callable[[str], None]) -> None:
    booking = booked(salon, "10:00")
    clock_at(LATE)
    today.reload()
    block(today, booking).locator(".more").click()
    today.get_by_role("button", name="+30 min").click()
    expect(block(today, booking)).to_contain_text("10:30 – 11:30")
    expect(today.locator(".is-saving")).to_have_count(0)
    assert local(booking) == "10:30 Maria"


def test_no_no_show_before_the_time(salon: Tenant, today: Page) -> None:
    booking = booked(salon, "10:00")
    today.reload()
    block(today, booking).locator(".more").click()
    actions = today.locator("#actions")
    expect(actions.get_by_role("button", name="Check in")).to_be_visible()
    expect(actions.get_by_role("button", name="No-show")).to_have_count(0)


def test_viewers_see_nothing_that_writes(salon: Tenant, business: Business, as_member: AsMember) -> None:
    booking = booked(salon, "10:00")
    page = as_member(person(business, "viewer"))
    page.goto("/dashboard/salon/")
    expect(block(page, booking)).to_contain_text("Jane")
    for control in (".more", "#actions", "#walk-in", "#new-booking", ".cursor"):
        expect(page.locator(control)).to_have_count(0)
    block(page, booking).locator(".visit").click()
    dialog = page.get_by_role("dialog", name="Booking")
    expect(dialog.get_by_role("heading", name="Details")).to_be_visible()
    expect(dialog.locator("form, #panel-actions, textarea")).to_have_count(0)
