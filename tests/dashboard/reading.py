"""How the tests of pages read them."""

import re
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def text(answer: Any) -> str:
    """What a page says, without its tags, in single spaces."""
    page = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field."""
    (value,) = set(re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.content.decode()))
    return unescape(value)


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
