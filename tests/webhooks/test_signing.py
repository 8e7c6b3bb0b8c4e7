"""GUARANTEES E2: what is sent is what is signed, in the reference's way and in Standard Webhooks' at once."""

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from django.db import connection

from availengine.clock import current_time
from businesses.provisioning import Outcome
from webhooks import delivery, endpoints, signing
from webhooks.models import Delivery, Event

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
BODY = '{"id": "é", "data": {}}'.encode()

# Standard Webhooks' own example, from its specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP, PAYLOAD = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

# Seed 000, "Webhook Verification", word for word.
JAVASCRIPT = """\
import crypto from 'crypto'

function verify(payload, signature, secret) {
  const hash = crypto.createHmac('sha256', secret).update(payload).digest('hex')
  return crypto.timingSafeEqual(Buffer.from(hash), Buffer.from(signature))
}
"""


def verify(payload: bytes, signature: str, secret: str) -> bool:
    expected = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def by_javascript(payload: bytes, signature: str, secret: str, folder: Path) -> bool:
    script = folder / "verify.mjs"
    arguments = json.dumps([base64.b64encode(payload).decode(), signature, secret])
    call = f"const [body, ...rest] = {arguments}\nconsole.log(verify(Buffer.from(body, 'base64'), ...rest))\n"
    script.write_text(JAVASCRIPT + call)
    found = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=30, check=True)
    return found.stdout == "true\n"


def headers_now(secrets: list[str]) -> dict[str, str]:
    return signing.headers(secrets, "an id", int(current_time().timestamp()), BODY)


def test_the_specification_s_vector() -> None:
    assert signing.standard_signature(SECRET, MESSAGE, TIMESTAMP, PAYLOAD) == SIGNATURE


