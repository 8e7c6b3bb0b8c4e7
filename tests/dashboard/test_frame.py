"""What is around every page: policy, no foreign address, navigation by role, languages, the ways in and out."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from bookings.links import new_link
from bookings.models import Booking
from businesses.models import Business, Member
from tests import factories
from tests.api.calls import Tenant
from tests.dashboard.conftest import AsSomebody, browser, person

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}

OPEN = [
    "/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/inactive/",
    "/accounts/invitation/x",
    "/pay/thanks",
    "/pay/later",
    "/no-such-page",
]
SETUP = (
    *("services", "services/new", "resources", "resources/new", "resources/several", "hours", "closures"),
    *("closures/new", "closures/holidays", "rules", "deposits", "business"),
)
OWN = [
    "/",
    "/dashboard/salon/",
    "/dashboard/salon/?day=2026-05-15&status=late",
    "/dashboard/salon/calendar/",
    "/dashboard/salon/insights/",
    "/dashboard/salon/bookings/",
    "/dashboard/salon/bookings/?q=nobody",
    "/dashboard/salon/bookings/?first=x",
    "/dashboard/salon/customers/",
    "/dashboard/salon/customers/new/",
    "/dashboard/salon/disruption/",
    "/dashboard/salon/disruption/?resource=x",
    "/dashboard/salon/walk-in/",
    "/dashboard/salon/bookings/new/",
    "/dashboard/salon/setup/",
    "/dashboard/salon/setup/members/",
    "/dashboard/salon/setup/page/",
    "/dashboard/salon/setup/keys/",
    "/dashboard/salon/setup/webhooks/",
    "/dashboard/salon/setup/audit/",
    "/dashboard/salon/setup/billing/",
    "/dashboard/salon/messages/",
    "/dashboard/salon/why/",
    "/dashboard/new/",
    *(f"/dashboard/salon/setup/{page}/" for page in SETUP),
    "/dashboard/none/",
    "/accounts/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/security/",
    "/accounts/sessions/",
]


def check(response: Any) -> None:
    """The policy is there, and nothing on the page breaks it or comes from elsewhere."""
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    page = response.content.decode()
    assert page.startswith("<!doctype html>")
    assert re.findall(r"\sstyle=|<style|javascript:|\son\w+=", page) == []
    assert re.findall(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))[^>]*>", page) == []
    page = re.sub(r'<a [^>]*rel="noopener noreferrer"[^>]*>', "", page)  # links that lead away tell nobody from where
    assert re.findall(r"(?:src|href|action|content)=\"((?:https?:)?//[^\"]*)", page) == []
    for landmark in ("<main", "<h1"):
        assert page.count(landmark) == 1


@pytest.mark.parametrize("path", OPEN)
def test_open_pages(db: None, path: str) -> None:
    check(Client().get(path))


@pytest.mark.parametrize("path", OWN)
def test_own_pages(signed_in: AsSomebody, path: str) -> None:
    check(signed_in("owner").get(path))


def test_customers_pages(db: None) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 12, 0, tzinfo=UTC), tick=False):
        tenant = Tenant(factories.business())
        booking = Booking.objects.get(uuid=tenant.book()["id"])
        page = Client().get(urlsplit(new_link(booking)).path)
    assert page.status_code == 200
    check(page)


def test_refusals_are_pages_in_the_frame(signed_in: AsSomebody) -> None:
    response = signed_in("viewer").get("/dashboard/salon/setup/members/")
    assert response.status_code == 403
    check(response)
    assert "Your role does not allow this." in response.content.decode()
    assert 'href="/dashboard/salon/"' in response.content.decode()


def test_documents_of_the_api_keep_working(db: None) -> None:
    for path in ("/v1/docs", "/v1/redoc"):
        policy = Client().get(path).headers["Content-Security-Policy"]
        assert "style-src 'self' 'unsafe-inline'" in policy
        assert "script-src" not in policy
    assert "SwaggerUIBundle" in Client().get("/v1/docs?script=").content.decode()


def test_the_api_carries_no_policy(db: None) -> None:
    assert "Content-Security-Policy" not in Client().get("/v1/businesses/x").headers


DESK = ["Today", "Calendar", "Bookings", "Customers", "Waitlist", "Insights"]


def labels(page: str) -> list[str]:
    nav = page[page.index('<nav class="nav"') : page.index("</nav>")]
    return re.findall(r"<span>([^<]+)</span>", nav)


@pytest.mark.parametrize(
    ("role", "shown"),
    [("viewer", DESK), ("staff", DESK), ("manager", [*DESK, "Set-up"]), ("owner", [*DESK, "Set-up"])],
)
def test_navigation_by_role(signed_in: AsSomebody, role: str, shown: list[str]) -> None:
    """Pages of the navigation that do not exist (yet) are left out."""
    page = signed_in(role).get("/dashboard/salon/").content.decode()
    assert labels(page) == shown
    assert page.count('aria-current="page"') == 1


def test_several_businesses(signed_in: AsSomebody, rival: Business) -> None:
    person(rival, "viewer", "owner@salon.example")
    owner = signed_in("owner")
    page = owner.get("/dashboard/").content.decode()
    for slug in ("salon", "rival"):
        assert f'href="/dashboard/{slug}/"' in page
        assert f'href="/dashboard/{slug}/"' in owner.get("/dashboard/salon/").content.decode()
    assert owner.get("/dashboard/rival/setup/").status_code == 403


def test_no_business(db: None, rival: Business) -> None:
    member = person(rival, "staff", "lost@example.com")
    Member.objects.all().delete()
    assert "lost@example.com is not a member of any business." in browser(member).get("/dashboard/").content.decode()


def test_addresses_without_the_slash(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    assert owner.get("/dashboard").headers["Location"] == "/dashboard/"
    assert owner.get("/dashboard/salon").headers["Location"] == "/dashboard/salon/"


def test_past_due(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    assert "past due" not in owner.get("/dashboard/salon/").content.decode()
    Business.objects.filter(id=salon.id).update(billing_status="past_due")
    assert "The subscription of this business is past due." in owner.get("/dashboard/salon/").content.decode()
    answer = owner.post("/dashboard/salon/setup/members/", {"email": "a@example.com", "role": "staff"})
    assert answer.status_code == 402
    check(answer)


def test_in_the_language_of_the_business(signed_in: AsSomebody, salon: Business) -> None:
    for language, word in (("de", "Heute"), ("el", "Σήμερα"), ("en", "Today"), ("fr", "Today")):
        Business.objects.filter(id=salon.id).update(language=language)
        page = signed_in("owner").get("/dashboard/salon/", headers={"Accept-Language": "de"}).content.decode()
        assert f"<h1>{word}</h1>" in page
        assert f'<html lang="{language if language != "fr" else "en"}">' in page


def test_in_the_language_of_the_visitor(db: None) -> None:
    for language, word in (("de-AT", "Anmelden"), ("el", "Σύνδεση"), ("fr", "Sign in")):
        page = Client().get("/accounts/login/", headers={"Accept-Language": language}).content.decode()
        assert f"<h1>{word}</h1>" in page
    assert Client().get("/v1/businesses/x", headers={"Accept-Language": "de"}).json()["error"]["message"] != ""


def test_htmx_is_sent_to_sign_in_as_a_whole(salon: Business) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/dashboard/salon/"}
    answer = Client().get("/dashboard/salon/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/dashboard/salon/"


def test_htmx_gets_a_notice_instead_of_a_page(signed_in: AsSomebody) -> None:
    answer = signed_in("viewer").get("/dashboard/salon/setup/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (403, "#notices")
    assert answer.content.decode().strip().startswith('<p class="notice')


def test_nothing_is_kept_by_browsers(signed_in: AsSomebody) -> None:
    assert "no-store" in signed_in("owner").get("/dashboard/salon/").headers["Cache-Control"]


def test_the_day_in_the_zone_of_the_business(db: None) -> None:
    """At 03:00 UTC it is still the evening before in Chicago."""
    with time_machine.travel(datetime(2026, 5, 1, 12, 0, tzinfo=UTC), tick=False) as clock:
        tenant = Tenant(factories.business())
        tenant.book(booking_date="2026-05-01", start_time="09:00", first_name="Jane", last_name="Doe")
        tenant.book(booking_date="2026-05-02", start_time="09:00", first_name="John", last_name="Doe")
        owner = browser(person(tenant.business, "owner"))
        clock.move_to(datetime(2026, 5, 2, 3, 0, tzinfo=UTC))
        page = owner.get("/dashboard/salon/").content.decode()
    assert "Friday, 1 May 2026." in page
    assert "Times are of America/Chicago." in page
    assert "Jane Doe" in page
    assert "John Doe" not in page
    assert "09:00 – 10:00" in page
    assert '<span class="state">Confirmed</span>' in page
