"""Cursor pagination of the API's listings, bound to who calls (`availengine/keyset.py`)."""

from typing import Any

from django.db.models import QuerySet

from availengine.keyset import Listing, Page, keyset_page
from businesses.keys import Principal

DEFAULT_LIMIT = 50
MOST = 200


def paginate(
    queryset: QuerySet[Any, Any],
    *,
    principal: Principal,
    listing: str,
    order: tuple[str, str],
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page:
    """One page of a listing of the caller's; as `keyset_page`."""
    mine = Listing(business_id=principal.business_id, live=principal.live, name=listing)
    return keyset_page(queryset, mine, order=order, limit=limit, cursor=cursor)
