"""Everything that the sandbox remembers, in one SQLite file: objects, replies, deliveries, settings.

Objects are JSON. Names with a leading underscore are the sandbox's own notes and never leave it; `_due` is
when the next chore for the object comes up, and `_account` whose it is.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from availengine.sandbox.errors import Json

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    due REAL,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, number);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_intent ON objects (kind, json_extract(data, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_charge ON objects (kind, json_extract(data, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, json_extract(data, '$.customer'));
CREATE TABLE IF NOT EXISTS replies (
    account TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    made REAL NOT NULL, PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
Reply = tuple[str, int, str]


class Store:
    """One connection behind one lock: what happens at once happens one after the other."""

    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(SCHEMA)
        self._depth = 0

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner one is a savepoint of the outer."""
        with self.lock:
            name = f"level_{self._depth}"
            self._connection.execute(f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._connection.execute(f"ROLLBACK TO {name}")
                raise
            finally:
                self._depth -= 1
                self._connection.execute(f"RELEASE {name}")

    def _run(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        with self.lock:
            return self._connection.execute(sql, values).fetchall()

    # Objects

    def put(self, obj: Json) -> None:
        self._run(
            "INSERT INTO objects (id, account, kind, due, data) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET due = excluded.due, data = excluded.data",
            *(obj["id"], obj["_account"], obj["object"], obj.get("_due"), json.dumps(obj)),
        )

    def find(self, identifier: str) -> Json | None:
        rows = self._run("SELECT data FROM objects WHERE id = ?", identifier)
        return json.loads(rows[0][0]) if rows else None

    def number_of(self, identifier: str) -> int | None:
        """The place of an object among all, in order of creation."""
        rows = self._run("SELECT number FROM objects WHERE id = ?", identifier)
        return int(rows[0][0]) if rows else None

    def select(
        self,
        kind: str,
        *,
        account: str | None = None,
        equal: dict[str, object] | None = None,
        before: int | None = None,
        after: int | None = None,
        created: dict[str, int] | None = None,
        limit: int = -1,
        newest_first: bool = True,
    ) -> list[Json]:
        """Objects of a kind. `equal` compares fields, `before` and `after` numbers, `created` like {">=": 5}."""
        clauses, values = ["kind = ?"], [kind, *(equal or {}).values()]
        clauses += [f"json_extract(data, '$.{name}') = ?" for name in equal or {}]
        numeric = {"number < ?": before, "number > ?": after}
        numeric |= {f"json_extract(data, '$.created') {sign} ?": moment for sign, moment in (created or {}).items()}
        for clause, value in {"account = ?": account, **numeric}.items():
            if value is not None:
                clauses.append(clause)
                values.append(value)
        order = "DESC" if newest_first else "ASC"
        where = " AND ".join(clauses)
        sql = f"SELECT data FROM objects WHERE {where} ORDER BY number {order} LIMIT ?"  # noqa: S608 - own names only
        return [json.loads(row[0]) for row in self._run(sql, *values, limit)]

    def due(self, now: float) -> list[Json]:
        rows = self._run("SELECT data FROM objects WHERE due <= ? ORDER BY due LIMIT 500", now)
        return [json.loads(row[0]) for row in rows]

    # Replies under idempotency keys

    def reply(self, account: str, key: str) -> Reply | None:
        rows = self._run("SELECT request, status, body FROM replies WHERE account = ? AND key = ?", account, key)
        return (rows[0][0], int(rows[0][1]), rows[0][2]) if rows else None

    def keep_reply(self, account: str, key: str, reply: Reply, now: float) -> None:
        self._run("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?)", account, key, *reply, now)

    def forget_replies(self, before: float) -> None:
        self._run("DELETE FROM replies WHERE made <= ?", before)

    # Deliveries of events

    def add_delivery(self, event: str, due: float) -> None:
        self._run("INSERT INTO deliveries (event, due) VALUES (?, ?)", event, due)

    def deliveries(self, now: float | None = None, limit: int = -1) -> list[tuple[str, int]]:
        """(event id, attempts) of what is undelivered, and due when `now` is given; the oldest first."""
        moment = float("inf") if now is None else now
        rows = self._run(
            "SELECT event, attempts FROM deliveries WHERE due <= ? ORDER BY due, rowid LIMIT ?", moment, limit
        )
        return [(row[0], int(row[1])) for row in rows]

    def delivered(self, event: str) -> None:
        self._run("DELETE FROM deliveries WHERE event = ?", event)

    def postpone(self, event: str, due: float) -> None:
        self._run("UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE event = ?", due, event)

    # Settings

    def setting(self, name: str, default: str) -> str:
        rows = self._run("SELECT value FROM settings WHERE name = ?", name)
        return rows[0][0] if rows else default

    def set_setting(self, name: str, value: str) -> None:
        self._run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)
