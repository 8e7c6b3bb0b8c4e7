"""Routes that answer with and without the trailing slash, without a redirect (DESIGN 6)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.urls.converters import UUIDConverter


class IdConverter(UUIDConverter):
    """A UUID in small or capital letters."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


register_converter(IdConverter, "id")


def both(route: str, view: Callable[..., HttpResponseBase], **kwargs: Any) -> list[URLPattern]:
    """The two spellings of a route given without the slash; `name` is as in Django's `path`."""
    return [path(route, view, **kwargs), path(f"{route}/", view, **kwargs)]
