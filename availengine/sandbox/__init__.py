"""A stand-in for Stripe: the part of its HTTP API that the project uses, with state, signed events and pay pages.

No real money moves. The real `stripe` client talks to it with another base address, so there is one payment path:

    stripe.StripeClient(SANDBOX_SECRET_KEY, base_addresses={"api": "http://127.0.0.1:12111"})

As a service of its own, configured by SANDBOX_PORT, SANDBOX_STATE (an SQLite file; the state survives restarts),
SANDBOX_SECRET_KEY (sk_test_...), SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET, and where they differ from the
defaults SANDBOX_HOST and SANDBOX_PUBLIC_URL (how browsers reach it):

    python -m availengine.sandbox

In tests, in a thread, with everything that the world does at the other side as methods (see `controls`):

    with Sandbox(webhook_url=url) as sandbox:
        sandbox.fail(path="/v1/refunds", kind="timeout_after")
        sandbox.confirm(intent.client_secret, "pm_card_threeDSecure2Required")
        sandbox.advance(8 * 86400)

Standard library only, and nothing of the project: it is not part of the application that it tests.
"""

from availengine.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
