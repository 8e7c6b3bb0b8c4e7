"""GET /widget/v1/availengine.js, by both of its addresses."""

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from availengine.widget import joining, script

NEWEST = "/widget/v1/availengine.js"
MOST_BYTES = 25 * 1024
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@pytest.fixture
def pinned() -> str:
    return f"/widget/v1/availengine.{script.newest().digest}.js"


@pytest.fixture
def _fresh_memory_of_releases() -> Iterator[None]:
    script._released.cache_clear()
    yield
    script._released.cache_clear()


def words(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((joining.SOURCES / "words" / f"{language}.json").read_text())
    return found


# --- what is sent -------------------------------------------------------------------------------------------------


def test_any_page_may_have_it(client: Client) -> None:
    answer = client.get(NEWEST, headers={"Origin": "https://salon.example"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert not answer.cookies
    assert answer.content == script.newest().body
    assert b'customElements.define("availengine-booking"' in answer.content


def test_corrections_arrive_and_what_is_pinned_stays(client: Client, pinned: str) -> None:
    newest = client.get(NEWEST)
    assert newest.headers["Cache-Control"] == "public, max-age=3600, stale-while-revalidate=86400"
    fixed = client.get(pinned)
    assert fixed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert fixed.content == newest.content
    assert fixed.headers["Access-Control-Allow-Origin"] == "*"


def test_the_address_and_the_integrity_are_those_of_the_bytes(client: Client, pinned: str) -> None:
    body = client.get(pinned).content
    assert hashlib.sha256(body).hexdigest().startswith(script.newest().digest)
    expected = base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert script.newest().integrity == f"sha384-{expected}"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("br", False),
        ("", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, br", False),
        ("gzip;q=0.5", True),
    ],
)
def test_packed_for_who_accepts_it(client: Client, accepted: str, packed: bool) -> None:
    answer = client.get(NEWEST, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    body = gzip.decompress(answer.content) if packed else answer.content
    assert body == script.newest().body


def test_who_has_it_is_sent_nothing(client: Client, pinned: str) -> None:
    for address in (NEWEST, pinned):
        for accepted in ("gzip", ""):
            etag = client.get(address, headers={"Accept-Encoding": accepted}).headers["ETag"]
            again = client.get(address, headers={"Accept-Encoding": accepted, "If-None-Match": etag})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["Access-Control-Allow-Origin"] == "*"
            assert again.headers["ETag"] == etag
            other = client.get(address, headers={"Accept-Encoding": accepted, "If-None-Match": '"other"'})
            assert other.status_code == 200


def test_head_and_nothing_else(client: Client, pinned: str) -> None:
    for address in (NEWEST, pinned):
        assert client.head(address).status_code == 200
        assert client.post(address).status_code == 405


def test_another_name_is_nothing(client: Client) -> None:
    for address in ("/widget/v1/availengine.0123456789abcdef.js", "/widget/v2/availengine.js", "/widget/v1/"):
        assert client.get(address).status_code == 404


@pytest.mark.usefixtures("_fresh_memory_of_releases")
def test_an_earlier_release_is_still_there(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = b'"use strict"; // 0.0.1'
    (tmp_path / "availengine.js").write_bytes(earlier)
    monkeypatch.setattr(script, "RELEASED", tmp_path)
    digest = hashlib.sha256(earlier).hexdigest()[:16]
    answer = client.get(f"/widget/v1/availengine.{digest}.js")
    assert (answer.status_code, answer.content) == (200, earlier)
    assert client.get(NEWEST).content != earlier


# --- what it is made of -------------------------------------------------------------------------------------------


def test_it_is_small(client: Client) -> None:
    assert int(client.get(NEWEST, headers={"Accept-Encoding": "gzip"}).headers["Content-Length"]) <= MOST_BYTES


def test_the_same_bytes_every_time() -> None:
    assert joining.joined() == joining.joined()
    assert script.script_of(script.newest().body) == script.newest()


def test_modules_share_one_scope() -> None:
    """Two functions of one name would not be told by a browser: the later one would count."""
    names = Counter(name for path in joining.SOURCES.rglob("*.js") for name in DECLARED.findall(path.read_text()))
    assert [name for name, times in names.items() if times > 1] == []
    assert "import " not in re.sub(r'"[^"\n]*"', "", joining.joined())


def test_every_module_is_in_it() -> None:
    text = joining.joined()
    for path in joining.SOURCES.rglob("*.js"):
        declared = DECLARED.findall(path.read_text())
        assert all(re.search(rf"\b{name}\b", text) for name in declared), path.name


def test_nothing_that_a_strict_policy_forbids() -> None:
    text = joining.joined()
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert forbidden not in text
    for kept in ("localStorage", "sessionStorage", "document.cookie", "indexedDB"):
        assert kept not in text


@pytest.mark.parametrize("language", ["de", "el"])
def test_the_same_texts_in_every_language(language: str) -> None:
    english, other = words("en"), words(language)
    assert list(other) == list(english)
    for key, text in english.items():
        assert type(other[key]) is type(text), key
        told = text.values() if isinstance(text, dict) else [text]
        theirs = other[key].values() if isinstance(text, dict) else [other[key]]
        places = {place for one in told for place in re.findall(r"\{\w+\}", one)}
        assert {place for one in theirs for place in re.findall(r"\{\w+\}", one)} == places, key


def test_no_text_is_idle() -> None:
    """Those of error codes are named by the API."""
    source = "".join(path.read_text() for path in joining.SOURCES.rglob("*.js"))
    named = set(re.findall(r'"(\w+)"', source))
    codes = {"idempotency_key_reused", "temporarily_unavailable"}
    assert set(words("en")) - named == codes
