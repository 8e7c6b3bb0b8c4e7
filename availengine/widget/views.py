"""GET /widget/v1/…: the script, for any page of any origin. It is packed already; a browser that has it gets a 304."""

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from availengine.widget import script
from availengine.widget.script import Script

FOR_AN_HOUR = "public, max-age=3600, stale-while-revalidate=86400"  # so that corrections arrive
FOR_A_YEAR = "public, max-age=31536000, immutable"
PACKS = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


@require_safe
def newest(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, script.newest(), FOR_AN_HOUR)


@require_safe
def pinned(request: HttpRequest, digest: str) -> HttpResponseBase:
    found = script.pinned(digest)
    if found is None:
        raise Http404
    return _answer(request, found, FOR_A_YEAR)


def _answer(request: HttpRequest, found: Script, kept: str) -> HttpResponseBase:
    packed = bool(PACKS.search(request.headers.get("Accept-Encoding", "")))
    etag = f'"{found.digest}{"-gzip" if packed else ""}"'
    headers = {"ETag": etag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = found.packed if packed else found.body
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)
    told = get_conditional_response(request, etag=etag, response=answer) or answer
    told.headers["Access-Control-Allow-Origin"] = "*"
    told.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return told
