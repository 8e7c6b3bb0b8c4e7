"""Routes that answer with and without the trailing slash, without a redirect (DESIGN 6)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path


def both(route: str, view: Callable[..., HttpResponseBase], **kwargs: Any) -> list[URLPattern]:
    """The two spellings of a route given without the slash."""
    return [path(route, view, kwargs), path(f"{route}/", view, kwargs)]
