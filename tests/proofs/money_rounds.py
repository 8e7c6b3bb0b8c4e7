"""The rounds that the proofs about money play: flows of one deposit, time that passes, and what must hold afterwards.

Whatever was broken on the way: Stripe has done it once or not at all, our rows say which, and nobody was told more.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import time_machine
from django.db import connections, transaction
from django.http import HttpResponse
from django.utils import timezone

from availengine.sandbox import Sandbox
from bookings import execution, tasks, upkeep
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, Status
from bookings.snapshot import forget_snapshots
from payments import actions, gateway, inbox
from payments.ledger import TAKEN
from payments.models import Deposit, DepositStatus, Instruction, Progress, StripeEvent
from tests import factories
from tests.api.calls import Tenant, desk, ok
from tests.money import books_agree, stripe_sandbox

NOW = "2026-05-01T06:00:00Z"
SOON = "2026-05-04"  # a hold placed today lasts until then
FAR = "2026-05-15"  # the card is saved first
AMOUNT = 2000
KEY = "the-customers-key"
ROOM = {
    "resources": [{"key": "maria", "name": "Maria", "kind": "staff"}],
    "services": [
        {"key": "cut", "name": "Cut", "duration_minutes": 60, "price": "35.00", "resources": ["maria"], "default": True}
    ],
}
CHARGE = {"type": "charge", "amount_cents": AMOUNT}
HOLD = {"type": "authorization_hold", "amount_cents": AMOUNT}
JOBS: tuple[Callable[[], object], ...] = (
    tasks.handle_stripe_events,
    tasks.carry_out_instructions,
    tasks.expire_unpaid,
    tasks.place_holds,
    tasks.watch_holds,
    tasks.reconcile_deposits,
    tasks.send_messages,
)
MINUTES = (1, 1, 2, 3, 5, 10, 20, 30, 60, 60)  # how time passes


def tenant(rule: dict[str, Any], **business: Any) -> Tenant:
    """A business with one chair, where a visit needs a deposit."""
    told = {"plan": "premium", "email": "desk@example.com", "deposit": rule, **business}
    return Tenant(factories.business(business=told, **ROOM))


@contextmanager
def no_surprises() -> Iterator[None]:
    """Jobs go on after an exception that nobody expected, and log it: here that is a failure."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage() + str(record.exc_info))  # type: ignore[method-assign]
    logger = logging.getLogger("bookings.tasks")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    assert found == []


class Sandboxes:
    """A sandbox for each name, one at a time: to start one takes longer than a round, and a full one is slow."""

    def __init__(self, **settings: Any) -> None:
        self._settings, self._stack, self._name = settings, ExitStack(), ""
        self._current: Sandbox | None = None

    def get(self, name: str) -> Sandbox:
        if self._current is None or name != self._name:
            self.close()
            self._current = self._stack.enter_context(stripe_sandbox(**self._settings))
            self._name = name
        self._current.clear_faults()
        return self._current

    def close(self) -> None:
        self._stack.close()
        self._current = None


@dataclass
class World:
    stripe: Sandbox
    clock: time_machine.Traveller
    tenant: Tenant
    day: str
    link: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    def post(self, path: str, body: Any = None) -> HttpResponse:
        return self.tenant.full.post(path, body, Idempotency_Key=KEY)

    def on(self, action: str, body: Any = None) -> HttpResponse:
        """What the desk does with the booking."""
        return self.post(f"/v1/manage/bookings/{self.notes['booking']}/{action}", body)

    def book(self) -> HttpResponse:
        if self.link:
            body = desk(date=self.day, email="jane@example.com")
            return self.post("/v1/manage/bookings/staff-deposit", body)
        return self.post("/v1/bookings/", self.tenant.public(booking_date=self.day))

    def pay(self, answer: HttpResponse) -> None:
        """What the customer does with the answer to a booking."""
        told = json.loads(answer.content)
        self.notes["booking"] = told["booking"]["id"]
        if self.link:
            self.stripe.pay_session(told["checkout_url"].rsplit("/", 1)[1])
        else:
            self.stripe.confirm(told["stripe_client_secret"])

    def read_back(self) -> None:
        deposit = Deposit.objects.latest("id")
        execution.catch_up(deposit.id, now=timezone.now())

    def pass_by(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))
        self.stripe.advance(0)  # what comes due at Stripe
        for job in JOBS:
            job()

    def let_settle(self, flow: "Flow") -> None:
        """Time passes, and the jobs run, until nothing is under way any more."""
        for step in MINUTES:
            self.pass_by(step)
            if quiet() and set(pairs()) <= flow.ends:
                return


