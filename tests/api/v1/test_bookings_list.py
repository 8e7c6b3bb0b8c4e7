"""GET /v1/manage/bookings"""

from typing import Any

import pytest
from django.core import signing

from bookings.models import Booking
from tests.api.calls import (
    DAY,
    Tenant,
    desk,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    put_in_status,
    refused,
    refused_fields,
    walk,
)

PATH = "/v1/manage/bookings"


def ids(page: Any) -> list[str]:
    return [item["id"] for item in page["items"]]


def listed(tenant: Tenant, **query: Any) -> list[str]:
    return ids(ok(tenant.full.get(PATH, **query)))


@pytest.fixture
def booked(salon: Tenant) -> list[str]:
    """Seven bookings, in the order of their times; made in another order."""
    made = {}
    for day, hour in ((16, 9), (15, 12), (15, 9), (15, 9), (17, 9), (15, 16), (14, 9)):
        booking = salon.book(
            booking_date=f"2026-05-{day}", start_time=f"{hour:02}:00", phone=f"+3021012345{len(made):02}"
        )
        made[(day, hour, len(made))] = booking["id"]
    return [made[key] for key in sorted(made)]


def test_empty(salon: Tenant) -> None:
    assert ok(salon.full.get(PATH)) == {"items": [], "next_cursor": None, "has_more": False}


def test_in_the_order_of_their_times(salon: Tenant, booked: list[str]) -> None:
    assert listed(salon) == booked


def test_an_item_is_the_booking(salon: Tenant, booked: list[str]) -> None:
    assert ok(salon.full.get(PATH))["items"][0] == salon.item(booked[0])


@pytest.mark.parametrize("latest", ["true", "1"])
def test_latest(salon: Tenant, booked: list[str], latest: str) -> None:
    newest_first = [str(u) for u in Booking.objects.order_by("-id").values_list("uuid", flat=True)]
    assert listed(salon, latest=latest) == newest_first
    assert newest_first != booked


@pytest.mark.parametrize("latest", ["false", "0"])
def test_not_latest(salon: Tenant, booked: list[str], latest: str) -> None:
    assert listed(salon, latest=latest) == booked


@pytest.mark.parametrize("name", ["res_date", "booking_date"])
def test_by_date(salon: Tenant, booked: list[str], name: str) -> None:
    assert listed(salon, **{name: DAY}) == booked[1:5]
    assert listed(salon, **{name: "2026-05-18"}) == []


def test_a_date_is_the_businesss_own(salon: Tenant) -> None:
    late = ok(salon.full.post(f"{PATH}/staff", desk(time="23:30", override_hours=True)), 201)["booking"]["id"]
    early = ok(salon.full.post(f"{PATH}/staff", desk(time="00:00", override_hours=True)), 201)["booking"]["id"]
    assert listed(salon, res_date=DAY) == [early, late]
    assert listed(salon, res_date="2026-05-16") == []


@pytest.mark.parametrize("status", ["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"])
def test_by_status(salon: Tenant, booked: list[str], status: str) -> None:
    put_in_status(booked[2], "pending")
    put_in_status(booked[3], "checked_in")
    put_in_status(booked[4], "completed")
    put_in_status(booked[5], "cancelled")
    put_in_status(booked[6], "no_show")
    wanted = {"pending": booked[2:3], "confirmed": booked[:2], "checked_in": booked[3:4], "completed": booked[4:5]}
    wanted |= {"cancelled": booked[5:6], "no_show": booked[6:7]}
    assert listed(salon, status=status) == wanted[status]


def test_by_code(salon: Tenant, booked: list[str]) -> None:
    for number, booking in enumerate(booked):
        Booking.objects.filter(uuid=booking).update(code=f"AV-XYZ23{number + 2}")
    assert listed(salon, code="AV-XYZ234") == booked[2:3]
    assert listed(salon, code="xyz234") == booked[2:3]
    assert listed(salon, code="z23") == booked
    assert listed(salon, code="AV-ABC") == []


@pytest.mark.parametrize("wildcard", ["%", "_", "AV%", "A_-", "\\", "*", ".*"])
def test_a_code_is_no_pattern(salon: Tenant, booked: list[str], wildcard: str) -> None:
    assert listed(salon, code=wildcard) == []


def test_filters_together(salon: Tenant, booked: list[str]) -> None:
    put_in_status(booked[1], "cancelled")
    assert (
        listed(salon, res_date=DAY, status="confirmed", latest="true", limit=2)
        == listed(salon, res_date=DAY, status="confirmed", latest="true")[:2]
    )
    assert set(listed(salon, res_date=DAY, status="confirmed")) == set(booked[2:5])


def test_an_empty_filter_filters_nothing(salon: Tenant, booked: list[str]) -> None:
    assert listed(salon, status="", code="", res_date="") == booked


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
@pytest.mark.parametrize("latest", ["true", "false"])
def test_the_cursor_walks_all_rows_once(salon: Tenant, booked: list[str], limit: int, latest: str) -> None:
    assert [item["id"] for item in walk(salon.full, PATH, limit=limit, latest=latest)] == listed(salon, latest=latest)


