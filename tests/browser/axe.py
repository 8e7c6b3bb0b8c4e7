"""Accessibility by axe-core: WCAG 2.2 AA and its good practices; findings that are serious fail a test."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.sizes import SIZES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")

ASK = """async (only) => {
  const {violations} = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  return violations.map(({id, impact, nodes}) => [id, impact, nodes.map((node) => node.html.slice(0, 200))]);
}"""

Findings = Callable[[Page], list[Any]]


def findings(page: Page, script: str) -> list[Any]:
    """Both widths in both themes; what a theme can change is colours."""
    found = []
    page.evaluate(script)  # by the browser itself: no policy of the page is in its way
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            only = RULES if theme == "light" else ["color-contrast"]
            found += [(name, theme, *item) for item in page.evaluate(ASK, only) if item[1] in GRAVE]
    return found
