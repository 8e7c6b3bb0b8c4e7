"""Set-up: a closure, a key that is shown once, an endpoint and its log of deliveries."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from businesses.models import ApiKey, Closure, Member
from tests.api.calls import Caller, Tenant
from tests.browser import axe
from tests.browser.sizes import SIZES
from webhooks.models import Endpoint


@pytest.fixture(params=list(SIZES))
def page(owner: Member, as_member: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    return as_member(owner, viewport=SIZES[request.param])


def test_a_closure_empties_the_day(salon: Tenant, page: Page) -> None:
    assert salon.free("2026-05-20") != []
    page.goto("/dashboard/salon/setup/closures/new/")
    page.locator("[name=from_day]").fill("2026-05-20")
    page.locator("[name=to_day]").fill("2026-05-20")
    page.locator("[name=reason]").fill("Painters")
    page.locator("main form button").last.click()
    expect(page.get_by_text("Painters")).to_be_visible()
    assert Closure.objects.get().reason == "Painters"
    assert salon.free("2026-05-20") == []


def test_a_key_is_shown_once(salon: Tenant, page: Page, findings: axe.Findings) -> None:
    page.goto("/dashboard/salon/setup/keys/")
    page.locator("main form [name=name]").fill("Till")
    page.locator('[name=preset][value="read_only"]').check()
    page.get_by_role("button", name="Issue the key").click()
    shown = page.locator("#secret")
    secret = shown.input_value() if shown.evaluate("e => 'value' in e") else shown.inner_text()
    assert Caller(secret).get("/v1/manage/bookings").status_code == 200
    assert findings(page) == []
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("rowheader", name="Till avail_live")).to_be_visible()
    assert secret not in page.content()
    assert ApiKey.objects.get(name="Till").scopes


def test_an_endpoint_and_its_deliveries(salon: Tenant, page: Page) -> None:
    page.goto("/dashboard/salon/setup/webhooks/")
    page.locator("main form [name=url]").fill("https://till.example.com/hook")
    page.locator("main form:has([name=url]) button").last.click()
    endpoint = Endpoint.objects.get()
    page.goto(f"/dashboard/salon/setup/webhooks/{endpoint.uuid}/")
    page.locator('form[action$="/test/"] button').first.click()
    page.locator('a[href*="/deliveries/"]').first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("test")
