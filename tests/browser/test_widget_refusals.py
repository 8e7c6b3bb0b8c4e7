"""What the widget says and does when it is refused: to visitors politely, to who has put it there precisely."""

import pytest
from playwright.sync_api import Page, Route, expect

from bookings.models import Booking
from businesses.keys import forget_principals
from businesses.models import Business
from tests.api.calls import Tenant, nothing_changes
from tests.browser.conftest import NewContext
from tests.browser.site import Site
from tests.browser.watch import Watch
from tests.browser.widgets import TODAY, day, fill, heard, only_booking, opened, start, step, submit

TEN = "2026-05-01T15:00:00Z"


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context(timezone_id="America/Chicago").new_page()


def told(watch: Watch, *hints: str) -> None:
    """The console said exactly this, and what browsers add of their own."""
    own = [fault.split("availengine-booking: ")[1] for fault in watch.faults if "availengine-booking: " in fault]
    assert own == list(hints)
    watch.faults.clear()


# --- the page is not allowed ----------------------------------------


def test_a_key_of_another_site(salon: Tenant, site: Site, page: Page, watch: Watch, address: str) -> None:
    key = salon.caller("widget", allowed_origins=["https://elsewhere.example"]).secret
    opened(page, site, salon, key=key)
    expect(page.get_by_role("alert")).to_have_text(
        "Booking online is not possible at the moment. Please get in touch with us directly."
    )
    assert heard(page, "error") == [{"code": "foreign", "status": 0}]
    told(watch, f"{address} refuses this page. List {site.address} among the origins of the key.")


