"""POST /v1/manage/bookings/series, GET /v1/manage/series/{id}, POST /v1/manage/series/{id}/cancel"""

from typing import Any

import pytest

from bookings.models import Booking
from tests.api.calls import (
    DAY,
    Tenant,
    desk,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)

PATH = "/v1/manage/bookings/series"
WEEKLY = {"unit": "week", "count": 3}
DAYS = [DAY, "2026-05-22", "2026-05-29"]


def body(salon: Tenant, **changes: Any) -> dict[str, Any]:
    return desk(**{"resource_id": salon.resource("maria"), "repeat": WEEKLY, **changes})


def test_all_visits(salon: Tenant) -> None:
    told = ok(salon.staff.post(PATH, body(salon, notes="Every week")), 201)
    assert is_uuid(told["series"]["id"])
    assert told["series"] == {"id": told["series"]["id"], "unit": "week", "every": 1, "count": 3}
    visits = told["occurrences"]
    assert [(v["occurrence"], v["date"], v["reason"], v["nearest"]) for v in visits] == [
        (number, day, None, []) for number, day in enumerate(DAYS, start=1)
    ]
    first = visits[0]["booking"]
    assert {name: first[name] for name in ("status", "booking_date", "start_time", "end_time", "capacity")} == {
        "status": "confirmed",
        "booking_date": DAY,
        "start_time": "10:00:00",
        "end_time": "11:00:00",
        "capacity": 1,
    }
    shown = ok(salon.read.get(f"/v1/manage/series/{told['series']['id']}"))
    assert shown["series"] == told["series"]
    assert [(i["occurrence"], i["booking"]["id"]) for i in shown["bookings"]] == [
        (v["occurrence"], v["booking"]["id"]) for v in visits
    ]
    assert shown["bookings"][0]["booking"] == salon.item(first["id"])
    assert set(Booking.objects.values_list("staff_notes", flat=True)) == {"Every week"}


def test_all_or_nothing(salon: Tenant) -> None:
    salon.book(booking_date=DAYS[1], resource_id=salon.resource("maria"))
    with nothing_changes():
        error = refused(salon.staff.post(PATH, body(salon)), 409)
    assert error["details"]["reason"] == "series"
    assert [(v["date"], v["reason"], len(v["nearest"])) for v in error["details"]["occurrences"]] == [
        (DAYS[0], None, 0),
        (DAYS[1], "busy", 5),
        (DAYS[2], None, 0),
    ]


def test_skipping_what_is_taken(salon: Tenant) -> None:
    salon.book(booking_date=DAYS[1], resource_id=salon.resource("maria"))
    visits = ok(salon.staff.post(PATH, body(salon, conflicts="skip")), 201)["occurrences"]
    assert [(v["booking"] is None, v["reason"]) for v in visits] == [(False, None), (True, "busy"), (False, None)]
    assert visits[1]["nearest"][0] == {
        "booking_date": DAYS[1],
        "start_time": "09:00",
        "starts_at": f"{DAYS[1]}T14:00:00Z",
    }


def test_replays(salon: Tenant) -> None:
    first = salon.staff.post(PATH, body(salon), Idempotency_Key="k")
    with nothing_changes():
        again = salon.staff.post(PATH, body(salon), Idempotency_Key="k")
        refused(salon.staff.post(PATH, body(salon, time="11:00"), Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, first.content)
    assert Booking.objects.count() == 3


@pytest.mark.parametrize(
    ("repeat", "field"),
    [
        (None, "repeat"),
        ({"unit": "year", "count": 2}, "repeat"),
        ({"unit": "week", "count": 53}, "repeat"),
        ({"unit": "week", "every": 0, "count": 2}, "repeat"),
        ({"unit": "week"}, "count"),
        ({"unit": "day", "until": "2027-05-15"}, "count"),
    ],
)
def test_bad_input(salon: Tenant, repeat: Any, field: str) -> None:
    with nothing_changes():
        refused_fields(salon.staff.post(PATH, body(salon, repeat=repeat)), field)
    with nothing_changes():
        refused_fields(salon.staff.post(PATH, body(salon, conflicts="ask")), "conflicts")


def test_cancelling(salon: Tenant) -> None:
    series = ok(salon.staff.post(PATH, body(salon)), 201)["series"]["id"]
    path = f"/v1/manage/series/{series}/cancel"
    told = ok(salon.staff.post(path, {"from_occurrence": 2}))
    assert [i["booking"]["status"] for i in told["bookings"]] == ["confirmed", "cancelled", "cancelled"]
    with nothing_changes():
        refused(salon.staff.post(path, {"from_occurrence": 2}), 409)
    assert [i["booking"]["status"] for i in ok(salon.staff.post(path))["bookings"]] == ["cancelled"] * 3
    assert "10:00" in salon.free(resource_id=salon.resource("maria"))


def test_who_may(salon: Tenant, rival: Tenant) -> None:
    series = ok(salon.staff.post(PATH, body(salon)), 201)["series"]["id"]
    for method, path, sent in (
        ("POST", PATH, body(salon)),
        ("GET", f"/v1/manage/series/{series}", None),
        ("POST", f"/v1/manage/series/{series}/cancel", None),
    ):
        needs_key(salon, method, path, sent)
        needs_scope(salon, "widget", method=method, path=path, body=sent)
    needs_scope(salon, "read_only", method="POST", path=PATH, body=body(salon))
    hides_others(rival.full, "GET", "/v1/manage/series/{}", series)
    hides_others(rival.full, "POST", "/v1/manage/series/{}/cancel", series)
