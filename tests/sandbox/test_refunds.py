import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import hold, pay, types


def test_refunds_add_up_to_the_payment_and_no_further(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, 3000)
    refund = api.refunds.create(
        {"payment_intent": intent.id, "amount": 1000, "reason": "requested_by_customer", "metadata": {"a": "b"}}
    )
    assert (refund.status, refund.amount, refund.metadata["a"]) == ("succeeded", 1000, "b")
    assert types(sandbox)[-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(stripe.InvalidRequestError, match=r"\(€25.00\) is greater than unrefunded amount .*\(€20.00\)"):
        api.refunds.create({"payment_intent": intent.id, "amount": 2500})
    api.refunds.create({"charge": intent.latest_charge})
    assert sandbox.balance(intent.id) == 0

    charge = api.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 3000)
    assert [found.amount for found in charge.refunds.data] == [2000, 1000]
    assert [found.amount for found in api.refunds.list({"payment_intent": intent.id})] == [2000, 1000]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"


def test_a_refund_that_fails_later(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, 3000, "pm_card_refundFail")
    refund = api.refunds.create({"payment_intent": intent.id})
    assert (refund.status, sandbox.balance(intent.id)) == ("succeeded", 0)
    sandbox.advance(10)
    failed = api.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert types(sandbox)[-3:] == ["refund.failed", "refund.updated", "charge.refund.updated"]
    assert api.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert sandbox.balance(intent.id) == 3000


def test_a_refund_that_takes_a_while(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, 3000, "pm_card_pendingRefund")
    refund = api.refunds.create({"payment_intent": intent.id})
    assert (refund.status, sandbox.balance(intent.id)) == ("pending", 3000)
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"payment_intent": intent.id})
    sandbox.advance(10)
    assert api.refunds.retrieve(refund.id).status == "succeeded"
    assert types(sandbox)[-2:] == ["refund.updated", "charge.refund.updated"]
    assert sandbox.balance(intent.id) == 0


def test_a_pending_refund_is_canceled_or_decided_by_hand(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, 3000, "pm_card_pendingRefund")
    first, second, third = (api.refunds.create({"payment_intent": intent.id, "amount": 1000}).id for _ in range(3))
    assert api.refunds.cancel(first).status == "canceled"
    assert sandbox.settle_refund(second)["status"] == "succeeded"
    assert sandbox.fail_refund(third)["status"] == "failed"
    assert (sandbox.balance(intent.id), api.charges.retrieve(intent.latest_charge).amount_refunded) == (2000, 1000)
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.cancel(second)
    sandbox.advance(10)
    assert [found["status"] for found in sandbox.objects("refund")] == ["canceled", "succeeded", "failed"]


def test_what_was_not_captured_cannot_be_refunded(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = hold(api)
    for target in ({"payment_intent": intent.id}, {"charge": intent.latest_charge}):
        with pytest.raises(stripe.InvalidRequestError):
            api.refunds.create(target)
    assert sandbox.objects("refund") == []


def test_disputes_withhold_the_money(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, 3000, "pm_card_createDispute")
    (dispute,) = api.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.amount, sandbox.balance(intent.id)) == ("needs_response", 3000, 0)
    assert api.charges.retrieve(intent.latest_charge).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    assert sandbox.close_dispute(dispute.id, won=True)["status"] == "won"
    assert sandbox.balance(intent.id) == 3000
    assert types(sandbox)[-4:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]


def test_a_lost_dispute_and_an_inquiry(sandbox: Sandbox, api: stripe.V1Services) -> None:
    lost, asked = pay(api, 3000), pay(api, 2000)
    sandbox.close_dispute(sandbox.dispute(lost.id)["id"], won=False)
    assert sandbox.balance(lost.id) == 0
    assert types(sandbox)[-1] == "charge.dispute.closed"
    inquiry = sandbox.dispute(asked.id, status="warning_needs_response")
    assert sandbox.balance(asked.id) == 2000
    assert sandbox.close_dispute(inquiry["id"], won=False)["status"] == "warning_closed"
