"""The payment sandbox beside `make run`: when it runs, where it listens, and that real keys never meet it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from availengine.embedded.address import Address
from availengine.embedded.sandbox import payment_sandbox, without_proxy

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def application() -> Address:
    return Address("127.0.0.1", free_port())


def test_its_keys_and_port_stay_the_same(tmp_path: Path, application: Address) -> None:
    first = payment_sandbox(tmp_path, application, {})
    again = payment_sandbox(tmp_path, application, {})
    assert first is not None
    assert first == again
    assert first.secret_key.startswith("sk_test_sandbox")
    assert first.webhook_secret.startswith("whsec_")
    assert (tmp_path / "sandbox.json").stat().st_mode & 0o777 == 0o600
    assert first.environment(application)["SANDBOX_WEBHOOK_URL"] == f"{application.url}/v1/webhooks/stripe"
    assert first.settings() == {
        "STRIPE_SECRET_KEY": first.secret_key,
        "STRIPE_API_BASE": first.address.url,
        "STRIPE_WEBHOOK_SECRET": first.webhook_secret,
    }


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_TEST_SECRET_KEY"])
def test_with_a_real_key_there_is_none(tmp_path: Path, application: Address, name: str) -> None:
    assert payment_sandbox(tmp_path, application, {name: "sk_live_real"}) is None
    assert list(tmp_path.iterdir()) == []


def listening_above() -> tuple[Address, socket.socket]:
    """An application's address, and somebody who listens on the port above it."""
    while True:
        found, other = Address("127.0.0.1", free_port()), socket.socket()
        try:
            other.bind(("127.0.0.1", found.port + 1))
        except (OSError, OverflowError):  # taken, or there is none
            other.close()
            continue
        other.listen()
        return found, other


def test_it_makes_way_for_who_listens_there_already(tmp_path: Path) -> None:
    application, other = listening_above()
    with other:
        found = payment_sandbox(tmp_path, application, {})
    assert found is not None
    assert found.address.port not in (application.port, application.port + 1)


def test_the_port_can_be_chosen(tmp_path: Path, application: Address) -> None:
    wanted = free_port()
    found = payment_sandbox(tmp_path, application, {"SANDBOX_PORT": str(wanted)})
    assert found is not None
    assert found.address.port == wanted


def settings_seen(var: Path, **given: str) -> list[str]:
    """STRIPE_SECRET_KEY, STRIPE_API_BASE and the webhook secrets, as the settings of a new process have them."""
    program = (
        "from availengine import settings as s; import json;"
        "print(json.dumps([s.STRIPE_SECRET_KEY, s.STRIPE_API_BASE, *s.STRIPE_WEBHOOK_SECRET]))"
    )
    kept = {name: text for name, text in os.environ.items() if not name.startswith("STRIPE_")}
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**kept, "VAR": str(var), **given},
        capture_output=True,
        text=True,
        check=True,
    )
    seen: list[str] = json.loads(found.stdout)
    return seen


def test_a_real_key_never_goes_to_the_sandbox_of_a_running_stack(tmp_path: Path) -> None:
    running = {
        "STRIPE_SECRET_KEY": "sk_test_sandbox1",
        "STRIPE_API_BASE": "http://127.0.0.1:1",
        "STRIPE_WEBHOOK_SECRET": "whsec_1",
    }
    (tmp_path / "stack.json").write_text(json.dumps(running))
    assert settings_seen(tmp_path) == ["sk_test_sandbox1", "http://127.0.0.1:1", "whsec_1"]
    assert settings_seen(tmp_path, STRIPE_SECRET_KEY="sk_live_real") == ["sk_live_real", ""]
    both = settings_seen(tmp_path, STRIPE_SECRET_KEY="sk_live_real", STRIPE_WEBHOOK_SECRET="whsec_2,whsec_3")
    assert both == ["sk_live_real", "", "whsec_2", "whsec_3"]


def test_proxies_have_no_say_on_this_machine() -> None:
    assert without_proxy({})["NO_PROXY"] == "127.0.0.1,localhost,::1"
    assert without_proxy({"NO_PROXY": "corp.example"})["no_proxy"] == "corp.example,127.0.0.1,localhost,::1"