def quiet() -> bool:
    """Nothing is to be done at Stripe, and no deposit is still open whose booking is decided."""
    if Instruction.objects.filter(progress=Progress.PENDING).exists():
        return False
    if StripeEvent.objects.filter(handled_at=None).exists():
        return False
    return not Booking.objects.filter(deposit__status=DepositStatus.PENDING).exclude(status=Status.PENDING).exists()


@contextmanager
def undone() -> Iterator[None]:
    """A round that leaves nothing in the database."""
    outer = transaction.atomic()
    outer._from_testcase = True  # as the test's own: Stripe may be asked inside of it
    with outer:
        yield
        transaction.set_rollback(True)


TABLES = ("objects", "replies", "deliveries")


@contextmanager
def rehearsed(world: World, name: str) -> Iterator[None]:
    """A round that leaves nothing: not here, not at Stripe, and the clock stands where it stood.

    To bring a deposit to where rounds begin takes longer than they do. `name` is shown when one fails.
    """
    moment, notes, run = timezone.now(), dict(world.notes), world.stripe._store._run
    kept = {table: run(f"SELECT * FROM {table}") for table in TABLES}
    try:
        with undone():
            yield
    except BaseException as error:
        error.add_note(f"in the round: {name}")
        raise
    world.stripe.clear_faults()
    for table, rows in kept.items():
        run(f"DELETE FROM {table}")
        for row in rows:
            run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
    world.clock.move_to(moment)
    world.notes = notes
    forget_snapshots()


Pair = tuple[str, str]  # the status of a booking and of its deposit
ABANDONED: set[Pair] = {("cancelled", "canceled"), ("cancelled", "expired")}
SECURED: set[Pair] = {("confirmed", "paid"), ("confirmed", "held"), ("confirmed", "saved")}


@dataclass(frozen=True)
class Flow:
    """One thing that moves or prepares money, from where it begins to how it may end.

    `calls`: what is asked of Stripe when nothing goes wrong, in this order. `done` and `undone`: how booking and
    deposit stand after it, or when it was refused. `claims`: a 2xx says that it is done; else only that it is begun,
    and the deposit's status tells.
    """

    name: str
    rule: dict[str, Any]
    day: str
    calls: tuple[str, ...]
    act: Callable[[World], HttpResponse | None]
    done: set[Pair]
    undone: set[Pair] = field(default_factory=set)
    link: bool = False
    paid: bool = True
    before: Callable[[World], object] | None = None
    claims: bool = True
    keyed: bool = True
    asked: bool = True  # by a client
    looks: bool = False  # asks Stripe for nothing, only how things stand
    opens: bool = False

    @property
    def ends(self) -> set[Pair]:
        return self.done | self.undone | ABANDONED

    def world(self, stripe: Sandbox, clock: time_machine.Traveller, **business: Any) -> World:
        """As it is just before the action."""
        world = World(stripe, clock, tenant(self.rule, **business), self.day, self.link)
        if not self.opens:
            answer = world.book()
            world.notes["booking"] = ok(answer, 201)["booking"]["id"]
            if self.paid:
                world.pay(answer)
                world.read_back()
            if self.before:
                self.before(world)
        return world


