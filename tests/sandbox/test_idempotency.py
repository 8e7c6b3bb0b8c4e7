import threading

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.calls import hold, pay
from tests.sandbox.conftest import Connect

KEY = {"idempotency_key": "booking-7-charge"}
ONE = {"amount": 100, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}


def test_the_same_request_again_gets_the_same_answer(sandbox: Sandbox, api: stripe.V1Services) -> None:
    first = api.payment_intents.create(ONE, KEY)
    second = api.payment_intents.create(ONE, KEY)
    assert first.id == second.id
    assert "idempotent-replayed" not in {name.lower() for name in first.last_response.headers}
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response.body == second.last_response.body
    assert len(sandbox.objects("charge")) == 1


def test_a_decline_is_replayed(sandbox: Sandbox, api: stripe.V1Services) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            api.payment_intents.create(ONE | {"payment_method": "pm_card_chargeDeclined"}, KEY)
    assert declined.value.headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.objects("payment_intent")) == 1


def test_an_unexpected_state_is_replayed(api: stripe.V1Services) -> None:
    intent = api.payment_intents.create({"amount": 100, "currency": "eur"})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            api.payment_intents.capture(intent.id, {}, KEY)
    assert refused.value.headers["Idempotent-Replayed"] == "true"


def test_a_server_error_is_replayed_although_it_would_work_by_now(sandbox: Sandbox, api: stripe.V1Services) -> None:
    sandbox.fail(path="/v1/payment_intents", kind="error_500")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            api.payment_intents.create(ONE, KEY)
        assert failed.value.http_status == 500
    assert (sandbox.objects("payment_intent"), sandbox.faults_left()) == ([], 0)


def test_another_request_under_the_same_key_is_refused(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.create(ONE, KEY)
    with pytest.raises(stripe.IdempotencyError):
        api.payment_intents.create(ONE | {"amount": 101}, KEY)
    with pytest.raises(stripe.IdempotencyError):
        api.refunds.create({"payment_intent": intent.id}, KEY)
    assert (len(sandbox.objects("payment_intent")), sandbox.objects("refund")) == (1, [])


def test_what_was_refused_before_it_began_is_not_kept(api: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create({"currency": "eur"}, KEY)
    assert api.payment_intents.create(ONE, KEY).status == "succeeded"


def test_a_request_under_way_keeps_its_key_busy(sandbox: Sandbox, api: stripe.V1Services, connect: Connect) -> None:
    sandbox.fail(path="/v1/payment_intents", kind="slow", seconds=1)
    results = []
    slow = threading.Thread(target=lambda: results.append(connect(sandbox).payment_intents.create(ONE, KEY).id))
    slow.start()
    while sandbox.faults_left():
        pass
    with pytest.raises(stripe.APIError) as busy:
        api.payment_intents.create(ONE, KEY)
    slow.join()
    assert busy.value.http_status == 409
    assert busy.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert api.payment_intents.create(ONE, KEY).id == results[0]


def test_keys_belong_to_an_account_and_are_forgotten_after_a_day(sandbox: Sandbox, api: stripe.V1Services) -> None:
    first = api.payment_intents.create(ONE, KEY)
    other = api.payment_intents.create(ONE, {**KEY, "stripe_account": "acct_other"})
    sandbox.advance(24 * 3600 - 60)
    assert api.payment_intents.create(ONE, KEY).id == first.id
    sandbox.advance(120)
    assert len({first.id, other.id, api.payment_intents.create(ONE, KEY).id}) == 3


def test_two_captures_at_once_have_one_effect(sandbox: Sandbox, api: stripe.V1Services, connect: Connect) -> None:
    intent = hold(api)
    outcomes: list[str] = []

    def capture(client: stripe.V1Services) -> None:
        try:
            outcomes.append(client.payment_intents.capture(intent.id).status)
        except stripe.InvalidRequestError as error:
            outcomes.append(str(error.code))

    threads = [threading.Thread(target=capture, args=(connect(sandbox),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["payment_intent_unexpected_state"] * 5 + ["succeeded"]
    assert sandbox.balance(intent.id) == 5000


def test_long_keys_are_refused(api: stripe.V1Services) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(ONE, {"idempotency_key": "x" * 256})


def test_events_name_the_request_that_caused_them(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.create(ONE, KEY)
    pay(api)
    event = sandbox.objects("event")[0]
    assert event["request"] == {"id": intent.last_response.request_id, "idempotency_key": KEY["idempotency_key"]}
