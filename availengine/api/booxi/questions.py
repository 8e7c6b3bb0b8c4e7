"""What a search asks for, read from a body or from the cursor of the page before."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from availengine.api.booxi import serializers as wire_in
from availengine.api.parsers import parsed
from availengine.keyset import cursor_signer, opened
from bookings.asking import Ask
from businesses.keys import Principal
from businesses.localtime import minute_of

LISTING = "booxi.search"
PREFIX = "csa_"
MOST_KEPT_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Starts from `since` until before `until`, in minutes. `ask`: the services, and perhaps the one staff member."""

    since: int
    until: int
    ask: Ask
    verbose: bool

    def cursor(self, business_id: int, since: int, *, live: bool) -> str:
        """For the same search from a later start on."""
        staff, services = self.ask.resource, self.ask.services
        signer = cursor_signer(business_id, LISTING, live=live)
        return PREFIX + signer.sign_object([since, self.until, services, staff, self.verbose], compress=True)


def search_of(cursor: str, who: Principal) -> Search:
    """The search that a cursor goes on with. Raises Invalid for one that is forged or foreign."""
    signer = cursor_signer(who.business_id, LISTING, live=who.live)
    signed = cursor[len(PREFIX) :] if cursor.startswith(PREFIX) else ""
    since, until, services, staff, verbose = opened(signer, signed)
    return Search(since=since, until=until, ask=visit_of(services, staff), verbose=verbose)


def visit_of(services: list[int], staff: int | None = None) -> Ask:
    """One staff member takes all services; lead time and booking window do not count (seed 002)."""
    return Ask(services=tuple(services), resource=staff, party=None, same_resource=True, any_time=True)


def visit_among(services: list[int], staff: list[int]) -> Ask:
    """The same by the first of several who is free; none: by whoever is."""
    return replace(visit_of(services), among=tuple(dict.fromkeys(staff)))


def read_body(raw: bytes) -> tuple[int, Search] | str:
    """A body as (merchant, search), or as a cursor. The same bytes always mean the same: short ones are remembered.

    Raises what a body that is not valid raises.
    """
    return _remembered(raw) if len(raw) <= MOST_KEPT_BYTES else _read(raw)


def _read(raw: bytes) -> tuple[int, Search] | str:
    body = parsed(raw)
    if "cursor" in body:
        cursor: str = _NEXT_PAGE.run_validation(body)["cursor"]
        return cursor
    data: dict[str, Any] = _SEARCH.run_validation(body)
    services = [item["serviceId"] for item in data["bookingItems"]]
    search = Search(
        since=_minute_from(data["range"]["startsOn"]),
        until=_minute_from(data["range"]["endsOn"]),
        ask=visit_of(services, next(iter(data.get("onlyIncludeStaffs", ())), None)),
        verbose="searchMode" in data,
    )
    return data["merchantId"], search


_remembered = lru_cache(maxsize=4096)(_read)
_SEARCH, _NEXT_PAGE = wire_in.Search(), wire_in.NextPage()


def _minute_from(moment: datetime) -> int:
    """The first whole minute that is not before a moment."""
    minute = minute_of(moment)
    return minute + 1 if moment.second or moment.microsecond else minute
