"""Rate limits (GUARANTEES A5)."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from availengine.api import throttling
from availengine.api.errors import ApiError, Problem
from bookings import placing, services
from bookings.models import Booking
from businesses.db import Raced
from tests import factories
from tests.api.calls import DAY, Caller, Tenant, nothing_changes, ok, refused

PATH = "/v1/manage/bookings"


def refusals(name: str, limit: int, requests: int) -> list[Problem]:
    """What so many requests at once are refused with. Valkey answers late, so that all are on their way."""
    barrier = Barrier(requests, action=lambda: throttling.client().client_pause(400))

    def one(_: int) -> Problem | None:
        barrier.wait()
        try:
            throttling.require_rate(name, limit)
        except ApiError as error:
            return error.problem
        return None

    with ThreadPoolExecutor(requests) as pool:
        return [problem for problem in pool.map(one, range(requests)) if problem]


@pytest.mark.parametrize("limit", [1, 60, 199, 200])
def test_of_200_at_once_exactly_the_limit_passes(limit: int) -> None:
    refused_with = refusals("test", limit, 200)
    assert 200 - len(refused_with) == limit
    for problem in refused_with:
        assert problem.status == 429
        assert 1 <= int(problem.headers["Retry-After"]) <= 60


def test_threads_that_come_and_go_are_counted() -> None:
    """A server's threads are replaced now and then; each of 150 asks once."""
    for _ in range(150):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(throttling.require_rate, "test", 1_000).result()
    assert throttling.client().get("rate:test") == b"150"


def test_of_40_requests_at_once_exactly_the_limit_is_answered(transactional_db: None) -> None:
    """The whole way, with a database connection for each thread."""
    tenant = Tenant(factories.business())
    secret = tenant.caller("full", requests_per_minute=15).secret
    barrier = Barrier(40)

    def one(_: int) -> int:
        barrier.wait()
        try:
            return Caller(secret).get(PATH).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as pool:
        statuses = sorted(pool.map(one, range(40)))
    assert statuses == [200] * 15 + [429] * 25


def test_the_refusal_says_when_to_come_back(salon: Tenant) -> None:
    caller = salon.caller("full", requests_per_minute=2)
    for _ in range(2):
        ok(caller.get(PATH))
    with nothing_changes():
        response = caller.post("/v1/bookings/", salon.public())
    assert "2 a minute" in refused(response, 429)["message"]
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_the_window_ends(salon: Tenant) -> None:
    caller = salon.caller("full", requests_per_minute=1)
    ok(caller.get(PATH))
    refused(caller.get(PATH), 429)
    (counter,) = throttling.client().keys("rate:key:*")
    assert 59_000 < throttling.client().pttl(counter) <= 60_000
    throttling.client().pexpire(counter, 1)
    while throttling.client().exists(counter):
        pass
    ok(caller.get(PATH))


def test_each_key_has_its_own_limit(salon: Tenant) -> None:
    first, second = (salon.caller("full", requests_per_minute=1) for _ in range(2))
    ok(first.get(PATH))
    refused(first.get(PATH), 429)
    ok(second.get(PATH))


