"""manage.py check_integrity: each promise is checked, and a broken one is named."""

from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from availengine.clock import current_minute
from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.integrity import PROMISES
from bookings.models import Booking
from bookings.placing import Start
from businesses.localtime import date_of
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

BREAKS = {
    "cancelled bookings and no-shows hold nothing, all others hold their time":
        "UPDATE bookings_allocation SET active = false",
    "every booking has its allocations, and lasts from the first to the last":
        "UPDATE bookings_booking SET ends_at = ends_at + interval '5 minutes'",
    "live and test bookings do not mix": "UPDATE bookings_booking SET live = false",
    "what a calendar blocks is time of its resource":
        "INSERT INTO businesses_calendarfeed (uuid, business_id, resource_id, name, url, host, etag, last_modified, "
        "expanded_for, problem, problem_detail, failures, updated_at) SELECT gen_random_uuid(), business_id, min(id), "
        "'', '', '', '', '', '', '', '', 0, now() FROM businesses_resource GROUP BY business_id; "
        "INSERT INTO businesses_closure (uuid, business_id, resource_id, feed_id, kind, reason, starts_at, ends_at, "
        "updated_at) SELECT gen_random_uuid(), f.business_id, r.id, f.id, 'closed', '', now(), now() + '1 hour', now() "
        "FROM businesses_calendarfeed f JOIN businesses_resource r ON r.id <> f.resource_id",
    "no allocation is longer than the bound of busy-time scans":
        "ALTER TABLE businesses_business DISABLE TRIGGER business_config; "
        "UPDATE businesses_business SET longest_block_minutes = 1; "
        "ALTER TABLE businesses_business ENABLE TRIGGER business_config",
}  # fmt: skip


@pytest.fixture
def booking() -> Booking:
    salon, now = factories.business(), current_minute()
    tomorrow = date_of(salon.business.zone, now + 24 * 60)
    guest = Guest(first_name="Jane", last_name="Doe", phone="+13125550100")
    new = services.NewBooking(
        business_id=salon.business.id, live=True, guest=guest, start=Start(tomorrow, 600), ask=Ask()
    )
    return services.create_booking(new, now=now)[0]


def told() -> list[str]:
    out = StringIO()
    try:
        call_command("check_integrity", stdout=out)
    except CommandError as error:
        out.write(f"error: {error}\n")
    return out.getvalue().splitlines()


def test_all_is_well(booking: Booking) -> None:
    assert told() == [f"ok     {promise.name}" for promise in PROMISES]


@pytest.mark.parametrize("promise", BREAKS)
def test_a_broken_promise_is_named(booking: Booking, owner: psycopg.Connection[Any], promise: str) -> None:
    for statement in BREAKS[promise].split("; "):
        owner.execute(statement)
    lines = told()
    assert f"BROKEN {promise}" in lines
    assert lines[-1] == "error: 1 promises are broken."
    assert sum(line.startswith("BROKEN") for line in lines) == 1
