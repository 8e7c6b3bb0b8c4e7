import time

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import pay

KEY = {"idempotency_key": "refund-1"}


@pytest.mark.parametrize(
    ("kind", "error", "refunds"),
    [
        ("timeout_before", stripe.APIConnectionError, 0),
        ("timeout_after", stripe.APIConnectionError, 1),
        ("reset", stripe.APIConnectionError, 0),
        ("reset_after", stripe.APIConnectionError, 1),
        ("rate_limit", stripe.RateLimitError, 0),
        ("error_500", stripe.APIError, 0),
        ("error_500_after", stripe.APIError, 1),
        ("decline", stripe.CardError, 0),
        ("malformed", stripe.APIError, 1),
        ("malformed_before", stripe.APIError, 0),
    ],
)
def test_each_kind(
    sandbox: Sandbox, api: stripe.V1Services, kind: str, error: type[stripe.StripeError], refunds: int
) -> None:
    intent = pay(api)
    sandbox.fail(path="/v1/refunds", kind=kind, seconds=0.3)
    assert sandbox.faults_left() == 1
    with pytest.raises(error):
        api.refunds.create({"payment_intent": intent.id, "amount": 1000}, KEY)
    assert (len(sandbox.objects("refund")), sandbox.faults_left()) == (refunds, 0)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "reset", "reset_after", "rate_limit", "malformed"])
def test_the_same_key_heals_what_the_network_broke(sandbox: Sandbox, api: stripe.V1Services, kind: str) -> None:
    intent = pay(api)
    sandbox.fail(path="/v1/refunds", kind=kind, seconds=0.3)
    with pytest.raises(stripe.StripeError):
        api.refunds.create({"payment_intent": intent.id, "amount": 1000}, KEY)
    refund = api.refunds.create({"payment_intent": intent.id, "amount": 1000}, KEY)
    assert [found["id"] for found in sandbox.objects("refund")] == [refund.id]


def test_a_silent_server_is_left_by_the_client(sandbox: Sandbox, api: stripe.V1Services) -> None:
    sandbox.fail(method="GET", kind="timeout_before")
    began = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.list()
    assert 1.5 < time.monotonic() - began < 4


def test_a_decline_moves_the_intent(sandbox: Sandbox, api: stripe.V1Services) -> None:
    sandbox.fail(path="/v1/payment_intents", kind="decline")
    with pytest.raises(stripe.CardError):
        pay(api)
    (intent,) = sandbox.objects("payment_intent")
    assert intent["status"] == "requires_payment_method"


def test_times_skip_method_and_the_whole_path(sandbox: Sandbox, api: stripe.V1Services) -> None:
    sandbox.fail(path=r"/v1/payment_intents/\w+/cancel", kind="rate_limit", times=2, skip=1)
    first, second = (api.payment_intents.create({"amount": 1, "currency": "eur"}) for _ in range(2))
    assert api.payment_intents.cancel(first.id).status == "canceled"
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            api.payment_intents.cancel(second.id)
    assert api.payment_intents.cancel(second.id).status == "canceled"

    sandbox.fail(kind="reset", times=5)
    assert len(api.payment_intents.list().data) == 2
    sandbox.clear_faults()
    assert (sandbox.faults_left(), pay(api).status) == (0, "succeeded")


def test_bad_faults_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="Unknown kind"):
        sandbox.fail(kind="earthquake")
    with pytest.raises(ValueError, match="Bad pattern"):
        sandbox.fail(path="(", kind="reset")


def test_requests_are_logged(sandbox: Sandbox, api: stripe.V1Services) -> None:
    sandbox.fail(path="/v1/refunds", kind="reset")
    with pytest.raises(stripe.APIConnectionError):
        api.refunds.create({"payment_intent": "pi_1"}, KEY)
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"payment_intent": "pi_1"}, KEY)
    seen = [(item.method, item.path, item.idempotency_key, item.status, item.params) for item in sandbox.requests]
    assert seen == [
        ("POST", "/v1/refunds", "refund-1", 0, {}),
        ("POST", "/v1/refunds", "refund-1", 404, {"payment_intent": "pi_1"}),
    ]
