"""Secrets and signatures: the reference's (seed 000, "Webhook Verification") and Standard Webhooks' at once."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64, as Standard Webhooks has it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def legacy_signature(secret: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of the body with the whole secret as it was shown."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard_signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of id, time and body with the bytes of the secret (standardwebhooks.com)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(valid: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What a request carries. `valid`: the secret, and the former one while it is valid too."""
    found = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(standard_signature(secret, message_id, timestamp, body) for secret in valid),
        "X-AvailEngine-Signature": legacy_signature(valid[0], body),
    }
    if len(valid) > 1:
        found["X-AvailEngine-Signature-Former"] = legacy_signature(valid[1], body)
    return found