def test_no_key_at_all(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    opened(page, site, salon, key="avail_live_wrong")
    expect(page.get_by_role("alert")).to_contain_text("Booking online is not possible at the moment.")
    assert heard(page, "error") == [{"code": "invalid_token", "status": 401}]
    told(
        watch,
        'the key is not valid: Missing or invalid API key. Issue one in the dashboard under Set-up, "Page and widget".',
    )


def test_another_business(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    page.goto(site.paste("00000000-0000-4000-8000-000000000000", salon.widget.secret or ""))
    expect(page.get_by_role("alert")).to_contain_text("Booking online is not possible at the moment.")
    told(watch, "there is no such business for this key: check the attribute `business`.")


def test_a_policy_that_forbids_it(salon: Tenant, site: Site, page: Page, watch: Watch, address: str) -> None:
    site.connects = "'self'"
    opened(page, site, salon)
    expect(page.get_by_role("alert")).to_contain_text("Booking online is not possible at the moment.")
    assert heard(page, "error")[0]["code"] == "blocked"
    told(watch, f"the policy of this page forbids to ask {address}: add it to connect-src.")


# --- the time is gone ----------------------------------------


def test_a_lost_time(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    for name in ("maria", "jim"):
        salon.book(booking_date=TODAY, start_time="10:00", resource_id=salon.resource(name), phone="+13125550111")
    submit(page).click()
    lost = step(page, "lost")
    assert not Booking.objects.filter(guest_first_name="Ada").exists()
    expect(lost.get_by_text("Somebody has just taken 10:00 on Friday 1 May. Nothing was booked.")).to_be_visible()
    expect(page.get_by_role("heading", name="This time is gone")).to_be_focused()
    expect(lost.locator(".start")).to_have_count(5)
    start(page, "2026-05-01T16:00:00Z").click()
    expect(page.get_by_label("First name")).to_have_value("Ada")
    submit(page).click()
    step(page, "done")
    assert f"{Booking.objects.get(guest_first_name='Ada').starts_at:%H:%M}" == "16:00"


def test_from_a_lost_time_to_all_others(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    for name in ("maria", "jim"):
        salon.book(booking_date=TODAY, start_time="10:00", resource_id=salon.resource(name), phone="+13125550111")
    submit(page).click()
    page.get_by_role("button", name="See all times").click()
    expect(start(page, "2026-05-01T16:00:00Z")).to_be_visible()
    expect(start(page, TEN)).to_have_count(0)


# --- the line is bad ----------------------------------------


def test_a_dropped_answer_books_once(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    """The booking is made and its answer is lost: sent again with the same key, by itself."""
    keys = []

    def drop_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        if len(keys) == 1:
            assert answer.status == 201
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    page.route("**/v1/bookings/", drop_the_first)
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    done = step(page, "done")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    expect(done.get_by_text(only_booking().code)).to_be_visible()
    watch.faults.clear()  # the browser's own words for a broken line


def test_no_line_for_a_while(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    """Three tries, then words; the visitor's own try has the same key. Something else typed: another key."""
    keys = []

    def abort(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort("connectionfailed")

    page.route("**/v1/bookings/", abort)
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    submit(page).click()
    expect(page.get_by_role("alert").filter(has_text="it will not be booked twice")).to_be_visible()
    assert (len(keys), len(set(keys))) == (3, 1)
    assert heard(page, "error") == [{"code": "unreachable", "status": 0}]
    page.evaluate("document.querySelector('availengine-booking').notices.replaceChildren()")
    submit(page).click()
    expect(page.get_by_role("alert").filter(has_text="it will not be booked twice")).to_be_visible()
    expect(submit(page)).to_have_text("Book")
    assert (len(keys), len(set(keys))) == (6, 1)
    fill(page, **{"First name": "Augusta"})
    page.unroute("**/v1/bookings/")
    with page.expect_request("**/v1/bookings/") as sent:
        submit(page).click()
    step(page, "done")
    assert sent.value.headers["idempotency-key"] not in keys
    assert only_booking().guest_first_name == "Augusta"
    watch.faults.clear()  # the browser's own words for a broken line


def test_offline(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    opened(page, site, salon)
    expect(start(page, TEN)).to_be_visible()
    page.context.set_offline(True)
    day(page, "2026-05-02").click()
    expect(page.get_by_text("You are offline. Check your connection and try again.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(start(page, "2026-05-02T15:00:00Z")).to_be_visible()
    watch.faults.clear()


def test_no_answer_in_time(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    expect(start(page, TEN)).to_be_visible()
    page.route("**/v1/availability/*?*date=2026-05-02*", lambda route: None)
    day(page, "2026-05-02").click()
    page.clock.run_for(16_000)
    expect(page.get_by_text("There was no answer in time.")).to_be_visible()
    assert heard(page, "error") == [{"code": "timeout", "status": 0}]


# --- refused by the API ----------------------------------------


def test_past_due(salon: Tenant, site: Site, page: Page, watch: Watch) -> None:
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page)
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    forget_principals()
    with nothing_changes():
        submit(page).click()
        expect(
            page.get_by_text("Booking online is not possible at the moment. Please call +13125551234.")
        ).to_be_visible()
    assert heard(page, "error") == [{"code": "payment_required", "status": 402}]
    told(watch, "The subscription of this business is past due.")


def test_too_many_requests(salon: Tenant, site: Site, page: Page) -> None:
    """One opening asks six times: the business, its services and resources, dates beyond a page of them, and a day."""
    key = salon.caller("widget", allowed_origins=[site.address], requests_per_minute=6).secret
    opened(page, site, salon, key=key)
    expect(start(page, TEN)).to_be_visible()
    day(page, "2026-05-02").click()
    expect(page.get_by_text("Too many requests at the moment. Please try again in")).to_be_visible()
    assert heard(page, "error") == [{"code": "rate_limit_exceeded", "status": 429}]


def test_what_the_server_does_not_take(salon: Tenant, site: Site, page: Page) -> None:
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page, **{"E-mail": "ada@exam_ple.com"})
    submit(page).click()
    expect(page.get_by_text("This is not accepted. Please correct it.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    assert not Booking.objects.exists()
    page.get_by_label("E-mail").fill("ada@example.com")
    submit(page).click()
    step(page, "done")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"First name": " "}, "Please fill this in."),
        ({"E-mail": "ada"}, "This is not an e-mail address."),
        ({"Phone": "12"}, "This is not a phone number."),
    ],
)
def test_what_it_sees_itself(salon: Tenant, site: Site, page: Page, changes: dict[str, str], said: str) -> None:
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    opened(page, site, salon)
    start(page, TEN).click()
    fill(page, **changes)
    submit(page).click()
    expect(page.get_by_text(said)).to_be_visible()
    (label,) = changes
    expect(page.get_by_label(label)).to_be_focused()
    assert sent == []
