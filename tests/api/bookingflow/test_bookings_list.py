"""GET /api/v1/bookings and GET /api/v1/bookings/{id}"""

from uuid import uuid4

import pytest

from tests.api.bookingflow.calls import BOOKINGS, ROOMS, asks_the_database, book, told, walk
from tests.api.calls import DAY, Tenant, all_need_key, all_need_scope, hides_others, ok, refused, refused_fields

LATER = "2026-05-16"


@pytest.fixture
def three(venue: Tenant) -> list[dict[str, object]]:
    """In the order of their starts."""
    attic = book(venue, roomId=venue.resource("attic"), date=LATER)
    first, second = book(venue, time="10:00"), book(venue, time="14:00")
    ok(venue.full.delete(f"{BOOKINGS}/{second['id']}"))
    return [first, {**second, "status": "cancelled"}, attic]


@pytest.mark.parametrize("slash", ["", "/"])
def test_by_start(venue: Tenant, three: list[dict[str, object]], slash: str) -> None:
    answer = ok(venue.read.get(BOOKINGS + slash))
    assert answer == {"data": three, "nextCursor": None, "hasMore": False}
    assert walk(venue.full, BOOKINGS, limit=1) == three


def test_filters(venue: Tenant, three: list[dict[str, object]]) -> None:
    first, second, attic = three
    assert walk(venue.full, BOOKINGS, date=DAY) == [first, second]
    assert walk(venue.full, BOOKINGS, status="confirmed") == [first, attic]
    assert walk(venue.full, BOOKINGS, room=venue.resource("vault")) == [first, second]
    assert walk(venue.full, BOOKINGS, room=venue.resource("vault"), date=DAY, status="cancelled") == [second]
    assert walk(venue.full, BOOKINGS, room=str(uuid4())) == []
    assert walk(venue.full, BOOKINGS, status="confirmed", limit=1) == [first, attic]


@pytest.mark.parametrize(
    ("name", "value"),
    [("date", "tomorrow"), ("room", "x"), ("status", "canceled"), ("limit", "0"), ("limit", "201"), ("limit", "x")],
)
def test_bad_filters_are_named(venue: Tenant, name: str, value: str) -> None:
    refused_fields(venue.full.get(BOOKINGS, **{name: value}), name)


def test_cursors_are_of_one_tenant_mode_and_listing(
    venue: Tenant, neighbour: Tenant, three: list[dict[str, object]]
) -> None:
    cursor = ok(venue.full.get(BOOKINGS, limit=1))["nextCursor"]
    for caller, path in ((neighbour.full, BOOKINGS), (venue.test, BOOKINGS), (venue.full, ROOMS)):
        refused(caller.get(path, cursor=cursor), 400)


def test_what_others_book_is_not_listed(venue: Tenant, neighbour: Tenant, three: list[dict[str, object]]) -> None:
    assert walk(neighbour.full, BOOKINGS) == []
    assert walk(venue.test, BOOKINGS) == []


def test_one(venue: Tenant, neighbour: Tenant, three: list[dict[str, object]]) -> None:
    for booking in three:
        assert told(venue, str(booking["id"])) == booking
        hides_others(neighbour.full, "GET", f"{BOOKINGS}/{{}}", str(booking["id"]))


def test_keys_and_scopes(venue: Tenant, three: list[dict[str, object]]) -> None:
    operations = [("GET", BOOKINGS, None), ("GET", f"{BOOKINGS}/{three[0]['id']}", None)]
    all_need_key(venue, operations)
    all_need_scope(venue, ["widget"], operations)


def test_any_number_costs_the_same_queries(venue: Tenant) -> None:
    for hour in (9, 11, 13, 15):
        book(venue, time=f"{hour:02}:00")
    with asks_the_database(2):
        assert len(ok(venue.full.get(BOOKINGS))["data"]) == 4
