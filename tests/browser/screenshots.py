"""`make screenshots`: the pictures of the documentation, from a demo of its own on a Friday evening at the restaurant.

The demo's data is the same for the same day, so the pictures change only when the pages do, or the minute.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import tools
from tests.browser.sizes import DESKTOP

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / ".run-test" / "screenshots"
PICTURES = ROOT / "docs" / "images"
EVENING = datetime(2026, 11, 20, 19, 15, tzinfo=UTC)  # a Friday, a quarter past nine in Athens
PHONE = {"width": 375, "height": 740}
LARGEST = 150_000  # bytes of a picture
BUSINESSES = len(list((ROOT / "demo").glob("*.yaml")))
PATIENCE = 240  # seconds until the demo is there
RESTAURANT, OWNER = "avra-taverna", "owner.avra@example.com"


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """A fresh one at that hour; what its demo.json says."""
    shutil.rmtree(VAR, ignore_errors=True)
    port = _free_port()
    environment = {
        **os.environ,
        "VAR": str(VAR),
        "PORT": str(port),
        "BIND": "127.0.0.1",
        "PYTHONPATH": str(Path(__file__).with_name("clock")),
        "DEMO_SHIFT_SECONDS": str(EVENING.timestamp() - time.time()),
    }
    program = subprocess.Popen([sys.executable, "-m", "availengine.embedded"], cwd=ROOT, env=environment)
    try:
        yield _told(program, f"http://127.0.0.1:{port}/healthz")
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)


def _free_port() -> int:
    """It has two more beside it: the payment sandbox and the live stream."""
    for port in range(8900, 9900, 10):
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no port is free")


def _told(program: "subprocess.Popen[bytes]", health: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and program.poll() is None:
        # Neither server nor file is there at first, and it answers before the last of the businesses is there.
        with suppress(URLError, FileNotFoundError, ConnectionError), urlopen(health):
            told: dict[str, Any] = json.loads((VAR / "demo.json").read_text())
            if len(told["businesses"]) == BUSINESSES:
                return told
        time.sleep(0.5)
    raise RuntimeError("the demo did not start")


class Photographer:
    """The owner of the restaurant, signed in, whose pages are in English for the documentation's sake."""

    def __init__(self, browser: Browser, told: dict[str, Any]) -> None:
        self.browser, self.home = browser, f"{told['base_url']}/dashboard/{RESTAURANT}/"
        self.password = told["businesses"][RESTAURANT]["members"][OWNER]
        self.state: Any = None

    @contextmanager
    def page(self, path: str = "", **options: Any) -> Iterator[Page]:
        given = {"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = self.browser.new_context(storage_state=self.state, **given)
        context.clock.install(time=EVENING)
        page = context.new_page()
        page.goto(self.home + path)
        yield page
        self.state = context.storage_state()
        context.close()

    def sign_in(self) -> None:
        with self.page() as page:
            page.locator("input[name=login]").fill(OWNER)
            page.locator("input[name=password]").fill(self.password)
            page.keyboard.press("Enter")
            page.wait_for_url(self.home)
            page.goto(self.home + "setup/business/")
            page.locator("[name=language]").select_option("en")
            page.locator("#save").click()
            page.wait_for_url("**/setup/**")

    def take(self, name: str, path: str = "", **options: Any) -> None:
        with self.page(path, **options) as page:
            keep(page, name)


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    if path.stat().st_size > LARGEST:
        raise RuntimeError(f"{path.name} is larger than {LARGEST} bytes")
    print(path.relative_to(ROOT), path.stat().st_size)


def take_all(owner: Photographer) -> None:
    owner.sign_in()
    owner.take("today")
    owner.take("today-dark", color_scheme="dark")
    owner.take("today-phone", viewport=PHONE)
    with owner.page() as page:
        page.locator(".block.is-confirmed a.visit").first.click()
        page.locator("#panel-title").wait_for()
        keep(page, "booking")
    with owner.page("bookings/new/") as page:
        page.locator("label.start").nth(1).click()
        page.locator("#first_name").fill("Eleni")
        keep(page, "new-booking")
    owner.take("week", "calendar/")
    owner.take("insights", "insights/")
    owner.take("services", "setup/services/")
    owner.take("hours", "setup/hours/")
    owner.take("deposits", "setup/deposits/")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    found = tools.chromium()
    with demo() as told, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, env=found.environment())
        take_all(Photographer(browser, told))
        browser.close()


if __name__ == "__main__":
    main()
