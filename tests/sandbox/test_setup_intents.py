import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import pay, types


def test_a_card_is_saved_and_charged_later(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({"name": "Ann"}).id
    intent = api.setup_intents.create({"customer": customer, "usage": "off_session", "metadata": {"booking": "1"}})
    assert (intent.status, intent.object) == ("requires_payment_method", "setup_intent")
    method = sandbox.confirm(intent.client_secret)["payment_method"]

    found = api.setup_intents.retrieve(intent.id, {"expand": ["payment_method"]})
    assert (found.status, found.payment_method.customer, found.payment_method.card.brand) == (
        "succeeded",
        customer,
        "visa",
    )
    assert pay(api, method=method, customer=customer, off_session=True).status == "succeeded"
    assert types(sandbox)[1:4] == ["setup_intent.created", "payment_method.attached", "setup_intent.succeeded"]


def test_a_card_that_cannot_be_saved(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    with pytest.raises(stripe.CardError) as declined:
        api.setup_intents.create({"customer": customer, "payment_method": "pm_card_chargeDeclined", "confirm": True})
    assert declined.value.error.setup_intent["status"] == "requires_payment_method"
    assert declined.value.error.setup_intent["last_setup_error"]["code"] == "card_declined"
    assert types(sandbox)[-1] == "setup_intent.setup_failed"
    assert api.payment_methods.list({"customer": customer}).data == []


def test_a_card_that_is_saved_but_never_pays(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    intent = api.setup_intents.create({"customer": customer})
    method = sandbox.confirm(intent.client_secret, "pm_card_chargeCustomerFail")["payment_method"]
    with pytest.raises(stripe.CardError):
        pay(api, method=method, customer=customer, off_session=True)


def test_three_d_secure_on_setup(sandbox: Sandbox, api: stripe.V1Services) -> None:
    customer = api.customers.create({}).id
    intent = api.setup_intents.create({"customer": customer})
    assert sandbox.confirm(intent.client_secret, "pm_card_authenticationRequiredOnSetup")["status"] == "requires_action"
    assert sandbox.complete_action(intent.id, ok=False)["status"] == "requires_payment_method"
    assert sandbox.confirm(intent.client_secret, "pm_card_authenticationRequiredOnSetup")["status"] == "requires_action"
    done = sandbox.complete_action(intent.id)
    assert done["status"] == "succeeded"
    assert pay(api, method=done["payment_method"], customer=customer, off_session=True).status == "succeeded"
    assert "setup_intent.requires_action" in types(sandbox)


def test_cancel_and_list(api: stripe.V1Services) -> None:
    intent = api.setup_intents.create({})
    assert api.setup_intents.cancel(intent.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    assert [found.id for found in api.setup_intents.list()] == [intent.id]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "setup_intent_unexpected_state"
