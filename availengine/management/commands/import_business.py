"""Move a business in from Booqara or BookingFlow: fetch, plan, apply (docs/import.md)."""

import os
import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from availengine.clock import current_minute, current_time
from availengine.importer import bookingflow, booqara
from availengine.importer.draft import Incomplete, Options, Unusable
from availengine.importer.fetching import CannotFetch, Remote
from availengine.importer.folder import RAW, Folder, FolderError
from availengine.importer.planning import BUSINESS, SYSTEMS, plan
from availengine.importer.writing import APPLIED, Tally, rehearsal, require_ours, write
from availengine.management.commands.provision import provision, read_file, told
from businesses.errors import Busy
from businesses.models import Business

KEY_VARIABLE = "IMPORT_KEY"
LEFT_OUT = 3  # the exit code when a booking was not taken over
IMPORTED = "imported.txt"


class Command(BaseCommand):
    help = "Move a business in from another system: fetch its data, plan what becomes of it, apply that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        fetch = steps.add_parser("fetch", help="save what the other system's API says")
        fetch.add_argument("source", choices=sorted(SYSTEMS))
        fetch.add_argument("folder", type=Path)
        fetch.add_argument("--url", required=True, help="where its API is: https://api.booqara.com")
        fetch.add_argument("--key", default="", help=f"its key; - reads it from the input; else from {KEY_VARIABLE}")
        fetch.add_argument("--org", default="", help="BookingFlow: the organisation's id, for the catalogue")
        fetch.add_argument("--appointments", type=Path, help="Booqara: a file with the id of an appointment per line")
        planned = steps.add_parser("plan", help="write business.yaml, bookings.jsonl and a report, to be checked")
        planned.add_argument("folder", type=Path)
        for name, hint in (("currency", "EUR"), ("timezone", "Europe/Athens"), ("slug", "my-salon"), ("name", "…")):
            planned.add_argument(f"--{name}", default="", help=f"of the business, such as {hint}")
        planned.add_argument("--overwrite", action="store_true", help="replace a business.yaml that is there")
        apply = steps.add_parser("apply", help="provision the business, then take over customers and bookings")
        apply.add_argument("folder", type=Path)
        apply.add_argument("--dry-run", action="store_true", help="do all of it, say what came of it, take it back")
        apply.add_argument("--existing", action="store_true", help="the business is on this host already")
        apply.add_argument("--bookings-only", action="store_true", help="leave the business as it is on this host")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = {"fetch": self._fetch, "plan": self._plan, "apply": self._apply}
        try:
            steps[options["step"]](Folder(options["folder"]), options)
        except (CannotFetch, FolderError, Incomplete, Unusable) as error:
            raise CommandError(str(error)) from error
        except Busy as error:
            raise CommandError(f"{error.message} Run it again: what is taken over already stays as it is.") from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _fetch(self, folder: Folder, options: dict[str, Any]) -> None:
        source = options["source"]
        url = re.sub(r"(/api/v1)?/*\Z", "", options["url"])
        remote = Remote(url, SYSTEMS[source].headers(_key(options["key"])), self._say)
        folder.write_json(f"{RAW}/source.json", {"source": source, "url": url})
        if source == booqara.NAME:
            booqara.fetch(remote, folder, _ids(options["appointments"]))
        else:
            bookingflow.fetch(remote, folder, options["org"], current_time().date())
        self._say(f"saved in {folder / RAW} with {remote.asked} requests; next: import_business plan {folder.path}")

    def _plan(self, folder: Folder, options: dict[str, Any]) -> None:
        given = Options(**{name: options[name] for name in ("currency", "timezone", "slug", "name")})
        plan(folder, given, overwrite=options["overwrite"], tell=self._say)
        self._say(f"Check {folder / BUSINESS}; then: import_business apply {folder.path} --dry-run")

    def _apply(self, folder: Folder, options: dict[str, Any]) -> None:
        slug = _slug(folder)
        dry_run = options["dry_run"]
        with rehearsal(dry_run):
            business = self._business(folder, slug, options)
            tally = write(folder, business, now=current_minute(), tell=self._say)
        if not dry_run:
            folder.write(IMPORTED, "".join(f"{line}\n" for line in [*tally.lines, tally.summary()]))
        self._conclude(tally, dry_run)

    def _business(self, folder: Folder, slug: str, options: dict[str, Any]) -> Business:
        if options["bookings_only"]:
            found = Business.objects.filter(slug=slug).first()
            if found is None:
                raise CommandError(f"There is no business {slug!r} on this host: leave --bookings-only out.")
            return found
        require_ours(folder, slug, existing=options["existing"])
        outcome = provision(folder / BUSINESS)
        if options["dry_run"]:
            self._say(f"{outcome.business.name} ({slug}): {'would change' if outcome.changed else 'no change'}")
        else:
            folder.write_json(APPLIED, {"business": str(outcome.business.uuid)})
            self._say("\n".join(told(outcome)))
        return outcome.business

    def _conclude(self, tally: Tally, dry_run: bool) -> None:
        for line in tally.left_out:
            self._say(line)
        self._say(tally.summary() + (" (a dry run: nothing of it was kept)" if dry_run else ""))
        if tally.left_out:
            raise CommandError("Not everything was taken over: see above.", returncode=LEFT_OUT)


def _key(given: str) -> str:
    """From the option, the input (`-`), or the environment: options are seen by others on the same machine."""
    key = sys.stdin.readline().strip() if given == "-" else given or os.environ.get(KEY_VARIABLE, "")
    if not key or not key.isascii() or not key.isprintable():
        raise CommandError(f"Which key? Set {KEY_VARIABLE}, or use --key - and type it, or --key KEY.")
    return key


def _ids(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {getattr(error, 'strerror', None) or 'is not UTF-8 text'}") from error


def _slug(folder: Folder) -> str:
    document = read_file(folder / BUSINESS)
    business = document.get("business") if isinstance(document, dict) else None
    slug = business.get("slug") if isinstance(business, dict) else None
    if not isinstance(slug, str):
        raise CommandError(f"{folder / BUSINESS}: business.slug: is missing")
    return slug
