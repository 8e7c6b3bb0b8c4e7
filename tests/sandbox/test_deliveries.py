import json
import time
from collections.abc import Iterator

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import pay
from tests.sandbox.conftest import Connect, Receiver

SECRET = "whsec_test"


@pytest.fixture
def sandbox(receiver: Receiver) -> Iterator[Sandbox]:
    with Sandbox(webhook_url=receiver.url, webhook_secret=SECRET) as running:
        yield running


def test_events_arrive_signed(sandbox: Sandbox, api: stripe.V1Services, receiver: Receiver) -> None:
    intent = pay(api)
    events = [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in receiver.wait_for(3)]
    by_type = {event.type: event for event in events}
    assert set(by_type) == {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}
    assert by_type["payment_intent.succeeded"].data.object.id == intent.id
    created = by_type["payment_intent.created"]
    assert (created.data.object.status, created.livemode) == ("requires_payment_method", False)
    assert api.events.retrieve(created.id).type == "payment_intent.created"


def test_a_signature_holds_for_these_bytes_and_for_five_minutes(sandbox: Sandbox, api: stripe.V1Services) -> None:
    pay(api)
    event = sandbox.objects("event")[0]
    body, headers = sandbox.signed(event)
    for wrong_body, wrong_headers in [
        (body + b" ", headers),
        (body, sandbox.signed(event, at=time.time() - 301)[1]),
        (body, sandbox.signed(event, secret="whsec_other")[1]),
    ]:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(wrong_body, wrong_headers["Stripe-Signature"], SECRET)
    assert stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET).id == event["id"]


def test_a_refused_event_comes_again(sandbox: Sandbox, api: stripe.V1Services, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    api.payment_intents.create({"amount": 1, "currency": "eur"})
    receiver.wait_for(1)
    bodies = [body for body, _ in receiver.wait_for(2)]  # after a second
    assert bodies[0] == bodies[1]
    deadline = time.monotonic() + 5
    while sandbox.pending_events():
        assert time.monotonic() < deadline
        sandbox.advance(5)
        time.sleep(0.05)
    assert len(receiver.received) == 3


def test_one_dead_delivery_does_not_hold_up_the_others(
    sandbox: Sandbox, api: stripe.V1Services, receiver: Receiver
) -> None:
    receiver.blocked = {'"type": "payment_intent.created"'}
    pay(api)
    arrived = {json.loads(body)["type"] for body, _ in receiver.wait_for(2)}
    assert arrived == {"charge.succeeded", "payment_intent.succeeded"}
    receiver.release.set()
    receiver.wait_for(3)


def test_by_hand(sandbox: Sandbox, api: stripe.V1Services, receiver: Receiver) -> None:
    sandbox.mode = "manual"
    pay(api)
    time.sleep(0.6)
    assert receiver.received == []
    events = sandbox.pending_events()
    assert [event["type"] for event in events] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert sandbox.deliver([events[2]["id"], events[0]["id"]], times=2) == [
        ("payment_intent.succeeded", 200),
        ("payment_intent.succeeded", 200),
        ("payment_intent.created", 200),
        ("payment_intent.created", 200),
    ]
    assert sandbox.deliver() == [("charge.succeeded", 200)]
    assert (sandbox.pending_events(), len(receiver.received)) == ([], 5)
    with pytest.raises(ValueError, match="No such event"):
        sandbox.deliver(["evt_unknown"])


def test_undelivered_events_survive_a_restart(receiver: Receiver, connect: Connect, tmp_path: object) -> None:
    state = f"{tmp_path}/state.sqlite3"
    with Sandbox(state=state, webhook_url="http://127.0.0.1:9/", webhook_secret=SECRET) as first:
        api = connect(first)
        api.payment_intents.create({"amount": 1, "currency": "eur"})
    with Sandbox(state=state, webhook_url=receiver.url, webhook_secret=SECRET) as second:
        second.advance(1)
        ((body, _),) = receiver.wait_for(1)
        assert json.loads(body)["type"] == "payment_intent.created"


def test_events_of_connected_accounts_name_them(sandbox: Sandbox, api: stripe.V1Services, receiver: Receiver) -> None:
    api.payment_intents.create({"amount": 1, "currency": "eur"}, {"stripe_account": "acct_elm"})
    ((body, _),) = receiver.wait_for(1)
    assert json.loads(body)["account"] == "acct_elm"
