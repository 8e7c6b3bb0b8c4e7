"""The demo businesses: provisioned from `demo/*.yaml`, filled with bookings, their secrets in VAR/demo.json (DESIGN 7).

Run again, it changes nothing. A business that exists is not provisioned again, since what was tried out in it is to
survive a restart; secrets are kept from the file, because they cannot be asked for again.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from availengine.demo.history import write_history
from availengine.embedded.state import replacing
from availengine.management.commands.provision import read_file
from businesses.db import transactional
from businesses.models import Business, Resource, Service, User
from businesses.provisioning import DocumentError, Outcome, Plan, apply_plan, read_plan

FILES = settings.BASE_DIR / "demo"
ADMIN = "admin@example.com"

Say = Callable[[str], None]


class Record:
    """VAR/demo.json: what is known from earlier runs, brought up to date entry by entry."""

    def __init__(self, path: Path, base_url: str) -> None:
        self.path = path
        known = _read(path)
        self.admin: dict[str, Any] = known.get("admin") or {}
        self.businesses: dict[str, dict[str, Any]] = known.get("businesses") or {}
        self._base_url = base_url

    def save(self) -> None:
        document: dict[str, Any] = {
            "base_url": self._base_url,
            "admin": self.admin,
            "stripe": _stripe(),
            "businesses": self.businesses,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as draft:
            draft.write_text(json.dumps(document, indent=2) + "\n")


def _stripe() -> dict[str, str] | None:
    """The payment sandbox; None with keys of Stripe's own, which belong into no file."""
    if not settings.STRIPE_API_BASE:
        return None
    return {
        "api_base": settings.STRIPE_API_BASE,
        "secret_key": settings.STRIPE_SECRET_KEY,
        "webhook_secret": settings.STRIPE_WEBHOOK_SECRET[0],
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def set_up(say: Say, *, now: int) -> None:
    """Bring the demo up to date, telling `say` a line per business. `now` is a minute.

    Raises CommandError for a wrong file.
    """
    record = Record(settings.VAR / "demo.json", os.environ.get("DEMO_BASE_URL") or settings.BASE_URL)
    _set_up_admin(record, say)
    for path in sorted(FILES.glob("*.yaml")):
        say(_set_up_business(path, record, now))
    missing = [f"{slug} {name}" for slug, entry in record.businesses.items() for name in _unknown(entry)]
    if missing:
        say(f"issued earlier and not in {record.path.name} any more, so shown as null: {', '.join(missing)}")
    record.save()


# Each step saves the record as the last thing before its transaction commits: a crash in between leaves secrets in
# the file that never came to exist, which the next run replaces, and never secrets that nobody knows.


@transactional
def _set_up_admin(record: Record, say: Say) -> None:
    password = _create_user(ADMIN, is_staff=True, is_superuser=True) or record.admin.get("password")
    if password is None:
        say(f"{ADMIN} exists and its password is not known: `manage.py changepassword {ADMIN}` sets one")
    record.admin = {"email": ADMIN, "password": password}
    record.save()


@transactional
def _set_up_business(path: Path, record: Record, now: int) -> str:
    plan = _read_plan(path)
    slug = plan.business["slug"]
    business = Business.objects.filter(slug=slug).first()
    if business:
        entry, done = _found(business, plan).as_json(), "is there already"
        known = record.businesses.get(slug) or {}
        if known.get("business") == entry["business"]:
            _keep_secrets(entry, known)
    else:
        entry = _create(plan)
        done = f"created with {write_history(entry['business']['number'], slug, now=now)} bookings"
    record.businesses[slug] = entry
    record.save()
    return f"{slug}: {done}"


def _found(business: Business, plan: Plan) -> Outcome:
    """What provisioning would say of a business in which nothing needs doing."""
    resources = {row.key: row for row in Resource.objects.present().filter(business=business)}
    services = {row.key: row for row in Service.objects.present().filter(business=business)}
    return Outcome(
        business,
        resources={r.key: resources[r.key] for r in plan.resources if r.key in resources},
        services={s.key: services[s.key] for s in plan.services if s.key in services},
        keys={key.name: None for key in plan.keys},
        members={member.email: None for member in plan.members},
    )


def _create(plan: Plan) -> dict[str, Any]:
    return apply_plan(plan).as_json()


def _read_plan(path: Path) -> Plan:
    try:
        return read_plan(read_file(path))
    except DocumentError as error:
        raise CommandError(f"{path}: {error.message}") from error


def _create_user(email: str, **fields: bool) -> str | None:
    """A random password for a new user; None for one who exists."""
    if User.objects.filter(email=email).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_user(email, password, **fields)
    return password


def _keep_secrets(entry: dict[str, Any], known: dict[str, Any]) -> None:
    for section in ("keys", "members"):
        for name, secret in entry[section].items():
            entry[section][name] = secret or known.get(section, {}).get(name)


def _unknown(entry: dict[str, Any]) -> list[str]:
    return [name for section in ("keys", "members") for name, secret in entry[section].items() if secret is None]
