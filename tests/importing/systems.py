"""Small servers that speak the documented read endpoints of Booqara and BookingFlow, from saved answers."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.management import CommandError, call_command

from tests.webhooks.receiver import Got, Receiver, Reply

CONTRACTS = Path(__file__).parents[1] / "contracts"


def run(*arguments: Any) -> str:
    """What `manage.py import_business …` prints."""
    out = StringIO()
    call_command("import_business", *map(str, arguments), stdout=out)
    return out.getvalue()


def fails(*arguments: Any) -> tuple[int, str, str]:
    """(exit code, last word, what was printed before) of a run that fails."""
    out = StringIO()
    try:
        call_command("import_business", *map(str, arguments), stdout=out)
    except CommandError as error:
        return error.returncode, str(error), out.getvalue()
    raise AssertionError("it did not fail")


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class Fake:
    """Asks for its key, answers from `raw`; `first` may answer instead. `asked`: the paths, in their order."""

    source: str

    def __init__(self, receiver: Receiver) -> None:
        self.receiver, self.raw = receiver, CONTRACTS / f"{self.source}_import" / "raw"
        self.first: Callable[[Got], Reply | None] = lambda got: None
        receiver.reply = self._reply

    @property
    def url(self) -> str:
        return self.receiver.url

    @property
    def asked(self) -> list[str]:
        return [got.path for got in self.receiver.got]

    def _reply(self, got: Got) -> Reply:
        special = self.first(got)
        if special:
            return special
        if not self.admits(got):
            return Reply(401, b'{"success": false, "error": "Invalid key"}')
        parts = urlsplit(got.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = self.answer([unquote(part) for part in parts.path.strip("/").split("/")], query)
        if found is None:
            return Reply(404, b'{"success": false, "error": "Not found"}')
        return Reply(200, json.dumps(found).encode())

    def admits(self, got: Got) -> bool:
        raise AssertionError

    def answer(self, path: list[str], query: dict[str, str]) -> Any:
        raise AssertionError

    def file(self, name: str) -> Any:
        path = self.raw / f"{name}.json"
        return read(path) if path.exists() else None


class FakeBooqara(Fake):
    source = "booqara"

    def admits(self, got: Got) -> bool:
        return got.headers.get("x-private-key") == "pk_live_secret"

    def answer(self, path: list[str], query: dict[str, str]) -> Any:
        match path:
            case ["booking", "staff"] if "serviceId" in query:
                return self.file(f"staff/{query['serviceId']}")
            case ["booking", "business" | "services" | "staff" as name]:
                return self.file(name)
            case ["booking", "appointments", key]:
                return self.file(f"appointments/{key}")
        return None


class FakeBookingFlow(Fake):
    source = "bookingflow"
    page = 3

    def admits(self, got: Got) -> bool:
        return got.headers.get("authorization") == "Bearer bf_secret"

    def answer(self, path: list[str], query: dict[str, str]) -> Any:
        match path[2:]:
            case ["catalog"] if query["orgId"] == "org_1":
                return self.file("catalog")
            case ["schedules"]:
                return self.file("schedules")
            case ["bookings" | "rooms" | "customers" as name]:
                return self._page(self.file(name)["data"], int(query.get("cursor", "0")))
            case ["rooms", key]:
                return self.file(f"rooms/{key}")
        return None

    def _page(self, items: list[Any], begin: int) -> Any:
        end = begin + self.page
        more = end < len(items)
        return {"data": items[begin:end], "nextCursor": str(end) if more else None, "hasMore": more}
