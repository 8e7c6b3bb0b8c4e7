"""The script as it is sent: its bytes, packed once per process, and what names and vouches for them."""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from availengine.widget.joining import joined

# Scripts of earlier releases: pages that pinned one still ask for it.
RELEASED = Path(__file__).parent / "released"
DIGEST_LENGTH = 16
NEWEST = "/widget/v1/availengine.js"


@dataclass(frozen=True, slots=True)
class Script:
    """`digest` is in the address of these very bytes, `integrity` lets a browser check them."""

    body: bytes
    packed: bytes
    digest: str
    integrity: str

    @property
    def address(self) -> str:
        return f"{settings.BASE_URL}/widget/v1/availengine.{self.digest}.js"


def script_of(body: bytes) -> Script:
    integrity = base64.b64encode(hashlib.sha384(body).digest()).decode()
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
    return Script(body, gzip.compress(body, mtime=0), digest, f"sha384-{integrity}")


@cache
def newest() -> Script:
    return script_of(joined().encode())


@cache
def _released() -> dict[str, Script]:
    """By what their bytes are, not by what the files are called."""
    found = (script_of(path.read_bytes()) for path in sorted(RELEASED.glob("*.js")))
    return {script.digest: script for script in found}


def pinned(digest: str) -> Script | None:
    return newest() if digest == newest().digest else _released().get(digest)
