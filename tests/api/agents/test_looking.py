"""search_services and find_availability."""

from typing import Any

import pytest

from businesses.db import prepared
from businesses.models import Service
from tests.api import hostile
from tests.api.agents.calls import Agent
from tests.api.calls import DAY, Tenant, nothing_changes
from tests.api.paying import configure, takes


def test_what_is_offered(salon: Tenant, agent: Agent) -> None:
    configure(salon, address="1 North Elm", phone="")
    Service.objects.filter(business=salon.business).update(description="With scissors", policy="Be on time")
    with nothing_changes():
        told = agent.call("search_services")
    resources = [
        {"id": salon.resource(key), "name": name, "kind": "staff"} for key, name in (("maria", "Maria"), ("jim", "Jim"))
    ]
    assert told == {
        "business": {
            "id": salon.id,
            "name": "North Elm Studio",
            "timezone": "America/Chicago",
            "address": "1 North Elm",
            "phone": None,
        },
        "services": [
            {
                "id": salon.service("cut"),
                "name": "Cut",
                "description": "With scissors",
                "category": None,
                "duration_minutes": 60,
                "price_cents": 3500,
                "currency": "USD",
                "party_min": 1,
                "party_max": 50,
                "policy": "Be on time",
                "instructions": None,
                "is_default": True,
                "takes_deposit": False,
                "resources": resources,
            }
        ],
        "total": 1,
        "next_step": "find_availability with the id of a service.",
    }


def test_what_is_not_shown_is_not_told(salon: Tenant, agent: Agent) -> None:
    configure(salon, show_service_prices=False, show_service_duration=False, show_staff_selection=False)
    takes(salon)
    (service,) = agent.call("search_services")["services"]
    told = {name: service[name] for name in ("price_cents", "duration_minutes", "resources", "takes_deposit")}
    assert told == {"price_cents": None, "duration_minutes": None, "resources": [], "takes_deposit": True}
    (day,) = agent.call("find_availability", date=DAY)["days"]
    assert set(day["slots"][0]) == {"start_time", "end_time", "starts_at"}


@pytest.mark.parametrize(
    ("query", "found"),
    [("cut", 1), ("CÚT", 1), ("sciss cut", 1), ("cut beard", 0), ("", 1), ("%", 0), ("_", 0), (".*", 0)],
)
def test_by_words(salon: Tenant, agent: Agent, query: str, found: int) -> None:
    Service.objects.filter(business=salon.business).update(description="With scissors")
    told = agent.call("search_services", query=query)
    assert (len(told["services"]), told["total"]) == (found, found)
    if not found:
        assert told["next_step"] == "Nothing has these words: search_services without a query shows everything."


def test_no_more_than_wanted(salon: Tenant, agent: Agent) -> None:
    Service.objects.create(business=salon.business, name="Colour", duration_minutes=30, position=1)
    Service.objects.create(business=salon.business, name="Secret", duration_minutes=30, bookable_online=False)
    told = agent.call("search_services", limit=1)
    assert ([service["name"] for service in told["services"]], told["total"]) == (["Cut"], 2)


def test_nothing_to_book(salon: Tenant, agent: Agent) -> None:
    Service.objects.filter(business=salon.business).update(bookable_online=False)
    told = agent.call("search_services")
    assert (told["services"], told["next_step"]) == ([], "North Elm Studio takes no bookings online at present.")


def test_the_free_starts_of_a_day(salon: Tenant, agent: Agent) -> None:
    salon.book(resource_id=salon.resource("maria"))
    with nothing_changes():
        told = agent.call("find_availability", date=DAY)
    (day,) = told["days"]
    assert day["date"] == DAY
    assert [slot["start_time"] for slot in day["slots"]] == salon.free()
    assert day["slots"][1] == {
        "start_time": "10:00",
        "end_time": "11:00",
        "starts_at": "2026-05-15T15:00:00Z",
        "resource_ids": [salon.resource("jim")],
    }
    rest = {name: told[name] for name in told if name != "days"}
    assert rest == {
        "timezone": "America/Chicago",
        "service_id": salon.service("cut"),
        "capacity": 1,
        "next_open_dates": [],
        "next_step": "Let the person choose, then hold_slot with booking_date and start_time.",
    }


