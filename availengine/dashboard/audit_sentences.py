"""Entries of the audit as people tell of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from availengine.dashboard.audit_words import COLUMNS, OTHER, SENTENCES, VALUES
from bookings.wording import spoken_clock, spoken_moment, spoken_period, spoken_time
from businesses.audit import NAMED, Line, Lines
from businesses.localtime import DAY
from businesses.models import AuditAction, Business
from payments.money import spoken

LONGEST = 160
NOTHING = "–"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Change:
    """A column in words; `before` is empty for what was added, `after` for what was removed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    moment: datetime
    time: str
    sentence: str
    action: str
    changes: list[Change]


def told(lines: Lines, business: Business) -> Iterator[Told]:
    for line in lines.lines:
        entry = line.entry
        yield Told(
            moment=entry.created_at.astimezone(business.zone),
            time=spoken_time(entry.created_at, business),
            sentence=_sentence(line, lines, business),
            action=entry.action,
            changes=list(_changes(line, lines, business)),
        )


def actor_name(actor: str) -> str:
    """`member:Maria` is Maria."""
    kind, _colon, name = actor.partition(":")
    if kind == "member":
        return name
    if kind == "key":
        return _("API key %(name)s") % {"name": name}
    if kind == "command":
        return _("The host (%(name)s)") % {"name": name}
    if kind == "customer":
        return _("A customer")
    return actor or _("The system")


def _sentence(line: Line, lines: Lines, business: Business) -> str:
    entry, row = line.entry, line.row
    subject = "opening" if entry.subject == "closure" and row.get("kind") == "open" else entry.subject
    template = str(SENTENCES.get((subject, entry.action)) or OTHER[entry.action])
    names = {
        column.removesuffix("_id"): _value(column, row[column], lines, business) if row.get(column) else _("(removed)")
        for column in NAMED
    }
    words = {
        **names,
        "who": actor_name(entry.actor),
        "name": entry.name or f"{entry.row}",
        "subject": entry.subject,
        "owner": names["resource"] if row.get("resource_id") else business.name,
        "span": _span(row, business),
    }
    return template % words


def _span(row: dict[str, Any], business: Business) -> str:
    """Of hours: `Tuesday 09:00 – 17:00`; of a closure: from when until when, and why."""  # noqa: RUF002
    if "weekday" in row:
        hours = f"{spoken_clock(row['opens'], business)} – {spoken_clock(row['closes'], business)}"  # noqa: RUF001
        return f"{WEEKDAYS[row['weekday']]} {hours}"
    if "starts_at" in row:
        span = spoken_period(_read(row["starts_at"]), _read(row["ends_at"]), business)
        return f"{span} ({row['reason']})" if row.get("reason") else span
    return ""


def _changes(line: Line, lines: Lines, business: Business) -> Iterator[Change]:
    """All that differs; of what was added or removed, what says something."""
    entry = line.entry
    ordered = sorted(entry.changes.items(), key=lambda item: (item[0] != "name", _label(item[0])))
    for column, (before, after) in ordered:
        if entry.action == AuditAction.CHANGED:
            both = _value(column, before, lines, business), _value(column, after, lines, business)
            yield Change(_label(column), *both)
        elif (value := before if entry.action == AuditAction.REMOVED else after) not in (None, "", [], False):
            said = _value(column, value, lines, business)
            is_gone = entry.action == AuditAction.REMOVED
            yield Change(_label(column), said if is_gone else "", "" if is_gone else said)


def _label(column: str) -> str:
    return str(COLUMNS.get(column) or column.replace("_", " ").capitalize())


def _value(column: str, value: Any, lines: Lines, business: Business) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if column in NAMED:
        return lines.names.get((column, value)) or _("(removed)")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_item(column, item) for item in value)
    if column in VALUES:
        return str(VALUES[column].get(value, value))
    return _short(_measured(column, value, business))


def _item(column: str, item: Any) -> str:
    if column == "cancellation_steps" and isinstance(item, list) and len(item) == 2:
        return _("%(hours)d hours before: %(percent)d %%") % {"hours": item[0], "percent": item[1]}
    if column == "reminder_hours":
        return _hours(item)
    return str(VALUES.get(column, {}).get(item, item))


def _measured(column: str, value: Any, business: Business) -> str:
    """Amounts, lengths and times by the ending of their column's name."""
    if column.endswith("_at"):
        return spoken_moment(_read(value), business)
    if column == "weekday":
        return str(WEEKDAYS[value])
    if column in ("opens", "closes"):
        return spoken_clock(value, business)
    measures = {
        "_cents": lambda v: spoken(v, business.currency),
        "_minutes": _minutes,
        "_hours": _hours,
        "_days": _days,
    }
    for ending, say in measures.items():
        if column.endswith(ending) and isinstance(value, int):
            return say(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _minutes(count: int) -> str:
    if count and count % DAY == 0:
        return _days(count // DAY)
    return _hours(count // 60) if count and count % 60 == 0 else _("%(count)d min") % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…"
