"""The window ends in the instant in which the customer pays: confirmed with one charge, or cancelled with none
(GUARANTEES M4, M5).
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from availengine.sandbox import Sandbox
from availengine.sandbox.errors import ApiError
from bookings import tasks
from bookings.integrity import broken_promises
from bookings.models import Booking, Message
from payments import actions, instructions
from payments.models import Deposit
from payments.reading import Reading
from tests.api.calls import Tenant, desk, ok, refused
from tests.money import arrive, books_agree, post_event, stripe_sandbox
from tests.proofs import race
from tests.proofs.money_rounds import (
    CHARGE,
    FAR,
    HOLD,
    SOON,
    World,
    assert_in_step,
    at_once,
    no_surprises,
    pairs,
    place,
    tenant,
    travel,
)
from tests.proofs.sizes import EXPIRY_ROUNDS

WAYS: dict[str, tuple[dict[str, Any], bool]] = {
    "charge": (CHARGE, False),
    "hold": (HOLD, False),
    "link": (CHARGE, True),
}
SECURED = {"charge": "paid", "hold": "held", "link": "paid"}
GIVEN_BACK = {"charge": {"expired", "refunded"}, "hold": {"expired", "released"}, "link": {"expired", "refunded"}}
HOURS = ("09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00")


@pytest.fixture(autouse=True)
def surprises() -> Iterator[None]:
    with no_surprises():
        yield


@pytest.fixture
def stripe() -> Iterator[Sandbox]:
    with stripe_sandbox() as sandbox:
        yield sandbox


class Round:
    """One unpaid visit whose window has just ended."""

    def __init__(self, stripe: Sandbox, salon: Tenant, way: str, hour: str) -> None:
        self.stripe, self.salon, self.way, self.hour = stripe, salon, way, hour
        if WAYS[way][1]:
            body = desk(date=SOON, time=hour, email="jane@example.com")
            self.told = ok(salon.full.post("/v1/manage/bookings/staff-deposit", body), 201)
        else:
            body = salon.public(booking_date=SOON, start_time=hour)
            self.told = ok(salon.full.post("/v1/bookings/", body), 201)
        self.booking = Booking.objects.get(uuid=self.told["booking"]["id"])
        Deposit.objects.filter(id=self.booking.deposit_id).update(expires_at=timezone.now() - timedelta(seconds=1))

    def pay(self) -> None:
        """Stripe refuses what was closed in time."""
        with suppress(ApiError):
            if WAYS[self.way][1]:
                self.stripe.pay_session(self.told["checkout_url"].rsplit("/", 1)[1])
            else:
                self.stripe.confirm(self.told["stripe_client_secret"])

    def deliver(self) -> None:
        """The events of the next moments, as they are made."""
        sent: set[str] = set()
        deadline = time.monotonic() + 0.04
        while time.monotonic() < deadline:
            for event in self.mine():
                if event["id"] not in sent:
                    sent.add(event["id"])
                    assert post_event(self.stripe, event) == 200
            tasks.handle_stripe_events()
            time.sleep(0.005)

    def mine(self) -> list[dict[str, Any]]:
        name = str(self.booking.deposit.uuid) if self.booking.deposit else ""
        recent = self.stripe.pending_events()[-12:]
        return [event for event in recent if event["data"]["object"].get("metadata", {}).get("deposit") == name]

    def run(self, pauses: tuple[float, float, float]) -> None:
        def after(pause: float, call: Any) -> Any:
            return lambda: (time.sleep(pause), call())

        calls = (tasks.expire_unpaid, self.pay, self.deliver)
        at_once(*(after(pause, call) for pause, call in zip(pauses, calls, strict=True)))

    def outcome(self) -> str:
        """How it ended. Raises AssertionError for what must not be."""
        assert_in_step(self.stripe, id=self.booking.id)
        booking = Booking.objects.select_related("deposit").get(id=self.booking.id)
        assert booking.deposit is not None
        status = booking.deposit.status
        assert booking.status in ("confirmed", "cancelled")
        if booking.status == "confirmed":
            assert status == SECURED[self.way]
            refused(self.salon.full.post("/v1/manage/bookings/staff", desk(date=SOON, time=self.hour)), 409)
        else:
            assert status in GIVEN_BACK[self.way]
            assert booking.deposit.captured_cents == booking.deposit.refunded_cents
            ok(self.salon.full.post("/v1/manage/bookings/staff", desk(date=SOON, time=self.hour)), 201)
        return f"{booking.status} {status}"


EARLY_AND_LATE = ((0.0, 0.15, 0.15), (0.15, 0.0, 0.0))  # the job first, the customer first; then all at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_expiry_against_payment(stripe: Sandbox, way: str) -> None:
    seen: Counter[str] = Counter()
    with travel(tick=True) as clock:
        for number in range(-(-EXPIRY_ROUNDS // 3)):
            chance = random.Random(f"{way} {number}")
            if number % len(HOURS) == 0:
                salon = tenant(WAYS[way][0], slug=f"salon-{number}")
            one = Round(stripe, salon, way, HOURS[number % len(HOURS)])
            pauses = (chance.uniform(0, 0.02), chance.uniform(0, 0.02), chance.uniform(0, 0.02))
            one.run(EARLY_AND_LATE[number] if number < 2 else pauses)
            settle(stripe, clock, one)
            seen[one.outcome()] += 1
        books_agree(stripe)
    assert race.overlaps() == 0
    assert {outcome.split()[0] for outcome in seen} == {"confirmed", "cancelled"}
    assert [findings for _, findings in broken_promises() if findings] == []


def settle(stripe: Sandbox, clock: time_machine.Traveller, one: Round) -> None:
    """Whatever events are left come in, and the jobs run, with time between."""
    for event in one.mine():
        assert post_event(stripe, event) == 200
    for minutes in (0, 1, 3):
        clock.shift(timedelta(minutes=minutes))
        tasks.handle_stripe_events()
        tasks.carry_out_instructions()
        tasks.expire_unpaid()


# Money that comes after the end


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with travel() as clock:
        yield clock


def expired_in_appearance(
    stripe: Sandbox, clock: time_machine.Traveller, rule: dict[str, Any], day: str = SOON, **business: Any
) -> World:
    """A booking that expired here, while the payment at Stripe can still be made."""
    world = World(stripe, clock, tenant(rule, **business), day)
    answer = ok(world.book(), 201)
    world.notes = {"booking": answer["booking"]["id"], "secret": answer["stripe_client_secret"]}
    clock.shift(timedelta(minutes=31))
    ref = Deposit.objects.get().intent_ref
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "ask", lambda *args, **options: {"status": "canceled"})
        patch.setattr(instructions, "read", lambda deposit: Reading(intent=ref, intent_status="canceled"))
        tasks.expire_unpaid()
    assert pairs() == {("cancelled", "expired"): 1}
    return world


def late(world: World) -> None:
    """The customer pays, and Stripe tells."""
    world.stripe.confirm(world.notes["secret"])
    arrive(world.stripe)


def letters() -> list[tuple[str, str]]:
    return sorted(Message.objects.filter(kind="late_money").values_list("kind", "recipient"))


BOTH_SIDES = [("late_money", "desk@example.com"), ("late_money", "jane@example.com")]
LATE = {"charge": (CHARGE, SOON, "paid", "refunded"), "hold": (HOLD, SOON, "held", "released")}
LATE["saved"] = (HOLD, FAR, "saved", "released")


@pytest.mark.django_db
@pytest.mark.parametrize("way", LATE)
def test_late_money_takes_the_time_again_while_it_is_free(
    stripe: Sandbox, clock: time_machine.Traveller, way: str
) -> None:
    rule, day, secured, _ = LATE[way]
    world = expired_in_appearance(stripe, clock, rule, day)
    assert "10:00" in world.tenant.free(day)
    late(world)
    assert pairs() == {("confirmed", secured): 1}
    assert "10:00" not in world.tenant.free(day)
    assert letters() == []
    assert_in_step(stripe)


@pytest.mark.django_db
@pytest.mark.parametrize("way", LATE)
def test_late_money_goes_back_when_the_time_is_taken(stripe: Sandbox, clock: time_machine.Traveller, way: str) -> None:
    rule, day, _, given_back = LATE[way]
    world = expired_in_appearance(stripe, clock, rule, day)
    ok(world.tenant.full.post("/v1/manage/bookings/staff", desk(date=day)), 201)
    late(world)
    for _ in range(3):
        world.pass_by(1)
    assert pairs() == {("cancelled", given_back): 1}
    assert letters() == BOTH_SIDES
    assert Message.objects.filter(kind="late_money", sent_at=None).count() == 0
    assert_in_step(stripe)


@pytest.mark.django_db
def test_late_money_goes_back_when_the_visit_is_over(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    world = expired_in_appearance(stripe, clock, CHARGE)
    clock.move_to(f"{SOON}T20:00:00Z")
    late(world)
    world.pass_by(1)
    assert pairs() == {("cancelled", "refunded"): 1}
    assert letters() == BOTH_SIDES


@pytest.mark.django_db
def test_late_money_goes_back_whatever_stripe_does(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    """Its refund is an instruction like any other: four failures in a row only take longer."""
    world = expired_in_appearance(stripe, clock, CHARGE)
    ok(world.tenant.full.post("/v1/manage/bookings/staff", desk(date=SOON)), 201)
    for kind in ("reset_after", "error_500_after", "rate_limit", "malformed"):
        place(stripe, "refunds.create", kind)
        place(stripe, "refunds.list", "error_500", skip=2)
    late(world)
    for _ in range(12):
        world.pass_by(5)
    assert pairs() == {("cancelled", "refunded"): 1}
    assert len(stripe.objects("refund")) == 1
    assert letters() == BOTH_SIDES
    assert_in_step(stripe)


@pytest.mark.django_db
def test_late_money_of_a_business_that_looks_first_waits_for_it(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    rules = {"slot_interval_minutes": 60, "lead_time_minutes": 0, "window_days": 60, "auto_confirm": False}
    world = expired_in_appearance(stripe, clock, CHARGE, rules=rules)
    late(world)
    assert pairs() == {("pending", "paid"): 1}
    assert "10:00" not in world.tenant.free(SOON)


@pytest.mark.django_db
def test_money_for_what_staff_have_cancelled_goes_back(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    """Stripe was silent at the cancellation, and the customer was faster than the next try."""
    world = World(stripe, clock, tenant(CHARGE), SOON)
    answer = ok(world.book(), 201)
    world.notes = {"booking": answer["booking"]["id"], "secret": answer["stripe_client_secret"]}
    place(stripe, "payment_intents.cancel", "rate_limit")
    ok(world.on("cancel"))
    late(world)
    for _ in range(4):
        world.pass_by(1)
    assert pairs() == {("cancelled", "refunded"): 1}
    assert letters() == BOTH_SIDES
    assert_in_step(stripe)


@pytest.mark.django_db
def test_a_payment_under_way_is_not_expired(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    """The customer is at the bank's page when the window ends: closed in time, or paid."""
    world = World(stripe, clock, tenant(CHARGE), SOON)
    secret = ok(world.book(), 201)["stripe_client_secret"]
    intent = stripe.confirm(secret, "pm_card_threeDSecure2Required")
    assert intent["status"] == "requires_action"
    clock.shift(timedelta(minutes=31))
    tasks.expire_unpaid()
    assert pairs() == {("cancelled", "expired"): 1}
    with pytest.raises(ApiError):
        stripe.complete_action(intent["id"])
    assert_in_step(stripe)


