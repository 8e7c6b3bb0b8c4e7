"""A Chromium for all tests, a server with the tests' clock, and contexts whose pages are watched."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from availengine.api import remembered
from availengine.sandbox import Sandbox
from businesses.models import Business, Member
from tests import factories
from tests.api.calls import Tenant
from tests.browser import axe, server, tools
from tests.browser.site import Site, serving
from tests.browser.sizes import DESKTOP, SIZES
from tests.browser.watch import Watch
from tests.dashboard.conftest import browser as signed_in_client
from tests.dashboard.conftest import person
from tests.money import empty, quiet_sandbox, settings_of

NOW = datetime(2026, 5, 1, 14, 30, tzinfo=UTC)  # a Friday, 9:30 in Chicago
PATIENCE = 10_000  # milliseconds until something that is waited for has failed
SEEN = Path(__file__).resolve().parents[2] / ".run-test" / "browser"  # pictures of what failed

NewContext = Callable[..., BrowserContext]
AsSomebody = Callable[[Member], Page]


def without(reason: tools.Missing) -> None:
    """Skipped where there can be no browser; REQUIRE_BROWSER makes that a failure."""
    text = f"no browser tests: {reason}"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all tests. Playwright's loop runs in this thread, which Django takes for asynchronous code."""
    try:
        found = tools.chromium()
    except tools.Missing as missing:
        without(missing)
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        headed = os.environ.get("HEADED") == "1"
        browser = playwright.chromium.launch(
            executable_path=found.path, env=found.environment(), headless=not headed, slow_mo=400 if headed else 0
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def axe_script() -> str:
    try:
        return tools.axe()
    except tools.Missing as missing:
        without(missing)
        raise


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    with server.running() as found:
        yield found


@pytest.fixture(autouse=True)
def clock(
    _fresh_memory: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, address: str
) -> Iterator[time_machine.Traveller]:
    """Half past nine on a Friday in Chicago; it goes on from there."""
    monkeypatch.setattr(remembered, "_answers", remembered.Remembered(remembered.REMEMBERED_BYTES))
    settings.BASE_URL = address
    cache.clear()
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def clock_at(clock: time_machine.Traveller) -> Callable[[str], None]:
    """Puts the clock forward."""
    return lambda moment: clock.move_to(datetime.fromisoformat(moment))


@pytest.fixture
def watch(address: str) -> Watch:
    return Watch({address})


@pytest.fixture
def new_context(chromium: Browser, address: str, watch: Watch, request: pytest.FixtureRequest) -> Iterator[NewContext]:
    """Another visitor's browser. What their pages did wrong fails the test at its end."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        given = {"base_url": address, "viewport": DESKTOP, "reduced_motion": "reduce", "locale": "en-US", **options}
        context = chromium.new_context(**given)
        context.set_default_timeout(PATIENCE)
        context.clock.install(time=datetime.now(UTC))
        watch.over(context)
        made.append(context)
        return context

    yield make
    for number, context in enumerate(made):
        if getattr(request.node, "failed", False):
            keep_pictures(context, f"{request.node.name}-{number}")
        context.close()
    assert watch.faults == []


def keep_pictures(context: BrowserContext, name: str) -> None:
    SEEN.mkdir(parents=True, exist_ok=True)
    for page in context.pages:
        page.screenshot(path=SEEN / f"{name.replace('/', '_')}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> Any:
    """A desktop's width, then a phone's."""
    return SIZES[request.param]


@pytest.fixture
def visitor(new_context: NewContext) -> Page:
    """Somebody who is not signed in, at a desk."""
    return new_context().new_page()


@pytest.fixture
def as_member(new_context: NewContext, address: str) -> Callable[..., Page]:
    """A page of somebody who is signed in."""

    def make(member: Member, **options: Any) -> Page:
        context = new_context(**options)
        cookie = signed_in_client(member).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        return context.new_page()

    return make


@pytest.fixture
def findings(axe_script: str) -> axe.Findings:
    """What axe finds serious on a page, at both widths, light and dark."""
    return lambda page: axe.findings(page, axe_script)


@pytest.fixture
def salon(clock: time_machine.Traveller) -> Tenant:
    """Two stylists, one service of an hour, open 9 to 17 every day, in Chicago; it may take deposits."""
    return Tenant(factories.business(business={"plan": "premium", "email": "desk@salon.example"}))


@pytest.fixture
def business(salon: Tenant) -> Business:
    return salon.business


@pytest.fixture
def owner(business: Business) -> Member:
    return person(business, "owner")


@pytest.fixture(scope="package")
def _sandbox() -> Iterator[Sandbox]:
    with quiet_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def stripe(_sandbox: Sandbox, settings: Any) -> Sandbox:
    """The payment sandbox, empty, and configured."""
    empty(_sandbox)
    for name, value in settings_of(_sandbox).items():
        setattr(settings, name, value)
    return _sandbox


@pytest.fixture
def site(address: str, watch: Watch) -> Iterator[Site]:
    """Somebody's website on another port, to paste the widget into."""
    with serving(address) as found:
        watch.origins.add(found.address)
        yield found
