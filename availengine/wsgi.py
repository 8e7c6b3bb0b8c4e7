"""The WSGI application that granian serves. Misconfigured, it refuses to start."""

import gc
import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "availengine.settings")

django = get_wsgi_application()

from django.conf import settings  # noqa: E402  (needs the settings module)

from availengine.checks import refuse_misconfigured  # noqa: E402  (needs the applications)

refuse_misconfigured()

# What is loaded now stays: the collector need not look through it again, which took most of the longest requests.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django takes a body without a Content-Length for empty: a chunked one is read here, up to the limit."""
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return django(environ, start_response)
