"""A business with an account of its own at Stripe: every call about its deposits is made on that account."""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from tests.api.calls import Tenant, ok
from tests.api.paying import NEAR, configure, deposit_of, jobs, linked, paid, pay, state, takes, unpaid
from tests.money import arrive, books_agree

ACCOUNT = "acct_1Studio"


@pytest.fixture
def connected(studio: Tenant) -> Tenant:
    configure(studio, stripe_account=ACCOUNT)
    return studio


def accounts(stripe: Sandbox) -> set[str]:
    return {request.account for request in stripe.requests}


def charge(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant)
    booking = paid(tenant, stripe)
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/refund", {"amount_cents": 500}))
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    return booking


def no_show(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant, "authorization_hold")
    booking = paid(tenant, stripe, booking_date=NEAR)
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    return booking


def release(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant, "authorization_hold")
    booking = paid(tenant, stripe, booking_date=NEAR)
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/release-hold"))
    return booking


def saved(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant, "authorization_hold")
    booking = paid(tenant, stripe)
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    return booking


def link(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant)
    made = linked(tenant)
    pay(stripe, made)
    return str(made["booking"]["id"])


def closed(tenant: Tenant, stripe: Sandbox) -> str:
    takes(tenant)
    booking = str(unpaid(tenant)["booking"]["id"])
    ok(tenant.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    return booking


@pytest.mark.parametrize(
    ("flow", "end"),
    [
        (charge, ("cancelled", "refunded")),
        (no_show, ("no_show", "captured")),
        (release, ("confirmed", "released")),
        (saved, ("cancelled", "released")),
        (link, ("confirmed", "paid")),
        (closed, ("cancelled", "canceled")),
    ],
)
def test_every_call(connected: Tenant, stripe: Sandbox, flow: Any, end: tuple[str, str]) -> None:
    booking = flow(connected, stripe)
    arrive(stripe)
    jobs()
    assert state(connected, booking) == end
    assert accounts(stripe) == {ACCOUNT}
    books_agree(stripe)


def test_jobs_too(connected: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(connected, "authorization_hold")
    booking = paid(connected, stripe)
    clock.move_to("2026-05-12T07:00:00Z")
    jobs()
    assert state(connected, booking) == ("confirmed", "held")
    assert accounts(stripe) == {ACCOUNT}


def test_a_deposit_stays_with_the_account_it_was_made_on(connected: Tenant, stripe: Sandbox) -> None:
    takes(connected)
    booking = paid(connected, stripe)
    configure(connected, stripe_account="acct_2Other")
    ok(connected.staff.post(f"/v1/manage/bookings/{booking}/refund"))
    assert accounts(stripe) == {ACCOUNT}
    other = paid(connected, stripe, start_time="12:00")
    assert deposit_of(other).account_ref == "acct_2Other"
    assert state(connected, other) == ("confirmed", "paid")
    books_agree(stripe)


def test_without_one_the_hosts_own_account(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    paid(studio, stripe)
    assert accounts(stripe) == {"acct_sandbox"}
