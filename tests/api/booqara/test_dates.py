"""GET /booking/dates"""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.booqara.speech import book, close, free, needs_key, refused
from tests.api.calls import DAY, Tenant, nothing_changes, ok

PATH = "/booking/dates"


def ask(tenant: Tenant, **query: Any) -> Any:
    return ok(tenant.full.get(PATH, **{"serviceId": tenant.service("cut"), **query}))


def told_dates(tenant: Tenant, **query: Any) -> list[tuple[str, int]]:
    return [(entry["date"], entry["slotCount"]) for entry in ask(tenant, **query)["dates"]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_next_seven_dates(salon: Tenant, slash: str) -> None:
    assert ok(salon.full.get(PATH + slash, serviceId=salon.service("cut"))) == {
        "from": "2026-05-01",
        "dates": [{"date": f"2026-05-0{day}", "slotCount": 8} for day in range(1, 8)],
    }


def test_from_a_date_and_so_many(salon: Tenant) -> None:
    told = ask(salon, **{"from": DAY}, count=2)
    assert told == {
        "from": DAY,
        "dates": [{"date": DAY, "slotCount": 8}, {"date": "2026-05-16", "slotCount": 8}],
    }


@pytest.mark.parametrize("first", ["2000-01-01", "2026-04-30", "2026-05-01"])
def test_a_date_before_today_means_today(salon: Tenant, first: str) -> None:
    told = ask(salon, **{"from": first}, count=1)
    assert told == {"from": "2026-05-01", "dates": [{"date": "2026-05-01", "slotCount": 8}]}


def test_today_is_the_businesss_own_date(salon: Tenant, clock: Any) -> None:
    clock.move_to("2026-05-02T03:00:00Z")  # 22:00 on May 1 in Chicago
    assert ask(salon, count=1) == {"from": "2026-05-01", "dates": [{"date": "2026-05-02", "slotCount": 8}]}


def test_full_and_closed_dates_are_left_out(salon: Tenant) -> None:
    close(salon, "2026-05-02", "2026-05-03")
    jim = salon.resource("jim")
    book(salon, appointmentDate="2026-05-04", appointmentTime="12:00", userId=jim)
    assert told_dates(salon, count=3, userId=jim) == [("2026-05-01", 8), ("2026-05-04", 7), ("2026-05-05", 8)]
    assert told_dates(salon, count=3) == [("2026-05-01", 8), ("2026-05-04", 8), ("2026-05-05", 8)]


def test_any_is_the_same_as_nobody(salon: Tenant) -> None:
    book(salon, userId=salon.resource("jim"))
    assert ask(salon, userId="any") == ask(salon)


def test_the_count_is_that_of_the_slots(salon: Tenant) -> None:
    book(salon, userId=salon.resource("jim"))
    for who in ("any", salon.resource("jim"), salon.resource("maria")):
        ((day, count),) = told_dates(salon, **{"from": DAY}, count=1, userId=who)
        assert (day, count) == (DAY, len(free(salon, userId=who)))


def test_horizon_and_window(salon: Tenant) -> None:
    assert len(told_dates(salon, count=30, horizon=3)) == 3
    assert len(told_dates(salon, count=30)) == 30
    assert told_dates(salon, **{"from": "2026-06-29"}, count=30, horizon=120) == [("2026-06-29", 8), ("2026-06-30", 8)]
    assert ask(salon, **{"from": "2026-07-01"}) == {"from": "2026-07-01", "dates": []}


@pytest.mark.parametrize("horizon", [None, 60])
def test_sixty_days_are_looked_at_by_default(salon: Tenant, horizon: int | None) -> None:
    """61 days ahead nothing is found, one further back is."""
    close(salon, "2026-05-01", "2026-06-28")
    query = {"horizon": horizon} if horizon else {}
    assert told_dates(salon, **query) == [("2026-06-29", 8)]
    assert told_dates(salon, horizon=59) == []


def test_a_service_for_two(parlour: Tenant) -> None:
    """For the smallest party that it takes."""
    told = told_dates(parlour, serviceId=parlour.service("pair"), **{"from": "2026-05-05"}, count=1)
    assert told == [("2026-05-05", 8)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"serviceId": None}, "serviceId: This field is required."),
        ({"serviceId": "x"}, "serviceId: Not a UUID."),
        ({"userId": "x"}, "userId: Not a UUID."),
        ({"userId": "ANY"}, "userId: Not a UUID."),
        ({"userId": str(uuid4())}, "userId: No professional with this id performs this service."),
        ({"from": "15.01.2026"}, "from: Not a date: use YYYY-MM-DD."),
        ({"from": "2026-02-30"}, "from: There is no such date."),
        ({"from": ""}, "from: Not a date: use YYYY-MM-DD."),
        ({"count": 0}, "count: Ensure this value is greater than or equal to 1."),
        ({"count": 31}, "count: Ensure this value is less than or equal to 30."),
        ({"count": "many"}, "count: Not an integer."),
        ({"horizon": 0}, "horizon: Ensure this value is greater than or equal to 1."),
        ({"horizon": 121}, "horizon: Ensure this value is less than or equal to 120."),
        ({"horizon": "1.5"}, "horizon: Not an integer."),
        ({"count": "x", "serviceId": "x"}, "serviceId: Not a UUID."),
    ],
)
def test_questions_that_make_no_sense(salon: Tenant, query: dict[str, Any], text: str) -> None:
    asked = {"serviceId": salon.service("cut"), **query}
    with nothing_changes():
        refused(salon.full.get(PATH, **{k: v for k, v in asked.items() if v is not None}), 400, text)


def test_things_of_another_tenant(salon: Tenant, rival: Tenant) -> None:
    refused(salon.full.get(PATH, serviceId=rival.service("cut")), 404, "Service not found")
    refused(salon.full.get(PATH, serviceId=str(uuid4())), 404, "Service not found")
    theirs = {"serviceId": salon.service("cut"), "userId": rival.resource("jim")}
    refused(salon.full.get(PATH, **theirs), 400, "userId: No professional with this id performs this service.")


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
