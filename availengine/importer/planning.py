"""From saved answers to the files that are checked, edited and applied."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import ModuleType
from typing import Any

import yaml

from availengine.importer import bookingflow, booqara
from availengine.importer.draft import Draft, Incomplete, Options
from availengine.importer.folder import RAW, Folder
from businesses.provisioning import DocumentError, read_plan

SYSTEMS: Mapping[str, ModuleType] = {booqara.NAME: booqara, bookingflow.NAME: bookingflow}
BUSINESS, CUSTOMERS, BOOKINGS, REPORT = "business.yaml", "customers.jsonl", "bookings.jsonl", "report.txt"
MARKS = {
    booqara.NAME: ("business.json", "services.json", "staff.json"),
    bookingflow.NAME: ("rooms.json", "bookings.json", "catalog.json", "customers.json"),
}

HEAD = """\
# {name}, taken over from {source}. Look through it and complete it, then apply it:
#   manage.py import_business apply {folder}
# Every key is described in docs/provisioning.md; report.txt beside this file says what could not be taken over.
# The keys of resources and services are what bookings.jsonl refers to: names can be changed, keys cannot.
#
# What you will want to add, by taking away the marks:
# keys:
#   - {{name: website, preset: widget, mode: live}}
# members:
#   - {{email: you@example.com, role: owner}}

"""


def plan(folder: Folder, options: Options, *, overwrite: bool, tell: Callable[[str], None]) -> None:
    """Write business.yaml, customers.jsonl, bookings.jsonl and report.txt. Raises Incomplete, FolderError."""
    if (folder / BUSINESS).exists() and not overwrite:
        raise Incomplete(
            f"{folder / BUSINESS} is there already, perhaps with changes of yours: --overwrite replaces it."
        )
    source = source_of(folder)
    draft: Draft = SYSTEMS[source].read(folder, options)
    _check(draft)
    text = yaml.safe_dump(draft.document(), sort_keys=False, allow_unicode=True, width=110)
    head = HEAD.format(name=draft.business["name"], source=source, folder=folder.path)
    counts = (
        f"{len(draft.resources)} resources, {len(draft.services)} services, "
        f"{len(draft.customers)} customers, {len(draft.visits)} bookings"
    )
    lines = [f"{draft.business['name']}, from {source}: {counts}", "", *draft.report.lines()]
    folder.write_lines(CUSTOMERS, map(_told, draft.customers))
    folder.write_lines(BOOKINGS, map(_told, draft.visits))
    folder.write(REPORT, "\n".join(lines) + "\n")
    folder.write(BUSINESS, head + text)
    for line in lines:
        tell(line)


def source_of(folder: Folder) -> str:
    """Whose answers these are: as the fetching has noted, else by the names of the files. Raises Incomplete."""
    noted = folder.read_json(f"{RAW}/source.json", {})
    if isinstance(noted, dict) and noted.get("source") in SYSTEMS:
        return str(noted["source"])
    for source, names in MARKS.items():
        if any((folder / f"{RAW}/{name}").exists() for name in names):
            return source
    known = "; ".join(f"{source}: {', '.join(names)}" for source, names in MARKS.items())
    raise Incomplete(f"There are no saved answers in {folder / RAW} ({known}).")


def _told(record: Any) -> dict[str, Any]:
    """Without what has its default."""
    return {name: value for name, value in asdict(record).items() if value not in ("", 0)}


def _check(draft: Draft) -> None:
    """What provisioning would refuse besides the placeholders is said now, and what customers are matched by."""
    if not draft.business.get("phone", "").startswith("+"):
        draft.report.assumed.append(
            'Write the phone of the business with its country code ("+30…"): by it the local numbers of customers are '
            "read, and customers are known by their number."
        )
    if draft.report.to_fill:
        return
    try:
        read_plan(draft.document())
    except DocumentError as error:
        draft.report.to_fill.append(error.message)
