"""Every call to Stripe that moves or prepares money, times everything that can go wrong with it (GUARANTEES M1, M2,
M7): afterwards it has happened once or not at all, and nobody was told otherwise.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
import time_machine
from django.http import HttpResponse
from django.test import override_settings

from availengine.sandbox import Sandbox
from tests.proofs.money_rounds import (
    ABANDONED,
    CS,
    FLOW,
    FLOWS,
    PATIENCE,
    PI,
    SECURED,
    SI,
    Flow,
    Sandboxes,
    World,
    assert_finished,
    assert_in_step,
    finally_answered,
    forgetful,
    happy,
    no_surprises,
    pairs,
    place,
    rehearsed,
    travel,
)
from tests.proofs.sizes import ALL_SITES, FAULT_ROUNDS

pytestmark = pytest.mark.django_db

KINDS = (
    "timeout_before",
    "timeout_after",
    "reset",
    "reset_after",
    "rate_limit",
    "error_500",
    "error_500_after",
    "decline",
    "malformed",
)
AFTER = ("timeout_after", "reset_after", "error_500_after")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with travel() as clock, no_surprises():
        yield clock


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Sandboxes]:
    found = Sandboxes()
    yield found
    found.close()


@pytest.mark.parametrize("name", FLOW)
def test_the_calls_of_each_flow_are_known(name: str, sandboxes: Sandboxes, clock: time_machine.Traveller) -> None:
    flow = FLOW[name]
    calls = happy(flow, sandboxes.get(name), clock)
    assert tuple(calls) == flow.calls


@dataclass(frozen=True)
class Site:
    """A call of a flow; `again`: the one that looks for what an earlier try, left unanswered, has made."""

    flow: str
    number: int
    again: str = ""

    @property
    def call(self) -> str:
        return self.again or FLOW[self.flow].calls[self.number]

    def __str__(self) -> str:
        return f"{self.flow}-{'again' if self.again else self.number + 1}-{self.call}"

    @property
    def kinds(self) -> Sequence[str]:
        """To read is the same before and after: for that, six do."""
        reads = self.call.endswith((".retrieve", ".list"))
        return [kind for kind in KINDS if ALL_SITES or not (reads and kind in AFTER)]

    def break_(self, stripe: Sandbox, kind: str) -> None:
        if self.again:
            place(stripe, FLOW[self.flow].calls[self.number], "reset_after")
        earlier = FLOW[self.flow].calls[: self.number]
        place(stripe, self.call, kind, skip=0 if self.again else earlier.count(self.call))


def _site(name: str, call: str) -> Site:
    return Site(name, FLOW[name].calls.index(call))


AGAIN = (Site("no-show-saved", 0, f"{PI}.list"), Site("refund-part", 0, "refunds.list"))
ONCE_EACH = (  # every call in payments/actions.py and payments/reading.py, each where most hangs on it
    _site("open-hold", "customers.create"),
    _site("open-charge", f"{PI}.create"),
    _site("open-setup", f"{SI}.create"),
    _site("link-charge", f"{CS}.create"),
    _site("expire-charge", f"{PI}.cancel"),
    _site("expire-setup", f"{SI}.cancel"),
    _site("expire-link", f"{CS}.expire"),
    _site("no-show-held", f"{PI}.capture"),
    _site("no-show-saved", f"{PI}.create"),
    _site("place-hold", f"{PI}.create"),
    _site("release-held", f"{PI}.cancel"),
    _site("release-saved", "payment_methods.detach"),
    _site("cancel-paid", "refunds.create"),
    _site("refund-part", "refunds.create"),
    _site("open-charge", f"{PI}.retrieve"),
    _site("event-link", f"{CS}.retrieve"),
    _site("no-show-saved", f"{SI}.retrieve"),
    _site("no-show-held", "refunds.list"),
    *AGAIN,
)
EVERYWHERE = (
    *(Site(flow.name, number) for flow in FLOWS for number in range(len(flow.calls))),
    *AGAIN,
    Site("place-hold", 0, f"{PI}.list"),
    Site("cancel-paid", 0, "refunds.list"),
)


AT_ONCE, LATER, NEVER = range(3)  # when the client asks again: in turn, not to take three times as long


@pytest.mark.parametrize("site", EVERYWHERE if ALL_SITES else ONCE_EACH, ids=str)
def test_any_fault_leads_to_one_effect_or_none(site: Site, sandboxes: Sandboxes, clock: time_machine.Traveller) -> None:
    flow = FLOW[site.flow]
    world = flow.world(sandboxes.get(site.flow), clock)
    for number, kind in enumerate(site.kinds):
        with rehearsed(world, kind):
            site.break_(world.stripe, kind)
            assert play(world, flow, number % 3) == 0


def play(world: World, flow: Flow, comes_back: int) -> int:
    """The action, the client's patience, and time; then what must hold. How many faults were not met."""
    with override_settings(STRIPE_TIMEOUT_SECONDS=PATIENCE):
        first = flow.act(world)
    answers = [] if first is None else [first]
    if first is not None and flow.keyed and comes_back == AT_ONCE:
        answers.append(finally_answered(world, flow))
    world.let_settle(flow)
    if first is not None and flow.keyed and comes_back == LATER:
        answers.append(finally_answered(world, flow))
        world.let_settle(flow)
    left = world.stripe.faults_left()
    world.stripe.clear_faults()
    happened = assert_finished(world, flow, answers)
    if flow.opens:
        see_it_through(world, happened, answers)
    return left


def see_it_through(world: World, happened: bool, answers: list[HttpResponse]) -> None:
    """Who was told how to pay can pay; where nobody can, the time is free again after the window."""
    told = [answer for answer in answers if answer.status_code == 201]
    if told:
        world.pay(told[-1])
        world.pass_by(6)
        assert {pair for pair in pairs() if pair not in ABANDONED} <= SECURED
        assert pairs().total() - sum(pairs()[pair] for pair in ABANDONED) == 1
    else:
        world.pass_by(121)
        assert set(pairs()) <= ABANDONED
        assert "10:00" in world.tenant.free(world.day)
    assert_in_step(world.stripe)


@pytest.mark.parametrize("name", [flow.name for flow in (FLOWS if ALL_SITES else FLOWS[::4])])
def test_several_faults_anywhere(name: str, sandboxes: Sandboxes, clock: time_machine.Traveller) -> None:
    """Up to four calls fail, in ways and at places that the seed decides; some of the faults may never be met."""
    flow = FLOW[name]
    world = flow.world(sandboxes.get(name), clock)
    for seed in range(FAULT_ROUNDS):
        chance = random.Random(f"{name} {seed}")
        with rehearsed(world, f"seed {seed}"):
            for _ in range(chance.randint(2, 4)):
                place(world.stripe, chance.choice(flow.calls), chance.choice(KINDS), skip=chance.randrange(3))
            play(world, flow, chance.choice((AT_ONCE, LATER, NEVER)))


def test_the_harness_sees_a_second_refund(sandboxes: Sandboxes, clock: time_machine.Traveller) -> None:
    """Negative control: without looking first, and with keys that change, a lost answer refunds twice."""
    flow = FLOW["refund-part"]
    world = flow.world(sandboxes.get(flow.name), clock)
    place(world.stripe, "refunds.create", "timeout_after")
    with forgetful(), pytest.raises(AssertionError, match="refunded twice"):
        play(world, flow, LATER)