def _patch(status: str) -> Callable[[World], HttpResponse]:
    return lambda world: world.tenant.full.patch(f"/v1/manage/bookings/{world.notes['booking']}", {"status": status})


def _desk(action: str, body: Any = None) -> Callable[[World], HttpResponse]:
    return lambda world: world.on(action, body)


def _at(moment: str) -> Callable[[World], object]:
    return lambda world: world.clock.move_to(moment)


def _after(minutes: int) -> Callable[[World], object]:
    return lambda world: world.clock.shift(timedelta(minutes=minutes))


def _job(job: Callable[[], object]) -> Callable[[World], None]:
    def act(world: World) -> None:
        job()

    return act


def _paid_unseen(world: World) -> None:
    """The customer has paid, and we have not looked yet."""
    deposit = Deposit.objects.get()
    if world.link:
        world.stripe.pay_session(deposit.session_ref)
    else:
        intent = gateway.ask(gateway.Account(live=True), "payment_intents.retrieve", on=deposit.intent_ref)
        world.stripe.confirm(intent["client_secret"])


def _event_waits(world: World) -> None:
    _paid_unseen(world)
    for event in world.stripe.pending_events():
        if event["type"] == "payment_intent.succeeded":
            inbox.store(event, now=timezone.now())


def _moved_hold(world: World) -> None:
    """A held visit is put off to a day that its hold does not last until; the hold is about to lapse."""
    ok(world.on("reschedule", {"date": "2026-05-09", "time": "10:00"}))
    lapses = Deposit.objects.get().capture_before
    assert lapses is not None
    world.clock.move_to(lapses - timedelta(hours=20))


def _reconcile(world: World) -> None:
    for deposit in upkeep.to_look_at(now=timezone.now(), most=10):
        tasks._each([deposit], lambda item, now: upkeep.reconcile(item, now=now))


PI, SI, CS = "payment_intents", "setup_intents", "checkout.sessions"
PAY = (f"{PI}.retrieve", "refunds.list")  # how a payment is read back
CONFIRMED_OR_NOT = {("confirmed", "canceled"), ("confirmed", "expired")}
WAITING: set[Pair] = {("pending", "pending")}
UNPAID = ABANDONED | WAITING

