"""Static files: kept for good under the address that names their content, for a minute under any other."""

import re

import pytest
from django.test import Client

from availengine.statics import FOREVER


@pytest.fixture
def linked(db: None) -> list[str]:
    page = Client().get("/accounts/login/").content.decode()
    return re.findall(r'"(/static/[^"#]+)', page)


def kept(url: str) -> tuple[int, str]:
    answer = Client().get(url)
    answer.close()  # the file
    return answer.status_code, answer.headers["Cache-Control"]


def test_what_pages_link_is_kept_for_good(linked: list[str]) -> None:
    assert len(linked) >= 5
    assert {kept(url) for url in linked} == {(200, FOREVER)}


def test_other_versions_are_not(linked: list[str]) -> None:
    url, _, digest = linked[0].partition("?v=")
    assert re.fullmatch("[0-9a-f]{12}", digest)
    for other in (url, f"{url}?v=", f"{url}?v={'0' * 12}", f"{url}?w={digest}"):
        assert kept(other) == (200, "max-age=60, public")


def test_what_is_not_there(db: None) -> None:
    answer = Client().get("/static/dashboard/none.css?v=000000000000")
    assert answer.status_code == 404
    assert "Cache-Control" not in answer.headers
    assert Client().get("/accounts/login/?v=1").headers.get("Cache-Control") != FOREVER
