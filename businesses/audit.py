"""The reads of the audit: entries, and the names of what they point at, in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from businesses.models import (
    AuditAction,
    AuditEntry,
    Closure,
    Member,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
    User,
)

RECENT = 5_000  # entries whose authors the filter offers

# What has no name of its own, and the columns that say which one it is.
NAMELESS: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "performer": (ServiceResource, ("service_id", "resource_id")),
    "opening hours": (OpeningHours, ("resource_id", "weekday", "opens", "closes")),
    "closure": (Closure, ("resource_id", "kind", "starts_at", "ends_at", "reason")),
    "member": (Member, ("user_id", "role")),
}
NAMED: Mapping[str, type[Model]] = {
    "service_id": Service,
    "resource_id": Resource,
    "category_id": ServiceCategory,
    "user_id": User,
}

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, and the columns of its row that the entry itself may not hold."""

    entry: AuditEntry
    row: Columns


@dataclass(frozen=True, slots=True)
class Lines:
    """`names`: by column and key, such as ("service_id", 7). What is gone for good has none."""

    lines: list[Line]
    names: dict[tuple[str, int], str]


def audit_entries(business_id: int, *, subject: str = "", actor: str | None = None) -> "QuerySet[AuditEntry]":
    found = AuditEntry.objects.filter(business_id=business_id)
    if subject:
        found = found.filter(subject=subject)
    return found if actor is None else found.filter(actor=actor)


def recent_actors(business_id: int) -> list[str]:
    """Who has changed something lately, by name."""
    recent = AuditEntry.objects.filter(business_id=business_id).order_by("-id").values("id")[:RECENT]
    found = AuditEntry.objects.filter(id__in=recent).values_list("actor", flat=True).distinct()
    return sorted(found)


def with_names(business_id: int, entries: Sequence[AuditEntry]) -> Lines:
    """The entries with all that is needed to tell of them."""
    rows = _rows(business_id, entries)
    lines = [Line(entry, _row(entry, rows.get((entry.subject, entry.row), {}))) for entry in entries]
    return Lines(lines, _names(business_id, lines))


def _row(entry: AuditEntry, known: Columns) -> Columns:
    """As it was when the entry was made, where the entry says so; else as it is, or was when it was removed."""
    place = 0 if entry.action == AuditAction.REMOVED else 1
    return {**known, **{name: values[place] for name, values in entry.changes.items()}}


def _rows(business_id: int, entries: Sequence[AuditEntry]) -> dict[tuple[str, int], Columns]:
    """Rows without a name: as they are, and those that are gone as their removal noted them."""
    wanted = {(entry.subject, entry.row) for entry in entries if entry.subject in NAMELESS}
    found: dict[tuple[str, int], Columns] = {}
    for subject in {subject for subject, _ in wanted}:
        model, columns = NAMELESS[subject]
        keys = [key for of, key in wanted if of == subject]
        rows = model._default_manager.filter(business_id=business_id, id__in=keys)
        found |= {(subject, row.pop("id")): row for row in rows.values("id", *columns)}
    gone = wanted - set(found)
    if gone:
        removals = AuditEntry.objects.filter(
            business_id=business_id, action=AuditAction.REMOVED, row__in={key for _, key in gone}
        )
        for entry in removals.filter(subject__in={subject for subject, _ in gone}):
            found[entry.subject, entry.row] = {name: values[0] for name, values in entry.changes.items()}
    return found


def _names(business_id: int, lines: Iterable[Line]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for line in lines:
        sides = [line.row, *({name: value} for name, both in line.entry.changes.items() for value in both)]
        for column in NAMED:
            keys = {side[column] for side in sides if isinstance(side.get(column), int)}
            wanted.setdefault(column, set()).update(keys)
    names: dict[tuple[str, int], str] = {}
    for column, keys in wanted.items():
        if keys:
            names |= {(column, key): name for key, name in _named(business_id, column, keys)}
    return names


def _named(business_id: int, column: str, keys: set[int]) -> list[tuple[int, str]]:
    """Also what was removed softly. People belong to no business: those are read whom its own entries name."""
    found = NAMED[column]._default_manager.filter(id__in=keys)
    if column == "user_id":
        return [(key, name or email) for key, name, email in found.values_list("id", "name", "email")]
    return list(found.filter(business_id=business_id).values_list("id", "name"))
