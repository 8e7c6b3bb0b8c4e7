"""The businesses that are measured, provisioned as users would, and the calendar of the first one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

ZONE = "Europe/Athens"
RESOURCES = 10
FIRST_HOUR, HOURS = 9, 10
OPEN_DAYS = 60
BOOKED_A_DAY = 60
MAIN_BOOKINGS = OPEN_DAYS * BOOKED_A_DAY
SUNDAY = 6

MAIN, OTHERS, TAKERS = "bench", 200, 10
KEYS = 4  # a key may pass 100,000 requests a minute at most
MAIN_WINDOW, TAKER_WINDOW = 120, 730


@dataclass(frozen=True)
class Tenant:
    """What the requests need to know of a business."""

    number: int
    uuid: str
    service: str
    service_number: int
    resources: list[str]
    keys: list[str]


@dataclass
class Tenants:
    """`main` is asked for availability and lists, `takers` take the new bookings."""

    main: Tenant
    takers: list[Tenant] = field(default_factory=list)


def open_days(today: date) -> list[date]:
    """The days that are 60 % booked: the next 60 on which the business is open."""
    days = (today + timedelta(days=offset) for offset in range(1, 2 * OPEN_DAYS))
    return [day for day in days if day.weekday() != SUNDAY][:OPEN_DAYS]


def booked_cells(today: date) -> Iterator[tuple[int, int, date, int]]:
    """(index of the day, resource, date, hour) of the main business's bookings: 60 of a day's 100 hours."""
    for index, day in enumerate(open_days(today)):
        for cell in range(RESOURCES * HOURS):
            if (cell * 37 + index * 11) % 100 < BOOKED_A_DAY:
                yield index, cell // HOURS, day, FIRST_HOUR + cell % HOURS


def document(slug: str, *, window: int, keys: int, kind: str = "staff") -> dict[str, Any]:
    """A provisioning document: 10 resources, 09:00-19:00 six days a week, 60 minutes on a 30-minute grid."""
    names = [f"r{number}" for number in range(RESOURCES)]
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    return {
        "business": {
            "slug": slug,
            "name": f"Business {slug}",
            "phone": "+302101234567",
            "timezone": ZONE,
            "currency": "EUR",
            "rules": {"slot_interval_minutes": 30, "lead_time_minutes": 60, "window_days": window},
            "hours": {day: ["09:00-19:00"] for day in weekdays},
        },
        "resources": [{"key": name, "name": name.upper(), "kind": kind} for name in names],
        "services": [
            {
                "key": "visit",
                "name": "Visit",
                "duration_minutes": 60,
                "price": "35.00",
                "resources": names,
                "default": True,
            }
        ],
        "keys": [
            {"name": f"key-{number}", "preset": "full", "mode": "live", "requests_per_minute": 100_000}
            for number in range(keys)
        ],
    }


def provision(say: Callable[[str], None], *, others: int = OTHERS, kind: str = "staff") -> Tenants:
    """All businesses, in the database that Django's settings name."""
    tenants = Tenants(_provision(document(MAIN, window=MAIN_WINDOW, keys=KEYS, kind=kind)))
    for number in range(TAKERS):
        tenants.takers.append(_provision(document(f"taker-{number}", window=TAKER_WINDOW, keys=1, kind=kind)))
    for number in range(others):
        _provision(document(f"other-{number}", window=MAIN_WINDOW, keys=0))
    say(f"provisioned {1 + TAKERS + others} businesses of {RESOURCES} resources")
    _finish()
    return tenants


def _provision(described: dict[str, Any]) -> Tenant:
    from businesses.provisioning import apply_plan, read_plan  # needs Django to be set up

    made = apply_plan(read_plan(described))
    service = next(iter(made.services.values()))
    keys = [key for key in made.keys.values() if key]
    resources = [str(resource.uuid) for resource in made.resources.values()]
    return Tenant(made.business.pk, str(made.business.uuid), str(service.uuid), service.pk, resources, keys)


def _finish() -> None:
    """State the longest allocation as the first booking of 60 minutes would, and let go of the database."""
    from django.db import connection

    from businesses.models import Business

    Business.objects.update(longest_block_minutes=60)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
