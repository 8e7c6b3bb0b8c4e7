"""What hostile callers send to the Booxi dialect: refused in its words, and nothing changes."""

from typing import Any

import pytest

from tests.api.booxi.calls import BOOKING, SEARCH, Merchant, client, refused
from tests.api.calls import DAY, nothing_changes, ok
from tests.api.hostile import BODIES, DATES, DEEP, HUGE, LONG, METHODS, NUMBERS, TEXTS

IDS: list[Any] = [n for n in NUMBERS if n != 51] + [None, "x", 2**63, 2**64]
MOMENTS: list[Any] = [
    *(moment for moment in DATES if moment != "2026-05-15T10:00:00Z"),
    DAY,
    f"{DAY}T15:00:00",
    f"{DAY} 15:00:00Z",
    f"{DAY}T15:00:00+0530",
    f"{DAY}T25:00:00Z",
    f"{DAY}T15:00:60Z",
    f"{DAY}T15:00:00.1234567Z",
    f"{DAY}T15:00:00+99:00",
    f"{DAY}t15:00:00z",
    "1900-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
]
LISTS: list[Any] = ["", "x", 5, True, {}, [None], [[]], ["1"], [1.0], [True], [-1], [10**19], [LONG]]
OBJECTS: list[Any] = ["", "x", 5, True, [], [1], LONG]

VALUES: dict[str, dict[str, list[Any]]] = {
    SEARCH: {
        "searchMode": ["", "x", "Verbose", "VERBOSE", "\x00", 0, True, [], {}, ["verbose"], LONG],
        "merchantId": IDS,
        "range": [*OBJECTS, {}, {"startsOn": f"{DAY}T15:00:00Z"}, {"endsOn": f"{DAY}T15:00:00Z"}, None],
        "bookingItems": [*LISTS, None, [], [{}], [{"serviceId": []}], [{"serviceId": None}]],
        "onlyIncludeStaffs": [*LISTS, [1, 2]],
        "cursor": [*TEXTS, "", " ", None, "x" * 2001, LONG, "csa_", "csa_:", "csa_::", "csa_a:b", "csa_é"],
    },
    BOOKING: {
        "merchantId": IDS,
        "startsOn": MOMENTS,
        "staffIds": LISTS,
        "items": [*LISTS, None, [], [{}], [{"serviceId": []}]],
        "client": [*OBJECTS, {}, None],
        "notes": TEXTS,
    },
}
FIELDS = [(path, field) for path, fields in VALUES.items() for field in fields]


def valid(shop: Merchant, path: str) -> dict[str, Any]:
    if path == SEARCH:
        return shop.search(staff="maria", searchMode="verbose")
    return shop.booking(staffIds=[shop.staff("maria")], notes="x")


@pytest.mark.parametrize("path", VALUES)
def test_the_bodies_are_valid(shop: Merchant, path: str) -> None:
    """Otherwise the refusals would say nothing."""
    ok(shop.full.post(path, valid(shop, path)))


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_a_hostile_value_in_a_field(shop: Merchant, path: str, field: str) -> None:
    with nothing_changes():
        for value in VALUES[path][field]:
            response = shop.full.post(path, {**valid(shop, path), field: value})
            assert response.status_code == 400, (value, response.status_code, response.content[:300])
            refused(response, 400)


@pytest.mark.parametrize("field", ["startsOn", "endsOn"])
def test_a_hostile_moment(shop: Merchant, field: str) -> None:
    body = shop.search()
    with nothing_changes():
        for value in MOMENTS:
            error = refused(shop.full.post(SEARCH, {**body, "range": {**body["range"], field: value}}), 400)
            assert list(error["details"]["range"]) == [field]


@pytest.mark.parametrize("field", ["firstName", "lastName", "email", "phone"])
def test_a_hostile_client(shop: Merchant, field: str) -> None:
    with nothing_changes():
        for value in TEXTS:
            error = refused(shop.full.post(BOOKING, shop.booking(client={**client(), field: value})), 400)
            assert list(error["details"]["client"]) == [field]


@pytest.mark.parametrize("path", VALUES)
def test_a_hostile_body(shop: Merchant, path: str) -> None:
    with nothing_changes():
        for name, body in BODIES.items():
            response = shop.full.send("POST", path, body)
            assert response.status_code == 400, (name, response.status_code, response.content[:300])
            refused(response, 400)


@pytest.mark.parametrize("path", VALUES)
@pytest.mark.parametrize("number", [LONG, "-" + LONG, "1e" + "9" * 5_000, "1" + "0" * 400])
def test_numbers_without_end(shop: Merchant, path: str, number: str) -> None:
    with nothing_changes():
        refused(shop.full.send("POST", path, b'{"merchantId": ' + number.encode() + b"}"), 400)


