"""What the widget shows where nothing is free, and that what people typed is never more than text."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from bookings.models import Booking
from businesses.models import Business, Service
from tests.api.calls import Tenant
from tests.browser.conftest import NewContext
from tests.browser.site import Site
from tests.browser.widgets import day, fill, opened, start, step, submit

TEN = "2026-05-01T15:00:00Z"


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context(timezone_id="America/Chicago").new_page()


# --- nothing is free ----------------------------------------


def fully_booked(salon: Tenant, date: str) -> None:
    closure = salon.full.post("/v1/manage/closures", {"from": date, "to": date})
    assert closure.status_code == 201


def answered_with(tab: Page, path: str, **fields: object) -> None:
    """The business as the API tells it, with something that it does not have yet."""

    def fulfil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **fields})

    tab.route(path, fulfil)


@pytest.mark.parametrize("waits", [True, False])
def test_a_full_day(salon: Tenant, site: Site, page: Page, address: str, waits: bool) -> None:
    fully_booked(salon, "2026-05-02")
    Business.objects.filter(id=salon.business.id).update(waitlist=waits)
    opened(page, site, salon)
    expect(day(page, "2026-05-02")).to_have_accessible_name("Saturday 2 May, nothing free")
    day(page, "2026-05-02").click()
    expect(page.get_by_text("There is no free time on this day.", exact=True)).to_be_visible()
    link = page.get_by_role("link", name="Join the waitlist")
    if waits:
        query = f"service={salon.service('cut')}&party=1&date=2026-05-02"
        expect(link).to_have_attribute("href", f"{address}/book/salon/waitlist?{query}")
    else:
        expect(link).to_have_count(0)
    page.get_by_role("button", name="Next free day: Sun 3 May").click()
    expect(day(page, "2026-05-03")).to_be_focused()
    expect(start(page, "2026-05-03T15:00:00Z")).to_be_visible()


def test_a_full_month(salon: Tenant, site: Site, page: Page) -> None:
    closure = salon.full.post("/v1/manage/closures", {"from": "2026-05-01", "to": "2026-06-10"})
    assert closure.status_code == 201
    opened(page, site, salon)
    expect(day(page, "2026-06-11")).to_have_accessible_name("Thursday 11 June, times free")
    expect(start(page, "2026-06-11T15:00:00Z")).to_be_visible()
    page.get_by_role("button", name="Previous month").click()
    expect(page.get_by_role("region").get_by_text("There is no free time in this month.")).to_be_visible()
    page.get_by_role("button", name="Next free day: Thu 11 Jun").click()
    expect(start(page, "2026-06-11T15:00:00Z")).to_be_visible()


def test_nothing_at_all(salon: Tenant, site: Site, page: Page) -> None:
    closure = salon.full.post("/v1/manage/closures", {"from": "2026-05-01", "to": "2026-12-31"})
    assert closure.status_code == 201
    opened(page, site, salon)
    said = "There is no free time in the next 60 days. Please call +13125551234."
    expect(step(page, "when").get_by_text(said)).to_be_visible()


def test_nothing_to_book(salon: Tenant, site: Site, page: Page) -> None:
    Service.objects.filter(business=salon.business).update(bookable_online=False)
    opened(page, site, salon)
    expect(page.get_by_text("Nothing can be booked online at the moment.")).to_be_visible()


# --- what people typed is text ----------------------------------------


def test_names_are_text(salon: Tenant, site: Site, page: Page) -> None:
    evil = '<img src=x onerror="window.hurt = 1"><script>window.hurt = 1</script>'
    Business.objects.filter(id=salon.business.id).update(name=evil)
    Service.objects.filter(business=salon.business).update(name=evil, description=evil, policy=evil, instructions=evil)
    opened(page, site, salon)
    start(page, TEN).click()
    expect(page.get_by_text(evil).first).to_be_visible()
    fill(page)
    submit(page).click()
    step(page, "done")
    assert page.evaluate("window.hurt") is None
    assert page.locator("availengine-booking img").count() == 0


def test_terms_to_agree_to(salon: Tenant, site: Site, page: Page) -> None:
    Business.objects.filter(id=salon.business.id).update(terms_text="Come in time.")
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    expect(page.get_by_text("Please agree first.")).to_be_visible()
    assert not Booking.objects.exists()
    page.get_by_role("checkbox", name="I agree: Come in time.").check()
    submit(page).click()
    step(page, "done")


def test_a_class(salon: Tenant, site: Site, page: Page) -> None:
    """Several bookings share a start: as many people as there are places, and how many are left."""
    service = json.loads(salon.widget.get(f"/v1/businesses/{salon.id}/services").content)["items"][0]
    slot = json.loads(salon.widget.get(f"/v1/availability/{salon.id}?date=2026-05-01").content)["slots"][0]
    answered_with(page, f"**/v1/businesses/{salon.id}/services", items=[{**service, "places": 8}])
    answered_with(page, f"**/v1/availability/{salon.id}/dates?*", dates=[{"date": "2026-05-01", "slot_count": 1}])
    answered_with(page, f"**/v1/availability/{salon.id}?*date=2026-05-01", slots=[{**slot, "places_left": 3}])
    opened(page, site, salon)
    expect(page.get_by_label("How many?").locator("option")).to_have_count(8)
    expect(start(page, TEN)).to_have_text("10:003 places left")
