"""Plain HTTP to a sandbox, and a browser's way with its pages."""

import html
import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from availengine.sandbox import Sandbox


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    def hidden(self) -> dict[str, str]:
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.body)
        return {name: html.unescape(value) for name, value in found}


def send(sandbox: Sandbox, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=10)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read().decode())
    finally:
        connection.close()


def get(sandbox: Sandbox, path: str) -> Answer:
    return send(sandbox, "GET", path)


def submit(sandbox: Sandbox, path: str, **values: str) -> Answer:
    """Opens a page and sends its form."""
    opened = get(sandbox, path)
    target = urlsplit(path).path
    return send(sandbox, "POST", target, urlencode({**opened.hidden(), **values}))


def next_path(answer: Answer, path: str) -> str:
    """The path that a redirect within the sandbox leads to."""
    return urljoin(path, answer.headers["location"])
