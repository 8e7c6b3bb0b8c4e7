"""`python -m bench.dialects`: what free starts and a booking cost in each dialect, against the native one.

Shortened by BENCH_SECONDS (of each measurement, 0.8) and BENCH_ROUNDS (5).
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import django

from availengine.embedded.services import ROOT
from availengine.embedded.stack import Stack
from bench.client import BEARER, Client, get, measure, post
from bench.errors import BenchError
from bench.load import Loader
from bench.measure import CONNECTIONS
from bench.report import save
from bench.server import Web, checkpoint, environment, migrate, running_stack
from bench.tenants import MAIN_BOOKINGS, ZONE, Tenant, Tenants, open_days, provision
from bench.workloads import LONGEST_RANGE, Asker, Build, Visit, creations, native

BOOQARA, BOOXI = "x-private-key: ", "Booxi-APIKey: "
TARGET = 0.9  # of the native dialect's rate
PERSON = {"firstName": "Alex", "lastName": "Guest", "email": "alex@example.com"}


@dataclass(frozen=True)
class Row:
    """`against`: the native row that it is compared with; its own name for that one."""

    name: str
    against: str
    requests: Iterator[bytes]
    status: int = 200


def utc(day: date, clock: str = "00:00") -> str:
    """A local time of the businesses as the Booxi dialect tells it."""
    local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(ZONE))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def booqara(taker: Tenant, visit: Visit, phone: str, key: str) -> bytes:
    wanted = {
        "serviceId": taker.service,
        "appointmentDate": visit.day,
        "appointmentTime": visit.time,
        "guestName": "Alex Guest",
        "guestEmail": PERSON["email"],
        "guestPhone": phone,
    }
    return post("/booking/appointments", taker.keys[0], json.dumps(wanted).encode(), key, BOOQARA)


def booxi(taker: Tenant, visit: Visit, phone: str, key: str) -> bytes:
    wanted = {
        "merchantId": taker.number,
        "startsOn": utc(date.fromisoformat(visit.day), visit.time),
        "items": [{"serviceId": taker.service_number}],
        "client": {**PERSON, "phone": phone},
    }
    return post("/booking/v1/booking", taker.keys[0], json.dumps(wanted).encode(), key, BOOXI)


def bookingflow(taker: Tenant, visit: Visit, phone: str, key: str) -> bytes:
    wanted = {
        "roomId": taker.resources[visit.place],
        "date": visit.day,
        "time": visit.time,
        "guests": 1,
        "customer": {**PERSON, "phone": phone},
    }
    return post("/api/v1/bookings", taker.keys[0], json.dumps(wanted).encode(), key)


def availability(main: Tenant, days: list[date]) -> Iterator[Row]:
    """One day's free starts, day by day, with the business's keys in turn."""
    base, room = f"/v1/availability/{main.uuid}", main.resources[0]

    def each(build: Callable[[date, str], bytes]) -> Iterator[bytes]:
        return cycle([build(day, main.keys[n % len(main.keys)]) for n, day in enumerate(days * len(main.keys))])

    def search(day: date, key: str) -> bytes:
        asked: dict[str, Any] = {"merchantId": main.number, "bookingItems": [{"serviceId": main.service_number}]}
        asked["range"] = {"startsOn": utc(day), "endsOn": utc(day + timedelta(days=1))}
        return post("/booking/v1/availability/search", key, json.dumps(asked).encode(), header=BOOXI)

    def slots(day: date, key: str) -> bytes:
        return get(f"/booking/slots?date={day}&serviceId={main.service}", key, BOOQARA)

    yield Row("day", "day", each(lambda day, key: get(f"{base}?date={day}", key)))
    yield Row("day, Booqara", "day", each(slots))
    yield Row("day, Booxi", "day", each(search))
    room_day = each(lambda day, key: get(f"{base}?date={day}&resource_id={room}", key))
    yield Row("day of a room", "day of a room", room_day)
    schedules = each(lambda day, key: get(f"/api/v1/schedules?from={day}&to={day}&room={room}", key, BEARER))
    yield Row("day of a room, BookingFlow", "day of a room", schedules)


def bookings(client: Asker, tenants: Tenants, today: date) -> Iterator[Row]:
    """Each dialect books in weeks of its own."""
    ways: list[tuple[str, Build, int]] = [
        ("create", native, 201),
        ("create, Booqara", booqara, 200),
        ("create, Booxi", booxi, 200),
        ("create, BookingFlow", bookingflow, 201),
    ]
    for number, (name, build, status) in enumerate(ways):
        first = today + timedelta(days=1 + number * LONGEST_RANGE)
        yield Row(name, "create", creations(client, tenants.takers, first, build), status)


Rates = dict[tuple[str, int], list[float]]


def measured(port: int, rows: list[Row], *, seconds: float, rounds: int) -> Rates:
    """Of each row and number of connections, each round's rate as a share of its native row's. Raises BenchError."""
    shares: Rates = defaultdict(list)
    for _ in range(rounds):
        for connections in CONNECTIONS:
            rates = _round(port, rows, connections, seconds)
            for row in rows:
                shares[row.name, connections].append(mean(rates[row.name]) / mean(rates[row.against]))
    return shares


def _round(port: int, rows: list[Row], connections: int, seconds: float) -> dict[str, list[float]]:
    """Rates by row; the native ones are taken at both ends, because a machine's speed drifts."""
    again = [row for row in rows if row.name == row.against]
    rates: dict[str, list[float]] = defaultdict(list)
    client = Client(port, connections)
    try:
        for row in [*rows, *again]:
            sample = measure(client, row.requests, warm_up=0.2, seconds=seconds, status=row.status, least=100)
            if sample.unexpected or not sample.latencies:
                raise BenchError(f"{row.name}: {dict(sample.unexpected.most_common(2))}")
            rates[row.name].append(sample.rate)
    finally:
        client.close()
    return rates


def told(shares: Rates, rows: list[Row]) -> Iterator[str]:
    """Medians, as Markdown."""
    yield f"| of the native row's rate, at {' / '.join(map(str, CONNECTIONS))} connections | wanted | measured | |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        if row.name != row.against:
            found = [median(shares[row.name, connections]) for connections in CONNECTIONS]
            state = "met" if min(found) >= TARGET else "**missed**"
            yield f"| {row.name} | ≥ {TARGET} | {' / '.join(f'{share:.2f}' for share in found)} | {state} |"


def run(stack: Stack) -> list[str]:
    seconds, rounds = float(os.environ.get("BENCH_SECONDS") or 0.8), int(os.environ.get("BENCH_ROUNDS") or 5)
    tenants, today = provision(lambda text: None, others=1, kind="room"), datetime.now(UTC).date()  # noqa: TID251
    loader = Loader(stack.environment()["DATABASE_OWNER_URL"], today)
    loader.fill(MAIN_BOOKINGS, lambda text: None)
    loader.close()
    checkpoint(stack)
    with Web(stack) as web:
        client = Client(web.port, 1)
        rows = [*availability(tenants.main, open_days(today)), *bookings(client, tenants, today)]
        client.close()
        return list(told(measured(web.port, rows, seconds=seconds, rounds=rounds), rows))


def main() -> int:
    with running_stack(ROOT / (os.environ.get("VAR") or "var")) as stack:
        migrate(stack)
        os.environ.update(environment(stack))
        django.setup()
        try:
            lines = run(stack)
        except BenchError as error:
            print(error, file=sys.stderr)
            return 1
    today = datetime.now(UTC).date()  # noqa: TID251
    save(today, "-dialects", "\n".join([f"# Dialects on {today}", "", *lines, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