def test_a_known_legacy_vector() -> None:
    assert signing.legacy_signature("key", b"The quick brown fox jumps over the lazy dog") == (
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


def test_secrets_are_as_standard_webhooks_has_them() -> None:
    secret = signing.new_secret()
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert len({signing.new_secret() for _ in range(100)}) == 100


def test_the_standard_package_accepts_it() -> None:
    secret = signing.new_secret()
    found = standardwebhooks.Webhook(secret).verify(BODY.decode(), headers_now([secret]))
    assert found == json.loads(BODY)


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "webhook-signature", "secret"])
def test_the_standard_package_refuses_any_change(change: str) -> None:
    secret = signing.new_secret()
    headers, body = headers_now([secret]), BODY.decode()
    if change in headers:
        headers[change] = {"webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}.get(change, "another id")
    body += " " if change == "body" else ""
    key = signing.new_secret() if change == "secret" else secret
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(key).verify(body, headers)


def test_the_reference_s_python_accepts_it() -> None:
    secret = signing.new_secret()
    signature = headers_now([secret])["X-AvailEngine-Signature"]
    assert verify(BODY, signature, secret)
    assert not verify(BODY + b" ", signature, secret)
    assert not verify(BODY, signature, signing.new_secret())


def test_the_reference_s_javascript_accepts_it(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    secret = signing.new_secret()
    signature = headers_now([secret])["X-AvailEngine-Signature"]
    assert by_javascript(BODY, signature, secret, tmp_path)
    assert not by_javascript(BODY + b" ", signature, secret, tmp_path)


DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()


def documented(language: str, name: str) -> str:
    """The one snippet of the documentation that defines this function."""
    (found,) = [part for part in DOCUMENT.split(f"```{language}\n")[1:] if f" {name}(" in part.split("```")[0]]
    return found.split("```")[0]


def test_the_documentation_shows_the_reference_s_snippets() -> None:
    assert documented("js", "verify") == JAVASCRIPT
    assert "expected = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()" in documented("python", "verify")


def test_the_documented_python_accepts_it_and_nothing_else() -> None:
    known: dict[str, Any] = {}
    exec(documented("python", "verify_standard"), known)
    secret, other = signing.new_secret(), signing.new_secret()
    headers = headers_now([secret, other])
    assert known["verify_standard"](BODY, headers, secret)
    assert known["verify_standard"](BODY, headers, other)
    assert not known["verify_standard"](BODY + b" ", headers, secret)
    assert not known["verify_standard"](BODY, headers, signing.new_secret())
    old = signing.headers([secret], "an id", int(current_time().timestamp()) - 400, BODY)
    assert not known["verify_standard"](BODY, old, secret)


def test_the_documented_javascript_accepts_it_and_nothing_else(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    secret = signing.new_secret()
    old = signing.headers([secret], "an id", int(current_time().timestamp()) - 400, BODY)
    calls = [
        (BODY, headers_now([signing.new_secret(), secret]), secret),
        (BODY + b" ", headers_now([secret]), secret),
        (BODY, headers_now([secret]), signing.new_secret()),
        (BODY, old, secret),
    ]
    told = json.dumps([[base64.b64encode(body).decode(), headers, key] for body, headers, key in calls])
    script = tmp_path / "standard.mjs"
    script.write_text(
        documented("js", "verifyStandard")
        + f"for (const [body, ...rest] of {told}) console.log(verifyStandard(Buffer.from(body, 'base64'), ...rest))"
    )
    found = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=30, check=True)
    assert found.stdout.split() == ["true", "false", "false", "false"]


def test_for_a_day_after_a_rotation_both_secrets_verify(salon: Outcome) -> None:
    endpoint, former = endpoints.register_endpoint(salon.business.id, live=True, url="https://example.com/")
    endpoint, secret = endpoints.rotate_secret(salon.business.id, endpoint.uuid, live=True)
    assert secret != former
    now = current_time()
    assert endpoints.valid_secrets(endpoint, now=now) == [secret, former]
    assert endpoints.valid_secrets(endpoint, now=now + timedelta(hours=23, minutes=59)) == [secret, former]
    assert endpoints.valid_secrets(endpoint, now=now + timedelta(hours=24, seconds=1)) == [secret]
    headers = headers_now([secret, former])
    for valid in (secret, former):
        assert standardwebhooks.Webhook(valid).verify(BODY.decode(), headers) == json.loads(BODY)
    assert verify(BODY, headers["X-AvailEngine-Signature"], secret)
    assert verify(BODY, headers["X-AvailEngine-Signature-Former"], former)


def test_after_two_rotations_the_first_secret_signs_no_more(salon: Outcome) -> None:
    endpoint, _ = endpoints.register_endpoint(salon.business.id, live=True, url="https://example.com/")
    _, second = endpoints.rotate_secret(salon.business.id, endpoint.uuid, live=True)
    endpoint, third = endpoints.rotate_secret(salon.business.id, endpoint.uuid, live=True)
    assert endpoints.valid_secrets(endpoint, now=current_time()) == [third, second]


def test_without_a_rotation_nothing_names_a_former_secret() -> None:
    assert set(headers_now([signing.new_secret()])) == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "X-AvailEngine-Signature",
    }


def test_secrets_are_sealed_in_the_table(salon: Outcome) -> None:
    endpoint, former = endpoints.register_endpoint(salon.business.id, live=True, url="https://example.com/")
    _, secret = endpoints.rotate_secret(salon.business.id, endpoint.uuid, live=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, former_secret, t::text FROM webhooks_endpoint t")
        sealed, sealed_former, text = cursor.fetchone()
    for plain in (secret, former):
        key = base64.b64decode(plain.removeprefix("whsec_"))
        for stored in (bytes(sealed), bytes(sealed_former)):
            assert plain.encode() not in stored
            assert key not in stored
            assert key not in base64.urlsafe_b64decode(stored)
        assert plain not in text


def test_the_bytes_that_are_sent_are_the_bytes_that_are_signed(salon: Outcome) -> None:
    endpoint, secret = endpoints.register_endpoint(salon.business.id, live=True, url="https://example.com/hook?a=b")
    event = Event.objects.create(business=salon.business, live=True, type="booking.created", data={"name": "Zoë 💇"})
    letter = delivery.letter_of(Delivery.objects.get(event=event).id, now=current_time())
    told: dict[str, Any] = standardwebhooks.Webhook(secret).verify(letter.body.decode(), letter.headers)
    assert verify(letter.body, letter.headers["X-AvailEngine-Signature"], secret)
    assert letter.url == endpoint.url
    assert letter.headers["webhook-id"] == told["id"] == str(event.uuid)
    assert told == {
        "id": str(event.uuid),
        "type": "booking.created",
        "created_at": told["created_at"],
        "livemode": True,
        "business_id": str(salon.business.uuid),
        "api_version": "2026-11-21",
        "data": {"name": "Zoë 💇"},
    }


def test_every_attempt_sends_the_same_bytes(salon: Outcome) -> None:
    endpoints.register_endpoint(salon.business.id, live=True, url="https://example.com/")
    event = Event.objects.create(business=salon.business, live=True, type="booking.created", data={"b": 1, "a": [2]})
    key = Delivery.objects.get(event=event).id
    letters = [delivery.letter_of(key, now=NOW + timedelta(hours=n)) for n in range(3)]
    assert len({letter.body for letter in letters}) == 1
    assert len({letter.headers["webhook-id"] for letter in letters}) == 1
    assert len({letter.headers["webhook-timestamp"] for letter in letters}) == 3
