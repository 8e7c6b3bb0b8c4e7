import time
from typing import Any

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import hold, pay, types

DAY = 86400


def test_a_payment_goes_through(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "EUR", "metadata": {"booking": "7"}})
    assert (intent.status, intent.currency, intent.livemode) == ("requires_payment_method", "eur", False)

    intent = api.payment_intents.update(intent.id, {"payment_method": "pm_card_mastercard", "metadata": {"a": "b"}})
    assert intent.status == "requires_confirmation"
    assert intent.metadata.to_dict() == {"booking": "7", "a": "b"}

    intent = api.payment_intents.confirm(intent.id, {"expand": ["latest_charge", "payment_method"]})
    assert (intent.status, intent.amount_received) == ("succeeded", 1200)
    charge = intent.latest_charge
    assert (charge.captured, charge.amount_captured, charge.amount_refunded, charge.disputed) == (True, 1200, 0, False)
    assert charge.payment_method_details.card.to_dict().items() >= {"brand": "mastercard", "last4": "4444"}.items()
    assert intent.payment_method.card.last4 == "4444"
    assert types(sandbox) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert sandbox.balance(intent.id) == 1200


def test_a_part_of_a_hold_is_captured(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = hold(api)
    assert (intent.status, intent.amount_capturable, sandbox.balance(intent.id)) == ("requires_capture", 5000, 0)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.capture(intent.id, {"amount_to_capture": 5001})
    assert refused.value.code == "amount_too_large"

    intent = api.payment_intents.capture(intent.id, {"amount_to_capture": 3000})
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 3000, 0)
    assert sandbox.balance(intent.id) == 3000
    assert types(sandbox)[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_a_second_capture_is_refused_with_the_intent_in_the_error(api: stripe.V1Services) -> None:
    intent = hold(api)
    api.payment_intents.capture(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.capture(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.error.payment_intent["status"] == "succeeded"


def test_a_hold_is_released(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.cancel(hold(api).id, {"cancellation_reason": "abandoned"})
    assert (intent.status, intent.cancellation_reason, intent.amount_capturable) == ("canceled", "abandoned", 0)
    assert types(sandbox)[-1] == "payment_intent.canceled"
    for call in (api.payment_intents.cancel, api.payment_intents.capture, api.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call(intent.id)
        assert refused.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("more", "life"),
    [
        ({}, 7 * DAY),
        ({"off_session": True}, 4 * DAY + 18 * 3600),
        ({"off_session": True, "payment_method": "pm_card_mastercard"}, 7 * DAY),
    ],
)
def test_holds_expire(sandbox: Sandbox, api: stripe.V1Services, more: dict[str, Any], life: int) -> None:
    intent = hold(api, expand=["latest_charge"], **more)
    before = intent.latest_charge.payment_method_details.card.capture_before
    assert before == pytest.approx(time.time() + life, abs=5)

    sandbox.advance(life - 60)
    assert api.payment_intents.retrieve(intent.id).status == "requires_capture"
    sandbox.advance(120)
    expired = api.payment_intents.retrieve(intent.id)
    assert (expired.status, expired.cancellation_reason) == ("canceled", "automatic")
    assert types(sandbox)[-2:] == ["charge.expired", "payment_intent.canceled"]


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_declines(sandbox: Sandbox, api: stripe.V1Services, method: str, code: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay(api, method=method)
    error = declined.value.error
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)

    intent = api.payment_intents.retrieve(error.payment_intent["id"], {"expand": ["latest_charge"]})
    assert (intent.status, intent.last_payment_error.decline_code) == ("requires_payment_method", decline_code)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert types(sandbox) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert sandbox.balance(intent.id) == 0

    again = api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (again.status, again.last_payment_error) == ("succeeded", None)


@pytest.mark.parametrize(("ok", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
def test_three_d_secure(sandbox: Sandbox, api: stripe.V1Services, ok: bool, status: str) -> None:
    intent = pay(api, method="pm_card_threeDSecure2Required", return_url="http://shop.test/back")
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.to_dict() == {
        "url": f"{sandbox.url}/3d-secure/{intent.client_secret}",
        "return_url": "http://shop.test/back",
    }

    assert sandbox.complete_action(intent.id, ok=ok)["status"] == status
    found = api.payment_intents.retrieve(intent.id)
    assert found.next_action is None
    if not ok:
        assert found.last_payment_error.code == "payment_intent_authentication_failure"
        assert types(sandbox)[-1] == "payment_intent.payment_failed"


def test_three_d_secure_is_impossible_without_the_payer(api: stripe.V1Services) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay(api, method="pm_card_authenticationRequired", off_session=True)
    assert declined.value.code == "authentication_required"
    assert declined.value.error.payment_intent["status"] == "requires_payment_method"


def test_a_saved_card_is_charged_later(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({"email": "ann@example.com"})
    intent = api.payment_intents.create(
        {"amount": 100, "currency": "eur", "customer": customer.id, "setup_future_usage": "off_session"}
    )
    assert sandbox.confirm(intent.client_secret, "pm_card_authenticationRequiredOnSetup")["status"] == "requires_action"
    method = sandbox.complete_action(intent.id)["payment_method"]

    assert [found.id for found in api.payment_methods.list({"customer": customer.id})] == [method]
    later = pay(api, method=method, customer=customer.id, off_session=True)
    assert later.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        pay(api, method=method)
    api.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        pay(api, method=method, customer=customer.id)


def test_each_use_of_a_named_method_is_a_fresh_one(api: stripe.V1Services) -> None:
    first, second = pay(api), pay(api)
    assert first.payment_method != second.payment_method
    assert first.payment_method.startswith("pm_")


def test_the_list_is_paged_and_filtered(api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    made = [pay(api, 100 + number, customer=customer).id for number in range(3)]
    pay(api)
    page = api.payment_intents.list({"customer": customer, "limit": 2, "expand": ["data.latest_charge"]})
    assert ([found.id for found in page.data], page.has_more) == ([made[2], made[1]], True)
    assert page.data[0].latest_charge.amount_captured == 102
    rest = api.payment_intents.list({"customer": customer, "limit": 2, "starting_after": made[1]})
    assert ([found.id for found in rest.data], rest.has_more) == ([made[0]], False)
    back = api.payment_intents.list({"customer": customer, "limit": 1, "ending_before": made[0]})
    assert [found.id for found in back.data] == [made[1]]
    assert len(api.payment_intents.list({"created": {"gte": int(time.time()) - 60}}).data) == 4
    assert api.payment_intents.list({"created": {"gt": int(time.time()) + 60}}).data == []


@pytest.mark.parametrize("amount", [0, -1, 100_000_000, 10**30, "1.5", "x", "", "١"])
def test_amounts_have_bounds(sandbox: Sandbox, api: stripe.V1Services, amount: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.create({"amount": amount, "currency": "eur"})
    assert refused.value.param == "amount"
    assert sandbox.objects("payment_intent") == []


def test_the_bounds_themselves_are_allowed(api: stripe.V1Services) -> None:
    assert pay(api, 1).amount_received == 1
    assert pay(api, 99_999_999).amount_received == 99_999_999


def test_money_cannot_be_changed_afterwards(api: stripe.V1Services) -> None:
    intent = pay(api)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.update(intent.id, {"amount": 1})
    assert api.payment_intents.update(intent.id, {"metadata": {"late": "yes"}}).metadata["late"] == "yes"
    assert "late" not in api.payment_intents.update(intent.id, {"metadata": {"late": ""}}).metadata


@pytest.mark.parametrize(
    ("method", "status", "event"),
    [
        ("pm_usBankAccount_success", "succeeded", "payment_intent.succeeded"),
        ("pm_usBankAccount_insufficientFunds", "requires_payment_method", "payment_intent.payment_failed"),
    ],
)
def test_slow_payments(sandbox: Sandbox, api: stripe.V1Services, method: str, status: str, event: str) -> None:
    intent = pay(api, method=method)
    assert (intent.status, types(sandbox)[-1]) == ("processing", "payment_intent.processing")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.cancel(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    sandbox.advance(10)
    assert (api.payment_intents.retrieve(intent.id).status, types(sandbox)[-1]) == (status, event)
