"""What pages share that a secret link opens: nobody keeps them, and how their forms are known as ours.

There is no cookie and no session. A form carries a signature, made for what the page showed: without it, or when that
has changed since, nothing happens. Django's own check needs the browser to say where it comes from, which
`no-referrer` keeps it from doing.
"""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

FORM_LASTS = 24 * 3600  # seconds


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache, found by no search, and its address is told to no other page."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def signed(request: HttpRequest, name: str, salt: str) -> Any:
    """What a field of the form was signed with; None when it is not one of ours, or too old."""
    try:
        return signing.loads(request.POST.get(name, ""), salt=salt, max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
