"""What every page keeps, whatever the test is about: nothing from elsewhere, no error, no sideways scrolling."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# Runs before a page's own scripts, and speaks through the console.
OBSERVER = """
(() => {
  let told = false;
  const look = () => {
    const {scrollWidth, clientWidth} = document.documentElement;
    if (told || scrollWidth <= clientWidth) return;
    told = true;
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > clientWidth);
    const names = wide.slice(-3).map((e) => e.outerHTML.slice(0, 120));
    console.error(`${scrollWidth} px of content on ${clientWidth} px: ${names.join(" | ")}`);
  };
  document.addEventListener("DOMContentLoaded", () => {
    look();
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
  });
  addEventListener("load", look);
  addEventListener("resize", () => { told = false; look(); });
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI}`);
  });
})();
"""
# A refusal is an answer: as the browser tells it, and as htmx does.
REFUSED = "Failed to load resource: the server responded with a status of 4"
REFUSED_BY_HTMX = "Response Status Error Code 4"


@dataclass
class Watch:
    """Looks at all pages of a context. `faults` is what it saw."""

    origins: set[str]
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> "Watch":
        context.add_init_script(OBSERVER)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", self._failed)
        return self

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" not in self.origins:
            self.faults.append(f"foreign request: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        """A missing script or style is no refusal."""
        at = message.location["url"]
        missing = urlsplit(at).path.startswith("/static/")
        refusal = (message.text.startswith(REFUSED) and not missing) or message.text.startswith(REFUSED_BY_HTMX)
        if message.type in ("error", "warning") and not refusal:
            page = message.page.url if message.page else at
            self.faults.append(f"{page}: {message.text}")

    def _failed(self, error: WebError) -> None:
        self.faults.append(f"{error.page.url if error.page else ''}: {error.error}")
