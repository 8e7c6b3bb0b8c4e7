"""/v1/events: every event once, in order, and none behind a cursor that has passed; /v1/events/stream sends on."""

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from availengine.stream.tickets import listener_of
from tests import factories
from tests.api.calls import (
    Caller,
    Tenant,
    all_need_key,
    all_need_scope,
    is_uuid,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)  # the feed waits for transactions that are open

PATH = "/v1/events"


@pytest.fixture
def salon() -> Tenant:
    """As in the other tests of the API, but of this test alone; its own setup is told already."""
    return Tenant(factories.business())


@pytest.fixture
def rival() -> Tenant:
    return Tenant(factories.business(business={"slug": "rival"}))


def walked(caller: Caller, cursor: str | None = None, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """Everything there is, page by page, and the cursor behind it."""
    items: list[dict[str, Any]] = []
    while True:
        page = ok(caller.get(PATH, **query, **({"cursor": cursor} if cursor else {})))
        assert list(page) == ["items", "next_cursor", "has_more"]
        items += page["items"]
        cursor = str(page["next_cursor"])
        if not page["has_more"]:
            return items, cursor


def at_the_end(caller: Caller) -> str:
    return walked(caller, limit=200)[1]


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """A second connection, whose transaction stays open until it is committed."""
    with closing(
        psycopg.connect(make_conninfo(configured.DATABASE_URL, dbname=connection.settings_dict["NAME"]))
    ) as found:
        yield found


def tell(where: Any, tenant: Tenant, number: int) -> None:
    """Write an event on that connection."""
    with where.cursor() as cursor:
        cursor.execute(
            "INSERT INTO webhooks_event (uuid, business_id, type, live, data) "
            "VALUES (gen_random_uuid(), %s, 'booking.updated', true, jsonb_build_object('number', %s::int))",
            [tenant.business.id, number],
        )


def numbers(items: list[dict[str, Any]]) -> list[int]:
    return [item["data"]["number"] for item in items]


def test_an_event_is_told_as_webhooks_tell_it(salon: Tenant) -> None:
    behind = at_the_end(salon.full)
    booking = salon.book()
    customer, made = walked(salon.full, behind)[0]
    assert (customer["type"], made["type"]) == ("customer.updated", "booking.created")
    assert made["data"]["booking"]["id"] == booking["id"]
    assert is_uuid(made["id"])
    assert {**made, "id": 0, "created_at": 0, "data": 0} == {
        "id": 0,
        "type": "booking.created",
        "created_at": 0,
        "livemode": True,
        "business_id": salon.id,
        "api_version": "2026-11-21",
        "data": 0,
    }
    assert made["created_at"].endswith("Z")


def test_every_event_once_and_in_order_by_pages_of_one(salon: Tenant) -> None:
    for start in ("09:00", "10:00", "11:00"):
        salon.book(start_time=start)
    single = ids(walked(salon.full, limit=1)[0])
    assert single == ids(walked(salon.full, limit=200)[0])
    stored = Event.objects.filter(business=salon.business, live=True).order_by("id")
    assert single == [str(key) for key in stored.values_list("uuid", flat=True)]
    assert len(single) > 6


def test_the_cursor_at_the_end_is_good_for_later(salon: Tenant) -> None:
    behind = at_the_end(salon.full)
    for _ in range(2):
        page = ok(salon.full.get(PATH, cursor=behind))
        assert (page["items"], page["next_cursor"], page["has_more"]) == ([], behind, False)
    salon.book()
    items, later = walked(salon.full, behind, limit=1)
    assert [item["type"] for item in items] == ["customer.updated", "booking.created"]
    assert walked(salon.full, later)[0] == []


def test_a_business_without_events_has_a_cursor_all_the_same(salon: Tenant) -> None:
    Event.objects.filter(business=salon.business).delete()
    page = ok(salon.full.get(PATH))
    assert (page["items"], page["has_more"]) == ([], False)
    assert page["next_cursor"]


def test_nothing_is_skipped_that_commits_late(salon: Tenant, other: psycopg.Connection[Any]) -> None:
    """The lower number commits after the higher one: a reader by numbers would miss it."""
    behind = at_the_end(salon.full)
    tell(other, salon, 1)
    tell(connection, salon, 2)
    items, middle = walked(salon.full, behind)
    assert numbers(items) == []  # the second waits for the first
    other.commit()
    assert numbers(walked(salon.full, behind, limit=1)[0]) == [1, 2]
    assert numbers(walked(salon.full, middle, limit=1)[0]) == [1, 2]


def test_a_transaction_that_writes_its_event_late(salon: Tenant, other: psycopg.Connection[Any]) -> None:
    """Its number is higher, its place is before: order is by transaction."""
    behind = at_the_end(salon.full)
    other.execute("SELECT pg_current_xact_id()")
    tell(connection, salon, 1)
    tell(other, salon, 2)
    assert walked(salon.full, behind)[0] == []
    other.commit()
    assert numbers(walked(salon.full, behind)[0]) == [2, 1]


def test_what_is_rolled_back_was_never_there(salon: Tenant, other: psycopg.Connection[Any]) -> None:
    behind = at_the_end(salon.full)
    tell(other, salon, 1)
    tell(connection, salon, 2)
    other.rollback()
    assert numbers(walked(salon.full, behind)[0]) == [2]


def test_changes_that_are_rolled_back_leave_no_event(salon: Tenant) -> None:
    behind = at_the_end(salon.full)
    before = Event.objects.count()
    with transaction.atomic():
        salon.book()
        assert Event.objects.count() > before
        transaction.set_rollback(True)
    assert Event.objects.count() == before
    assert walked(salon.full, behind)[0] == []


def test_a_reader_beside_many_writers_misses_none(salon: Tenant) -> None:
    behind = at_the_end(salon.full)
    writers, each = 6, 25

    def write(number: int) -> None:
        address = make_conninfo(configured.DATABASE_URL, dbname=connection.settings_dict["NAME"])
        with closing(psycopg.connect(address)) as own:
            for index in range(each):
                tell(own, salon, number * each + index)
                own.execute("SELECT pg_sleep(random() * 0.004)")
                (own.rollback if index % 5 == 4 else own.commit)()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads):
        items, behind = walked(salon.full, behind, limit=7)
        seen += numbers(items)
    seen += numbers(walked(salon.full, behind)[0])
    assert len(seen) == len(set(seen))
    assert sorted(seen) == [n for n in range(writers * each) if n % each % 5 != 4]
    for number in range(writers):  # what one writer wrote is told in its order
        own = [n for n in seen if n // each == number]
        assert own == sorted(own)


def test_modes_and_tenants_are_apart(salon: Tenant, rival: Tenant) -> None:
    behind = {caller: at_the_end(caller) for caller in (salon.full, salon.test, rival.full)}
    live = salon.book()["id"]
    trial = ok(salon.test.post("/v1/bookings/", salon.public()), 201)["booking"]["id"]
    theirs = rival.book()["id"]
    for caller, booking, mode in ((salon.full, live, True), (salon.test, trial, False), (rival.full, theirs, True)):
        items = walked(caller, behind[caller])[0]
        assert [item["data"]["booking"]["id"] for item in items if "booking" in item["data"]] == [booking]
        assert {item["livemode"] for item in items} == {mode}
        assert {item["business_id"] for item in items} == {rival.id if caller is rival.full else salon.id}


def test_cursors_and_limits(salon: Tenant, rival: Tenant) -> None:
    cursor = at_the_end(salon.full)
    with nothing_changes():
        for bad in ("0", "-1", "201", "abc", "1.5"):
            refused_fields(salon.full.get(PATH, limit=bad), "limit")
        for caller, given in (
            (salon.full, "forged"),
            (salon.full, cursor[:-1] + ("a" if cursor[-1] != "a" else "b")),
            (salon.full, "x" * 501),
            (salon.test, cursor),
            (rival.full, cursor),
        ):
            refused(caller.get(PATH, cursor=given), 400)


def test_access(salon: Tenant) -> None:
    calls: list[tuple[str, str, Any]] = [("GET", PATH, None), ("GET", f"{PATH}/stream", None)]
    all_need_key(salon, calls)
    all_need_scope(salon, ("widget",), calls)
    for caller in (salon.read, salon.staff):
        ok(caller.get(PATH))


# --- the way to the stream ----------------------------------------------------------------------------------------


def test_the_stream_is_elsewhere_and_a_ticket_leads_there(salon: Tenant, settings: Any) -> None:
    settings.STREAM_URL = "https://stream.example.com"
    response = salon.test.send("GET", f"{PATH}/stream", headers={"Last-Event-ID": "x" * 100})
    assert response.status_code == 307
    target = urlsplit(response.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == "https://stream.example.com/v1/events/stream"
    question = {name: value for name, (value,) in parse_qs(target.query).items()}
    assert question.pop("last_event_id") == "x" * 64
    listener = listener_of(question.pop("ticket"))
    assert listener is not None
    assert (listener.business_id, listener.live) == (salon.business.id, False)
    assert question == {}
    assert str(salon.test.secret) not in response.headers["Location"]


def test_where_nothing_is_streamed_the_feed_is_named(salon: Tenant, settings: Any) -> None:
    settings.STREAM_URL = ""
    assert "/v1/events" in refused(salon.full.get(f"{PATH}/stream"), 404)["message"]
