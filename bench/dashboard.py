"""`python -m bench.dashboard`: the staff's page of a day with 60 resources and 600 bookings."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import django

from availengine.embedded.services import ROOT
from availengine.embedded.stack import Stack
from bench.client import Client, get
from bench.errors import BenchError
from bench.server import Web, environment, migrate, running_stack

RESOURCES, BOOKINGS, SECTIONS = 60, 600, 6
FIRST_HOUR, EACH = 9, 10  # hourly visits of 45 minutes with a buffer
WITHIN = 400.0  # milliseconds
ROUNDS, WARM_UP = 20, 5
PASSWORD = "a password of the benchmark"


def document() -> dict[str, Any]:
    names = [f"t{number}" for number in range(RESOURCES)]
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    tables = [
        {"key": name, "name": f"Table {number + 1}", "kind": "table", "section": f"Section {number % SECTIONS + 1}"}
        for number, name in enumerate(names)
    ]
    return {
        "business": {
            "slug": "bench",
            "name": "Bench",
            "phone": "+302101234567",
            "timezone": "Europe/Athens",
            "currency": "EUR",
            "rules": {"slot_interval_minutes": 15, "lead_time_minutes": 0, "window_days": 60},
            "hours": {day: ["09:00-19:00"] for day in weekdays},
        },
        "resources": [{**table, "capacity_max": 4} for table in tables],
        "services": [
            {
                "key": "visit",
                "name": "Visit",
                "duration_minutes": 45,
                "buffer_after_minutes": 10,
                "price": "35.00",
                "resources": names,
                "default": True,
            }
        ],
    }


def fill(now: int) -> tuple[str, str]:
    """(the day, a session's cookie) of a business whose day is full. Every booking is made as the desk makes them."""
    from django.conf import settings
    from django.test import Client as Browser

    from bookings.asking import Ask
    from bookings.customers import Guest
    from bookings.models import Booking
    from bookings.placing import Start
    from bookings.services import NewBooking, create_booking
    from businesses.localtime import local_of
    from businesses.models import Member, User
    from businesses.provisioning import apply_plan, read_plan
    from payments.models import Deposit

    made = apply_plan(read_plan(document()))
    business, tables = made.business, list(made.resources.values())
    day = local_of(business.zone, now).date() + timedelta(days=1)
    for number in range(BOOKINGS):
        start = Start(day, 60 * (FIRST_HOUR + number % EACH))
        guest = Guest(first_name=f"Guest{number}", last_name="Papadopoulou", phone=f"+3069{number:08}")
        ask = Ask(resource=tables[number // EACH].uuid, party=1 + number % 4, staff=True)
        create_booking(NewBooking(business_id=business.id, live=True, guest=guest, start=start, ask=ask), now=now)
    for booking in Booking.objects.filter(business=business).order_by("id")[: BOOKINGS // 3]:
        fields = {"kind": "charge", "status": "paid", "amount_cents": 2000, "currency": "EUR"}
        booking.deposit = Deposit.objects.create(business=business, **fields)
        booking.save()
    user = User.objects.create_user("desk@example.com", PASSWORD)
    Member.objects.create(business=business, user=user, role="staff")
    browser = Browser()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(day), f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def times(client: Client, request: bytes, status: int, least: int) -> tuple[float, int]:
    """(the median in milliseconds, the size of the answer)."""
    found, body = [], b""
    for number in range(WARM_UP + ROUNDS):
        began = perf_counter()
        answered, body = client.ask(request)
        if number >= WARM_UP:
            found.append(1000 * (perf_counter() - began))
        if answered != status or len(body) < least:
            raise BenchError(f"{answered}, {len(body)} bytes: {body[:300]!r}")
    return median(found), len(body)


def run(stack: Stack, say: Callable[[str], None]) -> bool:
    """Says what it measured; whether the promise is kept."""
    from businesses.models import Business
    from webhooks import feed

    now = int(datetime.now(UTC).timestamp() // 60)  # noqa: TID251 - measures the clock
    began = perf_counter()
    day, cookie = fill(now)
    business = Business.objects.get()
    say(f"{BOOKINGS} bookings of {RESOURCES} resources made in {perf_counter() - began:.1f} s")
    here, position = "/dashboard/bench/", "{}-{}".format(*feed.present())
    part = {"HX_Request": "true", "HX_Target": "day"}
    asked = {
        "one query": (get(f"/bench/one-query/{business.pk}"), 200, 10),
        "the page of the day": (get(f"{here}?day={day}", Cookie=cookie), 200, 300 * BOOKINGS),
        "the day alone": (get(f"{here}?day={day}", Cookie=cookie, **part), 200, 300 * BOOKINGS),
        "the week": (get(f"{here}calendar/?day={day}", Cookie=cookie), 200, 100 * RESOURCES),
        "anything new?": (
            get(f"{here}changes/?after={position}&version={business.config_version}", Cookie=cookie),
            204,
            0,
        ),
    }
    with Web(stack) as web:
        client = Client(web.port, 1)
        try:
            told = {name: times(client, *rest) for name, rest in asked.items()}
        finally:
            client.close()
    yardstick = told["one query"][0]
    for name, (took, size) in told.items():
        say(f"{name}: {took:.1f} ms ({took / yardstick:.1f} times one query), {size / 1024:.0f} KB")
    say(f"target: the page of the day within {WITHIN:.0f} ms")
    return told["the page of the day"][0] < WITHIN


def main() -> int:
    with running_stack(ROOT / (os.environ.get("VAR") or "var")) as stack:
        migrate(stack)
        os.environ.update(environment(stack))
        django.setup()
        kept = run(stack, print)
        from django.db import connection

        connection.close_pool()  # type: ignore[attr-defined]
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
