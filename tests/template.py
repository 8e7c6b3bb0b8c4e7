"""The migrated database is kept beside the test database: until the code changes, the next one is a copy of it."""

import hashlib
from pathlib import Path
from typing import Any

import psycopg

from tests.plugins import embedded

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("availengine", "bookings", "businesses", "payments", "webhooks")
PREFIX = "migrated_"

Connection = psycopg.Connection[Any]


def template() -> str:
    """Named after all that migrations may depend on."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(path for source in SOURCES for path in (ROOT / source).rglob("*.py")):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def copied(owner: Connection, name: str) -> bool:
    """Make the test database. Says whether it is a copy of a migrated one; else it is empty."""
    owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    found = template() in kept(owner)
    owner.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template()}"' if found else ""))
    return found


def keep(owner: Connection, name: str) -> None:
    """Keep a copy of what was just migrated, in place of older ones; on servers of the user's nothing is left."""
    if embedded.stack is None:
        return
    for old in kept(owner):
        owner.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
    owner.execute(f'CREATE DATABASE "{template()}" TEMPLATE "{name}"')


def kept(owner: Connection) -> list[str]:
    rows = owner.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in rows]
