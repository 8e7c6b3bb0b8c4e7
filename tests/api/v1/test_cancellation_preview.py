"""GET /v1/manage/bookings/{booking_id}/cancellation-preview"""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings.models import Booking
from payments.models import Deposit
from tests.api.calls import DAY, Tenant, hides_others, needs_key, needs_scope, nothing_changes, ok, refused
from tests.api.paying import NEAR, configure, deposit_of, paid, takes, unpaid

PATH = "/v1/manage/bookings/{}/cancellation-preview"
STEPS = [[48, 0], [24, 50]]
WORDS = "Free until 48 hours before, then 50 % until 24 hours before, then 100 % of the deposit is kept."


def preview(tenant: Tenant, booking: str) -> dict[str, Any]:
    with nothing_changes():
        answer: dict[str, Any] = ok(tenant.read.get(PATH.format(booking)))
    assert list(answer) == ["fee_cents", "refund_cents", "currency", "policy"]
    return answer


def fees(tenant: Tenant, booking: str) -> tuple[int, int]:
    answer = preview(tenant, booking)
    return answer["fee_cents"], answer["refund_cents"]


@pytest.fixture
def booking(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a booking at 15:00Z on the 15th with EUR 20 paid; by the steps above."""
    configure(studio, cancellation_steps=STEPS)
    takes(studio)
    return paid(studio, stripe)


@pytest.mark.parametrize("slash", ["", "/"])
def test_tells_fee_and_refund(studio: Tenant, booking: str, clock: Any, slash: str) -> None:
    clock.move_to("2026-05-14T12:00:00Z")
    assert ok(studio.read.get(PATH.format(booking) + slash)) == {
        "fee_cents": 1000,
        "refund_cents": 1000,
        "currency": "EUR",
        "policy": WORDS,
    }


BOUNDARIES = [
    # local start and steps; moments around each step, with the fee of EUR 20
    (DAY, STEPS, "2026-05-13T15:00:00Z", 0),
    (DAY, STEPS, "2026-05-13T15:00:01Z", 1000),
    (DAY, STEPS, "2026-05-14T15:00:00Z", 1000),
    (DAY, STEPS, "2026-05-14T15:00:01Z", 2000),
    (DAY, STEPS, "2026-05-15T18:00:00Z", 2000),
    (DAY, [[0, 10]], "2026-05-15T15:00:00Z", 200),
    (DAY, [[0, 10]], "2026-05-15T15:00:01Z", 2000),
    (DAY, [[0, 0]], "2026-05-15T15:00:00Z", 0),
    # Chicago, 8 March 2026: the clocks went forward at 08:00Z. 48 hours are hours, whatever the wall clock says.
    ("2026-03-09", STEPS, "2026-03-07T15:00:00Z", 0),  # 09:00 there, and 10:00 two days later
    ("2026-03-09", STEPS, "2026-03-07T15:00:01Z", 1000),
    ("2026-03-09", STEPS, "2026-03-07T16:00:00Z", 1000),  # 10:00 there
    ("2026-03-08", STEPS, "2026-03-07T15:00:00Z", 1000),
    ("2026-03-08", STEPS, "2026-03-07T15:00:01Z", 2000),
    # 1 November 2026: they go back.
    ("2026-11-02", STEPS, "2026-10-31T16:00:00Z", 0),  # 11:00 there
    ("2026-11-02", STEPS, "2026-10-31T16:00:01Z", 1000),
    ("2026-11-01", STEPS, "2026-10-31T16:00:00Z", 1000),
    ("2026-11-01", STEPS, "2026-10-31T16:00:01Z", 2000),
]


@pytest.mark.parametrize(("day", "steps", "now", "fee"), BOUNDARIES)
def test_it_is_what_cancelling_then_does(
    studio: Tenant, stripe: Sandbox, clock: Any, day: str, steps: list[list[int]], now: str, fee: int
) -> None:
    clock.move_to(f"{day[:4]}-{int(day[5:7]) - 1:02}-20T07:00:00Z")
    configure(studio, cancellation_steps=steps)
    takes(studio)
    booking = paid(studio, stripe, booking_date=day)
    clock.move_to(now)
    assert fees(studio, booking) == (fee, 2000 - fee)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/cancel"))
    assert deposit_of(booking).refunded_cents == 2000 - fee


def test_the_policy_is_the_one_of_the_booking(studio: Tenant, booking: str) -> None:
    configure(studio, cancellation_steps=[[8760, 100]])
    assert preview(studio, booking)["policy"] == WORDS
    assert fees(studio, booking) == (0, 2000)


@pytest.mark.parametrize(
    ("steps", "notice", "words"),
    [
        ([], 24, "Free until 24 hours before, then 100 % of the deposit is kept."),
        ([], 1, "Free until 1 hour before, then 100 % of the deposit is kept."),
        ([[0, 100]], 24, "100 % until 0 hours before, then 100 % of the deposit is kept."),
        (STEPS, 24, WORDS),
    ],
)
def test_the_policy_in_words(studio: Tenant, steps: list[list[int]], notice: int, words: str) -> None:
    configure(studio, cancellation_steps=steps, cancel_notice_hours=notice)
    assert preview(studio, studio.book()["id"])["policy"] == words


def test_bookings_of_earlier_versions_know_their_notice_only(studio: Tenant, booking: str) -> None:
    Booking.objects.update(policy={"cancel_notice_hours": 12})
    assert preview(studio, booking)["policy"] == "Free until 12 hours before, then 100 % of the deposit is kept."
    Booking.objects.update(policy={})
    assert fees(studio, booking) == (0, 2000)


def test_after_a_partial_refund(studio: Tenant, booking: str, clock: Any) -> None:
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund", {"amount_cents": 1500}))
    assert fees(studio, booking) == (0, 500)
    clock.move_to("2026-05-14T15:00:00Z")
    assert fees(studio, booking) == (500, 0)  # half of EUR 20, as far as there is any left
    assert fees(studio, booking) == (500, 0)


@pytest.mark.parametrize(("currency", "fee"), [("JPY", 667), ("KWD", 670), ("ISK", 667), ("EUR", 667)])
def test_fees_are_amounts_that_can_be_charged(studio: Tenant, stripe: Sandbox, currency: str, fee: int) -> None:
    configure(studio, currency=currency, cancellation_steps=[[1, 33]])
    takes(studio, amount_cents=2020)
    booking = paid(studio, stripe)
    assert preview(studio, booking) == {
        "fee_cents": fee,
        "refund_cents": 2020 - fee,
        "currency": currency,
        "policy": "33 % until 1 hour before, then 100 % of the deposit is kept.",
    }


@pytest.mark.parametrize("day", [NEAR, DAY])
def test_a_hold_costs_nothing(studio: Tenant, stripe: Sandbox, clock: Any, day: str) -> None:
    """It is captured only on no-show (seed 001)."""
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=day)
    clock.move_to(f"{day}T14:59:00Z")
    assert fees(studio, booking) == (0, 0)


def test_unpaid_or_without_deposit_it_costs_nothing(studio: Tenant, stripe: Sandbox) -> None:
    assert fees(studio, studio.book()["id"]) == (0, 0)
    takes(studio)
    assert fees(studio, unpaid(studio)["booking"]["id"]) == (0, 0)


def test_what_is_on_its_way_back_is_not_there_any_more(studio: Tenant, booking: str) -> None:
    Deposit.objects.update(refunding_cents=2000, status="refund_pending")
    assert fees(studio, booking) == (0, 0)


def test_a_head_request_changes_nothing(studio: Tenant, booking: str) -> None:
    with nothing_changes():
        assert studio.read.send("HEAD", PATH.format(booking)).status_code == 200


@pytest.mark.parametrize("preset", ["read", "staff", "full"])
def test_every_key_that_reads_bookings(studio: Tenant, booking: str, preset: str) -> None:
    assert ok(getattr(studio, preset).get(PATH.format(booking)))["refund_cents"] == 2000


def test_needs_a_key(studio: Tenant, booking: str) -> None:
    needs_key(studio, "GET", PATH.format(booking))


def test_needs_the_scope(studio: Tenant, booking: str) -> None:
    needs_scope(studio, "widget", method="GET", path=PATH.format(booking))


def test_another_tenants_booking_is_not_found(studio: Tenant, rival: Tenant, booking: str) -> None:
    hides_others(rival.full, "GET", PATH, booking)


def test_the_other_mode_is_not_found(studio: Tenant, booking: str) -> None:
    refused(studio.test.get(PATH.format(booking)), 404)
