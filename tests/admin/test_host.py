"""The host's page, and what every page of the admin is allowed to do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from bookings.health import backlogs
from bookings.models import Allocation, Message
from businesses.models import Business
from payments.models import Instruction, StripeEvent
from tests.admin.conftest import TENANT_MODELS, listing, row_of
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import browser
from tests.visits import World
from webhooks.models import Delivery


def words(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def test_plans_billing_and_health(salon: World, rival: World, host: Client) -> None:
    Business.objects.filter(id=rival.business.id).update(billing_status="past_due", plan="premium")
    page = words(host.get("/admin/host/").content)
    for said in (
        "database ok",
        "broker ok",
        "tasks waiting for a worker 0",
        "basic active 1 premium past_due 1",
        "Past due: The rival .",
        "Subscriptions at Stripe: 2 active.",
        "Messages 0 – 2",
    ):
        assert said in page, said


def test_backlogs(salon: World, rival: World) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    old = now - timedelta(hours=2)
    Delivery.objects.update(state="pending", next_try_at=old)
    Message.objects.update(created_at=now, next_try_at=None)
    Instruction.objects.update(created_at=now)
    StripeEvent.objects.create(event_ref="evt_1", type="x", object_ref="pi_1", received_at=old, next_try_at=now)
    StripeEvent.objects.create(event_ref="evt_2", type="x", object_ref="pi_2", received_at=old)
    StripeEvent.objects.create(event_ref="evt_3", type="x", object_ref="pi_3", received_at=old, handled_at=now)
    StripeEvent.objects.update(received_at=old)
    found = {row.name: (row.waiting, row.oldest, row.failed, row.late) for row in backlogs(now=now)}
    waiting = Delivery.objects.count()
    assert found == {
        "Webhook deliveries": (waiting, old, 0, True),
        "Messages": (0, None, 2, False),
        "Instructions to Stripe": (2, now, 0, False),
        "Events of Stripe": (1, old, 1, True),
    }
    assert waiting > 0
    late = {row.name: row.failed for row in backlogs(now=now + timedelta(days=8))}
    assert late["Messages"] == late["Events of Stripe"] == 0


def test_promises_on_demand(salon: World, host: Client) -> None:
    assert "A check reads all of it" in words(host.get("/admin/host/").content)
    with nothing_changes():
        page = words(host.post("/admin/host/").content)
    assert "no two active allocations of a resource overlap" in page
    Allocation.objects.update(active=False)
    page = words(host.post("/admin/host/").content)
    assert "but allocation" in page


def test_checking_needs_the_token_of_the_page(host: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = host.cookies
    assert careful.post("/admin/host/").status_code == 403


def test_members_do_not_see_it(salon: World, owner: Client) -> None:
    assert owner.get("/admin/host/").status_code == owner.post("/admin/host/").status_code == 403
    assert b"/admin/host/" not in owner.get("/admin/").content
    assert browser().get("/admin/host/").headers["Location"].startswith("/admin/login/")


def test_the_number_of_queries(salon: World, rival: World, host: Client, django_assert_num_queries: Any) -> None:
    host.get("/admin/host/")
    with django_assert_num_queries(11):  # session, user, language of nobody; four backlogs, readings, plans, billing
        host.get("/admin/host/")


# --- the policy ---------------------------------------------------------------------------------------------------

POLICY = {
    "default-src 'self'",
    "script-src 'self' 'unsafe-eval'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}


def check(response: Any) -> None:
    """No script and no style within the page, and nothing from elsewhere."""
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    page = response.content.decode()
    assert page.count('"includeIndicatorStyles": false') == 1  # htmx would write styles
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert re.findall(r"<style|javascript:|\son\w+=\"", page) == []
    assert re.findall(r"(?:src|href|action)=\"((?:https?:)?//[^\"]*)", page) == []


def test_pages_keep_the_policy(salon: World, owner: Client, host: Client) -> None:
    for client in (owner, host):
        check(client.get("/admin/"))
        for model in TENANT_MODELS:
            check(client.get(listing(model)))
            check(client.get(f"{listing(model)}{row_of(model, salon).pk}/change/"))
            check(client.get(f"{listing(model)}{row_of(model, salon).pk}/history/"))
    check(host.get("/admin/host/"))
    check(owner.get("/admin/businesses/closure/add/"))


def test_what_people_type_is_only_text(salon: World, owner: Client) -> None:
    """Alpine evaluates attributes: a name must never become one."""
    name = "'}});alert(1)//\"><script>alert(1)</script>{{ 7*7 }}"
    Business.objects.filter(id=salon.business.id).update(name=name)
    salon.business.closures.create(reason=name, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
    for path in ("/admin/", "/admin/businesses/business/", "/admin/businesses/closure/", "/admin/bookings/booking/"):
        page = owner.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert re.findall(r"(?:x-[\w:.-]+|@[\w.-]+)=\"[^\"]*alert", page) == []


def test_the_rest_keeps_the_strict_policy(salon: World, owner: Client) -> None:
    assert "unsafe" not in owner.get("/dashboard/salon/").headers["Content-Security-Policy"]


def test_the_way_in_from_the_dashboard(salon: World, owner: Client, as_role: Any) -> None:
    assert b'href="/admin/"' in owner.get("/dashboard/salon/").content
    assert b'href="/admin/"' not in as_role("staff").get("/dashboard/salon/").content
    assert owner.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"
