"""What a business pays the host: followed from Stripe, and what being past due means (DESIGN 8.11)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from availengine.sandbox import Sandbox
from businesses.models import Business
from payments import billing
from payments.models import StripeEvent, Subscription
from tests.api.calls import Tenant, nothing_changes, ok, refused
from tests.api.paying import NEAR, configure, jobs, paid, state, takes, unpaid
from tests.money import arrive, handle_events


def subscribe(tenant: Tenant, stripe: Sandbox) -> str:
    """The business pays for a price of the host's; the id of its subscription."""
    url = billing.subscribe_url(Business.objects.get(id=tenant.business.id), "price_premium")
    session = stripe.pay_session(url.split("/")[-1], email="owner@studio.example")
    return str(session["subscription"])


def becomes(stripe: Sandbox, subscription: str, status: str) -> None:
    stripe.set_subscription_status(subscription, status)
    arrive(stripe)


def standing(tenant: Tenant) -> str:
    return str(Business.objects.values_list("billing_status", flat=True).get(id=tenant.business.id))


@pytest.fixture
def subscription(studio: Tenant, stripe: Sandbox) -> str:
    found = subscribe(studio, stripe)
    arrive(stripe)
    return found


def test_a_subscription_is_entered(studio: Tenant, stripe: Sandbox, subscription: str) -> None:
    row = Subscription.objects.get()
    assert (row.business_id, row.subscription_ref, row.status) == (studio.business.id, subscription, "active")
    assert row.customer_ref.startswith("cus_")
    assert row.period_ends_at == timezone.now() + timedelta(days=30)
    assert standing(studio) == "active"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", "active"),
        ("trialing", "active"),
        ("past_due", "past_due"),
        ("unpaid", "past_due"),
        ("canceled", "past_due"),
        ("incomplete_expired", "past_due"),
        ("paused", "past_due"),
        ("incomplete", "active"),  # the first payment is under way: as it was
    ],
)
def test_what_a_status_means(studio: Tenant, stripe: Sandbox, subscription: str, status: str, expected: str) -> None:
    becomes(stripe, subscription, status)
    assert standing(studio) == expected
    assert Subscription.objects.get().status == status


def test_past_due_can_be_read_and_not_written_and_back(studio: Tenant, stripe: Sandbox, subscription: str) -> None:
    """At once, with keys that were used a moment ago."""
    booking = studio.book()["id"]
    becomes(stripe, subscription, "past_due")
    assert studio.item(booking)["status"] == "confirmed"
    assert "11:00" in studio.free()
    ok(studio.full.get(f"/v1/manage/bookings/{booking}/cancellation-preview"))
    with nothing_changes():
        for method, path, body in (
            ("POST", "/v1/bookings/", studio.public(start_time="11:00")),
            ("POST", "/v1/manage/bookings/staff-deposit", {}),
            ("PATCH", f"/v1/manage/bookings/{booking}", {"status": "cancelled"}),
            ("POST", f"/v1/manage/bookings/{booking}/cancel", None),
            ("POST", f"/v1/manage/bookings/{booking}/refund", None),
            ("POST", f"/v1/manage/bookings/{booking}/no-show", None),
        ):
            refused(studio.full.send(method, path, body), 402)
    becomes(stripe, subscription, "active")
    assert studio.book(start_time="11:00")["status"] == "confirmed"


def test_payments_under_way_still_settle(studio: Tenant, stripe: Sandbox, subscription: str, clock: Any) -> None:
    takes(studio, "authorization_hold")
    saved = paid(studio, stripe)
    takes(studio)
    paying, waiting = unpaid(studio, start_time="11:00"), unpaid(studio, start_time="12:00")
    becomes(stripe, subscription, "past_due")
    stripe.confirm(paying["stripe_client_secret"])
    arrive(stripe)
    assert state(studio, paying["booking"]["id"]) == ("confirmed", "paid")
    clock.move_to("2026-05-12T07:00:00Z")
    jobs()
    assert state(studio, waiting["booking"]["id"]) == ("cancelled", "expired")
    assert state(studio, saved) == ("confirmed", "held")


def test_events_in_any_order_lead_to_what_stripe_says_now(studio: Tenant, stripe: Sandbox, subscription: str) -> None:
    for status in ("past_due", "active", "past_due", "active"):
        stripe.set_subscription_status(subscription, status)
    arrive(stripe)
    assert (standing(studio), Subscription.objects.get().status) == ("active", "active")


def test_an_older_subscription_that_ends_counts_for_nothing(studio: Tenant, stripe: Sandbox, subscription: str) -> None:
    newer = subscribe(studio, stripe)
    arrive(stripe)
    assert Subscription.objects.get().subscription_ref == newer
    becomes(stripe, subscription, "canceled")
    assert (standing(studio), Subscription.objects.get().subscription_ref) == ("active", newer)
    becomes(stripe, newer, "past_due")
    assert standing(studio) == "past_due"


@pytest.mark.parametrize("named", ["slug", "uuid"])
def test_a_business_is_named_by_its_slug_or_id(studio: Tenant, stripe: Sandbox, named: str) -> None:
    name = studio.business.slug if named == "slug" else studio.id
    made = _subscribed_elsewhere(name)
    arrive(stripe)
    assert Subscription.objects.get().subscription_ref == made


def _subscribed_elsewhere(name: str) -> str:
    """As somebody would in Stripe's dashboard."""
    customer = billing.ask(billing.HOST, "customers.create", {"email": "owner@studio.example"}, key="a")["id"]
    params = {"customer": customer, "items": [{"price": "price_premium"}], "metadata": {"business": name}}
    return str(billing.ask(billing.HOST, "subscriptions.create", params, key="b")["id"])


def test_a_subscription_of_nobody_here_is_tried_again(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    made = _subscribed_elsewhere("not-here-yet")
    arrive(stripe)
    row = StripeEvent.objects.get()
    assert (row.handled_at, row.problem) == (None, f"UnknownObject: No business belongs to {made}.")
    assert not Subscription.objects.exists()
    configure(studio, slug="not-here-yet")
    clock.move_to(row.next_try_at)
    handle_events()
    assert Subscription.objects.get().business_id == studio.business.id


def test_without_a_name_it_is_nobodys(studio: Tenant, stripe: Sandbox) -> None:
    _subscribed_elsewhere("")
    arrive(stripe)
    assert not Subscription.objects.exists()


def test_another_business_is_not_touched(studio: Tenant, rival: Tenant, stripe: Sandbox, subscription: str) -> None:
    becomes(stripe, subscription, "past_due")
    assert (standing(studio), standing(rival)) == ("past_due", "active")


def test_without_stripe_every_business_is_active(studio: Tenant, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    jobs()
    assert standing(studio) == "active"
    assert studio.book(booking_date=NEAR)["status"] == "confirmed"
