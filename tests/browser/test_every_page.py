"""Every page of the dashboard, of the accounts and of customers: axe, no sideways scrolling, nothing from elsewhere.

A new route of the dashboard is in the access matrix's table, and with it here.
"""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from bookings.links import new_link
from bookings.models import Booking
from businesses.models import Business, Member
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.sizes import DESKTOP, PHONE
from tests.dashboard.test_access_matrix import TABLE, things_of

ROUTES = [operation.removeprefix("GET ") for operation in TABLE if operation.startswith("GET ")]
# Read by programs; a part of a page; and what there is with a paid deposit only (test_money.py).
FILES = ("export.csv", "numbers.csv", "export.json", "/changes/", "/starts/", "/refund/")
PAGES = [route for route in ROUTES if not route.endswith(FILES)]
ENTRANCES = ["/", "/accounts/login/", "/accounts/password/reset/", "/accounts/invitation/no-such-token", "/pay/thanks"]
ACCOUNT = [
    "account_overview",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "usersessions_list",
]

AsMember = Callable[..., Page]


def test_pages_of_the_dashboard(business: Business, owner: Member, as_member: AsMember, findings: axe.Findings) -> None:
    things, page, found = things_of(business), as_member(owner), {}
    for route in PAGES:
        page.set_viewport_size(DESKTOP)
        shown = page.goto(route.format(**things), wait_until="domcontentloaded")
        headings = page.locator("h1").count()
        found[route] = (shown and shown.status, headings, findings(page))
    assert {route: told for route, told in found.items() if told != (200, 1, [])} == {}


@pytest.mark.parametrize("path", ENTRANCES)
def test_pages_of_visitors(visitor: Page, findings: axe.Findings, path: str) -> None:
    visitor.goto(path)
    assert findings(visitor) == []


def test_pages_of_an_account(owner: Member, as_member: AsMember, findings: axe.Findings) -> None:
    page = as_member(owner)
    for name in ACCOUNT:
        page.goto(reverse(name))
        assert findings(page) == []


@pytest.mark.parametrize("language", ["de", "el"])
def test_longer_languages_fit_a_phone(business: Business, owner: Member, as_member: AsMember, language: str) -> None:
    Business.objects.filter(id=business.id).update(language=language)
    things = things_of(business)
    page = as_member(owner, viewport=PHONE)
    for route in PAGES:
        page.goto(route.format(**things), wait_until="domcontentloaded")
        expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_customers_page(salon: Tenant, visitor: Page, findings: axe.Findings) -> None:
    booking = salon.book()
    visitor.goto(new_link(Booking.objects.get(uuid=booking["id"])))
    assert findings(visitor) == []
