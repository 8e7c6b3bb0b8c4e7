from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import stripe

from availengine.sandbox import Sandbox
from tests.sandbox.browser import Answer, get, next_path, send, submit
from tests.sandbox.calls import checkout, pay

CARD = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "name": "Ann Elm", "email": "ann@example.com"}
DECLINED = CARD | {"number": "4000000000000002"}
SECURE = CARD | {"number": "4000002760003184"}


def page_of(session: Any) -> str:
    return f"/checkout/{session.id}"


def test_a_checkout_page_takes_a_card(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api, customer_creation="always")
    shown = get(sandbox, page_of(session))
    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for text in ("€14.00", "Pay €14.00", "no real money moves", "http://shop.test/cancel", "4000 0027 6000 3184"):
        assert text in shown.body
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self' http://shop.test;")

    paid = submit(sandbox, page_of(session), **CARD)
    assert (paid.status, paid.headers["location"]) == (303, f"http://shop.test/done?session={session.id}")
    done = api.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert (done.payment_status, done.customer.email, done.customer.name) == ("paid", "ann@example.com", "Ann Elm")


def test_a_decline_is_shown_and_the_data_kept(sandbox: Sandbox, api: stripe.V1Services) -> None:
    session = checkout(api)
    refused = submit(sandbox, page_of(session), **DECLINED | {"name": '"><script>alert(1)</script>', "cvc": "987"})
    assert refused.status == 402
    assert "Your card was declined." in refused.body
    assert 'value="4000000000000002"' in refused.body
    assert 'value="12/34"' in refused.body
    assert "987" not in refused.body
    assert "<script" not in refused.body
    assert "&lt;script&gt;" in refused.body
    assert submit(sandbox, page_of(session), **CARD).status == 303
    assert len(sandbox.objects("payment_intent")) == 1


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"number": ""}, "Enter a card number"),
        ({"number": "4111111111111111"}, "Your card number is incorrect"),
        ({"expiry": "soon"}, "Enter month and year"),
        ({"expiry": "13/34"}, "expiration month is invalid"),
        ({"expiry": "01/20"}, "expiration year is invalid"),
        ({"cvc": "12"}, "Enter the three or four digits"),
    ],
)
def test_mistakes_are_shown_at_their_field(
    sandbox: Sandbox, api: stripe.V1Services, typed: dict[str, str], text: str
) -> None:
    session = checkout(api)
    answer = submit(sandbox, page_of(session), **CARD | typed)
    assert answer.status == 402
    assert text in answer.body
    assert f'aria-describedby="{next(iter(typed))}-wrong"' in answer.body
    assert sandbox.objects("charge") == []


def test_everything_shown_is_escaped(sandbox: Sandbox, api: stripe.V1Services) -> None:
    nasty = '<img src=x onerror="alert(1)">'
    session = checkout(
        api,
        line_items=[{"price_data": {"currency": "jpy", "unit_amount": 1200, "product_data": {"name": nasty}}}],
        payment_intent_data={"description": nasty},
        cancel_url='http://shop.test/"onclick="x',
    )
    api.payment_intents.create({"amount": 1, "currency": "eur", "description": nasty})
    for path in (page_of(session), "/"):
        body = get(sandbox, path).body
        assert "<img" not in body
        assert '"onclick' not in body
        assert "¥1,200" in body


def test_sessions_that_are_over_say_so(sandbox: Sandbox, api: stripe.V1Services) -> None:
    paid, expired = checkout(api), checkout(api)
    token = get(sandbox, page_of(expired)).hidden()["token"]
    sandbox.pay_session(paid.id)
    api.checkout.sessions.expire(expired.id)
    assert "Nothing more is to be paid" in get(sandbox, page_of(paid)).body
    for answer in (get(sandbox, page_of(expired)), post(sandbox, page_of(expired), token=token, **CARD)):
        assert (answer.status, "has expired" in answer.body) == (410, True)
    assert len(sandbox.objects("charge")) == 1