PAID_IN_TIME = {
    "charge": (CHARGE, SOON, False, "paid"),
    "hold": (HOLD, SOON, False, "held"),
    "saved": (HOLD, FAR, False, "saved"),
    "link": (CHARGE, SOON, True, "paid"),
    "link-hold": (HOLD, SOON, True, "held"),
    "link-saved": (HOLD, FAR, True, "saved"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", PAID_IN_TIME)
def test_who_has_paid_before_the_job_comes_is_confirmed(
    stripe: Sandbox, clock: time_machine.Traveller, way: str
) -> None:
    """No event has arrived: the job itself finds out. A hold could still be cancelled at Stripe, and must not be."""
    rule, day, link, secured = PAID_IN_TIME[way]
    world = World(stripe, clock, tenant(rule), day, link)
    world.pay(world.book())
    Deposit.objects.update(expires_at=timezone.now())
    tasks.expire_unpaid()
    assert pairs() == {("confirmed", secured): 1}
    assert_in_step(stripe)


@pytest.mark.django_db
@pytest.mark.parametrize("way", PAID_IN_TIME)
def test_who_has_paid_before_staff_cancel_gets_it_back(
    stripe: Sandbox, clock: time_machine.Traveller, way: str
) -> None:
    rule, day, link, secured = PAID_IN_TIME[way]
    world = World(stripe, clock, tenant(rule), day, link)
    world.pay(world.book())
    ok(world.tenant.full.post(f"/v1/manage/bookings/{world.notes['booking']}/cancel"))
    world.pass_by(1)
    world.pass_by(1)
    assert pairs() == {("cancelled", "refunded" if secured == "paid" else "released"): 1}
    assert_in_step(stripe)