def test_sixty_a_minute_by_default(salon: Tenant) -> None:
    told = ok(salon.full.post("/v1/manage/api-keys", {"name": "x", "preset": "full", "mode": "live"}), 201)
    caller = Caller(told["secret"])
    statuses = [caller.get(f"/v1/businesses/{salon.id}").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


def test_refused_requests_count_too(salon: Tenant) -> None:
    caller = salon.caller("widget", requests_per_minute=2)
    refused(caller.get(PATH), 403)
    refused(caller.post("/v1/bookings/", {}), 400)
    refused(caller.get(f"/v1/businesses/{salon.id}"), 429)


def test_a_replay_counts_for_the_key(salon: Tenant) -> None:
    caller = salon.caller("full", requests_per_minute=2)
    for status in (201, 201, 429):
        assert caller.post("/v1/bookings/", salon.public(), Idempotency_Key="k").status_code == status


def test_a_429_is_not_kept_for_its_idempotency_key(salon: Tenant) -> None:
    caller = salon.caller("full", requests_per_minute=1)
    ok(caller.get(PATH))
    with nothing_changes():
        refused(caller.post("/v1/bookings/", salon.public(), Idempotency_Key="k"), 429)
    throttling.client().flushdb()
    ok(caller.post("/v1/bookings/", salon.public(), Idempotency_Key="k"), 201)


def test_without_valkey_requests_pass_without_delay(salon: Tenant, without_valkey: None) -> None:
    caller = salon.caller("full", requests_per_minute=1)
    began = time.perf_counter()
    for _ in range(3):
        ok(caller.get(PATH))
    assert time.perf_counter() - began < 1


# --- visitors -----------------------------------------------------------------------------------------------------


def hours() -> list[str]:
    return [f"{hour:02}:00" for hour in range(9, 17)]


@pytest.fixture(autouse=True)
def _three_a_minute(settings: object) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 3  # type: ignore[attr-defined]


def test_a_visitor_books_so_often(salon: Tenant) -> None:
    statuses = [salon.widget.post("/v1/bookings/", salon.public(start_time=at)).status_code for at in hours()[:5]]
    assert statuses == [201, 201, 201, 429, 429]
    assert Booking.objects.count() == 3


def test_failed_attempts_count(salon: Tenant) -> None:
    for _ in range(3):
        refused(salon.widget.post("/v1/bookings/", salon.public(start_time="10:30")), 409)
    with nothing_changes():
        response = salon.widget.post("/v1/bookings/", salon.public())
    refused(response, 429)
    assert 1 <= int(response.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("caller", ["staff", "full", "test"])
def test_the_limit_is_for_browser_keys(salon: Tenant, caller: str) -> None:
    for at in hours()[:5]:
        ok(getattr(salon, caller).post("/v1/bookings/", salon.public(start_time=at)), 201)


def test_the_limit_is_for_bookings(salon: Tenant) -> None:
    for _ in range(5):
        ok(salon.widget.get(f"/v1/availability/{salon.id}", date=DAY))
        ok(salon.widget.get(f"/v1/businesses/{salon.id}"))
    ok(salon.widget.post("/v1/bookings/", salon.public()), 201)


def test_another_address_is_another_visitor(salon: Tenant) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        for _ in range(3):
            refused(salon.widget.send("POST", "/v1/bookings/", {}, REMOTE_ADDR=address), 400)
        refused(salon.widget.send("POST", "/v1/bookings/", {}, REMOTE_ADDR=address), 429)


def test_a_second_widget_key_does_not_help(salon: Tenant) -> None:
    for caller in (salon.widget, salon.caller("widget"), salon.caller("widget")):
        refused(caller.post("/v1/bookings/", {}), 400)
    refused(salon.caller("widget").post("/v1/bookings/", {}), 429)


def test_tenants_do_not_share_the_limit(salon: Tenant, rival: Tenant) -> None:
    for _ in range(3):
        refused(salon.widget.post("/v1/bookings/", {}), 400)
    refused(salon.widget.post("/v1/bookings/", {}), 429)
    ok(rival.widget.post("/v1/bookings/", rival.public()), 201)


def forwarded(salon: Tenant, header: str) -> int:
    return salon.widget.send("POST", "/v1/bookings/", {}, headers={"X-Forwarded-For": header}).status_code


def test_what_a_visitor_claims_to_be_is_ignored(salon: Tenant) -> None:
    assert [forwarded(salon, f"192.0.2.{n}") for n in range(4)] == [400, 400, 400, 429]


@override_settings(TRUSTED_PROXY_HOPS=1)
def test_behind_one_proxy_the_last_hop_counts(salon: Tenant) -> None:
    assert [forwarded(salon, f"192.0.2.{n}, 198.51.100.1") for n in range(4)] == [400, 400, 400, 429]
    assert [forwarded(salon, f"192.0.2.1, 198.51.100.{n}") for n in range(2, 6)] == [400] * 4


@override_settings(TRUSTED_PROXY_HOPS=2)
def test_behind_two_proxies_the_last_but_one(salon: Tenant) -> None:
    assert [forwarded(salon, f"{n}, 192.0.2.1, 198.51.100.{n}") for n in range(4)] == [400, 400, 400, 429]
    assert [forwarded(salon, "198.51.100.9") for _ in range(4)] == [400, 400, 400, 429]  # too few hops: the connection


def test_a_visitor_is_counted_once_however_often_the_transaction_is_run_again(
    salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 lost races in one request: with 20 a minute allowed, the visitor must not be refused for them."""
    lost = iter([True] * 25 + [False] * 10)
    genuine = placing.hold

    def hold(*args: Any) -> None:
        if next(lost):
            raise Raced
        genuine(*args)

    monkeypatch.setattr(services, "hold", hold)
    ok(salon.widget.post("/v1/bookings/", salon.public(), idempotency_key="one"), 201)
    assert next(lost) is False