FLOWS = (
    Flow("open-charge", CHARGE, SOON, (f"{PI}.create", f"{PI}.retrieve"), World.book, WAITING, opens=True),
    Flow(
        "open-hold", HOLD, SOON, ("customers.create", f"{PI}.create", f"{PI}.retrieve"), World.book, WAITING, opens=True
    ),
    Flow(
        "open-setup", HOLD, FAR, ("customers.create", f"{SI}.create", f"{SI}.retrieve"), World.book, WAITING, opens=True
    ),
    Flow("link-charge", CHARGE, SOON, (f"{CS}.create", f"{CS}.retrieve"), World.book, WAITING, link=True, opens=True),
    Flow(
        "link-hold",
        HOLD,
        SOON,
        ("customers.create", f"{CS}.create", f"{CS}.retrieve"),
        World.book,
        WAITING,
        link=True,
        opens=True,
    ),
    Flow(
        "link-setup",
        HOLD,
        FAR,
        ("customers.create", f"{CS}.create", f"{CS}.retrieve"),
        World.book,
        WAITING,
        link=True,
        opens=True,
    ),
    Flow(
        "expire-charge",
        CHARGE,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _job(tasks.expire_unpaid),
        {("cancelled", "expired")},
        paid=False,
        before=_after(31),
        asked=False,
    ),
    Flow(
        "expire-hold",
        HOLD,
        SOON,
        (f"{PI}.retrieve", f"{PI}.cancel", f"{PI}.retrieve"),
        _job(tasks.expire_unpaid),
        {("cancelled", "expired")},
        paid=False,
        before=_after(31),
        asked=False,
    ),
    Flow(
        "expire-setup",
        HOLD,
        FAR,
        (f"{SI}.cancel", f"{SI}.retrieve"),
        _job(tasks.expire_unpaid),
        {("cancelled", "expired")},
        paid=False,
        before=_after(31),
        asked=False,
    ),
    Flow(
        "expire-link",
        CHARGE,
        SOON,
        (f"{CS}.expire", f"{CS}.retrieve"),
        _job(tasks.expire_unpaid),
        {("cancelled", "expired")},
        link=True,
        paid=False,
        before=_after(121),
        asked=False,
    ),
    Flow(
        "cancel-unpaid",
        CHARGE,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _desk("cancel"),
        ABANDONED,
        paid=False,
        claims=False,
    ),
    Flow(
        "confirm-unpaid",
        CHARGE,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _patch("confirmed"),
        CONFIRMED_OR_NOT,
        paid=False,
        claims=False,
        keyed=False,
    ),
    Flow(
        "no-show-held",
        HOLD,
        SOON,
        (f"{PI}.capture", *PAY),
        _desk("no-show"),
        {("no_show", "captured")},
        {("confirmed", "held")},
    ),
    Flow(
        "no-show-patch",
        HOLD,
        SOON,
        (f"{PI}.capture", *PAY),
        _patch("no_show"),
        {("no_show", "captured")},
        {("confirmed", "held")},
        keyed=False,
    ),
    Flow(
        "no-show-saved",
        HOLD,
        FAR,
        (f"{PI}.create", f"{SI}.retrieve", *PAY),
        _desk("no-show"),
        {("no_show", "captured")},
        {("confirmed", "saved")},
    ),
    Flow(
        "place-hold",
        HOLD,
        FAR,
        (f"{PI}.create", f"{SI}.retrieve", f"{PI}.retrieve"),
        _job(tasks.place_holds),
        {("confirmed", "held")},
        {("confirmed", "failed")},
        before=_at("2026-05-12T20:00:00Z"),
        asked=False,
    ),
    Flow(
        "renew-hold",
        HOLD,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _job(tasks.watch_holds),
        {("confirmed", "held")},
        {("confirmed", "failed")},
        before=_moved_hold,
        asked=False,
    ),
    Flow(
        "release-held",
        HOLD,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _desk("release-hold"),
        {("confirmed", "released")},
        {("confirmed", "held")},
    ),
    Flow(
        "release-saved",
        HOLD,
        FAR,
        ("payment_methods.detach", f"{SI}.retrieve"),
        _desk("release-hold"),
        {("confirmed", "released")},
        {("confirmed", "saved")},
    ),
    Flow(
        "cancel-held",
        HOLD,
        SOON,
        (f"{PI}.cancel", f"{PI}.retrieve"),
        _desk("cancel"),
        {("cancelled", "released")},
        {("cancelled", "held")},
        claims=False,
    ),
    Flow(
        "cancel-saved",
        HOLD,
        FAR,
        ("payment_methods.detach", f"{SI}.retrieve"),
        _desk("cancel"),
        {("cancelled", "released")},
        {("cancelled", "saved")},
        claims=False,
    ),
    Flow(
        "cancel-paid",
        CHARGE,
        SOON,
        ("refunds.create", *PAY),
        _desk("cancel"),
        {("cancelled", "refunded")},
        {("cancelled", "refund_failed")},
        claims=False,
    ),
    Flow(
        "refund-all",
        CHARGE,
        SOON,
        ("refunds.create", *PAY),
        _desk("refund"),
        {("confirmed", "refunded")},
        {("confirmed", "refund_failed")},
    ),
    Flow(
        "refund-part",
        CHARGE,
        SOON,
        ("refunds.create", *PAY),
        _desk("refund", {"amount_cents": 700}),
        {("confirmed", "paid")},
        {("confirmed", "refund_failed")},
    ),
    Flow(
        "event",
        CHARGE,
        SOON,
        PAY,
        _job(tasks.handle_stripe_events),
        {("confirmed", "paid")},
        paid=False,
        before=_event_waits,
        asked=False,
        looks=True,
    ),
    Flow(
        "event-link",
        CHARGE,
        SOON,
        (f"{CS}.retrieve", *PAY),
        _job(tasks.handle_stripe_events),
        {("confirmed", "paid")},
        link=True,
        paid=False,
        before=_event_waits,
        asked=False,
        looks=True,
    ),
    Flow(
        "reconcile",
        CHARGE,
        SOON,
        PAY,
        _job(tasks.reconcile_deposits),
        {("confirmed", "paid")},
        paid=False,
        before=lambda world: (_paid_unseen(world), world.clock.shift(timedelta(minutes=6))),
        asked=False,
        looks=True,
    ),
)
FLOW = {flow.name: flow for flow in FLOWS}


