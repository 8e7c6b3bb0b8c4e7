"""How far a set-up has come, the bookings in a period, public holidays, and when zone and currency may change."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.business_profile import save_profile
from bookings.queries import bookings_in_each, bookings_to_come
from bookings.readiness import FirstStart, readiness
from bookings.wording import minutes, spoken_rule, spoken_steps
from businesses.deposit_rules import Rule
from businesses.errors import Invalid
from businesses.localtime import minute_of
from businesses.models import Business, OpeningHours, Resource, Service
from businesses.public_holidays import country_of, public_holidays, regions
from tests import factories
from tests.api.calls import Tenant, nothing_changes

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)  # 07:00 in Chicago


def state(business: Business) -> Any:
    return readiness(business, live=True, now=minute_of(NOW))


def test_from_nothing_to_the_first_start(db: None) -> None:
    salon = factories.business().business
    found = state(salon)
    assert found.first == FirstStart(minute_of(datetime(2026, 5, 1, 14, 0, tzinfo=UTC)), "Cut")
    assert (found.hours, found.resources, found.services, found.performed, found.bookable) == (True,) * 5
    Service.objects.filter(business=salon).update(bookable_online=False)
    found = state(salon)
    assert (found.services, found.performed, found.first) == (True, False, None)
    Service.objects.filter(business=salon).update(bookable_online=True)
    OpeningHours.objects.filter(business=salon).delete()
    found = state(salon)
    assert (found.hours, found.performed, found.first) == (False, True, None)
    Resource.objects.filter(business=salon).update(active=False)
    found = state(salon)
    assert (found.resources, found.performed, found.first) == (False, False, None)


def test_tables_are_tried_with_a_party_that_fits(db: None) -> None:
    resources = [{"key": "t1", "name": "T1", "kind": "table", "capacity_min": 3, "capacity_max": 4}]
    services = [{"key": "dinner", "name": "Dinner", "duration_minutes": 90, "resources": ["t1"]}]
    salon = factories.business(resources=resources, services=services).business
    assert state(salon).bookable


def test_taken_time_is_not_the_first_start(db: None) -> None:
    with time_machine.travel(NOW, tick=False):
        tenant = Tenant(factories.business())
        for _ in range(2):
            tenant.book(booking_date="2026-05-01", start_time="09:00")
        first = state(tenant.business).first
    assert first == FirstStart(minute_of(datetime(2026, 5, 1, 15, 0, tzinfo=UTC)), "Cut")


def test_a_fixed_number_of_queries(db: None) -> None:
    few = factories.business().business
    many = [{"key": f"s{n}", "name": f"S{n}", "duration_minutes": 60, "resources": ["jim"]} for n in range(9)]
    lot = factories.business(business={"slug": "rival"}, services=many).business
    counts = []
    for business in (few, lot):
        with CaptureQueriesContext(connection) as queries:
            state(business)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_bookings_in_a_period(db: None) -> None:
    with time_machine.travel(NOW, tick=False):
        tenant = Tenant(factories.business())
        tenant.book(booking_date="2026-05-15", start_time="09:00", resource_id=tenant.resource("jim"))
        tenant.book(booking_date="2026-05-15", start_time="10:00")
        tenant.book(booking_date="2026-05-16", start_time="09:00")
    salon, jim = tenant.business, tenant.outcome.resources["jim"]

    def span(first: str, end: str) -> tuple[datetime, datetime]:
        return datetime.fromisoformat(f"2026-05-{first}:00Z"), datetime.fromisoformat(f"2026-05-{end}:00Z")

    spans = [
        span("15T05:00", "16T05:00"),
        span("15T14:30", "15T14:31"),
        span("16T05:00", "17T05:00"),
        span("20T05:00", "21T05:00"),
    ]
    assert bookings_in_each(salon.id, spans, live=True) == [2, 1, 1, 0]
    assert bookings_in_each(salon.id, spans[:2], live=True, resource=jim) == [1, 1]
    assert bookings_in_each(salon.id, spans, live=False) == [0, 0, 0, 0]
    assert bookings_in_each(salon.id, [], live=True) == []
    assert bookings_to_come(salon, NOW, live=True) == 3
    assert bookings_to_come(salon, NOW, live=True, service=tenant.outcome.services["cut"]) == 3
    assert bookings_to_come(salon, datetime(2026, 5, 16, 0, 0, tzinfo=UTC), live=True) == 1


def test_zone_and_currency_under_bookings(db: None) -> None:
    with time_machine.travel(NOW, tick=False):
        tenant = Tenant(factories.business())
        tenant.book(booking_date="2026-05-15", start_time="09:00")
    salon = tenant.business
    with nothing_changes():
        for field, value in (("timezone", "Europe/Athens"), ("currency", "EUR")):
            with pytest.raises(Invalid) as refused:
                save_profile(salon, {field: value}, now=NOW)
            assert list(refused.value.details or {}) == [field]
    later = datetime(2026, 5, 16, 12, 0, tzinfo=UTC)
    assert save_profile(salon, {"timezone": "Europe/Athens"}, now=later).timezone == "Europe/Athens"
    with pytest.raises(Invalid):
        save_profile(salon, {"currency": "EUR"}, now=later)


@pytest.mark.parametrize(
    ("phone", "zone", "country"),
    [
        ("+302101234567", "America/Chicago", "GR"),
        ("", "Europe/Berlin", "DE"),
        ("12345", "Europe/Athens", "GR"),
        ("", "UTC", ""),
    ],
)
def test_where_a_business_is(phone: str, zone: str, country: str) -> None:
    assert country_of(Business(phone=phone, timezone=zone)) == country


def test_holidays_of_a_country_and_of_a_region() -> None:
    def of(country: str, region: str, language: str) -> dict[date, str]:
        return {h.day: h.name for h in public_holidays(country, region, years=[2026], language=language)}

    assert of("DE", "", "de")[date(2026, 1, 1)] == "Neujahr"
    assert of("DE", "", "el")[date(2026, 1, 1)] == "Neujahr"
    assert of("GR", "", "en")[date(2026, 3, 25)] == "Independence Day"
    assert date(2026, 1, 6) not in of("DE", "", "de")
    assert of("DE", "BY", "de")[date(2026, 1, 6)] == "Heilige Drei Könige"
    assert ("BY", "Bayern") in regions("DE")
    assert regions("GR") == ()


def test_what_customers_are_told() -> None:
    assert spoken_steps([[48, 0], [24, 50]]) == (
        "Cancelling is free until 48 hours before. Until 24 hours before, 50 % of the deposit are kept. "
        "Later than that, the whole deposit is kept."
    )
    assert spoken_rule(None, "EUR") == "Nothing is paid when booking."
    assert spoken_rule(Rule("charge", "per_person", 1250), "EUR") == (
        "When booking, a deposit of EUR 12.50 per person is paid."
    )
    assert spoken_rule(Rule("authorization_hold", "percent", None, 30), "EUR") == (
        "When booking, a deposit of 30 % of the price is held on the card. It is charged only if you do not come."
    )
    assert [minutes(count) for count in (45, 60, 150)] == ["45 min", "1 h", "2 h 30 min"]
