"""What is asked: one row of the table each, and what a right answer looks like."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from bench.client import Client, get, post
from bench.errors import BenchError
from bench.tenants import BOOKED_A_DAY, HOURS, OPEN_DAYS, RESOURCES, SUNDAY, Tenant, Tenants, open_days

YARDSTICK = "one query"
EMPTY = "empty view"
DAY, DAY_CHANGED = "day", "day, changed since"
MONTH, MONTH_CHANGED = "30 days", "30 days, changed since"
DATES, CREATE, LIST = "next open dates", "create", "list of 50"

LONGEST_RANGE = 62


@dataclass(frozen=True)
class Row:
    """A stream of requests; with `sweep`, passes over them with a change of the bookings before each."""

    name: str
    requests: Iterator[bytes]
    least: int = 100
    status: int = 200
    sweep: Sequence[bytes] = ()


def rows(tenants: Tenants, today: date, creations: Iterator[bytes]) -> list[Row]:
    """All rows, the yardstick first, last and in between: a machine's speed drifts within seconds."""
    main, days = tenants.main, open_days(today)
    base = f"/v1/availability/{main.uuid}"
    single = _keyed(main, [f"{base}?date={day}" for day in days])
    week = _keyed(main, [_range(base, days[0], offset, 7) for offset in range(OPEN_DAYS - 1)])
    month = _keyed(main, [_range(base, days[0], offset, 30) for offset in range(OPEN_DAYS // 2 + 10)])
    yardstick = Row(YARDSTICK, itertools.repeat(get(f"/bench/one-query/{main.number}")), 20)
    return [
        yardstick,
        Row(EMPTY, itertools.repeat(get("/bench/empty")), 10),
        Row(DAY, itertools.cycle(single), 1000),
        Row(DAY_CHANGED, iter(()), 1000, sweep=single),
        Row("7 days", itertools.cycle(week), 5000),
        Row(MONTH, itertools.cycle(month), 20_000),
        Row(MONTH_CHANGED, iter(()), 20_000, sweep=month),
        yardstick,
        Row(DATES, itertools.cycle(_keyed(main, [f"{base}/dates?count=7"])), 300),
        Row(CREATE, creations, 200, status=201),
        Row(LIST, itertools.cycle(_keyed(main, ["/v1/manage/bookings?limit=50"])), 10_000),
        Row("list of a date", itertools.cycle(_keyed(main, [_listing(day) for day in days])), 10_000),
        yardstick,
    ]


def _range(base: str, first: date, offset: int, days: int) -> str:
    start = first + timedelta(days=offset)
    return f"{base}?from={start}&to={start + timedelta(days=days - 1)}"


def _listing(day: date) -> str:
    return f"/v1/manage/bookings?res_date={day}"


def _keyed(tenant: Tenant, paths: list[str]) -> list[bytes]:
    """The paths in turn with all keys of the business: one key's rate limit would end the measurement."""
    repeated = paths * len(tenant.keys) if len(paths) < len(tenant.keys) else paths
    return [get(path, tenant.keys[number % len(tenant.keys)]) for number, path in enumerate(repeated)]


class Asker(Protocol):
    def ask(self, request: bytes) -> tuple[int, bytes]: ...


@dataclass(frozen=True)
class Visit:
    """A free start of a business: the `place`-th of its resources that are free then."""

    day: str
    time: str
    place: int


# A visit of a business as a request, with the customer's phone number and an idempotency key.
Build = Callable[[Tenant, Visit, str, str], bytes]


def native(taker: Tenant, visit: Visit, phone: str, key: str) -> bytes:
    wanted = {
        "business_id": taker.uuid,
        "booking_date": visit.day,
        "start_time": visit.time,
        "first_name": "Alex",
        "last_name": "Guest",
        "email": "alex@example.com",
        "phone": phone,
        "capacity": 1,
    }
    return post("/v1/bookings", taker.keys[0], json.dumps(wanted).encode(), key)


def creations(client: Asker, takers: list[Tenant], first: date, build: Build = native) -> Iterator[bytes]:
    """Bookings of starts that availability says are free, in 62 days of each business.

    The businesses take turns, so that requests under way at once do not want the same resources.
    """
    visits = [_free_starts(client, taker, first) for taker in takers]
    if min(map(len, visits)) < 10 * RESOURCES:
        raise BenchError("There are too few free starts to book.")
    return _bookings(takers, visits, str(first), build)


def _free_starts(client: Asker, taker: Tenant, first: date) -> list[Visit]:
    """Each as often as it can be booked, on the hour: it leaves the others as they are."""
    path = _range(f"/v1/availability/{taker.uuid}", first, 0, LONGEST_RANGE)
    status, body = client.ask(get(path, taker.keys[0]))
    if status != 200:
        raise BenchError(f"Availability answered {status}: {body[:300]!r}")
    return [
        Visit(day["date"], slot["start_time"], place)
        for day in json.loads(body)["days"]
        for slot in day["slots"]
        if slot["start_time"].endswith(":00")
        for place in range(slot["available_resources"])
    ]


def _bookings(takers: list[Tenant], visits: list[list[Visit]], prefix: str, build: Build) -> Iterator[bytes]:
    """Every second booking is by a customer whom the business knows."""
    for number, turn in enumerate(zip(*visits, strict=False)):
        phone = f"+3069{int(prefix.replace('-', '')) % 1000:03}{number // 2:05}"
        for taker, visit in zip(takers, turn, strict=True):
            yield build(taker, visit, phone, f"{prefix}-{number}")


def check_answers(client: Client, tenants: Tenants, today: date, listed: int) -> None:
    """That what is measured is right. Raises BenchError."""
    main, days = tenants.main, open_days(today)
    base = f"/v1/availability/{main.uuid}"

    def ask(path: str) -> Any:
        status, body = client.ask(get(path, main.keys[0]))
        _require(status == 200, f"{path}: {status} {body[:300]!r}")
        return json.loads(body)

    for day in days:
        _check_day(ask(f"{base}?date={day}"), day)
    for length in (7, 30):
        found = ask(_range(base, days[0], 0, length))["days"]
        _require(len(found) == length, f"{len(found)} of {length} days")
        for offset, told in enumerate(found):
            _check_day(told, days[0] + timedelta(days=offset))
    dates = [told["date"] for told in ask(f"{base}/dates?count=7&from={days[0]}")["dates"]]
    _require(dates == [str(day) for day in days[:7]], f"open dates: {dates}")
    _require(len(ask("/v1/manage/bookings?limit=50")["items"]) == 50, "a list of less than 50")
    dated = ask(f"/v1/manage/bookings?res_date={days[5]}&limit=200")["items"]
    _require(len(dated) == listed, f"{len(dated)} bookings on a date, not {listed}")


def _check_day(told: dict[str, Any], day: date) -> None:
    """On the hour there is a resource free for each of the 40 hours that are not booked."""
    free = sum(slot["available_resources"] for slot in told["slots"] if slot["start_time"].endswith(":00"))
    wanted = 0 if day.weekday() == SUNDAY else RESOURCES * HOURS - BOOKED_A_DAY
    _require(told["date"] == str(day) and free == wanted, f"{day}: {free} free hours, not {wanted}")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise BenchError(f"A wrong answer: {what}")