# What must hold


def pairs() -> Counter[Pair]:
    return Counter(Booking.objects.filter(deposit__isnull=False).values_list("status", "deposit__status"))


def assert_in_step(stripe: Sandbox, **only: Any) -> None:
    """Our rows say what Stripe says, of every deposit; nothing was done twice; nobody can pay what is over.

    `only`: of some bookings, as a filter.
    """
    if not only:
        books_agree(stripe)
    intents, sessions = stripe.objects("payment_intent"), stripe.objects("checkout.session")
    setups, refunds = stripe.objects("setup_intent"), stripe.objects("refund")
    for booking in Booking.objects.filter(deposit__isnull=False, **only).select_related("deposit"):
        deposit = booking.deposit
        assert deposit is not None

        def ours(found: list[dict[str, Any]], name: str = str(deposit.uuid)) -> list[dict[str, Any]]:
            return [each for each in found if each["metadata"].get("deposit") == name]

        mine = ours(intents)
        known = {each["id"] for each in mine}
        _assert_money(deposit, mine, [refund for refund in refunds if refund["payment_intent"] in known])
        ways = [*mine, *ours(setups), *ours(sessions)]
        _assert_not_payable(deposit, ways)
        active = Allocation.objects.filter(booking=booking, active=True).exists()
        assert active == (booking.status in HOLDING)


def _assert_money(deposit: Deposit, intents: list[dict[str, Any]], refunds: list[dict[str, Any]]) -> None:
    charged = [each["id"] for each in intents if each["status"] == "succeeded"]
    held = [each["id"] for each in intents if each["status"] == "requires_capture"]
    assert len(charged) + len(held) <= 1, "charged or held twice"
    standing = [each for each in refunds if each["status"] in ("succeeded", "pending")]
    asked = Counter(each["metadata"].get("instruction", each["id"]) for each in standing)
    assert [name for name, count in asked.items() if count > 1] == [], "refunded twice"
    back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
    under_way = sum(each["amount"] for each in refunds if each["status"] == "pending")
    received = sum(each["amount_received"] for each in intents)
    assert (deposit.captured_cents, deposit.refunded_cents, deposit.refunding_cents) == (received, back, under_way)
    assert (deposit.status == DepositStatus.HELD) == bool(held)
    assert (deposit.status in TAKEN) == bool(charged)
    assert (deposit.status == DepositStatus.REFUNDED) == bool(received and back == received)


def _assert_not_payable(deposit: Deposit, ways: list[dict[str, Any]]) -> None:
    """What somebody was told how to pay is closed, unless it is still wanted."""
    refs = (deposit.intent_ref, deposit.setup_ref, deposit.session_ref)
    left = [
        way["id"]
        for way in ways
        if way["id"] in refs and way["status"] in ("open", "requires_payment_method", "requires_action")
    ]
    assert left == [] or deposit.status == DepositStatus.PENDING, left


