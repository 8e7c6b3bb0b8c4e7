"""What `make run` prints when all is up: where things are, who may log in, and what to try first."""

import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from availengine.embedded.address import Address

SALON = "north-elm-studio"
SHOWN_KEYS = ("pos", "website")
DAYS_AHEAD = 2
DAYS_TRIED = 14
SATURDAY = 5


@dataclass(frozen=True)
class Salon:
    """The business that the first commands are about."""

    id: str
    key: str


def welcome(address: Address, var: Path, today: date) -> str:
    """The whole text. Works without demo businesses as well."""
    demo = _read_demo(var)
    lines = ["", f"AvailEngine runs at {address.url}", ""]
    lines += [f"  Dashboard      {address.url}/dashboard/{login}" for login in _desk_logins(demo)[:1]]
    lines += [f"                 {' ' * len(address.url + '/dashboard/')}{login}" for login in _desk_logins(demo)[1:]]
    lines += [f"  API documents  {address.url}/v1/docs", f"  Administration {address.url}/admin/{_login(demo)}"]
    sandbox = (demo.get("stripe") or {}).get("api_base")
    if sandbox:
        lines += [f"  Payments       {sandbox}/  (a sandbox: no real money moves)"]
    if _mail_on_disk():
        lines += [f"  Mail           written to {var / 'mail'}"]
    lines += [""]
    lines += list(_business_table(demo))
    salon = _salon(demo)
    if salon:
        lines += list(_first_steps(address, salon, today))
    if demo:
        lines += [f"All ids, keys and passwords are in {var / 'demo.json'}."]
    lines += [f"The data is in {var} and stays there. Ctrl-C stops everything.", "", ""]
    return "\n".join(lines)


def _mail_on_disk() -> bool:
    return not (os.environ.get("BREVO_API_KEY") or os.environ.get("EMAIL_URL"))


def _read_demo(var: Path) -> dict[str, Any]:
    try:
        demo: dict[str, Any] = json.loads((var / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    return demo


def _login(demo: dict[str, Any]) -> str:
    admin = demo.get("admin") or {}
    return f"  {admin['email']}  {admin.get('password') or ''}" if admin.get("email") else ""


def _desk_logins(demo: dict[str, Any]) -> list[str]:
    """Who may sign in at the first business's desk: one of each role. Without demo businesses, nobody."""
    members = ((demo.get("businesses") or {}).get(SALON) or {}).get("members") or {}
    return [f"  {email}  {password or ''}" for email, password in members.items()] or [""]


def _business_table(demo: dict[str, Any]) -> Iterator[str]:
    businesses: dict[str, Any] = demo.get("businesses") or {}
    if not businesses:
        return
    width = max(len(slug) for slug in businesses)
    yield f"  {'Business':<{width}}  {'Id':<36}  Keys"
    for slug, entry in businesses.items():
        keys = [(name, entry.get("keys", {}).get(name)) for name in SHOWN_KEYS]
        shown = [f"{name:<8} {secret}" for name, secret in keys if secret] or ["(shown when they were issued)"]
        yield f"  {slug:<{width}}  {entry['business']['id']:<36}  {shown[0]}"
        for line in shown[1:]:
            yield f"  {'':<{width}}  {'':<36}  {line}"
    yield ""


def _salon(demo: dict[str, Any]) -> Salon | None:
    entry = (demo.get("businesses") or {}).get(SALON) or {}
    key = entry.get("keys", {}).get("pos")
    return Salon(str(entry["business"]["id"]), key) if key else None


def _first_steps(address: Address, salon: Salon, today: date) -> Iterator[str]:
    day, start = _first_free_start(address, salon, today)
    yield f"Try first: what is free on {day:%A, %d %B}?"
    yield ""
    yield f"  {_availability_command(address, salon, day)}"
    yield ""
    if start:
        yield f"Then book the start at {start} (sent twice, it answers twice and books once):"
        yield ""
        yield f"  {_booking_command(address, salon, day, start)}"
        yield ""


def _working_days(today: date) -> Iterator[date]:
    for offset in range(DAYS_AHEAD, DAYS_AHEAD + DAYS_TRIED):
        day = today + timedelta(days=offset)
        if day.weekday() < SATURDAY:
            yield day


def _first_free_start(address: Address, salon: Salon, today: date) -> tuple[date, str | None]:
    """Asked of the running server, so that the printed commands work as they stand."""
    days = list(_working_days(today))
    for day in days:
        try:
            status, body = address.get(_availability_path(salon, day), token=salon.key)
            slots = json.loads(body).get("slots") if status == 200 else None
        except (OSError, ValueError):
            break
        if slots:
            return day, str(slots[0]["start_time"])
    return days[0], None


def _availability_path(salon: Salon, day: date) -> str:
    return f"/v1/availability/{salon.id}?date={day.isoformat()}&capacity=1"


def _availability_command(address: Address, salon: Salon, day: date) -> str:
    return shlex.join(
        ["curl", "-s", address.url + _availability_path(salon, day), "-H", f"Authorization: Bearer {salon.key}"]
    )


def _booking_command(address: Address, salon: Salon, day: date, start: str) -> str:
    booking = {
        "business_id": salon.id,
        "booking_date": day.isoformat(),
        "start_time": start,
        "capacity": 1,
        "first_name": "Jane",
        "last_name": "Doe",
        "email": "jane@example.com",
        "phone": "+13125550100",
    }
    headers = [f"Authorization: Bearer {salon.key}", "Content-Type: application/json", f"Idempotency-Key: {uuid4()}"]
    options = [item for header in headers for item in ("-H", header)]
    return shlex.join(["curl", "-s", f"{address.url}/v1/bookings/", *options, "-d", json.dumps(booking)])
