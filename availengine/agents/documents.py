"""What is written for agents and needs no key: /llms.txt, and a page of Markdown per business that shows itself."""

import hashlib

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from availengine.agents.markdown import inert, page_of
from availengine.api.dialects import DIALECTS
from availengine.api.errors import ApiError
from availengine.api.throttling import require_reader_rate
from bookings.snapshot import kept_snapshot, load_snapshot
from businesses.models import Business

MOST_LISTED = 200
PAGE = "2"  # raised when the page itself changes: an ETag is of the page and of what is on it


@require_safe
def business_page(request: HttpRequest, slug: str) -> HttpResponse:
    """/book/{slug}.md"""
    refusal = _too_many(request)
    if refusal:
        return refusal
    found = _shown().filter(slug=slug).values_list("id", "config_version").first()
    if found is None:
        raise Http404
    key, version = found
    etag = quote_etag(hashlib.sha256(f"{PAGE} {key} {version} {settings.BASE_URL}".encode()).hexdigest()[:32])
    if request.headers.get("If-None-Match") == etag:
        return _as_text(HttpResponse(status=304), etag)
    kept = kept_snapshot(key)
    snapshot = kept if kept and kept.version == version else load_snapshot(key)
    body = page_of(snapshot, settings.BASE_URL.rstrip("/"))
    return _as_text(HttpResponse(body, content_type="text/markdown; charset=utf-8"), etag)


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """/llms.txt: what this host offers, and where it is written down."""
    refusal = _too_many(request)
    if refusal:
        return refusal
    body = _llms(settings.BASE_URL.rstrip("/"))
    etag = quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    if request.headers.get("If-None-Match") == etag:
        return _as_text(HttpResponse(status=304), etag)
    return _as_text(HttpResponse(body, content_type="text/plain; charset=utf-8"), etag)


def _shown() -> QuerySet[Business]:
    """A business that has its booking page switched off is nowhere named."""
    return Business.objects.filter(hosted_page=True)


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """A limit per visitor: there is no key to count."""
    try:
        require_reader_rate(request)
    except ApiError as error:
        problem = error.problem
        return HttpResponse(problem.message, "text/plain; charset=utf-8", problem.status, headers=problem.headers)
    return None


def _as_text(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


HOST = """# AvailEngine

> What is free and how to book it, for the businesses of this host: people book on pages, programs by an API, agents by
> the Model Context Protocol.

## Agents

- [MCP server]({base}/mcp): streamable HTTP without sessions. Send a key of the business as `Authorization: Bearer …`; \
the business gives it. Its tools search services, find free times, hold one, book it when the person has agreed, move \
and cancel.

## API

{documents}

## Businesses

{businesses}
"""


def _llms(base: str) -> str:
    found = list(_shown().order_by("name", "id").values_list("slug", "name")[: MOST_LISTED + 1])
    documents = [f"- [{dialect.title}]({base}{dialect.prefix}/schema): {dialect.description}" for dialect in DIALECTS]
    businesses = [f"- [{inert(name)}]({base}/book/{slug}.md)" for slug, name in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        businesses.append("\nThere are more, which are not listed here.")
    listed = "\n".join(businesses or ["None shows itself here."])
    return HOST.format(base=base, documents="\n".join(documents), businesses=listed)
