"""What one request works with: the objects of one account, the clock, and the events that it causes."""

import json
import secrets
import string
from dataclasses import dataclass, field

from availengine.sandbox.clock import Clock
from availengine.sandbox.errors import Json, NoSuchObject
from availengine.sandbox.store import Store

PLATFORM = "acct_sandbox"
API_VERSION = "2026-10-28.endive"
LETTERS = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def public(obj: Json) -> Json:
    """An object without the sandbox's own notes, at every depth."""
    return {name: _public(value) for name, value in obj.items() if not name.startswith("_")}


def _public(value: object) -> object:
    if isinstance(value, dict):
        # Metadata may be named as its owner likes; only whole objects carry notes.
        return public(value) if "object" in value else value
    return [_public(item) for item in value] if isinstance(value, list) else value


@dataclass
class Ledger:
    store: Store
    clock: Clock
    public_url: str
    account: str = PLATFORM
    api_version: str = API_VERSION
    request_id: str | None = None
    idempotency_key: str | None = None
    declining: bool = False  # a fault: every card is declined
    emitted: list[str] = field(default_factory=list)

    def now(self) -> int:
        return int(self.clock.now())

    def new(self, prefix: str, kind: str, **values: object) -> Json:
        """A new object, not yet saved."""
        identifier = f"{prefix}_{random_text(58 if prefix == 'cs_test' else 24)}"
        head = {"id": identifier, "object": kind, "created": self.now(), "livemode": False, "metadata": {}}
        return {**head, **values, "_account": self.account}

    def save(self, obj: Json, *events: str) -> Json:
        """Saves, and tells of it by events of these types."""
        self.store.put(obj)
        for type_ in events:
            self.emit(type_, obj)
        return obj

    def get(self, kind: str, identifier: str | None, param: str = "id") -> Json:
        """Raises NoSuchObject, also when it belongs to another account."""
        found = self.store.find(identifier or "")
        if found is None or found["object"] != kind or found["_account"] != self.account:
            raise NoSuchObject(kind, (identifier or "")[:100], param)
        return found

    def emit(self, type_: str, obj: Json) -> None:
        event = self.new("evt", "event", type=type_, api_version=self.api_version, pending_webhooks=1)
        del event["metadata"]
        event["data"] = {"object": json.loads(json.dumps(public(obj)))}
        event["request"] = {"id": self.request_id, "idempotency_key": self.idempotency_key}
        if self.account != PLATFORM:
            event["account"] = self.account
        self.store.put(event)
        self.store.add_delivery(event["id"], self.clock.now())
        self.emitted.append(event["id"])
