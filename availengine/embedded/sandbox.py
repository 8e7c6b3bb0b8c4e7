"""The payment sandbox that runs beside the application as long as no Stripe keys are given (DESIGN 7)."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from availengine.embedded.address import Address, beside
from availengine.embedded.state import replacing

KEYS = ("STRIPE_SECRET_KEY", "STRIPE_TEST_SECRET_KEY")


@dataclass(frozen=True, slots=True)
class PaymentSandbox:
    """Where it listens and what it is spoken to with. Its keys and its data are kept in VAR."""

    address: Address
    secret_key: str
    webhook_secret: str
    state: Path

    def settings(self) -> dict[str, str]:
        """What leads the application to it; the names are those of the real Stripe's settings."""
        return {
            "STRIPE_SECRET_KEY": self.secret_key,
            "STRIPE_API_BASE": self.address.url,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }

    def environment(self, application: Address) -> dict[str, str]:
        """What its own process reads."""
        return {
            "SANDBOX_HOST": self.address.host,
            "SANDBOX_PORT": str(self.address.port),
            "SANDBOX_PUBLIC_URL": self.address.url,
            "SANDBOX_STATE": str(self.state),
            "SANDBOX_SECRET_KEY": self.secret_key,
            "SANDBOX_WEBHOOK_URL": f"{application.url}/v1/webhooks/stripe",
            "SANDBOX_WEBHOOK_SECRET": self.webhook_secret,
        }


def payment_sandbox(var: Path, application: Address, given: Mapping[str, str]) -> PaymentSandbox | None:
    """None when there are real keys: then it neither runs nor can be reached. SANDBOX_PORT chooses the port."""
    path = var / "sandbox.json"
    if any(given.get(name) for name in KEYS):
        return None
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {
            "secret_key": f"sk_test_sandbox{secrets.token_hex(12)}",
            "webhook_secret": f"whsec_{secrets.token_hex(16)}",
        }
    address = beside(application, given.get("SANDBOX_PORT") or "", known.get("port"), 1)
    with replacing(path) as draft:
        draft.write_text(json.dumps({**known, "port": address.port}, indent=2) + "\n")
    return PaymentSandbox(address, known["secret_key"], known["webhook_secret"], var / "sandbox.sqlite3")


def without_proxy(given: Mapping[str, str]) -> dict[str, str]:
    """A proxy of the environment has no say in what stays on this machine."""
    names = [given.get("NO_PROXY") or given.get("no_proxy") or "", "127.0.0.1", "localhost", "::1"]
    value = ",".join(filter(None, names))
    return {"NO_PROXY": value, "no_proxy": value}
