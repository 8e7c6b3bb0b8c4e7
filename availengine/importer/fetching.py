"""Asking another system, through the guarded client: patiently, and never more often than it wants."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from availengine.clock import current_time
from businesses import outgoing

MOST = 32 * 1024 * 1024  # bytes of one answer
TRIES = 6
LONGEST_PAUSE = 300  # seconds
MOST_PAGES = 10_000


class CannotFetch(Exception):
    """The other system does not give what is needed; the message says why, and what to do."""


@dataclass
class Remote:
    """A system that is asked. `tell` gets what people should know, `pause` waits so many seconds."""

    url: str
    headers: Mapping[str, str]
    tell: Callable[[str], None]
    pause: Callable[[float], None] = time.sleep
    timeout: float = 30.0
    asked: int = field(default=0, init=False)

    def get(self, *path: str, **query: str) -> Any:
        """The parsed answer of a GET; None for 404. Raises CannotFetch."""
        where = "/" + "/".join(quote(part, safe="") for part in path)
        target = where + (f"?{urlencode(query)}" if query else "")
        problem = ""
        for attempt in range(TRIES):
            answer, problem = self._ask(target)
            if answer is not None and answer.status == 404:
                return None
            if answer is not None and answer.status == 200:
                return _parsed(where, answer)
            seconds = _pause_after(answer, attempt)
            if seconds is None or attempt == TRIES - 1:
                break
            self.tell(f"{where}: {problem}; trying again in {seconds:g} s")
            self.pause(seconds)
        raise CannotFetch(f"{self.url}{where}: {problem}")

    def require(self, *path: str, **query: str) -> Any:
        """As `get`, of what every such system has. Raises CannotFetch."""
        found = self.get(*path, **query)
        if found is None:
            raise CannotFetch(f"{self.url}/{'/'.join(path)} is not there (404): is this the address of the API?")
        return found

    def pages(self, *path: str) -> Iterator[list[Any]]:
        """The pages of a list `{"data", "nextCursor", "hasMore"}`."""
        query: dict[str, str] = {}
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self.require(*path, **query)
            items = listed(page)
            yield items
            cursor = page.get("nextCursor") if isinstance(page, dict) else None
            if not cursor or page.get("hasMore") is False:
                return
            if str(cursor) in seen:
                break
            seen.add(str(cursor))
            query = {"cursor": str(cursor)}
        raise CannotFetch(f"{self.url}/{'/'.join(path)}: the list does not end: its cursors repeat themselves")

    def _ask(self, target: str) -> tuple[outgoing.Answer | None, str]:
        """The answer, and what is wrong with it."""
        self.asked += 1
        try:
            answer = outgoing.fetch(
                "GET", self.url + target, headers={"Accept": "application/json", **self.headers},
                timeout=self.timeout, most=MOST,
            )  # fmt: skip
        except outgoing.NotAllowed as error:
            raise CannotFetch(f"{self.url}: {error} OUTGOING_ALLOW_NETWORKS lists networks of yours.") from error
        except outgoing.NoAnswer as error:
            return None, str(error)
        return answer, PROBLEMS.get(answer.status, f"answered {answer.status}")


PROBLEMS = {
    401: "the key was refused (401): is it complete, and of this business?",
    403: "the key may not read this (403)",
    429: "asked too often (429)",
}


def _pause_after(answer: outgoing.Answer | None, attempt: int) -> float | None:
    """The seconds to wait before asking again; None: asking again will not help."""
    if answer is None or answer.status >= 500:
        return float(2**attempt)
    if answer.status != 429:
        return None
    wanted = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), "")
    seconds = _seconds(wanted, float(2**attempt))
    return seconds if seconds <= LONGEST_PAUSE else None


def _seconds(wanted: str, otherwise: float) -> float:
    """What `Retry-After` says: seconds, or a date."""
    if wanted.strip().isdigit():
        return float(wanted)
    try:
        return max(1.0, (parsedate_to_datetime(wanted) - current_time()).total_seconds())
    except (ValueError, TypeError):
        return otherwise


def _parsed(where: str, answer: outgoing.Answer) -> Any:
    if len(answer.body) >= MOST:
        raise CannotFetch(f"{where}: the answer is larger than {MOST // 1024 // 1024} MB")
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise CannotFetch(f"{where}: the answer is no JSON; is this the address of the API?") from error


def listed(page: Any) -> list[Any]:
    """The items of a list, whether bare or under `data`."""
    items = page.get("data") if isinstance(page, dict) else page
    if not isinstance(items, list):
        raise CannotFetch('a list was expected: {"data": […]}')
    return items
