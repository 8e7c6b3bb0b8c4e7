"""How the tests of the widget find their way through it, and what they look at afterwards."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from bookings.models import Booking
from tests.api.calls import Tenant
from tests.browser.site import Site

TODAY = "2026-05-01"
PERSON = {"First name": "Ada", "Last name": "Lovelace", "E-mail": "ada@example.com", "Phone": "+1 312 555 0100"}


def opened(page: Page, site: Site, salon: Tenant, **more: Any) -> Page:
    """The page with the widget, which has a key for this site only."""
    key = more.pop("key", None) or salon.caller("widget", allowed_origins=[site.address]).secret
    page.goto(site.paste(salon.id, key, **more))
    return page


def step(page: Page, name: str) -> Locator:
    found = page.locator(f'.step[data-step="{name}"]')
    expect(found).to_be_visible()
    return found


def day(page: Page, date: str) -> Locator:
    return page.locator(f'[data-date="{date}"]')


def start(page: Page, moment: str) -> Locator:
    return page.locator(f'[data-start="{moment}"]')


def fill(page: Page, **changes: str) -> None:
    for label, value in {**PERSON, **changes}.items():
        page.get_by_label(label, exact=True).fill(value)


def submit(page: Page) -> Locator:
    return page.locator("button[part~=submit]")


def heard(page: Page, name: str) -> list[Any]:
    """The details of the events of this name, in their order."""
    return [detail for event, detail in page.evaluate("window.heard") if event == name]


def kept(page: Page) -> dict[str, int]:
    """What the widget has left in the browser."""
    stored = page.evaluate("({local: localStorage.length, session: sessionStorage.length})")
    return {**stored, "cookies": len(page.context.cookies())}


def only_booking() -> Booking:
    return Booking.objects.select_related("deposit", "business").get()
