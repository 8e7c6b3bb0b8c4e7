"""Keyset pages for API and dashboard: the cursors are signed and bound to tenant, mode and listing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from businesses.db import prepared
from businesses.errors import Invalid


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next_cursor: str | None

    def body(self, items: list[Any]) -> dict[str, Any]:
        return {"items": items, "next_cursor": self.next_cursor, "has_more": self.next_cursor is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a cursor belongs to: a cursor of one listing opens no other."""

    business_id: int
    live: bool
    name: str


def keyset_page(
    queryset: QuerySet[Any, Any], listing: Listing, *, order: tuple[str, str], limit: int, cursor: str | None = None
) -> Page:
    """One page of `queryset`, whose rows are dicts with both `order` fields ("-" in front: descending).

    The second field is unique. Raises Invalid for a cursor that is forged, foreign or of another listing.
    """
    signer = cursor_signer(listing.business_id, f"{listing.name}:{order[0]}", live=listing.live)
    first, last = (name.lstrip("-") for name in order)
    if cursor:
        value, key = opened(signer, cursor)
        after = "lt" if order[0].startswith("-") else "gt"
        if first == last:
            queryset = queryset.filter(**{f"{last}__{after}": key})
        else:
            beyond = Q(**{f"{first}__{after}": value}) | Q(**{f"{last}__{after}": key})
            queryset = queryset.filter(beyond, **{f"{first}__{after}e": value})
    rows = _rows(queryset.order_by(*dict.fromkeys(order))[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    row = rows[limit - 1]
    value = row[first]
    stamp = value.isoformat() if isinstance(value, datetime) else value
    return Page(rows[:limit], signer.sign_object([stamp, row[last]]))


def _rows(queryset: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    """The rows of `.values(…)` as dicts, read in binary: for long lists that saves most of the time."""
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return []
    return [dict(zip(queryset.query.values_select, row, strict=True)) for row in prepared(sql, params)]


def cursor_signer(business_id: int, listing: str, *, live: bool) -> signing.Signer:
    """What it signs is a cursor of this listing, in this business and mode, and nowhere else."""
    return signing.Signer(salt=f"cursor:{business_id}:{live}:{listing}")


def opened(signer: signing.Signer, cursor: str) -> list[Any]:
    """What a cursor holds. Raises Invalid for one that is forged or foreign."""
    try:
        values: list[Any] = signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError, UnicodeError) as error:
        raise Invalid("This cursor is not valid for this listing.") from error
    return values
