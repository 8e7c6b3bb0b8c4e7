"""POST /api/v1/schedules/block"""

import pytest

from businesses.models import Closure
from tests.api.bookingflow.calls import BOOKINGS, book, free
from tests.api.calls import (
    DAY,
    Tenant,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused_fields,
)

PATH = "/api/v1/schedules/block"
LATER = "2026-05-16"


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_room_for_days(venue: Tenant, slash: str) -> None:
    vault = venue.resource("vault")
    sent = {"roomId": vault, "from": DAY, "to": LATER, "reason": "Paint"}
    made = ok(venue.full.post(PATH + slash, sent), 201)
    assert is_uuid(made["id"])
    assert made == {"id": made["id"], **sent, "bookings": 0}
    assert (free(venue), free(venue, LATER), len(free(venue, "2026-05-17"))) == ([], [], 8)
    assert len(free(venue, room=venue.resource("attic"))) == 7


def test_everything_for_some_hours(venue: Tenant) -> None:
    sent = {"from": f"{DAY}T09:00", "to": f"{DAY}T12:30"}
    made = ok(venue.full.post(PATH, sent), 201)
    assert made == {"id": made["id"], "roomId": None, **sent, "reason": None, "bookings": 0}
    assert free(venue) == ["13:00", "14:00", "15:00", "16:00"]
    assert free(venue, room=venue.resource("attic")) == ["13:00", "14:00", "15:00"]


def test_null_is_what_an_answer_may_have(venue: Tenant) -> None:
    sent = {"roomId": None, "from": DAY, "to": DAY, "reason": None}
    made = ok(venue.full.post(PATH, sent), 201)
    assert made == {"id": made["id"], **sent, "bookings": 0}


def test_bookings_stay_and_are_counted(venue: Tenant) -> None:
    attic = venue.resource("attic")
    kept = [book(venue), book(venue, time="15:00"), book(venue, date=LATER), book(venue, roomId=attic)]
    over = book(venue, time="13:00")
    ok(venue.full.delete(f"{BOOKINGS}/{over['id']}"))
    ok(venue.test.post(BOOKINGS, {**_body(venue), "time": "13:00"}), 201)
    counted = [
        ok(venue.full.post(PATH, sent), 201)["bookings"]
        for sent in (
            {"from": DAY, "to": DAY},
            {"from": DAY, "to": LATER},
            {"from": DAY, "to": DAY, "roomId": attic},
            {"from": f"{DAY}T11:00", "to": f"{DAY}T15:00", "roomId": venue.resource("vault")},  # between two of them
            {"from": f"{DAY}T10:30", "to": f"{DAY}T10:45", "roomId": venue.resource("vault")},  # within one
        )
    ]
    assert counted == [3, 4, 1, 0, 1]
    for booking in kept:
        assert ok(venue.full.get(f"{BOOKINGS}/{booking['id']}")) == booking


def _body(venue: Tenant) -> dict[str, object]:
    return {
        "roomId": venue.resource("vault"),
        "date": DAY,
        "guests": 2,
        "customer": {"firstName": "J", "phone": "+302101234567"},
    }


def test_a_day_of_25_hours_is_blocked_whole(venue: Tenant) -> None:
    made = ok(venue.full.post(PATH, {"from": "2026-10-25", "to": "2026-10-25"}), 201)
    assert (made["from"], made["to"]) == ("2026-10-25", "2026-10-25")
    row = Closure.objects.get(uuid=made["id"])
    assert (row.ends_at - row.starts_at).total_seconds() == 25 * 3600


def test_bad_input(venue: Tenant) -> None:
    with nothing_changes():
        refused_fields(venue.full.post(PATH, {}), "from", "to")
        refused_fields(venue.full.post(PATH, {"from": DAY, "to": "2026-05-14"}), "to")
        refused_fields(venue.full.post(PATH, {"from": f"{DAY}T10:00", "to": f"{DAY}T10:00"}), "to")
        refused_fields(
            venue.full.post(PATH, {"from": "x", "to": DAY, "roomId": "x", "reason": 5}), "from", "roomId", "reason"
        )


def test_replay(venue: Tenant) -> None:
    sent = {"from": DAY, "to": DAY}
    first = venue.full.post(PATH, sent, Idempotency_Key="k")
    with nothing_changes():
        again = venue.full.post(PATH, sent, Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant) -> None:
    sent = {"from": DAY, "to": DAY}
    needs_key(venue, "POST", PATH, sent)
    needs_scope(venue, "widget", "read_only", "staff", method="POST", path=PATH, body=sent)
    hides_others(neighbour.full, "POST", PATH, venue.resource("vault"), {**sent, "roomId": "{}"})
