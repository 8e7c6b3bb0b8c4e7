import threading
import time
from typing import Any

import pytest
import stripe

from availengine.sandbox import Sandbox
from availengine.sandbox.errors import ApiError
from tests.sandbox.calls import checkout, types

RECURRING = {
    "currency": "eur",
    "unit_amount": 2900,
    "product_data": {"name": "Membership"},
    "recurring": {"interval": "month"},
}


def test_a_session_is_paid(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api, client_reference_id="9", metadata={"a": "b"}, customer_creation="always")
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 1400)
    assert (session.payment_intent, session.customer) == (None, None)
    assert session.url == f"{sandbox.url}/checkout/{session.id}"

    sandbox.pay_session(session.id, email="ann@example.com")
    done = api.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "customer"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.payment_intent.latest_charge.amount_captured == 1400
    assert (done.customer.email, done.customer_details.email) == ("ann@example.com", "ann@example.com")
    (found,) = api.checkout.sessions.list({"payment_intent": done.payment_intent.id}).data
    assert found.id == session.id
    (event,) = api.events.list({"type": "checkout.session.completed"}).data
    assert event.data.object.client_reference_id == "9"


def test_a_session_only_holds_the_money(sandbox: Sandbox, api: stripe.V1Services) -> None:
    data = {"capture_method": "manual", "metadata": {"booking": "9"}, "description": "Table"}
    session = checkout(api, payment_intent_data=data)
    done = sandbox.pay_session(session.id)
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    intent = api.payment_intents.capture(done["payment_intent"])
    assert (intent.metadata["booking"], intent.description, intent.amount_received) == ("9", "Table", 1400)
    assert api.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_decline_leaves_the_session_open(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api)
    assert sandbox.pay_session(session.id, "pm_card_chargeDeclined")["status"] == "open"
    done = sandbox.pay_session(session.id)
    assert done["status"] == "complete"
    assert [intent["id"] for intent in sandbox.objects("payment_intent")] == [done["payment_intent"]]
    with pytest.raises(ApiError, match="This one is complete"):
        sandbox.pay_session(session.id)
    assert sandbox.balance(done["payment_intent"]) == 1400


def test_two_clicks_pay_once(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api)
    outcomes = []

    def click() -> None:
        try:
            outcomes.append(sandbox.pay_session(session.id)["status"])
        except ApiError:
            outcomes.append("refused")

    clicks = [threading.Thread(target=click) for _ in range(5)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(outcomes) == ["complete"] + ["refused"] * 4
    assert len(sandbox.objects("charge")) == 1


def test_a_slow_payment_completes_the_session_unpaid(sandbox: Sandbox, api: stripe.V1Services) -> None:
    done = sandbox.pay_session(checkout(api).id, "pm_usBankAccount_success")
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    sandbox.advance(10)
    assert api.checkout.sessions.retrieve(done["id"]).payment_status == "paid"


def test_three_d_secure_comes_before_the_completion(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api)
    waiting = sandbox.pay_session(session.id, "pm_card_threeDSecure2Required")
    assert waiting["status"] == "open"
    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session"):
        api.payment_intents.cancel(waiting["payment_intent"])
    sandbox.complete_action(waiting["payment_intent"])
    assert api.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_session_expires_by_itself(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api, expires_at=int(time.time()) + 1800)
    intent = sandbox.pay_session(session.id, "pm_card_threeDSecure2Required")["payment_intent"]
    sandbox.advance(1795)
    assert api.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.advance(60)
    assert api.checkout.sessions.retrieve(session.id).status == "expired"
    assert api.payment_intents.retrieve(intent).status == "canceled"
    assert types(sandbox)[-2:] == ["checkout.session.expired", "payment_intent.canceled"]


def test_only_open_sessions_can_be_expired(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api)
    assert api.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(session.id)
    with pytest.raises(ApiError, match="expired"):
        sandbox.pay_session(session.id)
    assert sandbox.objects("payment_intent") == []


def test_a_card_is_saved(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    session = api.checkout.sessions.create(
        {
            "mode": "setup",
            "customer": customer,
            "success_url": "http://shop.test/",
            "setup_intent_data": {"metadata": {"booking": "1"}},
        }
    )
    assert session.payment_status == "no_payment_required"
    sandbox.pay_session(session.id)
    done = api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.setup_intent.metadata["booking"]) == ("complete", "1")
    assert done.setup_intent.payment_method.customer == customer


def test_a_subscription_begins(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api, mode="subscription", line_items=[{"price_data": RECURRING, "quantity": 1}])
    sandbox.pay_session(session.id, email="ann@example.com")
    done = api.checkout.sessions.retrieve(session.id, {"expand": ["subscription.default_payment_method"]})
    assert (done.payment_status, done.payment_intent, done.subscription.status) == ("paid", None, "active")
    assert done.subscription.default_payment_method.customer == done.customer

    sandbox.set_subscription_status(done.subscription.id, "past_due")
    assert api.subscriptions.retrieve(done.subscription.id).status == "past_due"
    assert api.subscriptions.update(done.subscription.id, {"cancel_at_period_end": True}).cancel_at is not None
    assert api.subscriptions.cancel(done.subscription.id).status == "canceled"
    assert [name for name in types(sandbox) if name.startswith("customer.subscription")] == [
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.updated",
        "customer.subscription.deleted",
    ]


def test_subscriptions_by_price_and_with_a_trial(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    made = api.subscriptions.create(
        {"customer": customer, "items": [{"price": "price_from_elsewhere"}], "trial_period_days": 14}
    )
    assert (made.status, made["items"].data[0].price.id) == ("trialing", "price_from_elsewhere")
    product = api.products.create({"name": "Plan"})
    price = api.prices.create(
        {"currency": "usd", "unit_amount": 500, "product": product.id, "recurring": {"interval": "year"}}
    )
    session = checkout(
        api,
        mode="subscription",
        line_items=[{"price": price.id, "quantity": 1}],
        customer=customer,
        subscription_data={"trial_period_days": 7},
    )
    assert session.amount_total == 500
    assert sandbox.pay_session(session.id)["payment_status"] == "no_payment_required"
    assert {found.status for found in api.subscriptions.list({"customer": customer})} == {"trialing"}
    assert sandbox.objects("charge") == []


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"mode": "gift"}, "mode"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"success_url": ""}, "success_url"),
        ({"cancel_url": "ftp://x.test"}, "cancel_url"),
        ({"expires_at": int(time.time()) + 1500}, "expires_at"),
        ({"expires_at": int(time.time()) + 25 * 3600}, "expires_at"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price_data": {"currency": "eur", "unit_amount": 1}}]}, None),
        ({"customer": "cus_unknown"}, "customer"),
        ({"payment_intent_data": {"capture_method": "later"}}, None),
        ({"metadata": {"a": "x" * 501}}, None),
        ({"line_items": [{"price_data": RECURRING}]}, "line_items"),
    ],
)
def test_bad_sessions_are_refused(
    sandbox: Sandbox, api: stripe.V1Services, more: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        checkout(api, **more)
    assert param is None or refused.value.param == param
    assert sandbox.objects("checkout.session") == []


def test_the_lines_can_be_read(api: stripe.V1Services) -> None:
    session = checkout(api, expand=["line_items"])
    assert [(line.description, line.quantity, line.amount_total) for line in session.line_items.data] == [
        ("Table", 2, 1400)
    ]
    assert len(api.checkout.sessions.line_items.list(session.id).data) == 1
