"""The widget in a page of another origin that has a strict policy: booked, in every variant, with keys alone."""

import json
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from bookings.models import Allocation, Booking
from businesses.models import Business
from tests.api.calls import Tenant
from tests.browser import axe
from tests.browser.conftest import NewContext
from tests.browser.site import Site
from tests.browser.sizes import DESKTOP, PHONE
from tests.browser.widgets import TODAY, day, fill, heard, kept, only_booking, opened, start, step, submit

NARROW = ViewportSize(width=320, height=640)
SATURDAY = "2026-05-02"


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context(timezone_id="America/Chicago").new_page()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
def test_a_booking(salon: Tenant, site: Site, page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    opened(page, site, salon)
    expect(page.get_by_role("gridcell", selected=True)).to_have_text("1")
    day(page, SATURDAY).click()
    start(page, "2026-05-02T16:00:00Z").click()
    expect(page.get_by_role("heading", name="Your details")).to_be_in_viewport()
    fill(page)
    page.get_by_label("Note (optional)").fill("By the window <b>please</b>")
    expect(step(page, "details").get_by_text("Saturday 2 May, 11:00 – 12:00")).to_be_visible()
    submit(page).click()
    done = step(page, "done")
    booking = only_booking()
    expect(done.get_by_text(booking.code)).to_be_visible()
    expect(done.get_by_role("heading", name="Your booking is confirmed")).to_be_focused()
    assert (booking.status, booking.source, booking.party_size) == ("confirmed", "online", 1)
    assert f"{booking.starts_at.astimezone(ZoneInfo('America/Chicago')):%Y-%m-%d %H:%M}" == "2026-05-02 11:00"
    assert booking.customer_notes == "By the window <b>please</b>"
    assert (booking.guest_first_name, booking.guest_email) == ("Ada", "ada@example.com")
    (request,) = sent
    assert len(request.headers["idempotency-key"]) == 32
    assert request.all_headers()["origin"] == site.address
    assert kept(page) == {"local": 0, "session": 0, "cookies": 0}
    with page.expect_download() as saving:
        done.get_by_role("link", name="Add to calendar").click()
    lines = saving.value.path().read_text().splitlines()
    assert "DTSTART:20260502T160000Z" in lines
    assert "DTEND:20260502T170000Z" in lines
    assert "SUMMARY:Cut\\, North Elm Studio" in lines


def test_what_the_page_is_told(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    start(page, "2026-05-01T15:00:00Z").click()
    fill(page)
    submit(page).click()
    step(page, "done")
    booking = only_booking()
    assert heard(page, "ready") == [{"business": salon.id, "name": "North Elm Studio"}]
    assert [detail["step"] for detail in heard(page, "step")] == ["when", "details", "done"]
    told = {
        "id": str(booking.uuid),
        "code": booking.code,
        "status": "confirmed",
        "start": "2026-05-01T15:00:00Z",
        "services": ["Cut"],
    }
    assert heard(page, "booked") == [told]
    assert heard(page, "error") == []


def test_another_one(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    for moment in ("2026-05-01T15:00:00Z", "2026-05-01T16:00:00Z"):
        start(page, moment).click()
        if not Booking.objects.exists():
            fill(page)
        submit(page).click()
        step(page, "done")
        page.get_by_role("button", name="Make another booking").click()
        expect(page.get_by_role("heading", name="When")).to_be_focused()
    found = Booking.objects.order_by("starts_at")
    assert [(f"{one.starts_at:%H:%M}", one.guest_first_name) for one in found] == [("15:00", "Ada"), ("16:00", "Ada")]
    assert len(heard(page, "ready")) == 1


def add_service(salon: Tenant, **fields: object) -> str:
    body = {
        "duration_minutes": 30,
        "price_cents": 2000,
        "resources": [{"resource_id": salon.resource("maria")}],
        **fields,
    }
    answer = salon.full.post("/v1/manage/services", body)
    assert answer.status_code == 201, answer.content
    return str(json.loads(answer.content)["id"])


def test_several_services_with_somebody(salon: Tenant, site: Site, page: Page) -> None:
    add_service(salon, name="Colour", description="Roots to tips")
    opened(page, site, salon)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="Please choose a service first.")).to_be_visible()
    page.get_by_role("checkbox", name="Cut").check()
    page.get_by_role("checkbox", name="Colour").check()
    expect(page.get_by_text("2 services · 1 h 30 min · $55")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    start(page, "2026-05-01T15:00:00Z").click()
    fill(page)
    submit(page).click()
    step(page, "done")
    held = Allocation.objects.filter(booking=only_booking()).order_by("starts_at")
    assert [f"{one.starts_at:%H:%M} {one.service.name}" for one in held] == ["15:00 Cut", "16:00 Colour"]


def test_with_whom(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    page.get_by_label("With").select_option("Jim")
    expect(page.get_by_label("With")).to_be_focused()
    start(page, "2026-05-01T15:00:00Z").click()
    expect(step(page, "details").locator("dd", has_text="Jim")).to_be_visible()
    fill(page)
    submit(page).click()
    step(page, "done")
    assert Allocation.objects.get(booking=only_booking()).resource.name == "Jim"


def test_given_by_the_page(salon: Tenant, site: Site, page: Page) -> None:
    colour = add_service(salon, name="Colour")
    opened(page, site, salon, service=colour, staff="Maria")
    expect(step(page, "when").get_by_text("Step 1 of 2")).to_be_visible()
    expect(page.get_by_role("button", name="Back")).to_have_count(0)
    start(page, "2026-05-01T15:00:00Z").click()
    fill(page)
    submit(page).click()
    step(page, "done")
    held = Allocation.objects.get(booking=only_booking())
    assert (held.service.name, held.resource.name) == ("Colour", "Maria")


def test_for_how_many(salon: Tenant, site: Site, page: Page) -> None:
    """As many as one of those who do it takes at once; then only they can be asked for."""
    wide = salon.full.patch(f"/v1/manage/resources/{salon.resource('maria')}", {"capacity_max": 3})
    assert wide.status_code == 200
    opened(page, site, salon)
    party = page.get_by_label("How many?")
    expect(party.locator("option")).to_have_text(["1 person", "2 people", "3 people"])
    expect(party).to_have_value("2")
    expect(page.get_by_label("With")).to_have_count(0)
    party.select_option("1 person")
    expect(page.get_by_label("With").locator("option")).to_have_text(["Anybody", "Maria", "Jim"])
    expect(party).to_be_focused()
    party.select_option("3 people")
    start(page, "2026-05-01T15:00:00Z").click()
    expect(step(page, "details").locator("dd", has_text="3 people")).to_be_visible()
    fill(page)
    submit(page).click()
    step(page, "done")
    assert only_booking().party_size == 3


def test_keys_alone(salon: Tenant, site: Site, page: Page) -> None:
    """By the order of tabs: into the grid, along its days, to the starts, through the form."""
    opened(page, site, salon)
    expect(start(page, "2026-05-01T15:00:00Z")).to_be_visible()
    for expected in ("With", "Next month", "Friday 1 May, times free"):
        page.keyboard.press("Tab")
        expect(page.locator("availengine-booking :focus")).to_have_accessible_name(expected)
    for key, date in (
        ("ArrowRight", "2026-05-02"),
        ("ArrowDown", "2026-05-09"),
        ("Home", "2026-05-04"),
        ("End", "2026-05-10"),
        ("ArrowLeft", "2026-05-09"),
        ("PageDown", "2026-06-09"),
        ("PageUp", "2026-05-09"),
        ("ArrowUp", "2026-05-02"),
    ):
        page.keyboard.press(key)
        expect(day(page, date)).to_be_focused()
    page.keyboard.press("Enter")
    expect(start(page, "2026-05-02T14:00:00Z")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("availengine-booking :focus")).to_have_text("09:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your details")).to_be_focused()
    for text in ("Ada", "Lovelace", "ada@example.com", "+1 312 555 0100", ""):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    step(page, "done")
    assert f"{only_booking().starts_at:%m-%d %H:%M}" == "05-02 14:00"


@pytest.mark.parametrize("variant", ["button", "popup"])
def test_in_a_dialog(salon: Tenant, site: Site, page: Page, variant: str) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request) if "/v1/businesses/" in request.url else None)
    opened(page, site, salon, variant=variant, label="Book a chair")
    opener = page.get_by_role("button", name="Book a chair")
    expect(opener).to_be_visible()
    assert asked == []
    opener.click()
    page.keyboard.press("Escape")
    opener.click()
    dialog = page.get_by_role("dialog", name="North Elm Studio")
    expect(dialog).to_be_visible()
    start(page, "2026-05-01T15:00:00Z").click()
    page.get_by_label("First name").fill("Ada")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("First name")).to_have_value("Ada")
    for _ in range(12):  # round and round: never behind it
        page.keyboard.press("Tab")
        within = "(e => !e || e === document.body || e.localName === 'availengine-booking')(document.activeElement)"
        assert page.evaluate(within)
    page.get_by_role("button", name="Close").click()
    expect(opener).to_be_focused()
    assert len(asked) == 3
    assert len(heard(page, "ready")) == 1