@pytest.mark.parametrize("path", VALUES)
def test_bodies_that_are_too_large_or_too_deep(shop: Merchant, path: str) -> None:
    with nothing_changes():
        refused(shop.full.send("POST", path, HUGE), 413)
        refused(shop.full.send("POST", path, DEEP), 400)
        for size, status in ((256 * 1024, 400), (256 * 1024 + 1, 413)):
            refused(shop.full.send("POST", path, b'{"unknown": "' + b"x" * (size - 15) + b'"}'), status)


@pytest.mark.parametrize("path", VALUES)
@pytest.mark.parametrize("length", ["abc", "-1", "1.5", LONG])
def test_hostile_lengths(shop: Merchant, path: str, length: str) -> None:
    with nothing_changes():
        response = shop.full.send("POST", path, valid(shop, path), CONTENT_LENGTH=length)
    assert response.status_code in (400, 413)


@pytest.mark.parametrize("path", VALUES)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "a/b/c", "json"])
def test_another_content_type(shop: Merchant, path: str, content_type: str) -> None:
    with nothing_changes():
        refused(shop.full.send("POST", path, valid(shop, path), content_type=content_type), 415)


@pytest.mark.parametrize("path", VALUES)
@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
def test_json_with_parameters(shop: Merchant, path: str, content_type: str) -> None:
    ok(shop.full.send("POST", path, valid(shop, path), content_type=content_type))


@pytest.mark.parametrize("path", VALUES)
def test_wrong_methods(shop: Merchant, path: str) -> None:
    with nothing_changes():
        for method in METHODS:
            if method != "POST":
                response = shop.full.send(method, path, {})
                refused(response, 405)
                assert set(response.headers["Allow"].split(", ")) - {"OPTIONS"} == {"POST"}


@pytest.mark.parametrize(
    "path",
    ["", "/", "/availability", "/availability/search/x", "/booking/5", "/booking/%00", "//booking", "/" + "x" * 5_000],
)
def test_unknown_addresses(shop: Merchant, path: str) -> None:
    with nothing_changes():
        for method in ("GET", "POST", "PATCH", "DELETE"):
            refused(shop.full.send(method, f"/booking/v1{path}", {}), 404)


@pytest.mark.parametrize(
    "value", ["x", "x" * 100_000, "\x00", "caf\u00e9", "avail_live_" + "٣" * 36, "avail_live_" + "0" * 36, " , "]
)
def test_hostile_keys(shop: Merchant, value: str) -> None:
    with nothing_changes():
        for path in VALUES:
            refused(shop.full.send("POST", path, valid(shop, path), headers={"Booxi-APIKey": value}), 401)


def test_hostile_idempotency_keys(shop: Merchant) -> None:
    with nothing_changes():
        for key in ("", '""', "x" * 256, "caf\u00e9", "\x00", "a\x01b"):
            refused(shop.full.post(BOOKING, shop.booking(), Idempotency_Key=key), 400)


def test_too_many_requests(shop: Merchant) -> None:
    caller = shop.tenant.caller("full", requests_per_minute=2).speaking(shop.full.dialect)
    for path in (SEARCH, BOOKING):
        ok(caller.post(path, valid(shop, path)))
    with nothing_changes():
        for path in VALUES:
            response = caller.post(path, valid(shop, path))
            refused(response, 429)
            assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_visitors_who_book_too_often(shop: Merchant, settings: Any) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 1
    ok(shop.widget.post(BOOKING, shop.booking()))
    with nothing_changes():
        refused(shop.widget.post(BOOKING, shop.booking()), 429)
    ok(shop.full.post(BOOKING, shop.booking()))


def test_a_crash_speaks_the_dialects_words(shop: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("availengine.api.booxi.search.answer", crash)
    monkeypatch.setattr("bookings.services.create_booking", crash)
    with nothing_changes():
        for path in VALUES:
            told = ok(shop.full.post(path, valid(shop, path)), 500)
            assert told == {"code": "InternalError", "message": "Something went wrong on our side."}


def test_a_page_of_another_origin(shop: Merchant) -> None:
    """Preflights allow this dialect's header; what a browser key is told can be read."""
    origin = {"Origin": "https://shop.example"}
    preflight = shop.widget.send("OPTIONS", SEARCH, headers=origin)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Headers"].startswith("Booxi-APIKey,")
    answer = shop.widget.send("POST", SEARCH, shop.search(), headers=origin)
    ok(answer)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    refused(shop.full.send("POST", SEARCH, shop.search(), headers=origin), 403)
