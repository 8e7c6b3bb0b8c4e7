"""Who may ask for what: keys, accounts, browsers, and the controls over HTTP."""

import json
from urllib.parse import urlencode

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.browser import Answer, send
from tests.sandbox.calls import hold, pay
from tests.sandbox.conftest import Connect


def form(sandbox: Sandbox, path: str, values: dict[str, str], **headers: str) -> Answer:
    return send(sandbox, "POST", path, urlencode(values), **headers)


def test_a_wrong_key_is_refused(sandbox: Sandbox) -> None:
    client = stripe.StripeClient("sk_test_wrong", base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.payment_intents.list()
    assert send(sandbox, "GET", "/v1/payment_intents").status == 401
    assert send(sandbox, "GET", "/v1/payment_intents", authorization="Basic %%%").status == 401


def test_basic_authentication_works_too(sandbox: Sandbox) -> None:
    answer = send(sandbox, "GET", "/v1/account", authorization="Basic c2tfdGVzdF9zYW5kYm94Og==")
    assert (answer.status, json.loads(answer.body)["object"]) == (200, "account")
    assert answer.headers["request-id"].startswith("req_")


def test_accounts_do_not_see_each_other(sandbox: Sandbox, api: stripe.V1Services) -> None:
    elm = {"stripe_account": "acct_elm"}
    intent = api.payment_intents.create({"amount": 100, "currency": "eur"}, elm)
    assert api.payment_intents.retrieve(intent.id, None, elm).id == intent.id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.retrieve(intent.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert api.payment_intents.list().data == []
    assert [found.id for found in api.payment_intents.list(None, elm)] == [intent.id]
    assert sandbox.confirm(intent.client_secret)["status"] == "succeeded"
    assert api.charges.list({"payment_intent": intent.id}, elm).data[0].amount == 100


def test_a_browser_confirms_with_the_client_secret(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.create({"amount": 100, "currency": "eur"}, {"stripe_account": "acct_elm"})
    path, secret = f"/v1/payment_intents/{intent.id}", {"client_secret": intent.client_secret}
    read = send(sandbox, "GET", f"{path}?{urlencode(secret)}", authorization="Bearer pk_test_any")
    assert (read.status, json.loads(read.body)["amount"]) == (200, 100)
    card = {"payment_method_data[type]": "card", "payment_method_data[card][number]": "4242424242424242"}
    done = form(sandbox, f"{path}/confirm", secret | card)
    assert (done.status, json.loads(done.body)["status"]) == (200, "succeeded")


def test_a_client_secret_opens_nothing_else(sandbox: Sandbox, api: stripe.V1Services) -> None:
    first, second = hold(api), hold(api)
    secret = {"client_secret": first.client_secret}
    assert form(sandbox, f"/v1/payment_intents/{first.id}/capture", secret).status == 401
    assert form(sandbox, f"/v1/payment_intents/{second.id}/confirm", secret).status == 401
    assert form(sandbox, f"/v1/payment_intents/{first.id}/cancel", secret).status == 401
    assert (
        form(sandbox, f"/v1/payment_intents/{first.id}/confirm", {"client_secret": first.id + "_secret_x"}).status
        == 401
    )
    assert {found["status"] for found in sandbox.objects("payment_intent")} == {"requires_capture"}


def test_only_test_keys_are_taken() -> None:
    for key in ("", "sk_test_", "sk_live_1", "pk_test_1"):
        with pytest.raises(ValueError, match="sk_test_"):
            Sandbox(secret_key=key)


def test_the_controls_over_http(sandbox: Sandbox, api: stripe.V1Services) -> None:
    key = {"authorization": f"Bearer {sandbox.secret_key}"}
    intent = api.payment_intents.create({"amount": 100, "currency": "eur"})
    told = json.dumps({"client_secret": intent.client_secret, "payment_method": "pm_card_mastercard"})
    answer = send(sandbox, "POST", "/sandbox/confirm", told, **key)
    assert (answer.status, json.loads(answer.body)["result"]["status"]) == (200, "succeeded")
    assert json.loads(send(sandbox, "POST", "/sandbox/advance", '{"seconds": 60}', **key).body) == {"result": None}
    send(sandbox, "POST", "/sandbox/fail", '{"kind": "rate_limit", "path": "/v1/refunds"}', **key)
    assert sandbox.faults_left() == 1
    events = json.loads(send(sandbox, "GET", "/sandbox/events", **key).body)["result"]
    assert events[0]["type"] == "payment_intent.created"
    assert json.loads(send(sandbox, "GET", "/sandbox/objects/charge", **key).body)["result"][0]["amount"] == 100
    assert json.loads(send(sandbox, "GET", "/sandbox/requests", **key).body)["result"][0]["status"] == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/stop", "{}", 404),
        ("/sandbox/ledger", "{}", 404),
        ("/sandbox/advance", "{}", 400),
        ("/sandbox/advance", "[]", 400),
        ("/sandbox/advance", "{", 400),
        ("/sandbox/advance", '{"seconds": "x"}', 400),
        ("/sandbox/advance", '{"seconds": NaN}', 400),
        ("/sandbox/advance", '{"seconds": -1}', 400),
        ("/sandbox/fail", '{"kind": "x"}', 400),
        ("/sandbox/balance", '{"payment_intent_id": "pi_x"}', 404),
    ],
)
def test_bad_controls(sandbox: Sandbox, path: str, body: str, status: int) -> None:
    assert send(sandbox, "POST", path, body).status == 401
    assert send(sandbox, "POST", path, body, authorization=f"Bearer {sandbox.secret_key}").status == status


def test_the_state_survives_a_restart(tmp_path: object, connect: Connect) -> None:
    state = f"{tmp_path}/state.sqlite3"
    key = {"idempotency_key": "k"}
    with Sandbox(state=state) as first:
        api = connect(first)
        intent = hold(api)
        customer = api.customers.create({"name": "Ann"}, key)
        first.advance(3600)
        first.mode = "manual"
    with Sandbox(state=state) as second:
        api = connect(second)
        assert api.payment_intents.retrieve(intent.id).status == "requires_capture"
        assert api.customers.create({"name": "Ann"}, key).id == customer.id
        assert second.mode == "manual"
        second.advance(7 * 86400 - 3600 + 5)
        assert api.payment_intents.retrieve(intent.id).status == "canceled"
        assert pay(api).status == "succeeded"
