"""Static files under addresses that name their content: browsers ask for each once, and a new one is a new address."""

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

FOREVER = "max-age=31536000, public, immutable"


@cache
def version(name: str) -> str:
    """A digest of a file's content; empty for none. Files do not change while the application runs."""
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path and Path(path).is_file() else ""


class VersionedStorage(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        url = super().url(name)
        digest = version(name or "")
        return f"{url}?v={digest}" if digest else url


class VersionedStatics(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Kept for good where the address names this very content, else for a minute."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = super().__call__(request)
        if request.path_info.startswith(self.static_prefix) and response.status_code in (200, 304):
            digest = version(unquote(request.path_info.removeprefix(self.static_prefix)))
            if digest and request.GET.get("v") == digest:
                response.headers["Cache-Control"] = FOREVER
        return response
