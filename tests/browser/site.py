"""Somebody's own website on another port, with a strict policy, into which the widget is pasted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# The page's own script: what the widget tells it.
LISTENING = """
window.heard = [];
for (const name of ["ready", "step", "booked", "paid", "error"]) {
  document.addEventListener(`availengine:${name}`, (event) => window.heard.push([name, event.detail]));
}
"""


@dataclass
class Site:
    """`hosts` serves the widget; `connects` takes its place where a page forbids to ask it. `extra` ends the policy."""

    address: str
    hosts: str
    connects: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    extra: str = "; require-trusted-types-for 'script'"

    @property
    def policy(self) -> str:
        """As docs/widget.md says, and nothing more; 'self' is for the page's own script."""
        rules = f"script-src 'self' {self.hosts}; connect-src {self.connects or self.hosts}"
        return f"default-src 'none'; {rules}; base-uri 'none'; form-action 'none'{self.extra}"

    def paste(self, business: str, key: str, *, language: str = "en", head: str = "", **attributes: Any) -> str:
        """Put the snippet into a page; its address."""
        given = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
        self.pages["/"] = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Salon</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}<script src="/own.js"></script>
<script src="{self.hosts}/widget/v1/availengine.js" async></script></head>
<body><main><h1>Our salon</h1>
<availengine-booking business="{business}" key="{key}"{given}></availengine-booking>
<p>Call us.</p></main></body></html>"""
        return f"{self.address}/"


@contextmanager
def serving(hosts: str) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = self.path == "/own.js"
            text = LISTENING if script else site.pages.get(self.path)
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", "text/javascript" if script else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_address[1]}", hosts)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