def test_the_cursor_keeps_the_filter(salon: Tenant, booked: list[str]) -> None:
    assert [item["id"] for item in walk(salon.full, PATH, limit=1, res_date=DAY)] == booked[1:5]


def test_rows_that_come_and_go_do_not_shift_the_pages(salon: Tenant, booked: list[str]) -> None:
    first = ok(salon.full.get(PATH, limit=3))
    salon.book(booking_date="2026-05-10")
    Booking.objects.filter(uuid=booked[1]).update(starts_at="2026-05-20T14:00:00Z", ends_at="2026-05-20T15:00:00Z")
    rest = listed(salon, limit=200, cursor=first["next_cursor"])
    assert rest == [*booked[3:], booked[1]]


def test_fifty_by_default(salon: Tenant) -> None:
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"duration_minutes": 5}))
    for number in range(51):
        ok(salon.full.post(f"{PATH}/staff", desk(time=f"{9 + number // 10:02}:{number % 10 * 5:02}")), 201)
    page = ok(salon.full.get(PATH))
    assert len(page["items"]) == 50
    assert page["has_more"] is True
    assert len(listed(salon, cursor=page["next_cursor"])) == 1
    assert len(listed(salon, limit=200)) == 51


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=abc", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("latest=yes", "latest"),
        ("res_date=2026-02-30", "res_date"),
        ("booking_date=15.05.2026", "booking_date"),
        ("res_date=9999-01-01", "res_date"),
        ("status=bogus", "status"),
        ("status=CONFIRMED", "status"),
        ("status=confirmed,pending", "status"),
        ("code=" + "A" * 101, "code"),
        ("code=%00", "code"),
    ],
)
def test_bad_parameters(salon: Tenant, query: str, field: str) -> None:
    refused_fields(salon.full.send("GET", PATH, query=query), field)


def cursor_of(tenant: Tenant, path: str = PATH, **query: Any) -> str:
    cursor: str = ok(tenant.full.get(path, limit=1, **query))["next_cursor"]
    return cursor


def test_forged_cursors(salon: Tenant, booked: list[str]) -> None:
    good = cursor_of(salon)
    assert good
    forged = signing.Signer(key="guessed").sign_object(["2026-05-15T00:00:00+00:00", 1])
    for cursor in (
        good[:-1],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "x" + good,
        good + ":x",
        forged,
        "abc",
        ":",
    ):
        assert refused(salon.full.get(PATH, cursor=cursor), 400)["message"]


def test_a_cursor_is_of_its_own_listing_tenant_mode_and_order(salon: Tenant, rival: Tenant, booked: list[str]) -> None:
    for _ in range(2):
        rival.book()
        ok(salon.test.post("/v1/bookings/", salon.public()), 201)
    foreign = [
        cursor_of(rival),
        ok(salon.test.get(PATH, limit=1))["next_cursor"],
        cursor_of(salon, latest="true"),
        cursor_of(salon, "/v1/manage/customers"),
        cursor_of(salon, "/v1/manage/resources"),
    ]
    assert all(foreign)
    for cursor in foreign:
        refused(salon.full.get(PATH, cursor=cursor), 400)
    refused(salon.full.get(PATH, cursor=cursor_of(salon), latest="true"), 400)
    refused(salon.full.get("/v1/manage/customers", cursor=cursor_of(salon)), 400)


def test_another_key_of_the_tenant_may_go_on(salon: Tenant, booked: list[str]) -> None:
    assert ids(ok(salon.read.get(PATH, cursor=cursor_of(salon)))) == booked[1:]


def test_tenants_do_not_see_each_other(salon: Tenant, rival: Tenant, booked: list[str]) -> None:
    theirs = rival.book()
    assert listed(rival) == [theirs["id"]]
    assert theirs["id"] not in listed(salon)
    assert listed(salon, code=theirs["confirmation_code"]) == []


def test_live_and_test_do_not_see_each_other(salon: Tenant, booked: list[str]) -> None:
    test = ok(salon.test.post("/v1/bookings/", salon.public()), 201)["booking"]["id"]
    assert ids(ok(salon.test.get(PATH))) == [test]
    assert listed(salon) == booked


def test_a_booking_with_several_allocations_is_listed_once(salon: Tenant) -> None:
    cut = salon.service("cut")
    booking = salon.book(services=[cut, cut])
    assert listed(salon) == [booking["id"]]


@pytest.mark.parametrize("caller", ["read", "staff", "full"])
def test_every_key_that_reads_bookings(salon: Tenant, caller: str, booked: list[str]) -> None:
    assert ids(ok(getattr(salon, caller).get(PATH))) == booked


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)


def test_needs_the_scope(salon: Tenant) -> None:
    needs_scope(salon, "widget", method="GET", path=PATH)


def test_reading_changes_nothing(salon: Tenant, booked: list[str]) -> None:
    with nothing_changes():
        walk(salon.full, PATH, limit=2)
