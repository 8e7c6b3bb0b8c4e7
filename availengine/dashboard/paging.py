"""Long lists in pages, newest first, and the filters above them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from availengine.dashboard.access import Desk
from availengine.keyset import cursor_signer
from businesses.errors import Invalid

MOST = 50

BAD_CURSOR = gettext_noop("This page of the list cannot be shown. Begin again at its first page.")


@dataclass(frozen=True, slots=True)
class Listed:
    """Some rows of a list. `older` and `newest`: the query strings that lead on, and back to the beginning."""

    rows: list[Any]
    older: str
    newest: str


def listed(found: "QuerySet[Any]", request: HttpRequest, desk: Desk, *, listing: str, most: int = MOST) -> Listed:
    """The page that a request asks for, by descending id. Raises Invalid for a cursor of anything else."""
    signer = cursor_signer(desk.business.id, f"dashboard:{listing}", live=desk.live)
    cursor = request.GET.get("cursor", "")
    if cursor:
        found = found.filter(id__lt=_opened(signer, cursor))
    rows = list(found.order_by("-id")[: most + 1])
    asked = request.GET.copy()
    asked.pop("cursor", None)
    newest = asked.urlencode() if cursor else ""
    if len(rows) <= most:
        return Listed(rows, "", f"?{newest}" if cursor else "")
    asked["cursor"] = signer.sign_object([rows[most - 1].id])
    return Listed(rows[:most], f"?{asked.urlencode()}", f"?{newest}" if cursor else "")


def _opened(signer: signing.Signer, cursor: str) -> int:
    try:
        (key,) = signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError, UnicodeError) as error:
        raise Invalid(BAD_CURSOR) from error
    return int(key)


def chosen(request: HttpRequest, name: str, choices: Mapping[str, str | Promise]) -> str:
    """What a filter is set to; nothing for what it does not offer."""
    value = request.GET.get(name, "")
    return value if value in choices else ""