def post(sandbox: Sandbox, path: str, **values: str) -> Answer:
    return send(sandbox, "POST", path, urlencode(values))


def test_other_sites_cannot_post(sandbox: Sandbox, api: stripe.V1Services) -> None:
    first, second = checkout(api), checkout(api)
    token = get(sandbox, page_of(second)).hidden()["token"]
    for wrong in ({}, {"token": ""}, {"token": "é"}, {"token": token}):
        assert post(sandbox, page_of(first), **CARD, **wrong).status == 403
    assert sandbox.objects("charge") == []


@pytest.mark.parametrize("answer", ["complete", "fail"])
def test_three_d_secure_on_the_way(sandbox: Sandbox, api: stripe.V1Services, answer: str) -> None:
    session = checkout(api)
    bank = next_path(submit(sandbox, page_of(session), **SECURE), page_of(session))
    shown = get(sandbox, bank)
    assert (shown.status, "€14.00" in shown.body, "Complete" in shown.body) == (200, True, True)
    assert "http://shop.test" in shown.headers["content-security-policy"]

    left = submit(sandbox, bank, answer=answer)
    assert left.status == 303
    if answer == "complete":
        assert left.headers["location"] == f"http://shop.test/done?session={session.id}"
        assert get(sandbox, bank).headers["location"] == left.headers["location"]
    else:
        assert next_path(left, bank) == page_of(session)
        assert "unable to authenticate" in get(sandbox, page_of(session)).body
        assert api.checkout.sessions.retrieve(session.id).status == "open"


def test_a_client_secret_is_paid(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.payment_intents.create({"amount": 1999, "currency": "usd", "capture_method": "manual"})
    path = f"/pay/{intent.client_secret}"
    assert "$19.99" in get(sandbox, path).body
    assert "declined" in submit(sandbox, path, **DECLINED).body
    assert next_path(submit(sandbox, path, **CARD), path) == path
    assert "held on the card" in get(sandbox, path).body


def test_back_to_the_shop(sandbox: Sandbox, api: stripe.V1Services) -> None:
    intent = api.setup_intents.create({})
    path = f"/pay/{intent.client_secret}?" + urlencode({"return_url": "https://shop.test/a?b=c"})
    assert "Save card" in get(sandbox, path).body
    bank = next_path(submit(sandbox, path, **SECURE), path)
    went = urlsplit(submit(sandbox, bank, answer="complete").headers["location"])
    assert (went.netloc, went.path) == ("shop.test", "/a")
    assert parse_qs(went.query) == {
        "b": ["c"],
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.test", "data:text/html,x", "x"])
def test_strange_return_addresses_are_ignored(sandbox: Sandbox, api: stripe.V1Services, url: str) -> None:
    intent = api.payment_intents.create({"amount": 1, "currency": "usd"})
    path = f"/pay/{intent.client_secret}"
    answer = submit(sandbox, f"{path}?{urlencode({'return_url': url})}", **CARD)
    assert next_path(answer, path) == path


def test_the_overview_shows_what_happened(sandbox: Sandbox, api: stripe.V1Services) -> None:
    assert "None so far." in get(sandbox, "/").body
    intent, session = pay(api, description="Deposit"), checkout(api)
    body = get(sandbox, "/").body
    for text in ("Deposit", "€50.00", "succeeded", f"pay/{intent.client_secret}", f"checkout/{session.id}", "Declined"):
        assert text in body


@pytest.mark.parametrize(
    "path", ["/x", "/checkout/cs_test_x", "/pay/pi_x_secret_x", "/3d-secure/pi_x_secret_x", "/pay/%00"]
)
def test_unknown_pages(sandbox: Sandbox, path: str) -> None:
    assert get(sandbox, path).status == 404
    assert send(sandbox, "POST", path, "a=b").status in (403, 404)


def test_the_style_sheet_is_served(sandbox: Sandbox) -> None:
    sheet = get(sandbox, "/style.css")
    assert (sheet.headers["content-type"], "prefers-color-scheme: dark" in sheet.body) == (
        "text/css; charset=utf-8",
        True,
    )
