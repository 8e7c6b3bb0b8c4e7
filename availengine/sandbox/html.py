"""The look of the sandbox's pages: one layout, one style sheet, and every value escaped."""

import html
from collections.abc import Iterable
from urllib.parse import urlsplit

from availengine.sandbox.cards import CARDS
from availengine.sandbox.wire import Response

CSS = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566273; --ground: #f4f6f8; --paper: #fff; --line: #cfd6de;
  --main: #1f5fbf; --on-main: #fff; --wrong: #b3261e; --notice: #fff3c9; --on-notice: #4a3900; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3b0bf; --ground: #12171d; --paper: #1b222a;
  --line: #3a4551; --main: #8ab8ff; --on-main: #0b1a30; --wrong: #ff9d94; --notice: #4a3b08;
  --on-notice: #ffe9a8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.banner { margin: 0; padding: .5rem 1rem; background: var(--notice); color: var(--on-notice); text-align: center;
  font-weight: 600; }
main { max-width: 28rem; margin: 0 auto; padding: 1rem; }
main.wide { max-width: 56rem; }
.paper { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem;
  margin: 1rem 0; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.amount { font-size: 2rem; font-weight: 700; line-height: 1.2; margin: .25rem 0 1rem; }
small { color: var(--soft); }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid=true] { border-color: var(--wrong); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
button, .button { display: block; width: 100%; min-height: 3rem; margin-top: 1rem; padding: .6rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; color: var(--on-main);
  background: var(--main); border: 1px solid var(--main); border-radius: .5rem; }
.plain { color: var(--ink); background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.wrong { color: var(--wrong); margin: .25rem 0 0; }
.alert { border: 1px solid var(--wrong); border-radius: .5rem; padding: .6rem .8rem; color: var(--wrong);
  font-weight: 600; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem .5rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td.number { text-align: right; white-space: nowrap; }
code { font-size: .95em; white-space: nowrap; }
summary { cursor: pointer; padding: .4rem 0; }
a { color: var(--main); overflow-wrap: anywhere; }
a.button { color: var(--on-main); }
a.plain { color: var(--ink); }
"""
LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · Sandbox</title>
<link rel="stylesheet" href="{root}style.css">
</head>
<body>
<p class="banner">Sandbox: no real money moves</p>
<main{shape}>
{content}
</main>
</body>
</html>
"""


def escape(value: object) -> str:
    return html.escape(str(value), quote=True)


def origin(url: str | None) -> str:
    """`https://example.com:8443`, or nothing for what could spoil a header."""
    parts = urlsplit(url or "")
    fine = parts.scheme in ("http", "https") and not set(parts.netloc) & set(" ;,'\"")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if fine and parts.netloc.isascii() else ""


def page(
    title: str,
    content: str,
    *,
    status: int = 200,
    root: str = "../",
    wide: bool = False,
    leads_to: Iterable[str | None] = (),
) -> Response:
    """`content` is HTML. `leads_to`: URLs that a form may redirect to, which browsers hold against the policy."""
    shape = ' class="wide"' if wide else ""
    text = LAYOUT.format(title=escape(title), root=root, shape=shape, content=content)
    allowed = " ".join(["'self'", *sorted({found for found in map(origin, leads_to) if found})])
    policy = f"default-src 'none'; style-src 'self'; form-action {allowed}; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(status, text.encode(), "text/html; charset=utf-8", headers)


def message(title: str, text: str, *, status: int = 200, link: tuple[str, str] | None = None) -> Response:
    """A page that only says something. `link` is (URL, words)."""
    further = f'<a class="button plain" href="{escape(link[0])}">{escape(link[1])}</a>' if link else ""
    content = f'<div class="paper"><h1>{escape(title)}</h1><p>{escape(text)}</p>{further}</div>'
    return page(title, content, status=status)


def redirect(url: str) -> Response:
    return Response(303, b"", "text/html; charset=utf-8", {"Location": _location(url)})


def style_sheet() -> Response:
    return Response(200, CSS.encode(), "text/css; charset=utf-8", {"X-Content-Type-Options": "nosniff"})


def card_table() -> str:
    rows = "".join(
        f"<tr><td><code>{' '.join(card.number[at : at + 4] for at in range(0, 16, 4))}</code></td>"
        f"<td>{escape(card.note)}</td></tr>"
        for card in CARDS
    )
    head = '<tr><th scope="col">Number</th><th scope="col">What happens</th></tr>'
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _location(url: str) -> str:
    """Headers are Latin-1; addresses with other letters are percent-encoded."""
    return "".join(
        letter if "!" <= letter <= "~" else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in url
    )
