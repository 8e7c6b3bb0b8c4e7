"""How the business stands with the host."""

from datetime import UTC, datetime
from typing import Any

from businesses.models import Business
from businesses.tenants import save_business
from payments.models import Subscription
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.reading import queries_of, text

PAGE = "/dashboard/salon/setup/billing/"


def test_without_a_subscription(signed_in: AsSomebody) -> None:
    page = text(signed_in("owner").get(PAGE))
    assert "Plan Basic" in page
    assert "State In good standing" in page
    assert "No subscription is on record here." in page
    assert "ask who runs this installation." in page


def test_past_due(signed_in: AsSomebody, salon: Business, settings: Any) -> None:
    settings.HOST_CONTACT = "host@example.com"
    save_business(salon.id, {"billing_status": "past_due", "plan": "premium"}, now=datetime.now(UTC))
    entry = salon.auditentrys.order_by("-id")[0]
    salon.auditentrys.filter(id=entry.id).update(created_at=datetime(2026, 5, 2, 3, tzinfo=UTC))
    Subscription.objects.create(
        business=salon,
        subscription_ref="sub_123",
        status="past_due",
        period_ends_at=datetime(2026, 6, 1, 12, tzinfo=UTC),
    )
    page = text(signed_in("owner").get(PAGE))
    assert "Plan Premium" in page
    assert "State Past due since Friday, 1 May 2026" in page
    assert "Stripe says A payment has failed Period ends Monday, 1 June 2026 Reference sub_123" in page
    assert "customers cannot book" in page
    assert "ask host@example.com." in page


def test_of_what_stripe_says_else(signed_in: AsSomebody, salon: Business, rival: Business) -> None:
    Subscription.objects.create(business=salon, subscription_ref="sub_1", status="brand_new")
    Subscription.objects.create(business=rival, subscription_ref="sub_2", status="active")
    page = text(signed_in("owner").get(PAGE))
    assert "Stripe says brand_new Reference sub_1" in page
    assert "sub_2" not in page
    assert "Period ends" not in page


def test_a_fixed_number_of_queries(signed_in: AsSomebody) -> None:
    assert queries_of(signed_in("owner"), PAGE) < 8
