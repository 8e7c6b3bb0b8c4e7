"""Stripe's events in every order, twice, or not at all: the same end (GUARANTEES M3).

Rounds start from one booked and unpaid visit, and are rolled back.
"""

import copy
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone

from availengine.sandbox import Sandbox
from availengine.sandbox.signing import signature
from bookings import tasks
from bookings.models import Booking, Message
from payments import gateway, inbox, reading
from payments.models import Deposit, LedgerEntry, StripeEvent
from tests.api.calls import ok
from tests.money import post_event, stripe_sandbox
from tests.proofs.money_rounds import (
    CHARGE,
    FLOW,
    HOLD,
    SOON,
    World,
    assert_in_step,
    no_surprises,
    tenant,
    travel,
    undone,
)
from tests.proofs.sizes import EVENT_DELAYS
from webhooks.models import Event as OutboxEvent

pytestmark = pytest.mark.django_db

Json = dict[str, Any]
ORDERS = list(itertools.permutations(range(5)))
SOME = ORDERS if EVENT_DELAYS else ORDERS[::24] + ORDERS[-1:]
HOST = gateway.Account(live=True)
URL = "/v1/webhooks/stripe"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with travel() as clock, no_surprises():
        yield clock


@pytest.fixture
def stripe() -> Iterator[Sandbox]:
    with stripe_sandbox() as sandbox:
        yield sandbox


def booked(stripe: Sandbox, clock: time_machine.Traveller, rule: Json) -> World:
    world = World(stripe, clock, tenant(rule), SOON)
    world.notes["secret"] = ok(world.book(), 201)["stripe_client_secret"]
    return world


# Lives of a deposit, all of it at Stripe: each step makes some of the five events.


def pay(world: World, method: str = "pm_card_visa") -> None:
    world.stripe.confirm(world.notes["secret"], method)


def refund(world: World, amount: int) -> None:
    """From Stripe's dashboard: nobody here has asked for it."""
    params = {"payment_intent": Deposit.objects.get().intent_ref, "amount": amount}
    gateway.ask(HOST, "refunds.create", params, key=f"refund {amount}")


def refund_fails(world: World) -> None:
    world.stripe.fail_refund(world.stripe.objects("refund")[-1]["id"])


PAID = ("payment_intent.created", "payment_intent.succeeded", "charge.succeeded")
Step = Callable[[World], object]
LIVES: dict[str, tuple[tuple[Step, ...], tuple[str, ...]]] = {
    "refunded in part": (
        (pay, lambda world: refund(world, 700)),
        (*PAID, "refund.created", "charge.refunded"),
    ),
    "refunded in full": (
        (pay, lambda world: refund(world, 2000)),
        (*PAID, "refund.created", "charge.refunded"),
    ),
    "refund failed": (
        (pay, lambda world: refund(world, 2000), refund_fails),
        (*PAID, "refund.created", "refund.failed"),
    ),
}


def events_of(world: World, wanted: Sequence[str]) -> list[Json]:
    """One event of each of these types, of this deposit."""
    found: dict[str, Json] = {}
    for event in world.stripe.pending_events():
        found.setdefault(event["type"], event)
    return [found[type_] for type_ in wanted]


def take(events: Sequence[Json], *, handle: bool = True) -> None:
    """Each as it comes: stored, and handled at once."""
    for event in events:
        stored = inbox.store(event, now=timezone.now())
        if handle and stored is not None:
            tasks.handle_event(stored, now=timezone.now())


def handle_all() -> None:
    tasks.handle_stripe_events()


def told() -> Counter[str]:
    """What businesses are told, each type as often as it was."""
    types = OutboxEvent.objects.exclude(type="booking.created").values_list("type", flat=True)
    return Counter(types)


def lasting(rows: Iterable[tuple[str, int, int, str]]) -> list[tuple[str, int, int, str]]:
    """Without refunds that came back: who looks at Stripe only then sees that nothing has moved."""
    returned = {ref for kind, _, _, ref in rows if kind == "refund_failed"}
    assert sum(effect for _, _, effect, ref in rows if ref in returned) == 0
    return sorted(row for row in rows if row[3] not in returned)


