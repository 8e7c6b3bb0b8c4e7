"""The watch itself: what it must see, it sees."""

import pytest
from playwright.sync_api import Error, Page

from tests.browser.watch import Watch


def seen(page: Page, watch: Watch, script: str, words: str) -> None:
    """The fault is noticed; it is forgotten then, or it would fail this test too."""
    page.goto("/accounts/login/")
    with page.expect_console_message(lambda message: words in message.text):
        page.evaluate(script)
    assert any(words in fault for fault in watch.faults)
    watch.faults.clear()


def test_too_wide(visitor: Page, watch: Watch) -> None:
    wide = "document.body.insertAdjacentHTML('beforeend', '<pre>' + 'wide'.repeat(900) + '</pre>')"
    seen(visitor, watch, wide, "px of content on 1280 px")


def test_an_inline_style(visitor: Page, watch: Watch) -> None:
    seen(visitor, watch, "document.body.setAttribute('style', 'color: red')", "policy: style-src")


def test_a_foreign_request(visitor: Page, watch: Watch) -> None:
    with pytest.raises(Error):  # nobody listens there
        visitor.goto("http://127.0.0.1:9/elsewhere")
    assert "foreign request: http://127.0.0.1:9/elsewhere" in watch.faults
    watch.faults.clear()
