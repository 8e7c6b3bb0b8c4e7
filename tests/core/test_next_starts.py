"""When each of many resources is free next."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import queries
from bookings.next_starts import next_starts
from bookings.snapshot import Snapshot
from businesses.db import prepared
from businesses.errors import NotFound
from businesses.localtime import minute_of, moment_of
from businesses.models import Business, Closure, Resource, ServiceResource
from businesses.provisioning import Outcome
from tests import factories

NOW = minute_of(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))  # 02:00 in Chicago


@pytest.fixture
def salon(db: Any) -> Outcome:
    """Maria and Jim, open 9 to 17 every day, bookable 60 days ahead."""
    return factories.business(business={"slug": "next-starts"})


def asked(salon: Outcome, now: int = NOW) -> dict[str, str]:
    """By name, in UTC."""
    business = salon.business.id
    snapshot, starts = next_starts(business, live=True, offers_of=Snapshot.offered_staff, now=now)
    names = {resource.id: resource.name for resource in snapshot.resources.values()}
    return {names[key]: f"{moment_of(minute):%Y-%m-%d %H:%M}" for key, minute in starts.items()}


Counted = Callable[[Outcome], int]


@pytest.fixture
def counted(monkeypatch: Any) -> Counted:
    """Counts the queries of asking once more, when the configuration is in memory."""

    def count(salon: Outcome) -> int:
        seen: list[str] = []
        with monkeypatch.context() as watched, CaptureQueriesContext(connection) as others:
            watched.setattr(queries, "prepared", lambda sql, values: seen.append(sql) or prepared(sql, values))
            asked(salon)
        return len(seen) + len(others)

    return count


def away(salon: Outcome, key: str, last: str) -> None:
    starts, ends = "2026-05-01T05:00:00Z", f"{last}T05:00:00Z"
    Closure.objects.create(business=salon.business, resource=salon.resources[key], starts_at=starts, ends_at=ends)


def test_the_first_start_of_each(salon: Outcome) -> None:
    assert asked(salon) == {"Maria": "2026-05-01 14:00", "Jim": "2026-05-01 14:00"}


@pytest.mark.parametrize(("last", "count"), [("2026-05-14", 2), ("2026-05-15", 3), ("2026-06-30", 3)])
def test_far_off_starts_take_one_more_query(salon: Outcome, counted: Counted, last: str, count: int) -> None:
    away(salon, "jim", last)
    assert asked(salon) == {"Maria": "2026-05-01 14:00", "Jim": f"{last} 14:00"}
    assert counted(salon) == count


def test_as_many_queries_for_two_as_for_twelve(salon: Outcome, counted: Counted) -> None:
    cut = salon.services["cut"]
    for n in range(10):
        person = Resource.objects.create(business=salon.business, name=f"New {n}", kind="staff")
        ServiceResource.objects.create(business=salon.business, service=cut, resource=person)
    assert len(asked(salon)) == 12
    assert counted(salon) == 2


def test_who_has_no_time_is_left_out(salon: Outcome) -> None:
    away(salon, "jim", "2026-07-01")
    assert asked(salon) == {"Maria": "2026-05-01 14:00"}
    away(salon, "maria", "2026-07-01")
    assert asked(salon) == {}


@pytest.mark.parametrize(("window", "free"), [(13, {}), (14, {"Maria": "2026-05-15 14:00", "Jim": "2026-05-15 14:00"})])
def test_a_window_about_as_wide_as_the_first_look(salon: Outcome, window: int, free: dict[str, str]) -> None:
    for key in ("maria", "jim"):
        away(salon, key, "2026-05-15")
    Business.objects.filter(id=salon.business.id).update(window_days=window)
    assert asked(salon) == free


def test_nobody_on_offer(salon: Outcome) -> None:
    Resource.objects.filter(business=salon.business).update(bookable_online=False)
    assert asked(salon) == {}


def test_it_raises_what_the_offers_raise(salon: Outcome) -> None:
    def none(snapshot: Snapshot) -> Any:
        raise NotFound("Nothing.")

    with pytest.raises(NotFound, match="Nothing"):
        next_starts(salon.business.id, live=True, offers_of=none, now=NOW)
