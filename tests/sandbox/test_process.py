"""The sandbox as a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stripe

from tests.sandbox.calls import hold

ROOT = Path(__file__).resolve().parents[2]


def launch(**settings: str) -> subprocess.Popen[str]:
    given = {f"SANDBOX_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "availengine.sandbox"]
    environment = {"PATH": os.environ["PATH"], **given}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def started(process: subprocess.Popen[str]) -> str:
    """The URL, once it answers."""
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("sandbox: http://127.0.0.1:")
    return line.split()[1]


def test_it_runs_survives_a_kill_and_ends_cleanly(tmp_path: Path) -> None:
    settings = {"PORT": "0", "STATE": str(tmp_path / "state.sqlite3"), "SECRET_KEY": "sk_test_process"}
    http = stripe.RequestsClient(timeout=5)
    with launch(**settings) as first:
        client = stripe.StripeClient("sk_test_process", base_addresses={"api": started(first)}, http_client=http)
        intent = hold(client.v1)
        first.kill()
    with launch(**settings) as second:
        client = stripe.StripeClient("sk_test_process", base_addresses={"api": started(second)}, http_client=http)
        assert client.v1.payment_intents.capture(intent.id).status == "succeeded"
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=10) == 0
        assert second.stderr
        assert second.stderr.read() == ""
    http.close()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"SECRET_KEY": "sk_live_1"}, "must begin with sk_test_"),
        ({"SECRET_KEY": ""}, "must begin with sk_test_"),
        ({"PORT": "x"}, "SANDBOX_PORT"),
        ({"STATE": ""}, "SANDBOX_STATE"),
        ({"STATE": "/nowhere/at/all"}, "SANDBOX_STATE"),
        ({"WEBHOOK_URL": "ftp://x"}, "SANDBOX_WEBHOOK_URL"),
        ({"WEBHOOK_URL": "http://x"}, "SANDBOX_WEBHOOK_SECRET"),
    ],
)
def test_it_refuses_to_start(tmp_path: Path, wrong: dict[str, str], text: str) -> None:
    settings = {"PORT": "0", "STATE": str(tmp_path / "s"), "SECRET_KEY": "sk_test_x"}
    with launch(**{**settings, **wrong}) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert text in said
    assert "Traceback" not in said
