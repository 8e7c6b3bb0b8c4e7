"""Two people press at the same time: one effect, and the other is told (GUARANTEES M1, M7, I2, I3)."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import time_machine
from django.http import HttpResponse

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.integrity import broken_promises
from payments.models import Instruction
from tests.api.calls import Caller
from tests.money import stripe_sandbox
from tests.proofs.money_rounds import (
    FLOW,
    KEY,
    Pair,
    World,
    assert_in_step,
    at_once,
    no_surprises,
    pairs,
    travel,
)
from tests.proofs.sizes import CLICK_ROUNDS, CLICKERS

pytestmark = pytest.mark.django_db(transaction=True)

Click = Callable[[World], HttpResponse | None]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with travel(tick=True) as clock, no_surprises():
        yield clock


@pytest.fixture
def stripe() -> Iterator[Sandbox]:
    with stripe_sandbox() as sandbox:
        yield sandbox


def caller(world: World) -> Caller:
    """A client of its own for each thread."""
    return Caller(world.tenant.full.secret)


def press(action: str, body: Any = None, key: str = "") -> Click:
    def click(world: World) -> HttpResponse:
        headers = {"Idempotency_Key": key} if key else {}
        return caller(world).post(f"/v1/manage/bookings/{world.notes['booking']}/{action}", body, **headers)

    return click


def put(status: str) -> Click:
    return lambda world: caller(world).patch(f"/v1/manage/bookings/{world.notes['booking']}", {"status": status})


def job(run: Callable[[], object]) -> Click:
    def click(world: World) -> None:
        run()

    return click


NO_SHOW, RELEASE, CANCEL = press("no-show"), press("release-hold"), press("cancel")
ALL, PART = press("refund"), press("refund", {"amount_cents": 1500})
EXPIRE = job(tasks.expire_unpaid)


@dataclass(frozen=True)
class Clash:
    """Clicks from where a flow begins. `effects`: how many of Stripe's calls may succeed, of each kind."""

    start: str
    clicks: tuple[Click, ...]
    ends: set[Pair]
    effects: dict[str, set[int]]
    wins: set[int]

    def among(self, crowd: int) -> list[Click]:
        return [self.clicks[number % len(self.clicks)] for number in range(crowd)]


CAPTURED, RELEASED = ("no_show", "captured"), ("confirmed", "released")
ONE = {1}
CLASHES = {
    "no-show twice": Clash("no-show-held", (NO_SHOW, NO_SHOW), {CAPTURED}, {"capture": ONE}, ONE),
    "no-show twice, patched": Clash(
        "no-show-held", (put("no_show"), put("no_show")), {CAPTURED}, {"capture": ONE}, ONE
    ),
    "no-show twice, card saved": Clash("no-show-saved", (NO_SHOW, NO_SHOW), {CAPTURED}, {"payment_intents": ONE}, ONE),
    "release twice": Clash("release-held", (RELEASE, RELEASE), {RELEASED}, {"cancel": ONE}, ONE),
    "release twice, card saved": Clash("release-saved", (RELEASE, RELEASE), {RELEASED}, {"detach": ONE}, ONE),
    "refund twice": Clash("refund-all", (ALL, ALL), {("confirmed", "refunded")}, {"refunds": ONE}, ONE),
    "refund too much": Clash("refund-part", (PART, PART), {("confirmed", "paid")}, {"refunds": ONE}, ONE),
    "cancel twice": Clash("cancel-paid", (CANCEL, CANCEL), {("cancelled", "refunded")}, {"refunds": ONE}, ONE),
    "cancel twice, held": Clash("cancel-held", (CANCEL, CANCEL), {("cancelled", "released")}, {"cancel": ONE}, ONE),
    "confirm twice": Clash(
        "confirm-unpaid", (put("confirmed"), put("confirmed")), {("confirmed", "canceled")}, {"cancel": ONE}, ONE
    ),
    "no-show against release": Clash(
        "no-show-held", (NO_SHOW, RELEASE), {CAPTURED, RELEASED}, {"capture": {0, 1}, "cancel": {0, 1}}, ONE
    ),
    "no-show against cancel": Clash(
        "no-show-held",
        (NO_SHOW, CANCEL),
        {CAPTURED, ("cancelled", "released")},
        {"capture": {0, 1}, "cancel": {0, 1}},
        ONE,
    ),
    "refund against cancel": Clash(
        "refund-all", (ALL, CANCEL), {("confirmed", "refunded"), ("cancelled", "refunded")}, {"refunds": ONE}, {1, 2}
    ),
    "cancel against expiry": Clash(
        "expire-charge",
        (CANCEL, EXPIRE),
        {("cancelled", "canceled"), ("cancelled", "expired")},
        {"cancel": ONE},
        {0, 1},
    ),
    "confirm against expiry": Clash(
        "expire-charge",
        (put("confirmed"), EXPIRE),
        {("confirmed", "canceled"), ("cancelled", "expired")},
        {"cancel": ONE},
        {0, 1},
    ),
    "cancel against the payment's event": Clash(
        "event",
        (CANCEL, job(tasks.handle_stripe_events)),
        {("cancelled", "refunded")},
        {"refunds": ONE},
        ONE,
    ),
    "release against cancel": Clash(
        "release-held", (RELEASE, CANCEL), {RELEASED, ("cancelled", "released")}, {"cancel": ONE}, {1, 2}
    ),
}


