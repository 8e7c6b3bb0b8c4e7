"""Stripe's webhook signatures."""

import hashlib
import hmac


def signature(payload: bytes, secret: str, at: int) -> str:
    """The value of the Stripe-Signature header over exactly these bytes."""
    mac = hmac.new(secret.encode(), b"%d.%s" % (at, payload), hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"