def test_attributes_that_change(salon: Tenant, site: Site, page: Page) -> None:
    """The page's own script may change its mind: another language, another variant."""
    opened(page, site, salon, variant="button")
    page.get_by_role("button", name="Book now").click()
    step(page, "when")
    page.evaluate("document.querySelector('availengine-booking').setAttribute('lang', 'de')")
    expect(page.get_by_role("dialog").get_by_role("heading", name="Wann")).to_be_visible()
    page.evaluate("document.querySelector('availengine-booking').removeAttribute('variant')")
    expect(page.get_by_role("dialog")).to_have_count(0)
    start(page, "2026-05-01T15:00:00Z").click()
    expect(step(page, "details").get_by_role("heading", name="Ihre Angaben")).to_be_focused()


def test_everybody_can_use_it(salon: Tenant, site: Site, page: Page, findings: axe.Findings) -> None:
    site.extra = ""  # the checker itself needs to evaluate text
    add_service(salon, name="Colour", description="Roots to tips")
    opened(page, site, salon, head='<meta name="color-scheme" content="light dark">')
    page.get_by_role("checkbox", name="Cut").check()
    assert findings(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(start(page, "2026-05-01T15:00:00Z")).to_be_visible()
    assert findings(page) == []
    start(page, "2026-05-01T15:00:00Z").click()
    submit(page).click()
    expect(page.get_by_text("Please fill this in.")).to_have_count(4)
    expect(page.get_by_label("First name")).to_be_focused()
    assert findings(page) == []
    fill(page)
    submit(page).click()
    step(page, "done")
    assert findings(page) == []


def test_as_dark_as_the_page_says(salon: Tenant, site: Site, page: Page) -> None:
    ground = "getComputedStyle(document.querySelector('availengine-booking').shadowRoot.firstChild).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(29, 31, 28)"
    both = '<meta name="color-scheme" content="light dark">'
    page.emulate_media(color_scheme="dark")
    for more, expected in (({}, light), ({"theme": "dark"}, dark), ({"head": both}, dark)):
        opened(page, site, salon, **more)
        step(page, "when")
        assert page.evaluate(ground) == expected
    opened(page, site, salon, head=both, theme="light")
    step(page, "when")
    assert page.evaluate(ground) == light


@pytest.mark.parametrize(
    ("page_language", "given", "of_business", "said"),
    [
        ("de-AT", {}, "en", "Wann"),
        ("de", {"lang": "el"}, "en", "Πότε"),
        ("fr", {}, "de", "Wann"),
        ("fr", {}, "fr", "When"),
    ],
)
def test_in_whose_language(
    salon: Tenant, site: Site, page: Page, page_language: str, given: dict[str, str], of_business: str, said: str
) -> None:
    Business.objects.filter(id=salon.business.id).update(language=of_business)
    opened(page, site, salon, language=page_language, **given)
    expect(step(page, "when").get_by_role("heading", level=3)).to_have_text(said)


@pytest.mark.parametrize(("zone", "theirs"), [("Europe/Athens", "18:00"), ("Pacific/Auckland", "Sat 03:00")])
def test_another_clock(salon: Tenant, site: Site, new_context: NewContext, zone: str, theirs: str) -> None:
    page = new_context(timezone_id=zone).new_page()
    opened(page, site, salon)
    expect(page.get_by_text(f"Times of Chicago: 10:00 there is {theirs} where you are.")).to_be_visible()
    start(page, "2026-05-01T15:00:00Z").click()
    expect(step(page, "details").locator("dd", has_text=theirs)).to_be_visible()


def test_the_same_clock(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    expect(page.get_by_text("Times of Chicago", exact=True)).to_be_visible()
    assert not Booking.objects.exists()
    assert page.locator("[aria-current=date]").get_attribute("data-date") == TODAY
