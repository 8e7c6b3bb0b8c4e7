"""`python -m availengine.sandbox`: the sandbox as a process of its own, configured by SANDBOX_... variables."""

import os
import signal
import sqlite3
import sys
import threading

from availengine.sandbox.sandbox import Sandbox


def check(given: dict[str, str]) -> None:
    """Raises ValueError."""
    port, url = given.get("PORT", ""), given.get("WEBHOOK_URL")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("SANDBOX_PORT must be a number up to 65535.")
    if "STATE" not in given:
        raise ValueError("SANDBOX_STATE must name the file that keeps the state.")
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("SANDBOX_WEBHOOK_URL must begin with http:// or https://.")
    if url and "WEBHOOK_SECRET" not in given:
        raise ValueError("SANDBOX_WEBHOOK_SECRET must be set where events are to be delivered.")


def build() -> Sandbox:
    """Raises ValueError and OSError."""
    given = {name[8:]: value for name, value in os.environ.items() if value and name.startswith("SANDBOX_")}
    check(given)
    try:
        return Sandbox(
            state=given["STATE"],
            secret_key=given.get("SECRET_KEY", ""),
            webhook_url=given.get("WEBHOOK_URL"),
            webhook_secret=given.get("WEBHOOK_SECRET", ""),
            host=given.get("HOST", "127.0.0.1"),
            port=int(given["PORT"]),
            public_url=given.get("PUBLIC_URL"),
        )
    except sqlite3.Error as error:
        raise ValueError(f"SANDBOX_STATE cannot be used: {error}") from error


def main() -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        sandbox = build()
    except (ValueError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    with sandbox:
        print(f"sandbox: {sandbox.url} (no real money moves)", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