def assert_finished(world: World, flow: Flow, answers: list[HttpResponse]) -> bool:
    """What must hold when all is over. Whether the action has happened."""
    assert not Instruction.objects.filter(progress=Progress.PENDING).exists()
    assert_in_step(world.stripe)
    found = pairs()
    assert set(found) <= flow.ends, found
    if flow.opens:
        kept = [pair for pair in found.elements() if pair not in ABANDONED]
        assert len(kept) <= 1, kept
        happened = bool(kept)
    else:
        assert found.total() == 1
        happened = set(found) <= flow.done
    if not happened and not flow.opens:
        last = Instruction.objects.latest("id")
        assert (last.progress, bool(last.problem)) == (Progress.REFUSED, True), "nothing tells that it has not happened"
    for answer in answers:
        _assert_told_truly(answer, flow, happened)
    return happened


def _assert_told_truly(answer: HttpResponse, flow: Flow, happened: bool) -> None:
    told = json.loads(answer.content)
    assert answer.status_code in (200, 201, 409, 503), (answer.status_code, told)
    if answer.status_code < 300 and flow.claims:
        assert happened, told
    if answer.status_code < 300 and not flow.claims:
        deposit = told["deposit"]["status"] if "deposit" in told else ""
        assert happened or deposit not in ("refunded", "released"), told
    if answer.status_code == 409 and "Retry-After" not in answer.headers:
        assert not happened, told
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0


def finally_answered(world: World, flow: Flow) -> HttpResponse:
    """The client asks again with its key until it gets a final answer; asked once more it gets the same bytes."""
    for _ in range(8):
        answer = flow.act(world)
        assert answer is not None
        if answer.status_code != 503 and "Retry-After" not in answer.headers:
            break
        world.pass_by(1)
    assert answer.status_code in (200, 201, 409), (answer.status_code, answer.content)
    again = flow.act(world)
    assert again is not None
    assert (again.status_code, again.content) == (answer.status_code, answer.content)
    assert again.headers.get("Idempotent-Replayed") == "true", again.content
    return answer


def happy(flow: Flow, stripe: Sandbox, clock: time_machine.Traveller) -> list[str]:
    """The calls of a round in which nothing goes wrong."""
    world = flow.world(stripe, clock)
    with recorded() as calls:
        flow.act(world)
    return calls


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The names of the calls to Stripe."""
    calls: list[str] = []
    genuine = gateway._translated

    def recording(path: str, call: Callable[[], Any]) -> dict[str, Any]:
        calls.append(path)
        return genuine(path, call)

    gateway._translated = recording
    try:
        yield calls
    finally:
        gateway._translated = genuine


ROUTES = {
    "create": ("POST", "/v1/{}"),
    "list": ("GET", "/v1/{}"),
    "retrieve": ("GET", "/v1/{}/[^/]+"),
    "cancel": ("POST", "/v1/{}/[^/]+/cancel"),
    "capture": ("POST", "/v1/{}/[^/]+/capture"),
    "expire": ("POST", "/v1/{}/[^/]+/expire"),
    "detach": ("POST", "/v1/{}/[^/]+/detach"),
}
PATIENCE = 0.15  # seconds that the rounds wait for Stripe
SLOW = 0.4  # longer than that


def place(stripe: Sandbox, call: str, kind: str, *, skip: int = 0, times: int = 1) -> None:
    """Let a call, named as Stripe's client names it, fail once."""
    kinds, _, verb = call.rpartition(".")
    method, path = ROUTES[verb]
    stripe.fail(method, path.format(kinds.replace(".", "/")), kind=kind, skip=skip, times=times, seconds=SLOW)


def travel(*, tick: bool = False) -> Any:
    """The clock of a round: it stands still unless it is moved. Where threads race, it ticks."""
    return time_machine.travel(datetime.fromisoformat(NOW), tick=tick)


@contextmanager
def forgetful() -> Iterator[None]:
    """For negative controls: nobody looks what an earlier try has made, and no two keys are the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "_made_by", lambda *args: iter(()))
        patch.setattr(Instruction, "idempotency_key", property(lambda instruction: str(uuid4())))
        yield


T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What each call gives, all begun in the same instant, each in a thread with a connection of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait(30)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [begun.result() for begun in [pool.submit(run, call) for call in calls]]
