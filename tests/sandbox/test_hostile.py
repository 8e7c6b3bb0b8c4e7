"""Nothing that comes in over the wire may cause more than a 4xx."""

import json
import logging
import socket
from urllib.parse import urlsplit

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.browser import send
from tests.sandbox.calls import pay


@pytest.mark.parametrize(
    "body",
    [
        b"amount=1&currency=eur&metadata[a]=x&metadata[a][b]=y",
        b"amount=1&currency=eur&metadata=x",
        b"amount[a]=1&currency=eur",
        b"amount=1&currency[]=eur",
        b"amount=1&currency=eur&payment_method[x]=pm_card_visa",
        b"amount=1&currency=eur&expand=latest_charge",
        b"amount=1&currency=eur&expand[]=secret_field",
        b"amount=1&currency=eur&expand[]=a.b.c.d.e",
        b"amount=1&currency=eur&confirm=maybe",
        b"amount=1&currency=eur&confirm=true&payment_method_data[type]=card",
        b"amount=1&currency=eur&confirm=true&payment_method_data[card]=x",
        b"amount=1&currency=eur&" + b"&".join(b"metadata[k%d]=v" % number for number in range(60)),
        b"amount=1&currency=eur&" + b"&".join(b"x%d=v" % number for number in range(3000)),
        b"amount=1&currency=eur&a" + b"[a]" * 300 + b"=1",
        b"amount=1&currency=eur&[a]=1",
        b"amount=1&currency=eur&a]b[=1",
        b"amount=1&currency=eur&=1",
        b"amount=1&currency=eur&description=%00",
        b"amount=1&currency=eur&description=%ff%fe",
        b"\xff\xfe",
        b'{"amount": 1}',
        b"amount=" + b"9" * 5000 + b"&currency=eur",
        b"amount=1&currency=eur&description=" + b"x" * 10_000,
    ],
)
def test_bad_forms(sandbox: Sandbox, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    key = {"authorization": f"Bearer {sandbox.secret_key}"}
    answer = send(sandbox, "POST", "/v1/payment_intents", body, **key)
    assert 400 <= answer.status < 500
    assert json.loads(answer.body)["error"]["message"]
    assert sandbox.objects("payment_intent") == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/payment_intents/pi_unknown",
        "/v1/payment_intents/" + "x" * 5000,
        "/v1/payment_intents/%27%20OR%201",
        "/v1/nothing",
        "/v1/",
        "/v1/payment_intents?limit=0",
        "/v1/payment_intents?limit=101",
        "/v1/payment_intents?limit=x",
        "/v1/payment_intents?starting_after=pi_unknown",
        "/v1/payment_intents?created[gte]=x",
        "/v1/payment_intents?created[gte][x]=1",
        "/v1/refunds?payment_intent[a]=b",
    ],
)
def test_bad_questions(sandbox: Sandbox, path: str) -> None:
    answer = send(sandbox, "GET", path, authorization=f"Bearer {sandbox.secret_key}")
    assert answer.status in (400, 404)
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"PATCH /v1/refunds HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
        (b"\x16\x03\x01\r\n\r\n", b"400"),
    ],
)
def test_bad_requests(sandbox: Sandbox, head: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), timeout=5) as connection:
        connection.sendall(head)
        answer = connection.recv(4096)
    assert status in answer.split(b"\r\n")[0]


def test_half_a_request_is_not_executed(sandbox: Sandbox) -> None:
    key = f"Authorization: Bearer {sandbox.secret_key}"
    head = f"POST /v1/customers HTTP/1.1\r\nHost: x\r\n{key}\r\nContent-Length: 50\r\n\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), timeout=5) as connection:
        connection.sendall(head.encode() + b"name=Ann")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096) == b""
    assert sandbox.objects("customer") == []


def test_a_connection_is_kept_for_the_next_request(sandbox: Sandbox) -> None:
    request = f"GET /v1/account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox.secret_key}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_objects_of_another_kind_are_not_found(api: stripe.V1Services) -> None:
    intent = pay(api)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.charges.retrieve(intent.id)
    assert refused.value.code == "resource_missing"


def test_the_notes_of_the_sandbox_never_leave_it(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = pay(api, expand=["payment_method", "latest_charge"])
    assert "4242424242424242" not in intent.last_response.body
    assert '"_' not in intent.last_response.body
    assert '"_' not in json.dumps(sandbox.objects("event"))