def end_state(world: World) -> Json:
    """All that the order of events must not change."""
    deposit, booking = Deposit.objects.get(), Booking.objects.get()
    assert_in_step(world.stripe)
    return {
        "booking": booking.status,
        "deposit": [
            getattr(deposit, name)
            for name in ("status", "captured_cents", "refunded_cents", "refunding_cents", "disputed", "intent_ref")
        ],
        "ledger": lasting(LedgerEntry.objects.values_list("kind", "amount_cents", "effect_cents", "stripe_ref")),
        "told": told(),
        "mails": Counter(Message.objects.values_list("kind", "recipient")),
        "unhandled": StripeEvent.objects.filter(handled_at=None).count(),
    }


class Life:
    """A deposit's whole life at Stripe, its five events, and the end when each came as it happened."""

    def __init__(self, world: World, name: str) -> None:
        steps, wanted = LIVES[name]
        self.world, self.name = world, name
        taken: set[str] = set()
        with undone():
            for step in steps:
                step(world)
                fresh = [event for event in world.stripe.pending_events() if event["id"] not in taken]
                taken |= {event["id"] for event in fresh}
                take(fresh)
            self.natural = end_state(world)
        self.events = events_of(world, wanted)
        self.answers: dict[str, Json] = {}

    @contextmanager
    def over(self) -> Iterator[None]:
        """Nothing changes at Stripe any more, so that each question needs to be asked once only."""
        genuine = reading.ask

        def ask(account: gateway.Account, path: str, params: Any = None, *, on: str = "") -> Json:
            name = f"{path} {on}"
            if name not in self.answers:
                self.answers[name] = genuine(account, path, params, on=on)
            return copy.deepcopy(self.answers[name])

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "ask", ask)
            yield

    def ends_like_the_natural(self) -> None:
        """A refund that failed before anybody looked was never told of as one that succeeded."""
        found = end_state(self.world)
        if self.name == "refund failed":
            found["told"]["payment.refunded"] = self.natural["told"]["payment.refunded"]
        assert found == self.natural


@pytest.fixture(params=LIVES)
def life(request: pytest.FixtureRequest, stripe: Sandbox, clock: time_machine.Traveller) -> Iterator[Life]:
    life = Life(booked(stripe, clock, CHARGE), request.param)
    with life.over():
        yield life


def test_natural_ends(life: Life, request: pytest.FixtureRequest) -> None:
    """What the others are compared with is right."""
    name = request.node.callspec.params["life"]
    status, refunded = {
        "refunded in part": ("paid", 700),
        "refunded in full": ("refunded", 2000),
        "refund failed": ("refund_failed", 0),
    }[name]
    assert life.natural["booking"] == "confirmed"
    assert life.natural["deposit"][:3] == [status, 2000, refunded]
    assert life.natural["told"]["booking.confirmed"] == 1
    assert life.natural["told"]["payment.succeeded"] == 1
    assert life.natural["told"]["payment.refunded"] == 1
    assert life.natural["told"]["payment.refund_failed"] == (name == "refund failed")
    assert life.natural["mails"] == ({("refund_failed", "desk@example.com"): 1} if name == "refund failed" else {})
    assert life.natural["unhandled"] == 0


def take_twice(world: World, event: Json) -> None:
    """It comes twice before it is handled, and once more after that; for a release, all of it after a while."""
    if EVENT_DELAYS:
        world.clock.shift(timedelta(seconds=random.Random(event["id"]).randrange(20)))
    first, second = (inbox.store(event, now=timezone.now()) for _ in range(2))
    assert first == second is not None
    assert tasks.handle_event(first, now=timezone.now())
    assert inbox.store(event, now=timezone.now()) is None
    assert not tasks.handle_event(first, now=timezone.now())


