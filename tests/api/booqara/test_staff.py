"""GET /booking/staff"""

from typing import Any
from uuid import uuid4

import pytest

from businesses.models import Resource
from tests.api.booqara.speech import book, close, needs_key, refused
from tests.api.calls import Tenant, nothing_changes, ok
from tests.api.paying import configure

PATH = "/booking/staff"


def ask(tenant: Tenant, **query: Any) -> dict[str, dict[str, Any]]:
    """The professionals by name."""
    return {person["fullName"]: person for person in ok(tenant.full.get(PATH, **query))["staff"]}


def next_free(tenant: Tenant, **query: Any) -> dict[str, str | None]:
    return {name: person["nextAvailable"] for name, person in ask(tenant, **query).items()}


@pytest.mark.parametrize("slash", ["", "/"])
def test_who_can_be_chosen(parlour: Tenant, slash: str) -> None:
    """Not rooms, nor who is away, offline, or offered for nothing."""
    assert ok(parlour.full.get(PATH + slash)) == {
        "staff": [
            {
                "id": parlour.resource("ann"),
                "fullName": "Ann",
                "jobTitle": "Stylist",
                "about": None,
                "photoUrl": None,
                "nextAvailable": "2026-05-01T18:00:00-05:00",
                "color": "#ff0000",
            },
            {
                "id": parlour.resource("bob"),
                "fullName": "Bob",
                "jobTitle": None,
                "about": None,
                "photoUrl": None,
                "nextAvailable": "2026-05-01T18:00:00-05:00",
                "color": None,
            },
        ]
    }


def test_who_performs_a_service(parlour: Tenant) -> None:
    assert list(ask(parlour, serviceId=parlour.service("color"))) == ["Ann"]
    assert list(ask(parlour, serviceId=parlour.service("spa"))) == ["Bob"]
    assert list(ask(parlour, serviceId=parlour.service("cut").upper())) == ["Ann", "Bob"]
    assert ask(parlour, serviceId=parlour.service("pair")) == {}


def test_texts_and_pictures(salon: Tenant) -> None:
    shown = {"about": "Cuts.", "photo_url": "https://cdn.example.com/j.jpg"}
    Resource.objects.filter(uuid=salon.resource("jim")).update(**shown)
    jim = ask(salon)["Jim"]
    assert (jim["about"], jim["photoUrl"]) == ("Cuts.", "https://cdn.example.com/j.jpg")


def test_the_next_free_start_follows_bookings(salon: Tenant, clock: Any) -> None:
    assert next_free(salon) == dict.fromkeys(("Maria", "Jim"), "2026-05-01T09:00:00-05:00")
    for hour in ("09:00", "10:00"):
        book(salon, userId=salon.resource("jim"), appointmentDate="2026-05-01", appointmentTime=hour)
    assert next_free(salon) == {"Maria": "2026-05-01T09:00:00-05:00", "Jim": "2026-05-01T11:00:00-05:00"}
    clock.move_to("2026-05-01T21:00:01Z")  # 16:00:01 in Chicago
    assert next_free(salon) == dict.fromkeys(("Maria", "Jim"), "2026-05-02T09:00:00-05:00")


def test_it_is_the_first_of_any_of_their_services(parlour: Tenant, clock: Any) -> None:
    """Bob's cut, an hour, still fits on Monday at 16:00; his spa, two hours, only on Tuesday."""
    clock.move_to("2026-05-04T20:30:00Z")  # a Monday, 15:30
    assert next_free(parlour)["Bob"] == "2026-05-04T16:00:00-05:00"
    assert next_free(parlour, serviceId=parlour.service("spa")) == {"Bob": "2026-05-05T09:00:00-05:00"}


def test_far_off_and_never(salon: Tenant) -> None:
    """Jim is away for longer than the first look ahead; Maria for longer than can be booked."""
    for name, last in (("jim", "2026-05-25"), ("maria", "2026-06-30")):
        close(salon, "2026-05-01", last, resource_id=salon.resource(name))
    assert next_free(salon) == {"Maria": None, "Jim": "2026-05-26T09:00:00-05:00"}


@pytest.mark.parametrize(("window", "free"), [(1, None), (2, "2026-05-03T09:00:00-05:00")])
def test_the_last_day_of_the_window(salon: Tenant, window: int, free: str | None) -> None:
    configure(salon, window_days=window)
    close(salon, "2026-05-01", "2026-05-02")
    assert next_free(salon) == dict.fromkeys(("Maria", "Jim"), free)


def test_test_keys_see_their_own_bookings(salon: Tenant) -> None:
    book(salon, userId=salon.resource("jim"), appointmentDate="2026-05-01", appointmentTime="09:00")
    told = ok(salon.test.get(PATH))["staff"]
    assert [person["nextAvailable"] for person in told] == ["2026-05-01T09:00:00-05:00"] * 2


@pytest.mark.parametrize(
    ("key", "status", "text"),
    [
        ("x", 400, "serviceId: Not a UUID."),
        ("", 400, "serviceId: Not a UUID."),
        ("any", 400, "serviceId: Not a UUID."),
        (str(uuid4()), 404, "Service not found"),
    ],
)
def test_services_that_are_none(salon: Tenant, key: str, status: int, text: str) -> None:
    with nothing_changes():
        refused(salon.full.get(PATH, serviceId=key), status, text)


@pytest.mark.parametrize("key", ["old", "secret"])
def test_services_that_are_not_on_offer(parlour: Tenant, key: str) -> None:
    refused(parlour.full.get(PATH, serviceId=parlour.service(key)), 404, "Service not found")


def test_another_tenants_service(salon: Tenant, rival: Tenant) -> None:
    refused(salon.full.get(PATH, serviceId=rival.service("cut")), 404, "Service not found")


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
