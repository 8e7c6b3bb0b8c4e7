"""JSON bodies, read strictly."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """Refuses NaN, lone surrogates, invalid UTF-8, huge integers and depths, and anything but an object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return parsed(stream.read(settings.MAX_BODY_BYTES + 1))


def parsed(raw: bytes) -> dict[str, Any]:
    """A body as a JSON object. Raises RequestDataTooBig, ParseError."""
    if len(raw) > settings.MAX_BODY_BYTES:
        raise RequestDataTooBig
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"The body is not valid JSON: {error}.") from error
    if not isinstance(body, dict):
        raise ParseError("The body must be a JSON object.")
    return body