def test_several_days_with_somebody(salon: Tenant, agent: Agent) -> None:
    told = agent.call("find_availability", date=DAY, days=3, resource_id=salon.resource("jim"))
    assert [day["date"] for day in told["days"]] == ["2026-05-15", "2026-05-16", "2026-05-17"]
    assert {tuple(slot["resource_ids"]) for day in told["days"] for slot in day["slots"]} == {(salon.resource("jim"),)}


def test_without_a_date_the_next_day_with_a_start(salon: Tenant, agent: Agent) -> None:
    configure(salon, lead_time_minutes=3 * 1440)
    told = agent.call("find_availability")
    assert [day["date"] for day in told["days"]] == ["2026-05-04"]
    assert told["days"][0]["slots"]


def test_a_full_day_and_when_to_come_instead(salon: Tenant, agent: Agent) -> None:
    for hour in range(9, 17):
        for resource in ("maria", "jim"):
            salon.book(start_time=f"{hour:02}:00", resource_id=salon.resource(resource), phone=f"+3012345678{hour:02}")
    told = agent.call("find_availability", date=DAY)
    assert told["days"] == [{"date": DAY, "slots": []}]
    assert told["next_open_dates"][0] == {"date": "2026-05-16", "slot_count": 8}
    assert len(told["next_open_dates"]) == 7
    assert told["next_step"] == "Nothing is free on these days: ask again with one of next_open_dates."


@pytest.mark.parametrize("day", ["2026-04-01", "2027-01-01", "2100-12-31", "2000-01-01"])
def test_days_that_cannot_be_booked(agent: Agent, day: str) -> None:
    told = agent.call("find_availability", date=day, days=14)
    assert {len(each["slots"]) for each in told["days"]} == {0}
    assert told["next_open_dates"][0]["date"] == "2026-05-01"


def test_a_party_that_nobody_takes(agent: Agent) -> None:
    told = agent.call("find_availability", date=DAY, capacity=9)
    assert (told["next_open_dates"], told["next_step"]) == ([], "No resource takes a party of this size.")


def test_never_open(salon: Tenant, agent: Agent) -> None:
    salon.business.openinghourss.all().delete()
    told = agent.call("find_availability")
    assert told["next_step"] == "Nothing is free within 60 days."


BAD: dict[str, list[Any]] = {
    "date": hostile.DATES,
    "days": [*hostile.NUMBERS, 15],
    "capacity": hostile.NUMBERS,
    "service_id": hostile.IDS,
    "resource_id": hostile.IDS,
    "services": [[], ["x"], {}, "", 5, ["x"] * 6],
    "same_resource": [0, 1, "true", [], {}],
    "starts_at": ["2026-05-15T10:00:00Z"],
    "\x00": [1],
    "x" * 5000: [1],
}


@pytest.mark.parametrize("name", list(BAD), ids=lambda name: name[:20])
def test_bad_arguments_are_named(agent: Agent, name: str) -> None:
    with nothing_changes():
        for value in BAD[name]:
            if value is None or (isinstance(value, float) and value in (float("inf"),)):
                continue
            words, error = agent.refused("find_availability", **{name: value})
            assert list(error["details"]) == [name[:100]], value
            assert words.startswith("The request is not valid.\n")


@pytest.mark.parametrize(
    ("name", "values"), [("query", [*hostile.TEXTS, "x" * 101]), ("limit", [*hostile.NUMBERS, 101])]
)
def test_bad_searches(agent: Agent, name: str, values: list[Any]) -> None:
    for value in values:
        if value not in (float("inf"), 51):
            assert list(agent.refused("search_services", **{name: value})[1]["details"]) == [name], value


def test_the_number_of_queries_is_constant(
    agent: Agent, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version of the configuration, and the taken time with it."""
    agent.call("find_availability", date=DAY)
    asked: list[str] = []

    def counted(sql: str, params: Any) -> Any:
        asked.append(sql)
        return prepared(sql, params)

    monkeypatch.setattr("bookings.queries.prepared", counted)
    for tool, arguments, number in (
        ("find_availability", {"date": DAY}, 2),
        ("find_availability", {"date": DAY, "days": 14}, 2),
        ("search_services", {}, 1),
    ):
        asked.clear()
        with django_assert_num_queries(0):
            agent.call(tool, **arguments)
        assert len(asked) == number