def walk(life: Life, taken: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """All orders as a tree of rounds within rounds. Gives those that are complete or lack one, at their ends."""
    for number in sorted({0, 1, 2, 3, 4} - set(taken)):
        with undone():
            take_twice(life.world, life.events[number])
            if len(taken) >= 3:
                yield (*taken, number)
            yield from walk(life, (*taken, number))


@pytest.mark.parametrize("name", LIVES if EVENT_DELAYS else ["refunded in part"])
def test_120_orders_with_duplicates_and_one_missing(stripe: Sandbox, clock: time_machine.Traveller, name: str) -> None:
    """Every order as a path of a tree, each event of it three times."""
    life, seen = Life(booked(stripe, clock, CHARGE), name), set()
    with life.over():
        for order in walk(life):
            seen.add(order)
            life.ends_like_the_natural()
    assert len(seen) == 120 + 120  # all five, and any four of them


def test_other_lives_in_some_orders(life: Life) -> None:
    """Natural, backwards, and each event once as the first; some with each event once, some all at once."""
    for order in SOME:
        events = [life.events[number] for number in order]
        with undone():
            take(events)
            life.ends_like_the_natural()
        with undone():
            take([*events, *events], handle=False)
            assert StripeEvent.objects.count() == 5
            tasks.handle_stripe_events()
            assert {event.tries for event in StripeEvent.objects.all()} == {1}
            life.ends_like_the_natural()


def test_any_missing_are_healed_without_events(life: Life) -> None:
    """All subsets, or fewer than two of five, and the reconciler."""
    for size in range(6 if EVENT_DELAYS else 2):
        for some in itertools.combinations(life.events, size):
            with undone():
                take(some)
                Deposit.objects.update(look_at=timezone.now())
                tasks.reconcile_deposits()
                life.ends_like_the_natural()


def test_the_reconciler_comes_within_fifteen_minutes(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    world = booked(stripe, clock, CHARGE)
    pay(world)
    for _ in range(15):
        world.pass_by(1)
    assert Booking.objects.get().status == "confirmed"
    refund(world, 700)
    for _ in range(15):
        world.pass_by(1)
    assert Deposit.objects.get().refunded_cents == 700
    assert StripeEvent.objects.count() == 0
    assert_in_step(stripe)


def test_orders_through_the_endpoint(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    """One life with signatures and all, each event posted twice."""
    life = Life(booked(stripe, clock, CHARGE), "refunded in part")
    for order in SOME:
        with undone():
            for number in (*order, *order):
                assert post_event(stripe, life.events[number]) == 200
            assert StripeEvent.objects.count() == 5
            handle_all()
            life.ends_like_the_natural()


def test_a_hold_and_its_release_in_24_orders(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    """A hold that we release ourselves, whose events come late."""
    world = booked(stripe, clock, HOLD)
    pay(world)
    world.notes["booking"] = str(Booking.objects.get().uuid)
    world.read_back()
    ok(FLOW["release-held"].act(world))
    wanted = ("payment_intent.created", "payment_intent.amount_capturable_updated", "payment_intent.canceled")
    events = [*events_of(world, wanted), *events_of(world, ("charge.succeeded",))]
    before = {**end_state(world)}
    for order in itertools.permutations(events):
        with undone():
            take(order)
            assert end_state(world) == before


# What the endpoint takes, and what it does not


def event_of(stripe: Sandbox, clock: time_machine.Traveller) -> Json:
    world = booked(stripe, clock, CHARGE)
    pay(world)
    return events_of(world, ("payment_intent.succeeded",))[0]


def sent(payload: bytes, headers: dict[str, str]) -> int:
    signature = {"Stripe-Signature": headers["Stripe-Signature"]} if "Stripe-Signature" in headers else {}
    response = Client().post(URL, payload, content_type="application/json", headers=signature)
    assert json.loads(response.content)
    return response.status_code


def stored() -> int:
    return StripeEvent.objects.count()


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(0, 200), (-300, 200), (300, 200), (-301, 400), (301, 400), (-86400, 400), (86400, 400)],
)
def test_signatures_of_other_times(stripe: Sandbox, clock: time_machine.Traveller, seconds: int, status: int) -> None:
    event = event_of(stripe, clock)
    assert sent(*stripe.signed(event, at=timezone.now().timestamp() + seconds)) == status
    assert stored() == (status == 200)


def test_the_second_secret_counts_too(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    event = event_of(stripe, clock)
    with override_settings(STRIPE_WEBHOOK_SECRET=["whsec_new", stripe.webhook_secret]):
        assert sent(*stripe.signed(event)) == 200
        assert sent(*stripe.signed(event, secret="whsec_new")) == 200
        assert sent(*stripe.signed(event, secret="whsec_third")) == 400
    with override_settings(STRIPE_WEBHOOK_SECRET=[], STRIPE_TEST_WEBHOOK_SECRET=[]):
        assert sent(*stripe.signed(event)) == 400
    assert stored() == 1


def test_what_stripe_did_not_sign(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    payload, headers = stripe.signed(event_of(stripe, clock))
    signature = headers["Stripe-Signature"]
    stamp, _, digest = signature.partition(",")
    for forged in ("", "t=1", "v1=abc", signature[:-1], f"{stamp},v1=", f"{stamp},{digest},t=1", "\u0660", "t=x,v1=y"):
        assert sent(payload, {"Stripe-Signature": forged}) == 400, forged
    assert sent(payload, {}) == 400
    assert sent(payload.replace(b"succeeded", b"cancelled"), headers) == 400
    assert sent(payload + b" ", headers) == 400
    assert stored() == 0
    assert Client().get(URL).status_code == 405


@pytest.mark.parametrize(
    "event",
    [
        [],
        "text",
        None,
        {},
        {"id": "evt_1", "type": "payment_intent.succeeded"},
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": None},
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {}}},
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": []}},
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1", "metadata": "x"}}},
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1", "payment_intent": 5}}},
    ],
    ids=repr,
)
def test_signed_but_no_event(stripe: Sandbox, event: Any) -> None:
    assert sent(*stripe.signed(event)) == 400
    assert stored() == 0


def test_not_json_and_far_too_much(stripe: Sandbox) -> None:
    for payload in (b"", b"{", b"\xff\xfe", b'{"id": NaN', b'{"a": "' + b"x" * 11_000_000 + b'"}'):
        signed = signature(payload, stripe.webhook_secret, int(timezone.now().timestamp()))
        assert sent(payload, {"Stripe-Signature": signed}) == 400, payload[:20]
    assert stored() == 0


def test_json_that_is_nested_too_deep(stripe: Sandbox) -> None:
    payload = b"[" * 100_000
    signed = signature(payload, stripe.webhook_secret, int(timezone.now().timestamp()))
    assert sent(payload, {"Stripe-Signature": signed}) == 400


def test_what_is_not_about_money_is_acknowledged_and_forgotten(stripe: Sandbox) -> None:
    for type_ in ("invoice.paid", "customer.created", "payout.paid", "price.created", "v2.core.event", ""):
        assert sent(*stripe.signed({"id": f"evt_{type_}", "type": type_, "data": {"object": {"id": "x_1"}}})) == 200
    assert stored() == 0


def test_an_unknown_object_is_kept_and_handled_once_it_is_known(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    world = booked(stripe, clock, CHARGE)
    pay(world)
    known = Deposit.objects.get().intent_ref
    event = events_of(world, ("payment_intent.succeeded",))[0]
    Deposit.objects.update(intent_ref="")  # as if our answer from Stripe were still under way
    assert post_event(stripe, event) == 200
    for _ in range(6):
        handle_all()
        clock.shift(timedelta(minutes=2))
    kept = StripeEvent.objects.get()
    assert (kept.handled_at, kept.tries > 3, "UnknownObject" in kept.problem) == (None, True, True)
    Deposit.objects.update(intent_ref=known)
    clock.shift(timedelta(hours=1))
    handle_all()
    assert (StripeEvent.objects.get().handled_at is None, Booking.objects.get().status) == (False, "confirmed")
    assert told()["booking.confirmed"] == 1
    handle_all()
    assert told()["booking.confirmed"] == 1
    assert_in_step(stripe)


def test_an_object_that_stays_unknown_is_given_up_but_kept(stripe: Sandbox, clock: time_machine.Traveller) -> None:
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_of_somebody_else"}}}
    assert sent(*stripe.signed(event)) == 200
    StripeEvent.objects.update(received_at=timezone.now())
    for _ in range(5 * 24):
        handle_all()
        clock.shift(timedelta(hours=1))
    kept = StripeEvent.objects.get()
    assert (kept.handled_at, kept.next_try_at) == (None, None)
    assert 72 <= kept.tries <= 80
