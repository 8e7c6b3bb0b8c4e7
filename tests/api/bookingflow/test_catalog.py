"""GET /api/v1/catalog?orgId=…"""

from typing import Any
from uuid import uuid4

import pytest

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from businesses.models import Resource, Service
from tests.api.bookingflow.calls import asks_the_database, put
from tests.api.calls import Caller, Tenant, nothing_changes, ok, refused, refused_fields
from tests.api.paying import configure

PATH = "/api/v1/catalog"
PAGE = "https://anybody.example"


@pytest.fixture
def anybody() -> Caller:
    return Caller(dialect=BOOKINGFLOW)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("named", ["uuid", "slug"])
def test_what_can_be_booked(venue: Tenant, anybody: Caller, slash: str, named: str) -> None:
    org = str(getattr(venue.business, named))
    with nothing_changes():
        told = ok(anybody.get(PATH + slash, orgId=org))
    rooms = told.pop("rooms")
    assert told == {
        "orgId": venue.id,
        "name": "North Elm Studio",
        "description": "Rooms to get out of",
        "timezone": "Europe/Athens",
        "currency": "EUR",
    }
    assert [(room["name"], room["price"]) for room in rooms] == [
        ("The Vault", 168.5),
        ("The Attic", 90.0),
        ("Studio North", 40.0),
        ("Studio South", 60.0),
    ]
    assert rooms[0] == {
        "id": venue.resource("vault"),
        "name": "The Vault",
        "description": "A safe.",
        "minGuests": 2,
        "maxGuests": 6,
        "durationMinutes": 60,
        "price": 168.5,
        "currency": "EUR",
        "photoUrl": None,
    }


def test_only_what_is_offered_is_shown(venue: Tenant, anybody: Caller) -> None:
    Resource.objects.filter(uuid=venue.resource("attic")).update(bookable_online=False)
    Service.objects.filter(uuid=venue.service("rehearsal")).update(bookable_online=False)
    assert [room["name"] for room in _rooms(venue, anybody)] == ["The Vault"]
    ok(put(venue.full, f"/api/v1/rooms/{venue.resource('vault')}", {"active": False}))
    assert _rooms(venue, anybody) == []


@pytest.mark.parametrize(
    ("flag", "field"), [("show_service_prices", "price"), ("show_service_duration", "durationMinutes")]
)
def test_prices_and_lengths_where_they_are_shown(venue: Tenant, anybody: Caller, flag: str, field: str) -> None:
    configure(venue, **{flag: False})
    assert {room[field] for room in _rooms(venue, anybody)} == {None}


def test_hidden_for_one_service(venue: Tenant, anybody: Caller) -> None:
    Service.objects.filter(uuid=venue.service("vault-game")).update(show_price=False, show_duration=False)
    vault, attic, *_ = _rooms(venue, anybody)
    assert (vault["price"], vault["durationMinutes"]) == (None, None)
    assert (attic["price"], attic["durationMinutes"]) == (90.0, 90)


def test_unknown_and_missing(venue: Tenant, anybody: Caller) -> None:
    refused_fields(anybody.get(PATH), "orgId")
    refused_fields(anybody.get(PATH, orgId=""), "orgId")
    refused_fields(anybody.get(PATH, orgId="x" * 81), "orgId")
    assert refused(anybody.get(PATH, orgId=str(uuid4())), 404) == refused(anybody.get(PATH, orgId="nobody"), 404)


def test_any_key_or_none(venue: Tenant, neighbour: Tenant) -> None:
    for caller in (venue.full, venue.test, neighbour.read, Caller("avail_live_wrong", BOOKINGFLOW)):
        assert ok(caller.get(PATH, orgId=venue.id))["orgId"] == venue.id


def test_any_web_page_may_read_it(venue: Tenant, anybody: Caller) -> None:
    for caller in (anybody, venue.full):
        response = caller.send("GET", PATH, query={"orgId": venue.id}, headers={"Origin": PAGE})
        assert ok(response)["orgId"] == venue.id
        assert response.headers["Access-Control-Allow-Origin"] == PAGE


def test_visitors_are_counted(venue: Tenant, anybody: Caller, settings: Any) -> None:
    settings.VISITOR_READS_PER_MINUTE = 2
    address = {"REMOTE_ADDR": "192.0.2.78"}
    answers = [anybody.send("GET", PATH, query={"orgId": venue.id}, **address) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused(answers[2], 429)
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert anybody.send("GET", PATH, query={"orgId": venue.id}, REMOTE_ADDR="192.0.2.79").status_code == 200


def test_it_is_cheap(venue: Tenant, anybody: Caller) -> None:
    _rooms(venue, anybody)
    with asks_the_database(2):
        _rooms(venue, anybody)


def _rooms(venue: Tenant, anybody: Caller) -> list[dict[str, Any]]:
    rooms: list[dict[str, Any]] = ok(anybody.get(PATH, orgId=venue.id))["rooms"]
    return rooms