@pytest.mark.parametrize("round_", range(CLICK_ROUNDS))
@pytest.mark.parametrize("name", CLASHES)
def test_one_effect(name: str, round_: int, stripe: Sandbox, clock: time_machine.Traveller) -> None:
    clash = CLASHES[name]
    world = FLOW[clash.start].world(stripe, clock)
    before = effects(stripe)
    answers = clash_of(world, clash)
    world.let_settle(FLOW[clash.start])
    assert_one_effect(world, clash, effects(stripe) - before)
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 409}
    assert statuses[200] in clash.wins
    assert [findings for _, findings in broken_promises() if findings] == []


def clash_of(world: World, clash: Clash) -> list[HttpResponse]:
    clicks = clash.among(CLICKERS)
    found = at_once(*(lambda click=click: click(world) for click in clicks))
    return [answer for answer in found if answer is not None]


def assert_one_effect(world: World, clash: Clash, made: Counter[str]) -> None:
    assert_in_step(world.stripe)
    assert set(pairs()) <= clash.ends
    assert pairs().total() == 1
    for kind, counts in clash.effects.items():
        assert made[kind] in counts, f"{kind}: {made[kind]} effects"
    assert sum(made[kind] for kind in clash.effects) == 1


def effects(stripe: Sandbox) -> Counter[str]:
    """What has been done at Stripe so far, by the last word of the call; replays under the same key count once."""
    done = {
        (seen.path, seen.idempotency_key) for seen in stripe.requests if seen.method == "POST" and seen.status == 200
    }
    return Counter(path.rsplit("/", 1)[1] for path, _ in done)


KEYED = {
    "book": (
        "open-charge",
        lambda world: caller(world).post("/v1/bookings/", world.tenant.public(), Idempotency_Key=KEY),
    ),
    "no-show": ("no-show-held", press("no-show", key=KEY)),
    "release": ("release-held", press("release-hold", key=KEY)),
    "refund": ("refund-part", press("refund", {"amount_cents": 500}, key=KEY)),
    "cancel": ("cancel-paid", press("cancel", key=KEY)),
}


@pytest.mark.parametrize("round_", range(CLICK_ROUNDS))
@pytest.mark.parametrize("name", KEYED)
def test_the_same_key_at_once_gives_the_same_answer(
    name: str, round_: int, stripe: Sandbox, clock: time_machine.Traveller
) -> None:
    """Both succeed, byte for byte, and what they did was done once."""
    start, click = KEYED[name]
    world = FLOW[start].world(stripe, clock)
    before = effects(stripe)
    answers = at_once(*(lambda: click(world) for _ in range(CLICKERS)))
    assert {answer.status_code for answer in answers} == ({201} if name == "book" else {200})
    assert len({answer.content for answer in answers}) == 1
    assert sum((effects(stripe) - before).values()) == 1
    assert pairs().total() == 1
    assert_in_step(stripe)


# Negative controls


@pytest.fixture
def two_at_a_time(owner: psycopg.Connection[Any]) -> Iterator[None]:
    """Without the constraint that a deposit has one pending instruction."""
    name = "instruction_one_at_a_time"
    found = owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name]).fetchone()
    assert found is not None
    owner.execute(f"DROP INDEX {name}")
    yield
    owner.execute("DELETE FROM payments_instruction")
    owner.execute(found[0])


@pytest.mark.usefixtures("two_at_a_time")
def test_negative_control_without_the_constraint_the_harness_reports_two_refunds(
    stripe: Sandbox, clock: time_machine.Traveller
) -> None:
    part = press("refund", {"amount_cents": 500})
    clash = Clash("refund-part", (part, part), {("confirmed", "paid")}, {"refunds": ONE}, ONE)
    world = FLOW[clash.start].world(stripe, clock)
    before = effects(stripe)
    stripe.fail("POST", "/v1/refunds", kind="slow", times=2, seconds=0.2)
    clash_of(world, clash)
    world.let_settle(FLOW[clash.start])
    made = effects(stripe) - before
    with pytest.raises(AssertionError, match="refunds: 2 effects"):
        assert_one_effect(world, clash, made)
    assert Instruction.objects.filter(action="refund").count() == 2
