"""A day at the desk: a new booking, moved with the mouse and with keys, refused with alternatives, checked in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from bookings.models import Allocation, Booking
from businesses.models import Member
from tests.api.calls import Tenant
from tests.browser.sizes import DESKTOP, PHONE

TODAY = "2026-05-01"

AsMember = Callable[..., Page]


def booked(salon: Tenant, time: str, resource: str = "maria", name: str = "Jane") -> Booking:
    made = salon.book(booking_date=TODAY, start_time=time, resource_id=salon.resource(resource), first_name=name)
    return Booking.objects.get(uuid=made["id"])


def local(booking: Booking) -> str:
    """When it is, and with whom, as stored."""
    (held,) = Allocation.objects.filter(booking=booking, active=True).select_related("resource", "business")
    return f"{held.starts_at.astimezone(held.business.zone):%H:%M} {held.resource.name}"


def block(page: Page, booking: Booking) -> Locator:
    return page.locator(f'.block[data-booking="{booking.uuid}"]')


@pytest.fixture
def desk(owner: Member, as_member: AsMember) -> Page:
    page = as_member(owner)
    page.goto("/dashboard/salon/")
    return page


def drag(page: Page, what: Locator, hours: int, columns: int = 0) -> None:
    """By whole hours down, and columns to the right."""
    box, field = what.bounding_box(), page.locator("#field")
    height = field.evaluate("e => e.getBoundingClientRect().height / (day.dataset.until - day.dataset.from) * 60")
    width = field.evaluate("e => e.getBoundingClientRect().width / document.querySelectorAll('.head').length")
    assert box
    x, y = box["x"] + 20, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10, steps=2)
    page.mouse.move(x + columns * width, y + hours * height, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_new_booking(owner: Member, as_member: AsMember, size: ViewportSize) -> None:
    page = as_member(owner, viewport=size)
    page.goto("/dashboard/salon/bookings/new/")
    page.locator("label.start", has_text="11:00").first.click()
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Phone", exact=True).fill("+1 312 555 0101")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator('[data-status="confirmed"]').first).to_be_visible()
    booking = Booking.objects.get()
    assert (booking.guest_first_name, booking.source, local(booking)[:5]) == ("Ada", "staff", "11:00")
    page.goto("/dashboard/salon/")
    expect(block(page, booking)).to_contain_text("Ada")


def test_dragged_to_another_time(salon: Tenant, desk: Page) -> None:
    booking = booked(salon, "10:00")
    desk.reload()
    drag(desk, block(desk, booking), hours=3)
    expect(block(desk, booking)).to_contain_text("13:00 – 14:00")
    expect(desk.locator(".is-saving")).to_have_count(0)
    assert local(booking) == "13:00 Maria"


def test_moved_with_the_keyboard(salon: Tenant, desk: Page) -> None:
    booking = booked(salon, "10:00")
    desk.reload()
    block(desk, booking).locator(".visit").focus()
    desk.keyboard.press("m")
    dialog = desk.locator("#move-box")
    expect(dialog).to_be_visible()
    dialog.locator("input[name=time]").fill("14:00")
    desk.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    expect(block(desk, booking)).to_contain_text("14:00 – 15:00")
    assert local(booking) == "14:00 Maria"


def test_a_refused_drag_offers_alternatives(salon: Tenant, desk: Page) -> None:
    moving, _ = booked(salon, "10:00"), booked(salon, "13:00", name="Joe")
    desk.reload()
    drag(desk, block(desk, moving), hours=3)
    dialog = desk.locator("#move-box")
    expect(dialog).to_contain_text("stays where it was")
    assert local(moving) == "10:00 Maria"
    dialog.get_by_role("button", name="Jim").click()
    expect(dialog).not_to_be_visible()
    assert local(moving) == "13:00 Jim"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_checked_in_with_two_clicks(salon: Tenant, owner: Member, as_member: AsMember, size: ViewportSize) -> None:
    booking = booked(salon, "10:00")
    page = as_member(owner, viewport=size)
    page.goto("/dashboard/salon/")
    block(page, booking).locator(".more").click()
    page.locator("#actions").get_by_role("button", name="Check in").click()
    expect(block(page, booking)).to_have_class(re.compile("is-checked_in"))
    booking.refresh_from_db()
    assert booking.status == "checked_in"
